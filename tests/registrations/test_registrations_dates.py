"""Dates: one decision for a whole column, stated, and refused where it cannot be made."""

from __future__ import annotations

import itertools
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cusum import InvalidData, InvalidParameter, read_registrations
from cusum.registrations.cells import Faults
from cusum.registrations.dates import read_dates, to_date

LATEST = date(2026, 6, 30)


def read(*cells: object, order: str | None = None, latest: date = LATEST, otherwise: str | None = None):
    """Read one column: the days as text, the codes of the faults, the decision."""
    faults = Faults(len(cells))
    column = np.empty(len(cells), dtype=object)
    column[:] = cells
    days, minutes, decision = read_dates(
        column, faults, "performed_on", heading="Dato", order=order, latest=latest, otherwise=otherwise
    )
    text = [None if np.isnat(day) else str(day.astype("datetime64[D]")) for day in days]
    return text, [problem.code for _, problem, _, _ in faults.found], decision, minutes


@pytest.mark.parametrize(
    "written",
    [
        "03-02-2025",
        "03.02.2025",
        "3/2-25",
        "3/2 2025",
        "3. 2. 2025",
        "03/02/2025",
        "03 02 2025",
        "3-2-'25",
        "03-02-2025 14:30",
        "03-02-2025 kl. 14.30",
        "03-02-2025 00:00:00",
        "3. februar 2025",
        "3 feb 2025",
        "3. feb. 2025",
        "d. 3. februar 2025",
        "mandag den 3. februar 2025",
        "3-feb-25",
        "3 February 2025",
        "3rd of February 2025",
        "February 3, 2025",
        "2025-02-03",
        "2025/02/03",
        "2025-02-03T14:30:00",
        "2025-02-03T14:30:00Z",
        "2025-02-03 14:30:00.123+01:00",
        "20250203",
        "030225",
        "30225",
        30225,
        "03022025",
        3022025,
        45691,
        45691.0,
        "45691",
        datetime(2025, 2, 3, 14, 30),
        date(2025, 2, 3),
        pd.Timestamp("2025-02-03"),
    ],
    ids=repr,
)
def test_every_way_of_writing_the_third_of_february(written):
    settling = {int: 240225 if written == 30225 else 24022025, str: "24-02-2025"}.get(type(written), "24-02-2025")
    if written in (45691, "45691"):
        settling = "2025-02-24"
    days, codes, _, _ = read(written, settling)
    assert days == ["2025-02-03", "2025-02-24"]
    assert codes == []


def test_the_order_is_decided_by_the_whole_column_and_not_cell_by_cell():
    assert read("03-02-2025", "13-02-2025")[0] == ["2025-02-03", "2025-02-13"]
    assert read("03-02-2025", "02-13-2025")[0] == ["2025-03-02", "2025-02-13"]


def test_the_decision_is_stated_with_the_number_of_values_that_tell_it():
    _, _, decision, _ = read("03-02-2025", "13-02-2025", "14-02-2025", "14-02-2025")
    assert (decision.topic, decision.subject, decision.decision, decision.detail) == (
        "date_order",
        "Dato",
        "day first",
        "2",
    )


@pytest.mark.parametrize(
    "cells",
    [["03-02-2025"], ["03-02-2025", "04-05-2025"], ["3/2-25", "12/12-25"], ["03.02.2025"], [11010, 31110], ["010225"]],
)
def test_a_column_that_fits_both_orders_is_refused_with_the_option_that_settles_it(cells):
    with pytest.raises(InvalidData, match=r"'Dato' fit both orders.*date_order='day first'.*date_order='month first'"):
        read(*cells)
    assert read(*cells, order="day first")[0] != read(*cells, order="month first")[0]


def test_a_column_that_reads_the_same_both_ways_is_not_refused():
    assert read("05-05-2025", "06-06-2025")[0] == ["2025-05-05", "2025-06-06"]


def test_another_column_may_tell_the_order_of_one_that_cannot():
    days, _, decision, _ = read("01-09-2024", otherwise="day first")
    assert days == ["2024-09-01"]
    assert decision.detail == "as the dates of the procedures"


def test_a_column_that_mixes_both_orders_is_refused():
    with pytest.raises(InvalidData, match=r"'Dato' mix both orders"):
        read("13-02-2025", "02-14-2025")


def test_one_mistyped_date_in_a_long_column_is_rejected_and_the_order_kept():
    cells = [f"{day:02d}-03-2025" for day in range(1, 32)] + ["03-14-2025"]
    days, codes, decision, _ = read(*cells)
    assert days[:2] == ["2025-03-01", "2025-03-02"]
    assert days[-1] is None
    assert codes == ["impossible_date"]
    assert decision.decision == "day first"


@pytest.mark.parametrize(
    "cell", ["31-02-2025", "00-01-2025", "2025-02-30", "31. februar 2025", "45-13-2025", "01-01-1900"]
)
def test_a_day_that_does_not_exist(cell):
    days, codes, _, _ = read(cell, "13-02-2025")
    assert days == [None, "2025-02-13"]
    assert codes == ["impossible_date"]


@pytest.mark.parametrize(
    "cell", ["i går", "februar 2025", "13-02", "13-02-2025 25:00", "uge 7", "13-02-20251", "#VALUE!", True, 12]
)
def test_what_is_no_date(cell):
    days, codes, _, _ = read(cell, "13-02-2025")
    assert days == [None, "2025-02-13"]
    assert codes == ["unreadable_date"]


@pytest.mark.parametrize("cell", [None, "", "-", "?", "ukendt"])
def test_nothing_is_no_fault_of_reading(cell):
    assert read(cell, "13-02-2025")[:2] == ([None, "2025-02-13"], [])


def test_numbers_run_together_with_the_leading_zero_lost():
    assert read(11010, 151010, 311210, latest=date(2011, 6, 30))[0] == ["2010-10-01", "2010-10-15", "2010-12-31"]


def test_year_month_and_day_run_together():
    cells = [240105, 240312, 240331, 240701]
    days, _, decision, _ = read(*cells)
    assert days == ["2024-01-05", "2024-03-12", "2024-03-31", "2024-07-01"]
    assert decision.decision == "year first"


def test_excel_numbers_and_run_together_dates_that_cannot_be_told_apart_are_refused():
    with pytest.raises(InvalidData, match=r"could be Excel's day numbers or dates such as ddmmyy"):
        read(41010, 41109)


def test_years_of_two_digits_are_not_in_the_future():
    assert read("13-02-25", "13-02-75")[0] == ["2025-02-13", "1975-02-13"]


def test_a_half_converted_column_is_refused_unless_the_user_says_otherwise():
    cells = [datetime(2025, 3, 2), datetime(2025, 4, 2), datetime(2025, 5, 2), "13-02-2025", "14-02-2025", "15-02-2025"]
    with pytest.raises(InvalidData, match=r"looks half converted"):
        read(*cells)
    assert read(*cells, order="day first")[0][0] == "2025-03-02"


def test_times_are_minutes_and_midnight_throughout_is_no_time():
    assert read("13-02-2025 14:30", "13-02-2025 2:05 pm", datetime(2025, 2, 13, 8))[3].tolist() == [870, 845, 480]
    assert np.isnan(read("13-02-2025 00:00", "14-02-2025 00:00")[3]).all()


def test_the_order_can_be_given():
    frame = pd.DataFrame({"trainee": "T1", "procedure": "cvc", "performed_on": ["03-02-2025"], "failure": [True]})
    for order, month in (("day first", 2), ("month first", 3)):
        assert read_registrations(frame, date_order=order).table["performed_on"].dt.month.item() == month
    with pytest.raises(
        InvalidParameter, match=r"date_order is 'dmy'; expected one of day first, month first, year first"
    ):
        read_registrations(frame, date_order="dmy")


@pytest.mark.parametrize("value", ["2025-06-30", date(2025, 6, 30), datetime(2025, 6, 30, 12), "30. juni 2025"])
def test_the_day_up_to_which_registrations_count(value):
    assert to_date(value, "as_of") == date(2025, 6, 30)


@pytest.mark.parametrize("value", ["30-06-2025", "snart", "2025-06-31"])
def test_a_day_that_cannot_be_told(value):
    with pytest.raises(InvalidParameter, match=r"as_of is .*yyyy-mm-dd"):
        to_date(value, "as_of")


FORMATS = ["%d-%m-%Y", "%d.%m.%Y", "%d/%m-%y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y %H:%M"]


@given(st.lists(st.dates(date(2000, 1, 1), date(2026, 6, 30)), min_size=1, max_size=40), st.sampled_from(FORMATS))
def test_what_is_written_is_read_back(days, form):
    cells = [day.strftime(form) for day in [*days, date(2025, 12, 31)]]
    assert read(*cells)[0] == [day.isoformat() for day in [*days, date(2025, 12, 31)]]


@given(st.permutations(["03-02-2025", "13-02-2025", "01-12-2024", "2025-01-04", "5. maj 2025"]))
def test_the_order_of_the_rows_does_not_change_what_is_read(cells):
    one_by_one = dict(itertools.zip_longest(cells, read(*cells)[0]))
    assert one_by_one["03-02-2025"] == "2025-02-03"
    assert one_by_one["5. maj 2025"] == "2025-05-05"
