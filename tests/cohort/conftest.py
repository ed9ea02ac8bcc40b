"""Small cohorts whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import pytest

from cusum import Cohort, Registrations, analyse, read_registrations

Rows = Sequence[tuple[str, str, str, str | None]]


@pytest.fixture(scope="session")
def make_registrations() -> Callable[..., Registrations]:
    """Make registrations from (trainee, procedure, outcomes as a string of 0 and 1, department)."""

    def make(*sequences: tuple[str, str, str, str], start: str = "2025-01-01", every: int = 3) -> Registrations:
        rows = []
        for trainee, procedure, outcomes, department in sequences:
            for k, outcome in enumerate(outcomes):
                day = pd.Timestamp(start) + pd.Timedelta(days=every * k)
                rows.append((trainee, department, procedure, day, outcome == "1"))
        columns = ["trainee", "department", "procedure", "performed_on", "failure"]
        return read_registrations(pd.DataFrame(rows, columns=columns))

    return make


@pytest.fixture(scope="session")
def sample() -> Registrations:
    """Read the sample cohort once."""
    return read_registrations("sample_data/danish_cohort.csv")


@pytest.fixture(scope="session")
def sample_cohort(sample: Registrations) -> Cohort:
    """Analyse the sample cohort once."""
    return analyse(sample)
