"""One verb for all results: plot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.errors import InvalidParameter

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["plot"]


def plot(result: Any, **options: Any) -> go.Figure:
    """Draw a result, whatever it is.

    Parameters
    ----------
    result : Path, Cohort, RunLength, TimeToCompetence, LearningCurve, RiskModel, DepartmentComparison or other result
        What to draw.
    **options : object
        For the figure in question, such as ``language="da"`` or ``title="..."``. A cohort needs one of ``trainee=``,
        ``procedure=`` or ``department=``, or ``procedure=`` with ``trainee=`` for a single chart, or with
        ``department=`` for the department's risk-adjusted charts; a sensitivity may be given ``procedure=``, a
        comparison of departments ``department=``.

    Returns
    -------
    plotly.graph_objects.Figure
        A figure that may still be edited.

    Raises
    ------
    InvalidParameter
        If there is no figure for such a result, or a cohort comes without saying what of it to draw.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.5)
    >>> plot(chart.run([1, 0, 0, 0, 0, 0]), title="First six").layout.title.text
    'First six'
    """
    kind = next((name for name in (c.__name__ for c in type(result).__mro__) if name in _DRAW), None)
    if kind is None:
        raise InvalidParameter(
            "there is no figure for a {kind}",
            expected="one of {names}",
            kind=type(result).__name__,
            names=", ".join(_DRAW),
        )
    return _DRAW[kind](result, options)


def _path(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw a path."""
    from cusum.figures.path import plot_path

    return plot_path(result, **options)


def _run_length(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw a run length."""
    from cusum.figures.run_length import plot_run_length

    return plot_run_length(result, **options)


def _time_to_competence(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw the time to competence."""
    from cusum.figures.time_to_competence import plot_time_to_competence

    return plot_time_to_competence(result, **options)


def _departments(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw departments beside each other."""
    from cusum.figures.funnel import plot_funnel

    return plot_funnel(result, **options)


def _calibration(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw expected risks against what happened."""
    from cusum.figures.calibration import plot_calibration

    return plot_calibration(result, **options)


def _limit_influence(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw what a limit owes to the sample of its model."""
    from cusum.figures.influence import plot_limit_influence

    return plot_limit_influence(result, **options)


def _comparison(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw the same cases under several charts."""
    from cusum.figures.comparison import plot_comparison

    return plot_comparison(result, **options)


def _sensitivity(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw who is declared competent under other criteria."""
    from cusum.figures.sensitivity import plot_sensitivity

    return plot_sensitivity(result, **options)


def _learning_curve(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw a learning curve."""
    from cusum.figures.learning_curve import plot_learning_curve

    return plot_learning_curve(result, **options)


def _power_by_limit(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw what another limit would do."""
    from cusum.figures.power_by_limit import plot_power_by_limit

    return plot_power_by_limit(result, **options)


def _power_by_volume(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw how many procedures it takes."""
    from cusum.figures.power_by_volume import plot_power_by_volume

    return plot_power_by_volume(result, **options)


def _wald_promise(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw what Wald's limit promises, and does."""
    from cusum.figures.wald_promise import plot_wald_promise

    return plot_wald_promise(result, **options)


def _cohort(result: Any, options: dict[str, Any]) -> go.Figure:
    """Draw what is asked for of a cohort."""
    from cusum.figures.crossings import plot_crossings
    from cusum.figures.department import plot_department
    from cusum.figures.department_adjusted import plot_department_adjusted
    from cusum.figures.trainee import plot_chart, plot_trainee

    asked = tuple(name for name in ("trainee", "procedure", "department") if name in options)
    chosen = [options.pop(name) for name in asked]
    figures: dict[tuple[str, ...], Any] = {
        ("trainee",): plot_trainee,
        ("procedure",): plot_crossings,
        ("department",): plot_department,
        ("trainee", "procedure"): plot_chart,
        ("procedure", "department"): lambda cohort, key, place, **rest: plot_department_adjusted(
            cohort, place, key, **rest
        ),
    }
    if asked not in figures:
        raise InvalidParameter(
            "a cohort was given with {asked}",
            expected="trainee=, procedure= or department=, or procedure= with trainee= or department=",
            asked=" and ".join(f"{name}=" for name in asked) or "nothing that says what of it to draw",
        )
    return figures[asked](result, *chosen, **options)


_DRAW = {
    "Path": _path,
    "Cohort": _cohort,
    "RunLength": _run_length,
    "TimeToCompetence": _time_to_competence,
    "LearningCurve": _learning_curve,
    "DepartmentComparison": _departments,
    "RiskModel": _calibration,
    "Calibration": _calibration,
    "LimitInfluence": _limit_influence,
    "ChartComparison": _comparison,
    "CriterionSensitivity": _sensitivity,
    "PowerByLimit": _power_by_limit,
    "PowerByVolume": _power_by_volume,
    "WaldPromise": _wald_promise,
}
