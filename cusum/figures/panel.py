"""One chart as a panel: statistic, limits, signals, failures, and the failure rate in a strip below."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.criterion import Criterion
from cusum.figures.reading import Reading
from cusum.figures.segments import Segment, segments
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, GRID, MARKERS, REFERENCE, SHADE, SIGNAL, tint
from cusum.figures.writing import day_words
from cusum.language import Language

__all__ = ["Panel"]

_LABELS = 38
"""Room for two lines of words beyond a limit, in pixels."""
_TICKS = 18
"""Room for the failure ticks, in pixels."""
_RANKS = ("statistic", "monitoring", "limit", "signal", "failure", "rate", "acceptable", "unacceptable")
_DASH = {"learning": "solid", "": "solid", "monitoring": "dot"}


@dataclass(frozen=True, eq=False)
class Panel:
    """A place in a figure where one path is drawn.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    frame : DataFrame
        The path: columns case, failure, score, statistic, lower, upper, phase, signal, and where known performed_on,
        rate, rate_low and rate_high. One row a case, in order.
    reading : Reading
        How the chart is to be read.
    language : Language
        The reader's.
    x, y, strip : str
        Axes of the panel, such as ``"x2"``, ``"y3"`` and ``"y4"``; no strip if ``""``.
    length : float
        Case number at the right end.
    height : float
        Height of the chart in pixels, so that words find room beyond the limits.
    legend : bool
        True for the panel that stands for all in the legend.
    name : str
        What is charted, for the hover text.
    """

    sketch: Sketch
    frame: pd.DataFrame
    reading: Reading
    language: Language
    x: str
    y: str
    strip: str
    length: float
    height: float
    legend: bool
    name: str

    @property
    def axis_title(self) -> str:
        """Say which way is towards competence, for the phases that this path has."""
        return self.reading.axis_title(self.language, monitored=bool((self.frame["phase"] == "monitoring").any()))

    def draw(self) -> None:
        """Draw the statistic, its limits, the signals and every failure."""
        parts = list(segments(self.frame, anew=self.reading.anew))
        low, high = self._extent(parts)
        above, below = _LABELS, _LABELS + _TICKS if low < 0 else _TICKS
        pixel = (high - low) / max(self.height - above - below, 40)
        bottom = low - below * pixel
        self._shade(parts)
        for part in parts:
            self._limits(part)
        self._last_look(top=max(self._limit_values(parts), default=0.0))
        self._lines(parts)
        self._cases()
        self._failures(bottom + 0.4 * _TICKS * pixel)
        self._signals()
        axis = self.sketch.axis(self.y)
        axis["range"] = [bottom, high + above * pixel]
        limits = [value for value in self._limit_values(parts) if value]
        if not self.reading.describes:
            digits = 1 if max(map(abs, limits), default=1.0) >= 0.5 else 2
            shown = [self.language.number(abs(value) if self.reading.mirrored else value, digits) for value in limits]
            axis.update(tickvals=[*limits, 0.0], ticktext=[*shown, "0"])
        axis.update(zeroline=True, zerolinecolor=GRID)

    def draw_strip(self, criterion: Criterion) -> None:
        """Draw the smoothed failure rate with its band between the two rates of the criterion.

        Parameters
        ----------
        criterion : Criterion
            Acceptable and unacceptable failure rate.
        """
        words, frame = self.language, self.frame
        top = min(1.0, 2.5 * criterion.unacceptable)
        for role, rate, dash, name in (
            ("acceptable", criterion.acceptable, "dot", words.text("acceptable failure rate")),
            ("unacceptable", criterion.unacceptable, "dashdot", words.text("unacceptable failure rate")),
        ):
            self._trace(
                role,
                {"x": [0, self.length], "y": [rate, rate], "mode": "lines", "hoverinfo": "skip"}
                | {"line": {"color": BOUNDARY, "width": 1, "dash": dash}, "name": name},
                self.strip,
            )
        if not frame.empty and "rate" in frame:
            case = frame["case"].to_numpy()
            band = words.text("current failure rate with 95% band")
            edge = np.concatenate([frame["rate_low"].to_numpy(), frame["rate_high"].to_numpy()[::-1]])
            self._trace(
                "band",
                {"x": np.concatenate([case, case[::-1]]), "y": np.round(edge, 4), "mode": "lines", "fill": "toself"}
                | {"fillcolor": tint(CURVE, 0.2), "line": {"width": 0}, "hoverinfo": "skip", "name": band},
                self.strip,
            )
            percent = frame[["rate", "rate_low", "rate_high"]].to_numpy(dtype=float) * 100
            template = words.text("current failure rate {rate}, 95% {low} to {high}", **self._percents())
            self._trace(
                "rate",
                {"x": case, "y": frame["rate"].round(4).to_numpy(), "mode": "lines", "name": band}
                | {"line": {"color": CURVE, "width": 1.5}, "customdata": np.round(percent, 1).tolist()}
                | {"hovertemplate": f"{self._heading()}<br>{template}<extra></extra>"},
                self.strip,
            )
        axis = self.sketch.axis(self.strip)
        axis["range"] = [0, top]
        axis["tickvals"] = [criterion.acceptable, criterion.unacceptable]
        axis["ticktext"] = [words.percent(criterion.acceptable), words.percent(criterion.unacceptable)]

    def _percents(self) -> dict[str, str]:
        """Placeholders that plotly fills with percentages, written as in the language."""
        sign = self.language.percent(0).replace("0", "", 1)
        return {name: f"%{{customdata[{i}]:.0f}}{sign}" for i, name in enumerate(("rate", "low", "high"))}

    def _heading(self) -> str:
        """First line of a hover text."""
        return f"<b>{self.name}</b> " + self.language.text("no. {case}", case="%{x}")

    def _trace(self, role: str, trace: dict[str, Any], y: str = "") -> None:
        """Add a trace to the panel; its role is in the legend once."""
        shown = self.legend and role in _RANKS
        shown = shown and not any(other["legendgroup"] == role and other["showlegend"] for other in self.sketch.traces)
        meta = {"role": role, **trace.pop("meta", {})}
        places = {"xaxis": self.x, "yaxis": y or self.y, "legendgroup": role, "showlegend": shown, "meta": meta}
        if shown:
            places["legendrank"] = 1 + _RANKS.index(role)
        self.sketch.draw(**trace, **places)

    def _extent(self, parts: list[Segment]) -> tuple[float, float]:
        """Lowest and highest value that is drawn."""
        values = [0.0, *self._limit_values(parts)]
        for part in parts:
            drawn = self.reading.sign(part.phase) * part.statistic
            values += [float(drawn.min()), float(drawn.max())]
        low, high = min(values), max(values)
        return (low, high) if high > low else (low, low + 1)

    def _limit_values(self, parts: list[Segment]) -> list[float]:
        """Values of the limits, as drawn, each once."""
        values: set[float] = set()
        for part in parts:
            both = np.concatenate([part.lower, part.upper])
            values |= {round(self.reading.sign(part.phase) * float(value), 6) for value in both[~np.isnan(both)]}
        if self._look is not None:
            values.add(round(self._look[1], 6))
        return sorted(values)

    @property
    def _look(self) -> tuple[int, float] | None:
        """Case and limit of a last look, where there is one within the panel."""
        look = self.reading.last_look
        return look if look is not None and look[0] <= self.length and not self.frame.empty else None

    def _last_look(self, top: float) -> None:
        """Mark the limit of the last look, also ahead of the cases; its name beside it, or above all near the end."""
        if self._look is None:
            return
        case, limit = self._look
        text, look = self.language.text("last look"), {"color": BOUNDARY, "width": 3}
        line = {"x": [case - 1, case], "y": [limit, limit], "mode": "lines", "line": look, "hoverinfo": "skip"}
        self._trace("last look", {**line, "name": text})
        y, side, anchor = (limit, "left", "middle") if case < 0.7 * self.length else (top, "right", "bottom")
        place = {"x": case, "y": y, "xanchor": side, "yanchor": anchor, "xref": self.x, "yref": self.y}
        self.sketch.note(name=f"{self.y} last look", text=text, borderpad=1, **place, font={"color": BOUNDARY})

    def _shade(self, parts: list[Segment]) -> None:
        """Lay a shade behind the monitoring phase."""
        for part in parts:
            if part.phase == "monitoring":
                end = self.length if part.last else part.case[-1]
                place = {"xref": self.x, "yref": f"{self.y} domain", "x0": float(part.case[0]), "x1": float(end)}
                look = {"layer": "below", "fillcolor": SHADE, "line": {"width": 0}, "name": "monitoring"}
                self.sketch.shape(type="rect", **place, y0=0, y1=1, **look)

    def _limits(self, part: Segment) -> None:
        """Draw the limits of a stretch, each with its name on it."""
        name = self.language.text("prediction limits, not a test" if self.reading.describes else "limit")
        until = min(self.length, self.reading.last_look[0] - 1) if self.reading.last_look else self.length
        for side in ("upper", "lower") if self.reading.describes else ("lower", "upper"):
            line = part.limit(side, until if part.last else None)
            if line is None:
                continue
            sign, kind = self.reading.sign(part.phase), self.reading.limit_kind(part.phase, side)
            self._trace(
                "limit",
                {"x": line[0], "y": sign * line[1], "mode": "lines", "name": name}
                | {"line": {"color": BOUNDARY, "width": 1.5, "dash": "dash", "shape": "vh"}, "hoverinfo": "skip"}
                | {"meta": {"limit": kind, "phase": part.phase}},
            )
            if not self.sketch.noted(f"{self.y} {kind}"):
                self._limit_name(part, kind, sign * line[1])

    def _limit_name(self, part: Segment, kind: str, values: NDArray[np.float64]) -> None:
        """Write the name of a limit on its line, where the statistic seldom is."""
        at_end = self.reading.describes or (part.phase == "monitoring" and part.case[0] > 0.45 * self.length)
        value = float(values[-1 if at_end else 0])
        self.sketch.note(
            name=f"{self.y} {kind}",
            text=self.reading.limit_name(kind, self.language),
            x=self.length if at_end else float(part.case[0]),
            y=value,
            xref=self.x,
            yref=self.y,
            xanchor="right" if at_end else "left",
            yanchor="bottom" if value > 0 else "top",
            borderpad=1,
            font={"color": BOUNDARY},
        )

    def _lines(self, parts: list[Segment]) -> None:
        """Draw the statistic as steps; the monitoring phase is dotted."""
        for phase in dict.fromkeys(part.phase for part in parts):
            chosen = [part for part in parts if part.phase == phase]
            sign = self.reading.sign(phase)
            x = np.concatenate([np.append(part.case, np.nan) for part in chosen])[:-1]
            y = np.concatenate([np.append(sign * part.statistic, np.nan) for part in chosen])[:-1]
            watched = phase == "monitoring"
            name = self.language.text("statistic, monitoring") if watched else self.language.text("statistic")
            self._trace(
                "monitoring" if watched else "statistic",
                {"x": x, "y": np.round(y, 6) + 0.0, "mode": "lines", "name": name}
                | {"line": {"color": CURVE, "width": 2, "dash": _DASH.get(phase, "solid"), "shape": "hv"}}
                | {"hoverinfo": "skip", "meta": {"phase": phase}},
            )

    def _cases(self) -> None:
        """Let each case speak when it is pointed at."""
        charted = np.flatnonzero(~np.isnan(self._heights))
        if not charted.size:
            return
        words = self.language
        outcome = {True: words.text("failure"), False: words.text("success")}
        failures = self._failed[charted].tolist()
        statistic = self.frame["statistic"].to_numpy(dtype=float)[charted].tolist()
        data = [
            [f"{day} · {outcome[failure]}" if day else outcome[failure], round(value, 3)]
            for day, failure, value in zip(self._days[charted], failures, statistic, strict=True)
        ]
        value = words.text("statistic {value}", value="%{customdata[1]:.2f}")
        self._trace(
            "cases",
            {"x": self._case[charted], "y": np.round(self._heights[charted], 6) + 0.0}
            | {"mode": "markers", "marker": {"size": 7, "color": CURVE, "opacity": 0}, "customdata": data}
            | {"hovertemplate": f"{self._heading()}<br>%{{customdata[0]}}<br>{value}<extra></extra>"}
            | {"name": words.text("procedures")},
        )

    @cached_property
    def _case(self) -> NDArray[Any]:
        """Case numbers."""
        return self.frame["case"].to_numpy()

    @cached_property
    def _failed(self) -> NDArray[np.bool_]:
        """Which cases were failures."""
        return self.frame["failure"].to_numpy(dtype=bool)

    @cached_property
    def _heights(self) -> NDArray[np.float64]:
        """The statistic as drawn: the monitoring phase may be below zero."""
        sign = np.where(self.frame["phase"].to_numpy(dtype=str) == "monitoring", self.reading.sign("monitoring"), 1)
        return np.asarray(sign * self.frame["statistic"].to_numpy(dtype=float))

    @cached_property
    def _days(self) -> NDArray[np.object_]:
        """Dates of the cases as text; empty where there are none."""
        if "performed_on" not in self.frame:
            return np.full(len(self.frame), "", dtype=object)
        days = self.frame["performed_on"].tolist()
        return np.array([day_words(day, self.language) for day in days], dtype=object)

    def _failures(self, height: float) -> None:
        """Mark every failure with a tick on the axis."""
        failed = self._case[self._failed]
        name = self.language.text("failure")
        words = [f"{day} · {name}".removeprefix(" · ") for day in self._days[self._failed]]
        self._trace(
            "failure",
            {"x": failed, "y": np.full(failed.size, round(height, 6)), "mode": "markers"}
            | {"marker": {"symbol": "line-ns", "size": 9, "line": {"color": REFERENCE, "width": 1.5}}}
            | {"text": words, "hovertemplate": f"{self._heading()}<br>%{{text}}<extra></extra>"}
            | {"name": name},
        )

    def _signals(self) -> None:
        """Mark the signals, with case number and date where there is room."""
        kinds = self.frame["signal"].to_numpy(dtype=str)
        said = np.flatnonzero(kinds != "")
        name = self.language.text("signal")
        for kind in dict.fromkeys(kinds[said].tolist()):
            rows = np.flatnonzero(kinds == kind)
            said_here = f"{self._heading()}<br>{self.language.signal(kind)}<br>%{{customdata}}<extra></extra>"
            self._trace(
                "signal",
                {"x": self._case[rows], "y": np.round(self._heights[rows], 6), "mode": "markers", "name": name}
                | {"marker": {"symbol": MARKERS.get(kind, "diamond"), "size": 11, "color": SIGNAL}}
                | {"customdata": self._days[rows].tolist(), "cliponaxis": False, "meta": {"signal": kind}}
                | {"hovertemplate": said_here},
            )
        for down in (False, True):
            side = said[(self._heights[said] < 0) == down]
            parts = (self._case[side].tolist(), self._heights[side].tolist(), self._days[side].tolist())
            self._label(list(zip(*parts, strict=True)))

    def _label(self, said: list[tuple[int, float, str]]) -> None:
        """Write case number and date at those signals that are far enough from the one before."""
        last = -np.inf
        for case, height, day in said:
            if case - last < 0.5 * self.length:
                continue
            last = case
            number = self.language.text("no. {case}", case=case)
            side = "left" if case < 0.3 * self.length else "right" if case > 0.7 * self.length else "center"
            place = {"x": case, "y": height, "xref": self.x, "yref": self.y, "xanchor": side}
            place |= {"yanchor": "top", "yshift": -18} if height < 0 else {"yanchor": "bottom", "yshift": 18}
            text = f"{number} · {day}" if day else number
            self.sketch.note(text=text, **place, borderpad=0, name=f"{self.y} signal {case}")
