"""Statistical quality monitoring of procedural learning curves.

A registration is one procedure by one trainee; a criterion says what is good enough; a chart turns outcomes in order
into a path with limits; a signal is where the path says something. The names below are all that is promised; each is
imported when it is first used, so that ``import cusum`` is quick.

Examples
--------
>>> import cusum
>>> criterion = cusum.Criterion(acceptable=0.10, unacceptable=0.20)
>>> criterion.unacceptable
0.2
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:  # what type checkers and editors read; the table below is what runs
    from cusum.charts import (
        BernoulliCusum,
        BernoulliGlr,
        Chart,
        Ewma,
        LastLookCusum,
        LearningCurveCusum,
        LearningThenMonitoring,
        Path,
        RiskAdjustedCusum,
        RiskAdjustedLearningCurveCusum,
        RiskAdjustedSequentialTest,
        Signal,
        StandardCusum,
        Vlad,
        Walk,
    )
    from cusum.cohort import (
        Cohort,
        GroupMonitoring,
        analyse,
        compare_charts,
        compare_with_truth,
        criterion_sensitivity,
        department_volumes,
        describe_breadth,
        describe_case_mix,
        describe_completeness,
        forecast_experience,
        monitor_groups,
        summarise_competences,
    )
    from cusum.criterion import Criterion
    from cusum.design import (
        EstimationSample,
        LimitDesign,
        LowVolumeDesign,
        PowerByLimit,
        PowerByVolume,
        RiskSequence,
        RunLength,
        StateProbabilities,
        VolumePlan,
        WaldPromise,
        competence_probability,
        design_low_volume,
        dynamic_limits,
        find_limit,
        learner_rates,
        plan_volume,
        power_bound,
        power_by_limit,
        power_by_volume,
        run_length,
        state_probabilities,
        wald_promise,
    )
    from cusum.design.influence import LimitInfluence, limit_influence
    from cusum.errors import (
        CusumError,
        InvalidData,
        InvalidParameter,
        MissingDependency,
        PrivacyError,
        ProgrammeError,
        UnreadableFile,
    )
    from cusum.figures import plot, plot_crossings, plot_department, plot_funnel, plot_trainee
    from cusum.models import (
        DepartmentComparison,
        LearningCurve,
        RiskModel,
        compare_departments,
        fit_learning_curve,
        fit_risk_model,
        load_risk_model,
    )
    from cusum.models.time_to_competence import TimeToCompetence, time_to_competence
    from cusum.programme import Programme, load_programme
    from cusum.registrations import Assessments, Registrations, read_assessments, read_registrations
    from cusum.registrations.simulate import SimulatedCohort, simulate_registrations
    from cusum.report import ReportPaths, write_report

_HOME = {
    "Criterion": "criterion",
    "Chart": "charts",
    "Path": "charts",
    "Signal": "charts",
    "Walk": "charts",
    "StandardCusum": "charts",
    "BernoulliCusum": "charts",
    "LearningCurveCusum": "charts",
    "LearningThenMonitoring": "charts",
    "LastLookCusum": "charts",
    "RiskAdjustedCusum": "charts",
    "RiskAdjustedLearningCurveCusum": "charts",
    "RiskAdjustedSequentialTest": "charts",
    "Vlad": "charts",
    "Ewma": "charts",
    "BernoulliGlr": "charts",
    "run_length": "design.run_length",
    "find_limit": "design",
    "RunLength": "design",
    "LimitDesign": "design",
    "design_low_volume": "design",
    "LowVolumeDesign": "design",
    "RiskSequence": "design",
    "EstimationSample": "design",
    "dynamic_limits": "design",
    "limit_influence": "design.influence",
    "LimitInfluence": "design.influence",
    "plan_volume": "design",
    "learner_rates": "design",
    "power_bound": "design",
    "wald_promise": "design",
    "WaldPromise": "design",
    "power_by_volume": "design",
    "PowerByVolume": "design",
    "power_by_limit": "design",
    "PowerByLimit": "design",
    "VolumePlan": "design",
    "competence_probability": "design",
    "state_probabilities": "design",
    "StateProbabilities": "design",
    "read_registrations": "registrations",
    "Registrations": "registrations",
    "read_assessments": "registrations",
    "Assessments": "registrations",
    "simulate_registrations": "registrations.simulate",
    "SimulatedCohort": "registrations.simulate",
    "load_programme": "programme",
    "Programme": "programme",
    "analyse": "cohort",
    "compare_charts": "cohort",
    "department_volumes": "cohort",
    "compare_with_truth": "cohort",
    "criterion_sensitivity": "cohort",
    "describe_breadth": "cohort",
    "describe_case_mix": "cohort",
    "describe_completeness": "cohort",
    "forecast_experience": "cohort",
    "summarise_competences": "cohort",
    "monitor_groups": "cohort",
    "GroupMonitoring": "cohort",
    "Cohort": "cohort",
    "compare_departments": "models.departments",
    "DepartmentComparison": "models.department_comparison",
    "fit_learning_curve": "models.learning_curve",
    "LearningCurve": "models.learning_curve",
    "fit_risk_model": "models.risk",
    "load_risk_model": "models.risk",
    "RiskModel": "models.risk",
    "time_to_competence": "models.time_to_competence",
    "TimeToCompetence": "models.time_to_competence",
    "plot": "figures",
    "plot_trainee": "figures",
    "plot_crossings": "figures",
    "plot_department": "figures",
    "plot_funnel": "figures",
    "write_report": "report",
    "ReportPaths": "report",
    "CusumError": "errors",
    "InvalidData": "errors",
    "InvalidParameter": "errors",
    "MissingDependency": "errors",
    "PrivacyError": "errors",
    "ProgrammeError": "errors",
    "UnreadableFile": "errors",
}

__all__ = [
    "Assessments",
    "BernoulliCusum",
    "BernoulliGlr",
    "Chart",
    "Cohort",
    "Criterion",
    "CusumError",
    "DepartmentComparison",
    "EstimationSample",
    "Ewma",
    "GroupMonitoring",
    "InvalidData",
    "InvalidParameter",
    "LastLookCusum",
    "LearningCurve",
    "LearningCurveCusum",
    "LearningThenMonitoring",
    "LimitDesign",
    "LimitInfluence",
    "LowVolumeDesign",
    "MissingDependency",
    "Path",
    "PowerByLimit",
    "PowerByVolume",
    "PrivacyError",
    "Programme",
    "ProgrammeError",
    "Registrations",
    "ReportPaths",
    "RiskAdjustedCusum",
    "RiskAdjustedLearningCurveCusum",
    "RiskAdjustedSequentialTest",
    "RiskModel",
    "RiskSequence",
    "RunLength",
    "Signal",
    "SimulatedCohort",
    "StandardCusum",
    "StateProbabilities",
    "TimeToCompetence",
    "UnreadableFile",
    "Vlad",
    "VolumePlan",
    "WaldPromise",
    "Walk",
    "analyse",
    "compare_charts",
    "compare_departments",
    "compare_with_truth",
    "competence_probability",
    "criterion_sensitivity",
    "department_volumes",
    "describe_breadth",
    "describe_case_mix",
    "describe_completeness",
    "design_low_volume",
    "dynamic_limits",
    "find_limit",
    "fit_learning_curve",
    "fit_risk_model",
    "forecast_experience",
    "learner_rates",
    "limit_influence",
    "load_programme",
    "load_risk_model",
    "monitor_groups",
    "plan_volume",
    "plot",
    "plot_crossings",
    "plot_department",
    "plot_funnel",
    "plot_trainee",
    "power_bound",
    "power_by_limit",
    "power_by_volume",
    "read_assessments",
    "read_registrations",
    "run_length",
    "simulate_registrations",
    "state_probabilities",
    "summarise_competences",
    "time_to_competence",
    "wald_promise",
    "write_report",
]


def __getattr__(name: str) -> object:
    """Import a public name from its room the first time that it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"cusum has no name {name!r}")
    value = getattr(import_module(f"cusum.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
