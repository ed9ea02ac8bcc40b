"""Figures: each answers one question, in Danish or English, and can be edited further as a plotly figure."""

from __future__ import annotations

from cusum.figures.alt_text import alt_text
from cusum.figures.calibration import plot_calibration
from cusum.figures.case_mix import plot_case_mix
from cusum.figures.comparison import plot_comparison
from cusum.figures.crossings import plot_crossings
from cusum.figures.department import plot_department
from cusum.figures.department_adjusted import plot_department_adjusted
from cusum.figures.experience import plot_experience_forecast
from cusum.figures.export import html_fragment, plotly_script, write_html, write_image, write_page
from cusum.figures.funnel import plot_funnel
from cusum.figures.influence import plot_limit_influence
from cusum.figures.learning_curve import plot_learning_curve
from cusum.figures.observed_expected import plot_observed_expected
from cusum.figures.path import plot_path
from cusum.figures.plotting import plot
from cusum.figures.power_by_limit import plot_power_by_limit
from cusum.figures.power_by_volume import plot_power_by_volume
from cusum.figures.run_length import plot_run_length
from cusum.figures.sensitivity import plot_sensitivity
from cusum.figures.time_to_competence import plot_time_to_competence
from cusum.figures.trainee import plot_chart, plot_trainee
from cusum.figures.wald_promise import plot_wald_promise

__all__ = [
    "alt_text",
    "html_fragment",
    "plot",
    "plot_calibration",
    "plot_case_mix",
    "plot_chart",
    "plot_comparison",
    "plot_crossings",
    "plot_department",
    "plot_department_adjusted",
    "plot_experience_forecast",
    "plot_funnel",
    "plot_learning_curve",
    "plot_limit_influence",
    "plot_observed_expected",
    "plot_path",
    "plot_power_by_limit",
    "plot_power_by_volume",
    "plot_run_length",
    "plot_sensitivity",
    "plot_time_to_competence",
    "plot_trainee",
    "plot_wald_promise",
    "plotly_script",
    "write_html",
    "write_image",
    "write_page",
]
