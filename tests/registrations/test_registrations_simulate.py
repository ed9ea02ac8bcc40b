"""The simulated cohort and the truth that is told about it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cusum.errors import InvalidParameter
from cusum.programme import load_programme
from cusum.registrations.simulate import SimulatedCohort, simulate_registrations
from cusum.registrations.simulated_cases import CASE_ODDS, spread_dates
from cusum.registrations.simulated_truth import DEPARTMENTS, GROUPS

KEY = ["trainee", "procedure"]


@pytest.fixture(scope="module")
def cohort() -> SimulatedCohort:
    return simulate_registrations(seed=7)


@pytest.fixture(scope="module")
def small() -> SimulatedCohort:
    return simulate_registrations(trainees=3, seed=7)


@pytest.fixture(scope="module")
def charted(cohort: SimulatedCohort) -> pd.DataFrame:
    """Every charted case with its true rate and probability."""
    beside = cohort.rates.drop(columns=KEY)
    return cohort.table.merge(beside, on="registration_id", validate="one_to_one")


def test_the_cohort_has_the_size_that_was_asked_for(cohort: SimulatedCohort) -> None:
    assert cohort.table["trainee"].nunique() == 92
    assert cohort.table["department"].nunique() == 30
    assert set(cohort.table["region"]) == {"Nord", "Syd", "Øst"}
    assert len(cohort.truth) == 92 * 6
    assert not cohort.truth.duplicated(KEY).any()
    assert cohort.table["registration_id"].is_unique
    assert cohort.table.groupby("trainee")["department"].nunique().max() == 1
    assert repr(cohort) == f"SimulatedCohort(92 trainees, {len(cohort.table)} registrations, synthetic, seed=7)"
    assert "synthetic" in cohort._repr_html_()


def test_each_department_has_its_region(cohort: SimulatedCohort) -> None:
    regions = {name: region for region, names in DEPARTMENTS.items() for name in names}
    found = cohort.truth.drop_duplicates("department").set_index("department")["region"].to_dict()
    assert found == {name: regions[name] for name in found}


def test_the_table_has_the_canonical_columns_and_types(cohort: SimulatedCohort) -> None:
    types = {column: str(kind) for column, kind in cohort.table.dtypes.items()}
    assert types == {
        "registration_id": "str",
        "trainee": "str",
        "department": "str",
        "region": "str",
        "post_start": "datetime64[us]",
        "performed_on": "datetime64[us]",
        "sequence": "Int64",
        "procedure": "str",
        "failure": "boolean",
        "attempts": "Int64",
        "handed_over": "boolean",
        "supervision": "str",
        "urgency": "str",
        "asa": "Int64",
        "age": "float64",
        "bmi": "float64",
        "technique": "str",
        "complication": "str",
    }


def test_values_are_of_this_world(cohort: SimulatedCohort) -> None:
    table = cohort.table
    assert table["performed_on"].between("2024-09-01", "2025-08-31").all()
    assert table["asa"].between(1, 4).all()
    assert table["age"].between(16, 97).all()
    assert table["bmi"].between(15, 60).all()
    assert table["sequence"].dropna().ge(1).all()
    assert 0.005 < table["sequence"].isna().mean() < 0.2
    weekend = table["performed_on"].dt.day_of_week >= 5
    assert 0.01 < weekend.mean() < 2 / 7


def test_only_charted_procedures_have_an_outcome(cohort: SimulatedCohort) -> None:
    outcome = cohort.table["failure"].notna()
    programme = load_programme()
    assert (outcome == cohort.table["procedure"].isin(programme.procedures)).all()
    assert set(cohort.table.loc[~outcome, "procedure"]) == set(programme.experience)
    beside = cohort.table.loc[~outcome, ["attempts", "handed_over"]]
    assert beside.isna().all(axis=None)


def test_what_stands_beside_an_outcome_agrees_with_it(cohort: SimulatedCohort) -> None:
    table = cohort.table[cohort.table["failure"].notna()]
    programme = load_programme()
    allowed = table["procedure"].map({key: item.attempts_allowed for key, item in programme.procedures.items()})
    success = ~table["failure"].astype(bool)
    assert not table.loc[success, "handed_over"].any()
    assert (table["attempts"][success] <= allowed[success].fillna(4)).all()
    assert table["attempts"].ge(1).all()
    assert table.loc[~success, "handed_over"].mean() > 0.4
    assert table.loc[~success, "attempts"].mean() > table.loc[success, "attempts"].mean() + 0.5


def test_volumes_scatter_around_the_expected_numbers(cohort: SimulatedCohort) -> None:
    cases = cohort.truth.groupby("procedure")["cases"].describe()
    for key, procedure in load_programme().procedures.items():
        assert cases.loc[key, "mean"] == pytest.approx(0.95 * procedure.expected_cases, rel=0.15)
        assert cases.loc[key, "std"] > 0.25 * procedure.expected_cases
    few = cohort.truth["cases"] < 0.2 * cohort.truth.groupby("procedure")["cases"].transform("mean")
    assert 10 < few.sum() < 60
    assert (cohort.truth["cases"] == 0).any()


def test_the_truth_counts_what_the_table_holds(cohort: SimulatedCohort) -> None:
    table = cohort.table[cohort.table["failure"].notna()]
    counted = table.groupby(KEY)["failure"].agg(["size", "sum"])
    truth = cohort.truth.set_index(KEY)
    told = truth.loc[truth["cases"] > 0, ["cases", "failures"]].sort_index()
    assert (counted.to_numpy(dtype=int) == told.to_numpy(dtype=int)).all()
    assert list(counted.index) == list(told.index)


def test_cases_are_numbered_in_the_order_done(charted: pd.DataFrame) -> None:
    number = charted.groupby(KEY).cumcount() + 1
    assert (number == charted["case"]).all()
    assert charted.groupby("trainee")["performed_on"].apply(lambda days: days.is_monotonic_increasing).all()
    day = charted.groupby([*KEY, "performed_on"]).cumcount() + 1
    assert (charted["sequence"].isna() | (charted["sequence"] == day)).all()


def test_the_rate_follows_the_learning_curve_that_the_truth_states(cohort: SimulatedCohort) -> None:
    rates = cohort.rates.merge(cohort.truth, on=KEY, validate="many_to_one")
    plain = rates[(rates["department_odds_ratio"] == 1) & rates["deteriorates_after"].isna()]
    assert len(plain) > 10_000
    for row in plain.iloc[::37].itertuples():  # the formula, case by case
        curve = row.final_rate + (row.first_rate - row.final_rate) * np.exp(-(row.case - 1) / row.time_constant)
        assert row.rate == pytest.approx(curve, abs=2e-4)


def test_the_rate_is_the_average_over_the_case_mix(charted: pd.DataFrame) -> None:
    for _, cases in charted.groupby("procedure"):
        difference = cases["probability"] - cases["rate"]
        assert abs(difference.mean()) < 4 * difference.std() / np.sqrt(len(difference))
        assert difference.std() > 0.005


def test_failures_come_as_often_as_their_probability_says(charted: pd.DataFrame) -> None:
    bands = pd.cut(charted["probability"], [0, 0.05, 0.1, 0.2, 0.3, 0.5, 1])
    for _, cases in charted.groupby(bands, observed=True):
        chance = cases["probability"]
        spread = np.sqrt((chance * (1 - chance)).sum())
        assert abs(cases["failure"].sum() - chance.sum()) < 4 * spread


def test_difficult_cases_have_the_stated_odds_ratios(cohort: SimulatedCohort, charted: pd.DataFrame) -> None:
    flat = cohort.truth[(cohort.truth["group"] == "constant inadequate") & (cohort.truth["cases"] >= 10)]
    assert len(flat) > 5
    cases = charted.merge(flat[KEY], on=KEY)
    for (_, procedure), own in cases.groupby(KEY):
        odds = np.log(CASE_ODDS[procedure])
        covariates = [own["asa"] >= 3, (own["bmi"] - 25) / 5, (own["age"] - 50) / 10, own["urgency"] == "emergency"]
        shift = sum(weight * column.astype(float) for weight, column in zip(odds, covariates, strict=True))
        rest = np.log(own["probability"] / (1 - own["probability"])) - shift
        assert rest.max() - rest.min() == pytest.approx(0, abs=1e-9)


def test_a_worse_department_has_higher_rates_by_about_its_odds_ratio(cohort: SimulatedCohort) -> None:
    odds = cohort.truth.drop_duplicates("department")["department_odds_ratio"]
    assert (odds > 1.5).sum() == 3
    assert (odds < 1).sum() == 1
    assert (odds == 1).sum() == 26
    ended = cohort.truth[(cohort.truth["cases"] > 60) & (cohort.truth["group"] == "fast")]
    ratio = _odds(ended["rate_at_last_case"]) / _odds(ended["final_rate"])
    worse = ended["department_odds_ratio"] > 1
    assert worse.any()
    assert (ratio[worse] / ended["department_odds_ratio"][worse]).between(0.85, 1.03).all()


def _odds(rate: pd.Series) -> pd.Series:
    return rate / (1 - rate)


def test_adequacy_is_told_from_the_rates_case_by_case(cohort: SimulatedCohort) -> None:
    criteria = {key: item.criterion for key, item in load_programme().procedures.items()}
    rates = dict(list(cohort.rates.groupby(KEY)))
    for row in cohort.truth.itertuples():
        if not row.cases:
            assert pd.isna(row.adequate_from_case)
            assert pd.isna(row.rate_at_last_case)
            assert not row.adequate_at_last_case
            assert not row.always_inadequate
            continue
        own, criterion = rates[row.trainee, row.procedure]["rate"].to_numpy(), criteria[row.procedure]
        adequate = np.flatnonzero(own <= criterion.acceptable)
        assert pd.isna(row.adequate_from_case) if adequate.size == 0 else row.adequate_from_case == adequate[0] + 1
        assert row.rate_at_last_case == pytest.approx(own[-1], abs=1e-6)
        assert row.lowest_rate == pytest.approx(own.min(), abs=1e-6)
        assert row.adequate_at_last_case == (own[-1] <= criterion.acceptable)
        assert row.always_inadequate == (own.min() >= criterion.unacceptable)


def test_groups_learn_as_they_are_named(cohort: SimulatedCohort) -> None:
    truth = cohort.truth[(cohort.truth["department_odds_ratio"] == 1) & (cohort.truth["cases"] > 0)]
    assert set(truth["group"]) == set(GROUPS)
    of = {group: truth[truth["group"] == group] for group in GROUPS}
    criteria = {key: item.criterion for key, item in load_programme().procedures.items()}
    unacceptable = truth["procedure"].map({key: item.unacceptable for key, item in criteria.items()})
    for group in ("constant inadequate", "plateau inadequate"):
        assert (of[group]["final_rate"] >= unacceptable[of[group].index] - 1e-4).all()
        assert of[group]["always_inadequate"].mean() > 0.9
    assert (of["constant inadequate"]["first_rate"] == of["constant inadequate"]["final_rate"]).all()
    assert of["fast"]["adequate_from_case"].notna().mean() > 0.9
    assert of["deteriorates"]["deteriorates_after"].notna().all()
    assert truth.loc[truth["group"] != "deteriorates", "deteriorates_after"].isna().all()
    lost = of["deteriorates"][of["deteriorates"]["cases"] > of["deteriorates"]["deteriorates_after"]]
    assert len(lost) >= 3
    assert (lost["rate_at_last_case"] > unacceptable[lost.index]).all()
    assert lost["adequate_from_case"].notna().mean() > 0.5
    assert of["fast"]["time_constant"].max() < of["late"]["time_constant"].max()


def test_enough_trainees_are_truly_inadequate_to_try_a_promise_on(cohort: SimulatedCohort) -> None:
    by_procedure = cohort.truth.groupby("procedure")[["always_inadequate", "adequate_at_last_case"]].sum()
    assert by_procedure["always_inadequate"].min() >= 4
    assert by_procedure["adequate_at_last_case"].min() >= 35


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    np.random.seed(1)  # noqa: NPY002 - whatever happened to the global generator must not matter
    one = simulate_registrations(trainees=2, seed=11)
    np.random.seed(2)  # noqa: NPY002
    two = simulate_registrations(trainees=2, seed=11)
    for style in ("danish", "plain"):
        first, second = (cohort.to_csv(tmp_path / "cohort.csv", style=style).read_bytes() for cohort in (one, two))
        assert first == second
    first, second = (cohort.to_excel(tmp_path / "cohort.xlsx").read_bytes() for cohort in (one, two))
    assert first == second
    first, second = (cohort.truth_to_csv(tmp_path / "truth.csv").read_bytes() for cohort in (one, two))
    assert first == second


def test_another_seed_gives_another_cohort(small: SimulatedCohort) -> None:
    other = simulate_registrations(trainees=3, seed=8)
    assert not other.truth["cases"].equals(small.truth["cases"])


def test_the_global_generator_is_left_alone() -> None:
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    simulate_registrations(trainees=2, seed=1)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002


def test_a_danish_csv_is_what_danish_excel_saves(small: SimulatedCohort, tmp_path: Path) -> None:
    raw = small.to_csv(tmp_path / "cohort.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").split("\r\n")
    assert lines[-1] == ""
    assert len(lines) == len(small.table) + 2
    assert lines[0].split(";")[:8] == [
        "Løbenr.",
        "Uddannelsessøgende",
        "Afdeling",
        "Region",
        "Ansættelsesstart",
        "Dato",
        "Rækkefølge",
        "Procedure",
    ]
    cells = [line.split(";") for line in lines[1:-1]]
    assert {len(row) for row in cells} == {18}
    assert all(re.fullmatch(r"\d{2}-\d{2}-\d{4}", row[5]) for row in cells)
    assert all(re.fullmatch(r"\d{2},\d", row[15]) for row in cells)
    assert {row[8] for row in cells} == {"Lykkedes", "Lykkedes ikke", ""}
    assert {row[10] for row in cells} == {"ja", "nej", ""}
    assert {"Spinal", "CVK", "A-kanyle", "larynxmaske"} <= {row[7] for row in cells}
    assert {row[11] for row in cells} == {"assisteret", "superviseret", "selvstændig"}
    assert not {row[16] for row in cells} & {"ultrasound", "landmark", "midline"}


def test_a_plain_csv_holds_the_canonical_table(small: SimulatedCohort, tmp_path: Path) -> None:
    path = small.to_csv(tmp_path / "plain.csv", style="plain")
    again = pd.read_csv(path, parse_dates=["performed_on", "post_start"], dtype={"failure": "boolean"})
    assert list(again.columns) == list(small.table.columns)
    assert (again["failure"].isna() == small.table["failure"].isna()).all()
    assert again["failure"].sum() == small.table["failure"].sum()
    assert (again["bmi"] == small.table["bmi"]).all()
    assert (again["performed_on"] == small.table["performed_on"]).all()


def test_a_workbook_holds_the_same_rows_with_real_dates(small: SimulatedCohort, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(small.to_excel(tmp_path / "cohort.xlsx"), read_only=True)
    rows = list(book["Registreringer"].iter_rows(values_only=True))
    book.close()
    assert len(rows) == len(small.table) + 1
    assert rows[0][5] == "Dato"
    assert [row[5] for row in rows[1:]] == list(small.table["performed_on"].dt.to_pydatetime())
    assert [row[15] for row in rows[1:]] == small.table["bmi"].tolist()


def test_no_value_looks_like_a_civil_registration_number(cohort: SimulatedCohort, tmp_path: Path) -> None:
    text = cohort.to_csv(tmp_path / "cohort.csv").read_text(encoding="utf-8-sig")
    assert re.search(r"(?<!\d)\d{6}-?\d{4}(?!\d)", text) is None


def test_no_cell_could_be_taken_for_a_formula(cohort: SimulatedCohort) -> None:
    texts = cohort.table.select_dtypes("str")
    assert not texts.apply(lambda column: column.str.startswith(("=", "+", "-", "@"))).any(axis=None)


def test_another_style_is_refused(small: SimulatedCohort, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match=r"style is 'swedish'; expected 'danish' or 'plain'"):
        small.to_csv(tmp_path / "cohort.csv", style="swedish")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trainees": 0, "seed": 1}, "trainees is 0; expected a whole number from 1 to 10000"),
        ({"trainees": 2.5, "seed": 1}, "trainees is 2.5; expected a whole number"),
        ({"trainees": True, "seed": 1}, "trainees is True; expected a whole number"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0"),
        ({"seed": "1"}, "seed is '1'; expected a whole number from 0"),
        ({"seed": None}, "seed is None; expected a whole number from 0"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(message)):
        simulate_registrations(**values)  # type: ignore[arg-type]


def test_a_seed_has_to_be_given() -> None:
    with pytest.raises(TypeError, match="seed"):
        simulate_registrations()  # type: ignore[call-arg]


def test_one_trainee_and_another_start() -> None:
    cohort = simulate_registrations(trainees=1, seed=3, start=date(2026, 3, 1))
    assert cohort.table["trainee"].unique().tolist() == ["T001"]
    assert cohort.table["post_start"].unique()[0] == pd.Timestamp(2026, 3, 1)
    assert cohort.table["performed_on"].between("2026-03-01", "2027-02-28").all()


def test_a_department_s_own_programme_is_followed(tmp_path: Path) -> None:
    text = load_programme().to_toml()
    start, end = text.index("[procedures.block]"), text.index("[procedures.intubation]")
    own = text[:start] + text[end:].replace("charted = true", "charted = false")
    own = own.replace("[experience.transport]\n", "[experience.transport]\ntarget = 60\n")
    own = own.replace("[experience.laryngeal_mask]", "[experience.mask_ventilation]")
    own = own.replace('"laryngeal_mask"', '"mask_ventilation"').replace('"block", ', "")
    path = tmp_path / "own.toml"
    path.write_text(own, encoding="utf-8")
    cohort = simulate_registrations(path, trainees=12, seed=5)
    assert set(cohort.truth["procedure"]) == {"spinal", "epidural", "cvc", "arterial_line"}
    counted = cohort.table[cohort.table["procedure"] == "intubation"]
    assert len(counted) > 500
    assert counted["failure"].isna().all()
    assert (cohort.table["procedure"] == "mask_ventilation").any()
    assert (cohort.table["procedure"] == "transport").sum() == pytest.approx(12 * 60, rel=0.3)


def test_a_procedure_that_nobody_foresaw_can_be_simulated(tmp_path: Path) -> None:
    text = load_programme().to_toml().replace("[procedures.block", "[procedures.caudal").replace('"block"', '"caudal"')
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    cohort = simulate_registrations(path, trainees=3, seed=5)
    caudal = cohort.table[cohort.table["procedure"] == "caudal"]
    assert len(caudal) > 20
    assert caudal["failure"].notna().all()
    assert caudal["technique"].eq("").all()


def test_dates_keep_to_each_trainee_s_working_days() -> None:
    who = np.repeat(np.arange(3), 4000)
    days = spread_dates(np.random.default_rng(4), who, trainees=3, start=np.datetime64("2024-09-01"), days=365)
    counts = [np.unique(days[who == trainee]).size for trainee in range(3)]
    assert counts == [212, 212, 212]
