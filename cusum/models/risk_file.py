"""A risk model as a small text file, so that one department's model can serve another."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from cusum.errors import UnreadableFile
from cusum.models.risk_calibration import Estimate
from cusum.models.risk_design import Design
from cusum.models.risk_model import RiskModel
from cusum.models.risk_variables import Variable

__all__ = ["load_risk_model", "write_model"]

_FORMAT = 1
_HEAD = """\
# Expected failure probability of a case: a logistic regression. Written by a program; change nothing by hand.
# The log odds of failure are the sum of each coefficient times its column; the probability is 1 / (1 + exp(-log odds)).
"""
_PLAIN = ("outcome", "cluster", "missing", "left_out", "cases", "failures", "clusters", "log_likelihood", "penalised")
_KINDS: dict[str, type | tuple[type, ...]] = {
    "outcome": str,
    "cluster": str,
    "missing": str,
    "left_out": int,
    "cases": int,
    "failures": int,
    "clusters": int,
    "log_likelihood": float,
    "penalised": bool,
}


def _text(value: object) -> str:
    """Write one value as TOML does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_text(item) for item in value)}]"
    return repr(value)


def _section(name: str, values: Mapping[str, object]) -> str:
    """Write a table of keys and values under its heading."""
    lines = [f"{json.dumps(key, ensure_ascii=False)} = {_text(value)}" for key, value in values.items()]
    return "\n".join([f"\n{name}", *lines, ""])


def write_model(model: RiskModel) -> str:
    """Write a risk model as text.

    Parameters
    ----------
    model : RiskModel
        The model.

    Returns
    -------
    str
        TOML; numbers are written so that they are read back to the last digit.
    """
    parts = [_HEAD, f"format = {_FORMAT}\n"]
    parts += [f"{key} = {_text(getattr(model, key))}\n" for key in _PLAIN]
    parts.append(f"terms = {_text(model.design.terms)}\nseparated = {_text(model.separated)}\n")
    parts.append(f"auc = {_text(tuple(float(x) for x in model.auc))}\n")
    parts.append(_section("[provenance]", {key: getattr(model, key) for key in ("source", "version", "fitted_on")}))
    parts.append(_section("[missing_counts]", model.missing_counts))
    for variable in model.design.variables:
        values: dict[str, object] = {"factor": variable.factor}
        if variable.levels:
            values["levels"] = variable.levels
        else:
            values |= {"low": variable.low, "high": variable.high}
            values |= {} if variable.fill is None else {"fill": variable.fill}
        parts.append(_section("[[variable]]", values))
    rows = zip(model.names, model.coefficients, model.low, model.high, model.covariance, strict=True)
    for name, value, low, high, covariance in rows:
        entry = {"name": name, "value": value, "low": low, "high": high, "covariance": covariance}
        parts.append(_section("[[coefficient]]", entry))
    return "".join(parts)


def load_risk_model(path: str | Path) -> RiskModel:
    """Read a risk model that was saved before, here or in another department.

    Parameters
    ----------
    path : str or Path
        File written by ``RiskModel.save``.

    Returns
    -------
    RiskModel
        The same model, to the last digit; without the cases that it was fitted on.

    Raises
    ------
    UnreadableFile
        If there is no such file, or it holds no risk model that this version can read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pandas as pd
    >>> from cusum.models import fit_risk_model
    >>> operations = pd.read_csv("sample_data/cardiac_surgery.csv")
    >>> model = fit_risk_model(operations, covariates=["parsonnet"], outcome="death30", source="cardiac_surgery.csv")
    >>> with TemporaryDirectory() as folder:
    ...     load_risk_model(model.save(f"{folder}/risk.toml")) == model
    True
    """
    file = Path(path)
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile("{file} cannot be opened", expected="a saved risk model", file=file.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refusal(file, str(error)) from error
    if values.get("format") != _FORMAT:
        raise _refusal(file, f"format is {values.get('format')!r}, not {_FORMAT}")
    try:
        model = _build(values)
        _check(model, [row["name"] for row in values["coefficient"]])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refusal(file, f"{type(error).__name__} {error}") from error
    return model


def _refusal(file: Path, reason: str) -> UnreadableFile:
    """Say that a file holds no model that can be read."""
    return UnreadableFile(
        "{file} holds no risk model that can be read ({reason})",
        expected="a file written by RiskModel.save",
        remedy="Save the model again.",
        file=file.name,
        reason=reason,
    )


def _build(values: Mapping[str, Any]) -> RiskModel:
    """Put the model together from what the file says."""
    for key, kind in _KINDS.items():
        if not isinstance(values[key], kind):
            raise TypeError(key)
    variables = tuple(
        Variable(
            entry["factor"],
            tuple(entry.get("levels", ())),
            entry.get("low", 0.0),
            entry.get("high", 0.0),
            entry.get("fill"),
        )
        for entry in values["variable"]
    )
    rows = values["coefficient"]
    return RiskModel(
        **{key: values[key] for key in _PLAIN},
        **{key: values["provenance"][key] for key in ("source", "version", "fitted_on")},
        missing_counts=dict(values["missing_counts"]),
        design=Design(variables, tuple(tuple(term) for term in values["terms"])),
        coefficients=tuple(row["value"] for row in rows),
        low=tuple(row["low"] for row in rows),
        high=tuple(row["high"] for row in rows),
        covariance=tuple(tuple(row["covariance"]) for row in rows),
        separated=tuple(values["separated"]),
        auc=Estimate(*values["auc"]),
    )


def _check(model: RiskModel, names: Sequence[str]) -> None:
    """Refuse a model whose parts do not fit together, as after a change by hand."""
    if tuple(names) != model.names:
        raise ValueError("coefficients do not belong to the terms")
    covariance = np.array(model.covariance, dtype=np.float64)
    if covariance.shape != (len(model.names),) * 2 or not np.allclose(covariance, covariance.T):
        raise ValueError("covariance")
    if not all(isfinite(value) for value in (*model.coefficients, *model.low, *model.high, *covariance.ravel())):
        raise ValueError("a coefficient is not finite")
