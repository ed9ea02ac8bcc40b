"""How a chart is to be read: which way is towards competence, and what its limits say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cusum.charts import BernoulliGlr, Chart, Ewma, LastLookCusum, LearningThenMonitoring, Path, Vlad
from cusum.language import Language, msgid

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reading", "read_path", "reading_of", "turned"]

_LIMITS = {
    "competent": msgid("limit: competence"),
    "deterioration": msgid("limit: deterioration"),
    "improvement": msgid("limit: improvement"),
    "acceptable": msgid("limit: acceptable"),
    "unacceptable": msgid("limit: unacceptable"),
    "no improvement": msgid("limit: no improvement"),
    "prediction": msgid("95% of lines lie within at each number, if the risks are right"),
    "": msgid("limit"),
}
_AXES = {
    "up": msgid("↑ towards competence"),
    "down": msgid("↓ towards competence"),
    "both": msgid("↑ competence   ↓ deterioration"),
    "watch": msgid("↑ towards deterioration"),
    "better": msgid("↑ towards improvement"),
    "avoided": msgid("↑ fewer failures than expected"),
    "none": msgid("statistic"),
}


def turned(title: str) -> str:
    """Write the title of an upright axis so that its arrows point the right way once it is turned to read upwards.

    Parameters
    ----------
    title : str
        Words with an arrow up or down before them.

    Returns
    -------
    str
        The same words in the order in which they stand along the axis.

    Examples
    --------
    >>> turned("↑ competence   ↓ deterioration"), turned("↑ towards competence"), turned("statistic")
    ('← deterioration   competence →', 'towards competence →', 'statistic')
    """
    parts = title.split("   ")
    below = [f"← {part[2:]}" for part in parts if part.startswith("↓ ")]
    above = [f"{part[2:]} →" for part in parts if part.startswith("↑ ")]
    return "   ".join(below + above) or title


@dataclass(frozen=True)
class Reading:
    """How to draw a chart so that it can be read.

    Parameters
    ----------
    kinds : tuple of str
        What the lower and the upper limit say.
    mirrored : bool
        True where the statistic of the monitoring phase is drawn below zero: up is towards competence throughout.
    describes : bool, default False
        True for a line that counts failures and has no limits that say anything.
    anew : bool, optional
        Whether a statistic that is no sum of scores starts at 0 after a signal; left out for sums.
    last_look : tuple of int and float, optional
        Case and limit of a last look, where the chart takes one.

    Examples
    --------
    >>> Reading(("", "competent"), mirrored=False).way
    'up'
    """

    kinds: tuple[str, str]
    mirrored: bool
    describes: bool = False
    anew: bool | None = None
    last_look: tuple[int, float] | None = None

    def limit_kind(self, phase: str, side: str) -> str:
        """Tell what a limit says.

        Parameters
        ----------
        phase : str
            ``"learning"``, ``"monitoring"`` or ``""``.
        side : {"lower", "upper"}
            Which limit of the chart.

        Returns
        -------
        str
            Kind of signal.

        Examples
        --------
        >>> Reading(("competent", "deterioration"), mirrored=True).limit_kind("learning", "upper")
        'competent'
        """
        if self.mirrored:
            return self.kinds[0] if phase == "learning" else self.kinds[1]
        return self.kinds[0] if side == "lower" else self.kinds[1]

    def limit_name(self, kind: str, language: Language) -> str:
        """Name a limit by what it says.

        Parameters
        ----------
        kind : str
            Kind of signal.
        language : Language
            The reader's.

        Returns
        -------
        str
            Such as ``limit: competence``.
        """
        return language.text(_LIMITS.get(kind, _LIMITS[""]))

    def sign(self, phase: str) -> int:
        """Tell whether a phase is drawn upwards or downwards.

        Parameters
        ----------
        phase : str
            ``"learning"``, ``"monitoring"`` or ``""``.

        Returns
        -------
        int
            1, or -1 for a monitoring phase that is drawn below zero.

        Examples
        --------
        >>> Reading(("competent", "deterioration"), mirrored=True).sign("monitoring")
        -1
        """
        return -1 if self.mirrored and phase == "monitoring" else 1

    @property
    def way(self) -> str:
        """Which way is good: "up", "down", "both", "watch" (up is worse), "better", "avoided" or "none"."""
        if self.mirrored or self.describes:
            return "both" if self.mirrored else "avoided"
        lower, upper = self.kinds
        if upper in ("competent", "improvement"):
            return "up" if upper == "competent" else "better"
        if lower in ("competent", "acceptable"):
            return "down"
        return "watch" if upper in ("deterioration", "unacceptable") else "none"

    def axis_title(self, language: Language, *, monitored: bool = True) -> str:
        """Say in words which way is towards competence.

        Parameters
        ----------
        language : Language
            The reader's.
        monitored : bool, default True
            False for a path that has no monitoring phase (yet).

        Returns
        -------
        str
            Title of the axis, with an arrow.
        """
        return language.text(_AXES["up" if self.mirrored and not monitored else self.way])


def reading_of(chart: Chart) -> Reading:
    """Find out how a chart is to be read.

    Parameters
    ----------
    chart : Chart
        Any chart.

    Returns
    -------
    Reading
        Directions and the names of the limits.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion
    >>> reading_of(BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=3)).way
    'watch'
    """
    anew = chart.after_signal == "restart" if isinstance(chart, (Ewma, BernoulliGlr)) else None
    phases, describes = isinstance(chart, LearningThenMonitoring), isinstance(chart, Vlad)
    look = (chart.cases, chart.last_limit) if isinstance(chart, LastLookCusum) else None
    return Reading(chart.kinds, mirrored=phases, describes=describes, anew=anew, last_look=look)


def read_path(path: Path) -> tuple[pd.DataFrame, Reading]:
    """Make a path ready to be drawn: a VLAD is given its prediction limits, which it does not signal by.

    Parameters
    ----------
    path : Path
        Any path.

    Returns
    -------
    tuple of DataFrame and Reading
        One row a case, and how it is to be read.

    Examples
    --------
    >>> from cusum import Vlad
    >>> frame, reading = read_path(Vlad().run([0, 1, 0], risk=[0.1, 0.1, 0.1]))
    >>> frame["upper"].round(1).tolist(), reading.way
    ([0.1, 0.2, 0.3], 'avoided')
    """
    frame, reading = path.frame(), reading_of(path.chart)
    if isinstance(path.chart, Vlad) and path.risk is not None and path.risk.size:
        limits = path.chart.prediction_limits(path.risk)
        frame = frame.assign(lower=limits.lower, upper=limits.upper)
        reading = Reading(("prediction", "prediction"), mirrored=False, describes=True)
    return frame, reading
