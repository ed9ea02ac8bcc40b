"""The cases of a simulated cohort: patients, dates, outcomes and what is written beside them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cusum.programme import Programme

__all__ = ["CASE_ODDS", "draw_cases", "draw_experience", "spread_dates"]

Floats = npt.NDArray[np.float64]

# Odds ratios of failure by case difficulty: ASA class 3 or more, BMI per 5 kg/m2, age per 10 years, emergency.
# Invented for the simulation, of a plausible size; "" is any procedure that is not named.
CASE_ODDS: dict[str, tuple[float, float, float, float]] = {
    "spinal": (1.10, 1.45, 1.12, 1.20),
    "epidural": (1.10, 1.40, 1.08, 1.15),
    "cvc": (1.25, 1.25, 1.05, 1.40),
    "arterial_line": (1.35, 1.15, 1.10, 1.40),
    "block": (1.05, 1.30, 1.05, 1.15),
    "intubation": (1.15, 1.30, 1.05, 1.35),
    "": (1.15, 1.25, 1.05, 1.25),
}
# Share of emergencies and mean age; "" is any other.
_PATIENTS: dict[str, tuple[float, float]] = {
    "spinal": (0.35, 62.0),
    "epidural": (0.45, 42.0),
    "cvc": (0.60, 64.0),
    "arterial_line": (0.50, 65.0),
    "block": (0.40, 55.0),
    "intubation": (0.45, 56.0),
    "general_anaesthesia_elective": (0.0, 54.0),
    "general_anaesthesia_emergency": (1.0, 50.0),
    "": (0.35, 55.0),
}
_TECHNIQUES: dict[str, tuple[str, str, float]] = {  # two techniques and the share of the first
    "spinal": ("midline", "paramedian", 0.85),
    "epidural": ("lumbar", "thoracic", 0.70),
    "cvc": ("ultrasound", "landmark", 0.92),
    "arterial_line": ("palpation", "ultrasound", 0.70),
    "block": ("ultrasound", "nerve stimulator", 0.95),
    "intubation": ("video laryngoscope", "direct laryngoscope", 0.60),
}
_COMPLICATIONS = {
    "spinal": "paraesthesia",
    "epidural": "dural puncture",
    "cvc": "arterial puncture",
    "arterial_line": "haematoma",
    "block": "paraesthesia",
    "intubation": "dental injury",
}
_FAILURES = ("dural puncture", "arterial puncture")  # complications that the programme counts as failures
_EXPERIENCE_VOLUMES = {
    "general_anaesthesia_elective": 80.0,
    "general_anaesthesia_emergency": 40.0,
    "laryngeal_mask": 40.0,
    "transport": 12.0,
}
WORKING_DAYS = 212


def draw_patients(rng: np.random.Generator, procedure: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Draw a patient for every case: ASA class, age, BMI and urgency.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    procedure : array of str, shape (n,)
        Procedure of each case.

    Returns
    -------
    DataFrame
        Columns asa (1-4), age (whole years, 16-97), bmi (kg/m2, one decimal), emergency (bool).
    """
    count = procedure.size
    known = np.array([_PATIENTS.get(key, _PATIENTS[""]) for key in procedure]).reshape(count, 2)
    emergency = rng.random(count) < known[:, 0]
    age = np.clip(np.round(known[:, 1] + 17 * rng.standard_normal(count)), 16, 97)
    bmi = np.clip(np.round(26.5 * np.exp(0.19 * rng.standard_normal(count)), 1), 15.0, 60.0)
    burden = rng.random(count) - 0.10 * emergency - 0.004 * (age - 55)
    asa = 1 + (burden < 0.72).astype(int) + (burden < 0.28) + (burden < 0.02)
    return pd.DataFrame({"asa": asa, "age": age, "bmi": bmi, "emergency": emergency})


def draw_cases(rng: np.random.Generator, curves: pd.DataFrame) -> pd.DataFrame:
    """Draw every charted case: its patient, its probability of failure and its outcome.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    curves : DataFrame
        As drawn by :func:`~cusum.registrations.simulated_truth.draw_curves`.

    Returns
    -------
    DataFrame
        One row a case, in the order done: curve (row of `curves`), case (from 1), rate (marginal over the case mix),
        probability (of this case), failure, asa, age, bmi, emergency.

    Notes
    -----
    On the logit scale, a case differs from its trainee's learning curve by the logarithm of the department's odds ratio
    and of the odds ratios of its difficulty. The intercept is set so that the curve is the average over the case mix.
    """
    cases = curves["cases"].to_numpy()
    index = np.repeat(np.arange(len(curves)), cases)
    case = np.arange(index.size) - np.repeat(np.cumsum(cases) - cases, cases) + 1
    drawn = curves.iloc[index].reset_index(drop=True)
    procedure = drawn["procedure"].to_numpy(dtype=str)
    patients = draw_patients(rng, procedure)
    difficulty = _difficulty(procedure, patients)
    decay = np.exp(-(case - 1) / drawn["time_constant"])
    own = (drawn["final_rate"] + (drawn["first_rate"] - drawn["final_rate"]) * decay).to_numpy(dtype=float)
    worse = case > drawn["deteriorates_after"].fillna(np.inf).to_numpy()
    own = np.where(worse, drawn["deteriorated_rate"].to_numpy(dtype=float), own)
    shift = np.log(drawn["department_odds_ratio"].to_numpy(dtype=float))
    rate, probability = np.empty(index.size), np.empty(index.size)
    for key in dict.fromkeys(procedure):
        here = procedure == key
        rate[here], probability[here] = _marginal(own[here], shift[here], difficulty[here])
    failure = rng.random(index.size) < probability
    charted = pd.DataFrame({"curve": index, "case": case, "rate": rate, "probability": probability, "failure": failure})
    return pd.concat([charted, patients], axis=1)


def _difficulty(procedure: npt.NDArray[np.str_], patients: pd.DataFrame) -> Floats:
    """Sum of the log odds ratios of each case, against ASA 1-2, BMI 25, 50 years, elective."""
    odds = np.log(np.array([CASE_ODDS.get(key, CASE_ODDS[""]) for key in procedure]).reshape(procedure.size, 4))
    covariates = np.column_stack(
        [
            patients["asa"] >= 3,
            (patients["bmi"] - 25) / 5,
            (patients["age"] - 50) / 10,
            patients["emergency"],
        ]
    ).astype(float)
    total: Floats = (odds * covariates).sum(axis=1)
    return total


def _marginal(own: Floats, shift: Floats, difficulty: Floats) -> tuple[Floats, Floats]:
    """Failure rate averaged over the case mix with the department's share, and each case's own probability."""
    mix = np.quantile(difficulty, (np.arange(200) + 0.5) / 200)
    intercepts = np.linspace(-9, 5, 701)
    averages = _expit(intercepts[:, None] + mix).mean(axis=1)
    intercept = np.interp(own, averages, intercepts)
    return np.interp(intercept + shift, intercepts, averages), _expit(intercept + shift + difficulty)


def _expit(logit: Floats) -> Floats:
    """Probability of a logit."""
    probability: Floats = 1 / (1 + np.exp(-logit))
    return probability


def describe_cases(rng: np.random.Generator, cases: pd.DataFrame, allowed: Floats, start_share: Floats) -> pd.DataFrame:
    """Draw what is written beside an outcome: attempts, takeover, supervision, technique and complication.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    cases : DataFrame
        Columns procedure and failure.
    allowed : array of float
        Attempts that the definition of failure allows; infinite where it says nothing.
    start_share : array of float
        How far into the year each case was done, 0 to 1: supervision loosens with it.

    Returns
    -------
    DataFrame
        Columns attempts, handed_over, supervision, technique, complication. A success was never handed over and never
        took more attempts than allowed.
    """
    count = len(cases)
    failure = cases["failure"].to_numpy(dtype=bool)
    extra = np.minimum(rng.poisson(np.where(failure, 1.4, 0.28)), 4)
    too_many = failure & np.isfinite(allowed) & (rng.random(count) < 0.35)
    attempts = np.where(too_many, allowed + 1, np.minimum(1 + extra, np.where(failure, 5, np.minimum(allowed, 4))))
    handed_over = failure & ~too_many & (rng.random(count) < 0.65)
    trust = rng.random(count) + 0.9 * start_share
    supervision = np.select([trust < 0.25, trust < 1.05], ["assisted", "supervised"], "independent")
    procedures = cases["procedure"].to_numpy(dtype=str)
    known = [_TECHNIQUES.get(key, ("", "", 1.0)) for key in procedures]
    is_first = rng.random(count) < np.array([share for _, _, share in known])
    technique = np.where(is_first, [first for first, _, _ in known], [second for _, second, _ in known])
    complicated = rng.random(count) < np.where(failure, 0.06, 0.008)
    complication = np.where(complicated, [_COMPLICATIONS.get(key, "") for key in procedures], "")
    complication = np.where(np.isin(complication, _FAILURES) & ~failure, "", complication)
    return pd.DataFrame(
        {
            "attempts": attempts.astype(int),
            "handed_over": handed_over,
            "supervision": supervision,
            "technique": technique,
            "complication": complication,
        }
    )


def draw_experience(rng: np.random.Generator, trainees: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Draw the registrations that are counted and not charted.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    trainees : DataFrame
        As drawn by :func:`~cusum.registrations.simulated_truth.draw_trainees`.
    programme : Programme
        Its experience items, and its procedures that are not charted.

    Returns
    -------
    DataFrame
        One row a registration: who (row of `trainees`), procedure, asa, age, bmi, emergency.
    """
    uncharted = {key: float(item.expected_cases) for key, item in programme.procedures.items() if not item.charted}
    volumes = uncharted | {
        key: float(item.target or _EXPERIENCE_VOLUMES.get(key, 30.0)) for key, item in programme.experience.items()
    }
    mean = trainees["pace"].to_numpy(dtype=float)[:, None] * np.array([list(volumes.values())], dtype=float)
    counts = rng.poisson(mean.reshape(len(trainees), len(volumes))).ravel()
    who = np.repeat(np.repeat(np.arange(len(trainees)), len(volumes)), counts)
    keys = np.tile(np.array(list(volumes), dtype=str), len(trainees))
    procedure = np.repeat(keys, counts)
    frame = pd.DataFrame({"who": who, "procedure": procedure})
    return pd.concat([frame, draw_patients(rng, procedure)], axis=1)


def spread_dates(
    rng: np.random.Generator, who: npt.NDArray[np.int64], *, trainees: int, start: np.datetime64, days: int
) -> npt.NDArray[np.datetime64]:
    """Draw a date for each registration among its trainee's working days.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    who : array of int, shape (n,)
        Trainee of each registration, from 0.
    trainees : int
        Number of trainees.
    start : numpy.datetime64
        First day of the posts.
    days : int
        Length of the posts in days.

    Returns
    -------
    array of datetime64[D], shape (n,)
        Dates; weekends are rarer.
    """
    calendar = start + np.arange(days)
    weekend = ~np.is_busday(calendar)
    preference = rng.random((trainees, days)) + 0.75 * weekend
    working = min(days, max(1, round(WORKING_DAYS * days / 365)))
    chosen = np.sort(np.argsort(preference, axis=1, kind="stable")[:, :working], axis=1)
    picked = chosen[who, np.floor(rng.random(who.size) * working).astype(int)]
    dates: npt.NDArray[np.datetime64] = calendar[picked]
    return dates
