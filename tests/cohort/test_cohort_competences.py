"""What documents each competence on a day is what a loop over the register, the charts and the counts would find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from cusum import (
    Cohort,
    InvalidParameter,
    Programme,
    Registrations,
    analyse,
    load_programme,
    read_assessments,
    summarise_competences,
)
from cusum.cohort.competences import STATES, unknown_trainees


def with_targets(**targets: int) -> Programme:
    plan = load_programme()
    return replace(
        plan,
        procedures={key: replace(item, target=targets.get(key)) for key, item in plan.procedures.items()},
        experience={key: replace(item, target=targets.get(key)) for key, item in plan.experience.items()},
    )


@pytest.fixture(scope="module")
def cohort(sample: Registrations) -> Cohort:
    """The sample cohort in April, with its register and a few targets."""
    plan = with_targets(spinal=30, intubation=50, transport=10, laryngeal_mask=25)
    register = read_assessments("sample_data/danish_assessments.csv", plan)
    return analyse(sample, plan, assessments=register, as_of="2025-04-15")


def state_by_hand(cohort: Cohort, trainee: str, number: int, document: str, day: pd.Timestamp) -> tuple[str, int, int]:
    """State, done and of, worked out from the raw tables with loops."""
    plan = cohort.programme
    competence = plan.competences[number - 1]
    if document in ("CU", "ER"):
        return counted_by_hand(cohort, trainee, list(competence.experience), document, day)
    assert cohort.assessments is not None
    found = "missing"
    register = cohort.assessments.table
    mine = register[(register["trainee"] == trainee) & (register["document"] == document)]
    for row in mine.sort_values("assessed_on", kind="stable").to_dict("records"):
        fits = pd.isna(row["competence"]) or row["competence"] == number
        if fits and row["assessed_on"] <= day:
            found = "documented" if pd.isna(row["sufficient"]) or row["sufficient"] else "insufficient"
    return found, -1, -1


def counted_by_hand(
    cohort: Cohort, trainee: str, items: list[str], document: str, day: pd.Timestamp
) -> tuple[str, int, int]:
    plan, table = cohort.programme, cohort.registrations.table
    mine = table[(table["trainee"] == trainee) & (table["performed_on"] <= day)]
    if document == "CU":
        items = [item for item in items if item in plan.procedures]
        own = cohort.crossings[cohort.crossings["trainee"] == trainee].set_index("procedure")
        done = sum(own.loc[item, "crossed"] and own.loc[item, "crossed_on"] <= day for item in items)
        any_case = mine["procedure"].isin(items).any()
        return ("documented" if done == len(items) else "partly" if any_case else "missing"), done, len(items)
    targets = {**plan.procedures, **plan.experience}
    wanted = [item for item in items if targets[item].target is not None]
    counts = {item: (mine["procedure"] == item).sum() for item in items}
    done = sum(counts[item] >= targets[item].target for item in wanted)
    if not wanted:
        return "no_target", 0, 0
    some = sum(counts.values()) > 0
    return ("documented" if done == len(wanted) else "partly" if some else "missing"), done, len(wanted)


def test_states_are_those_of_a_loop(cohort: Cohort) -> None:
    rows = cohort.competences
    assert len(rows) == 92 * sum(len(c.documents) for c in cohort.programme.competences)
    day = pd.Timestamp("2025-04-15")
    sample = rows[rows["trainee"].isin(["T001", "T017", "T044"]) | (rows.index % 97 == 0)]
    sample = sample[sample["document"].isin(["CU", "ER"]) | (sample.index % 3 == 0)]
    for row in sample.to_dict("records"):
        state, done, of = state_by_hand(cohort, row["trainee"], row["number"], row["document"], day)
        assert row["state"] == state, row
        if of >= 0:
            assert (row["done"], row["of"]) == (done, of), row
    assert set(rows["state"]) == {"documented", "partly", "insufficient", "missing", "no_target"}
    assert set(rows["state"]) <= set(STATES)


def test_days_of_assessments_are_those_of_the_register(cohort: Cohort) -> None:
    rows = cohort.competences
    assessed = rows[~rows["document"].isin(["CU", "ER"])]
    assert assessed["assessed_on"].notna().equals(assessed["state"].isin(["documented", "insufficient"]))
    assert rows["assessed_on"].max() <= pd.Timestamp("2025-04-15")


def test_summary_is_that_of_a_loop(cohort: Cohort) -> None:
    summary = summarise_competences(cohort.competences)
    assert len(summary) == 92 * 32
    for (trainee, number), rows in list(cohort.competences.groupby(["trainee", "number"]))[::41]:
        states = set(rows["state"])
        some = bool(states & {"documented", "partly"}) or rows["registrations"].fillna(0).gt(0).any()
        said = "documented" if states == {"documented"} else "partly" if some else "missing"
        mine = summary[(summary["trainee"] == trainee) & (summary["number"] == number)].iloc[0]
        assert mine["state"] == said
        assert (mine["documents"], mine["there"]) == (len(rows), (rows["state"] == "documented").sum())


def test_milestones_count_what_was_documented_by_then(cohort: Cohort) -> None:
    miles = cohort.milestones
    states = [name for name in miles if name.startswith("competences_")]
    assert (miles[states].sum(axis=1) == 32).all()
    for row in miles[miles["trainee"] == "T003"].drop_duplicates("month").to_dict("records"):
        day = min(row["due_on"], pd.Timestamp("2025-04-15"))
        missing = []
        for competence in cohort.programme.competences:
            found = [state_by_hand(cohort, row["trainee"], competence.number, d, day) for d in competence.documents]
            table = cohort.registrations.table
            mine = table[(table["trainee"] == row["trainee"]) & (table["performed_on"] <= day)]
            counted = "ER" in competence.documents and mine["procedure"].isin(competence.experience).any()
            if not counted and not {"documented", "partly"} & {state for state, *_ in found}:
                missing.append(str(competence.number))
        assert row["missing"] == ", ".join(missing)
        assert row["competences_missing"] == len(missing)
        assert len(row["partly"].split(", ")) == row["competences_partly"]


def test_without_a_register_nothing_is_claimed(sample_cohort: Cohort) -> None:
    rows = sample_cohort.competences
    assert rows[~rows["document"].isin(["CU", "ER"])]["state"].eq("not_recorded").all()
    assert rows[rows["document"] == "ER"]["state"].eq("no_target").all()
    assert sample_cohort.milestones["done"].isna().all()
    assert sample_cohort.milestones["competences_not_recorded"].gt(0).all()
    assert sample_cohort.assessments is None
    assert unknown_trainees(sample_cohort).empty


@pytest.fixture
def one(make_registrations: Callable[..., Registrations]) -> Callable[..., Cohort]:
    """A trainee from 1 January 2025 with a register given as (document, day, sufficient, competence)."""

    def make(*rows: tuple[str, str, str, int | None], as_of: str = "2025-12-15", who: str = "A") -> Cohort:
        table = pd.DataFrame(rows, columns=["Dokument", "Dato", "Godkendt", "Kompetence"]).assign(Læge=who)
        register = read_assessments(table, as_of="2026-01-31")
        return analyse(make_registrations(("A", "cvc", "0", "X")), assessments=register, as_of=as_of)

    return make


def test_the_latest_assessment_counts(one: Callable[..., Cohort]) -> None:
    rows = [("K2", "2025-02-01", "nej", None), ("K2", "2025-03-01", "ja", None), ("GV", "2025-07-01", "ja", None)]
    for day, state in (("2025-01-31", "missing"), ("2025-02-10", "insufficient"), ("2025-03-01", "documented")):
        card = one(*rows, as_of=day).competences.query("document == 'K2'")
        assert card["state"].tolist() == [state]
    again = one(*rows, ("GV", "2025-12-01", "nej", None)).competences.query("document == 'GV'")
    assert again["state"].eq("insufficient").all()


def test_a_row_about_one_competence_documents_that_one(one: Callable[..., Cohort]) -> None:
    talks = one(("VS", "2025-02-01", "ja", 22)).competences.query("document == 'VS'").set_index("number")["state"]
    assert talks.to_dict() == {21: "missing", 22: "documented", 23: "missing"}
    all_ = one(("VS", "2025-02-01", "ja", None)).competences.query("document == 'VS'")["state"]
    assert all_.eq("documented").all()


def test_an_attested_score_is_a_document(one: Callable[..., Cohort]) -> None:
    plain = one(("K1", "2025-02-01", "ja", None)).competences.query("number == 13").set_index("document")
    assert plain["state"].to_dict() == {"CU": "partly", "ER": "no_target"}
    rows = one(("Cusumscore", "2025-11-01", "ja", None), ("Erfaringsregistrering", "2025-11-01", "nej", None))
    attested = rows.competences.query("number == 13").set_index("document")
    assert attested["state"].to_dict() == {"CU": "documented", "ER": "no_target"}
    assert attested.loc["CU", "assessed_on"] == pd.Timestamp("2025-11-01")
    assert pd.isna(attested.loc["ER", "assessed_on"])
    assert attested.loc["CU", ["done", "of", "registrations"]].tolist() == [0, 6, 1]


def test_assessments_fall_to_their_milestones(one: Callable[..., Cohort]) -> None:
    cohort = one(
        ("Mini-CEX", "2025-07-20", "ja", None),  # 6.6 months: month 6
        ("Mini-CEX, måned 11", "2025-10-20", "nej", None),  # says so itself, though nearer to month 9
        ("Generel vurdering", "2025-09-05", "nej", None),  # 8.1 months: month 6; formative, so held is done
        ("Vejledningskursus", "2025-03-05", "ja", None),
    )
    done = cohort.milestones.set_index("milestone")[["done", "done_on", "reached"]]
    assert done["done"].to_dict() == {
        "general_assessment_6": True,
        "mini_cex_6": True,
        "mini_cex_9": False,
        "general_assessment_11": False,
        "mini_cex_11": False,
        "supervisor_course": True,
        "time_completed": False,
    }
    assert done.loc["mini_cex_6", "done_on"] == pd.Timestamp("2025-07-20")
    assert pd.isna(done.loc["mini_cex_11", "done_on"])
    later = one(("Mini-CEX", "2025-07-20", "ja", None), as_of="2025-07-01").milestones
    assert not later["done"].any()


def test_names_without_registrations_are_told(one: Callable[..., Cohort]) -> None:
    cohort = one(("K1", "2025-02-01", "ja", None), ("K2", "2025-02-01", "ja", None), who="a.")
    assert unknown_trainees(cohort).values.tolist() == [["a.", 2]]
    assert cohort.competences.query("document == 'K1'")["state"].tolist() == ["missing"]


def test_a_programme_without_competences_has_none(make_registrations: Callable[..., Registrations]) -> None:
    cohort = analyse(make_registrations(("A", "cvc", "0", "X")), replace(load_programme(), competences=()))
    assert cohort.competences.empty
    assert cohort.milestones[["competences_missing", "competences_documented"]].eq(0).all(axis=None)
    bare = analyse(make_registrations(("A", "cvc", "0", "X")), replace(load_programme(), milestones=()))
    assert bare.milestones.empty
    assert "done" in bare.milestones


def test_something_else_than_a_register_is_refused(sample: Registrations) -> None:
    with pytest.raises(InvalidParameter, match=r"assessments is a str; expected what cusum.read_assessments gives"):
        analyse(sample, assessments="register.csv")  # type: ignore[arg-type]


def test_the_register_is_in_the_provenance(cohort: Cohort, sample_cohort: Cohort) -> None:
    assert "danish_assessments.csv" in cohort.provenance.parameters["assessments"]
    assert sample_cohort.provenance.parameters["assessments"] == "none"
