"""Who learns what, where and how fast: the truth behind a simulated cohort."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from cusum.programme import Procedure, Programme

__all__ = ["DEPARTMENTS", "GROUPS", "draw_curves", "draw_departments", "draw_trainees", "position_to_rate"]

Floats = npt.NDArray[np.float64]

# Invented names, no hospitals: a third of them in each training region.
DEPARTMENTS = {
    "Nord": (
        "Gåsevang",
        "Havtorn",
        "Hvidørn",
        "Klitlærke",
        "Krebsbro",
        "Odderfjord",
        "Ravnefjord",
        "Tranesund",
        "Vibestad",
        "Ørnefjord",
    ),
    "Syd": (
        "Bøgestad",
        "Egernholt",
        "Fuglekær",
        "Harestad",
        "Kirsebrink",
        "Lærkehavn",
        "Muslingsund",
        "Svaneløb",
        "Ternehavn",
        "Ællingsund",
    ),
    "Øst": (
        "Fasanvig",
        "Humlestad",
        "Nøddehavn",
        "Pilefinke",
        "Rådyrlund",
        "Sneppehavn",
        "Ulvestad",
        "Østersvig",
        "Åkandesund",
        "Åmosehavn",
    ),
}

# How a trainee learns one procedure. Positions are on the logit scale: 0 is the acceptable and 1 the unacceptable
# failure rate. The time constant is a fraction of the expected number of cases.
#                        share among   share among     first rate    final rate     time constant
#                        most trainees those who struggle
_GROUPS: dict[str, tuple[float, float, tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "typical": (0.38, 0.00, (1.2, 2.0), (-1.6, -0.3), (0.12, 0.30)),
    "fast": (0.28, 0.00, (1.0, 1.6), (-1.8, -0.5), (0.04, 0.12)),
    "slow": (0.13, 0.12, (1.3, 2.1), (-1.6, -0.3), (0.35, 0.70)),
    "late": (0.06, 0.08, (1.4, 2.2), (-1.6, -0.8), (0.70, 1.10)),
    "between": (0.06, 0.15, (1.2, 1.9), (0.2, 0.8), (0.10, 0.40)),
    "plateau inadequate": (0.03, 0.35, (1.5, 2.2), (1.0, 1.3), (0.10, 0.30)),
    "constant inadequate": (0.03, 0.30, (1.0, 1.35), (1.0, 1.35), (0.20, 0.20)),
    "deteriorates": (0.03, 0.00, (1.0, 1.6), (-1.8, -0.8), (0.04, 0.12)),
}
GROUPS = tuple(_GROUPS)
STRUGGLING = 0.06  # share of trainees who struggle with most procedures
WORSE_ODDS = (1.7, 2.5)
BETTER_ODDS = 0.6


def draw_departments(rng: np.random.Generator, trainees: int) -> pd.DataFrame:
    """Draw the departments: about one for every three trainees, one in ten truly worse and one truly better.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    trainees : int
        Number of trainees in the cohort.

    Returns
    -------
    DataFrame
        Columns department, region, department_odds_ratio, size (relative number of trainees).
    """
    names = [(name, region) for region, names in DEPARTMENTS.items() for name in names]
    count = int(np.clip(round(trainees * 30 / 92), 1, len(names)))
    chosen = np.sort(rng.permutation(len(names))[:count])
    odds = np.ones(count)
    special = rng.permutation(count)
    worse = round(count / 10)
    odds[special[:worse]] = np.round(WORSE_ODDS[0] + (WORSE_ODDS[1] - WORSE_ODDS[0]) * rng.random(worse), 2)
    if count >= 10:
        odds[special[worse]] = BETTER_ODDS
    return pd.DataFrame(
        {
            "department": [names[index][0] for index in chosen],
            "region": [names[index][1] for index in chosen],
            "department_odds_ratio": odds,
            "size": np.round(0.5 + rng.random(count), 2),
        }
    )


def draw_trainees(rng: np.random.Generator, departments: pd.DataFrame, count: int, start: date) -> pd.DataFrame:
    """Draw the trainees: each in one department, a few of whom struggle.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    departments : DataFrame
        As drawn by :func:`draw_departments`.
    count : int
        Number of trainees.
    start : date
        Start of the posts.

    Returns
    -------
    DataFrame
        Columns trainee, department, region, department_odds_ratio, struggling, pace, post_start.
    """
    places = np.arange(len(departments))
    size = departments["size"].to_numpy(dtype=float)
    more = np.searchsorted(np.cumsum(size / size.sum()), rng.random(max(count - len(places), 0)))
    home = rng.permutation(np.concatenate([places, np.minimum(more, places[-1])])[:count])
    struggling = np.zeros(count, dtype=bool)
    struggling[rng.permutation(count)[: round(STRUGGLING * count)]] = True
    width = max(3, len(str(count)))
    frame = departments.drop(columns="size").iloc[home].reset_index(drop=True)
    frame.insert(0, "trainee", [f"T{number:0{width}d}" for number in range(1, count + 1)])
    return frame.assign(
        home=home,
        struggling=struggling,
        pace=np.exp(0.20 * rng.standard_normal(count)),
        post_start=pd.Timestamp(start).as_unit("us"),
    )


def position_to_rate(position: Floats, acceptable: Floats, unacceptable: Floats) -> Floats:
    """Turn a position between the two rates, on the logit scale, into a failure rate.

    Parameters
    ----------
    position : array of float
        0 is the acceptable rate, 1 the unacceptable; any number is allowed.
    acceptable, unacceptable : array of float
        The two rates, fractions.

    Returns
    -------
    array of float
        Failure rates, fractions.

    Examples
    --------
    >>> import numpy as np
    >>> rates = position_to_rate(np.array([0.0, 0.5, 1.0]), np.array(0.1), np.array(0.2))
    >>> [float(rate) for rate in rates.round(3)]
    [0.1, 0.143, 0.2]
    """
    low, high = (np.log(rate / (1 - rate)) for rate in (acceptable, unacceptable))
    rates: Floats = 1 / (1 + np.exp(-(low + position * (high - low))))
    return rates


def draw_curves(rng: np.random.Generator, trainees: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Draw each trainee's learning curve and number of cases for each charted procedure.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    trainees : DataFrame
        As drawn by :func:`draw_trainees`.
    programme : Programme
        Its charted procedures are drawn.

    Returns
    -------
    DataFrame
        One row a trainee and charted procedure, trainee by trainee: trainee, procedure, department, region, group,
        cases, first_rate, final_rate, time_constant (cases), deteriorates_after (cases; NaN), deteriorated_rate,
        acceptable, unacceptable, department_odds_ratio.
    """
    charted = [procedure for procedure in programme.procedures.values() if procedure.charted]
    count, kinds = len(trainees), len(charted)
    who, what = np.repeat(np.arange(count), kinds), np.tile(np.arange(kinds), count)
    acceptable, unacceptable, expected = (
        np.array(values, dtype=float)[what] for values in zip(*map(_numbers, charted), strict=True)
    )
    group = _draw_groups(rng, trainees["struggling"].to_numpy()[who])
    shape = np.array([[*first, *final, *constant] for _, _, first, final, constant in _GROUPS.values()])[group]
    drawn = rng.random((count * kinds, 3))
    first, final, constant = (shape[:, 2 * k] + (shape[:, 2 * k + 1] - shape[:, 2 * k]) * drawn[:, k] for k in range(3))
    first = np.where(group == GROUPS.index("constant inadequate"), final, first)
    turning = np.floor((0.35 + 0.25 * rng.random(count * kinds)) * expected)
    worse = 1.1 + 0.4 * rng.random(count * kinds)
    late = group == GROUPS.index("deteriorates")
    frame = trainees.iloc[who][["trainee", "department", "region", "department_odds_ratio"]].reset_index(drop=True)
    return frame.assign(
        procedure=[charted[index].key for index in what],
        group=[GROUPS[index] for index in group],
        cases=_draw_volumes(rng, trainees, expected.reshape(count, kinds)).ravel(),
        first_rate=position_to_rate(first, acceptable, unacceptable).round(4),
        final_rate=position_to_rate(final, acceptable, unacceptable).round(4),
        time_constant=np.maximum(constant * expected, 1).round(2),
        deteriorates_after=np.where(late, turning, np.nan),
        deteriorated_rate=np.where(late, position_to_rate(worse, acceptable, unacceptable).round(4), np.nan),
        acceptable=acceptable,
        unacceptable=unacceptable,
    )


def _numbers(procedure: Procedure) -> tuple[float, float, float]:
    """The two rates and the expected number of a procedure."""
    return procedure.criterion.acceptable, procedure.criterion.unacceptable, float(procedure.expected_cases)


def _draw_groups(rng: np.random.Generator, struggling: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Draw how each trainee learns each procedure; those who struggle learn worse."""
    shares = np.array([[most, few] for most, few, *_ in _GROUPS.values()])
    bounds = np.cumsum(shares, axis=0)[:-1, struggling.astype(int)]
    group: npt.NDArray[np.int64] = (rng.random(struggling.size) >= bounds).sum(axis=0)
    return group


def _draw_volumes(rng: np.random.Generator, trainees: pd.DataFrame, expected: Floats) -> npt.NDArray[np.int64]:
    """Draw the numbers of cases: departments and trainees differ, a few trainees do hardly any or none."""
    count, kinds = expected.shape
    homes = trainees["home"].to_numpy()
    by_department = np.exp(0.25 * rng.standard_normal((int(homes.max()) + 1, kinds)))[homes]
    chance = rng.random((count, kinds))
    few = np.where(chance < 0.015, 0.0, np.where(chance < 0.06, 0.10, 1.0))
    pace = trainees["pace"].to_numpy(dtype=float)[:, None]
    volumes: npt.NDArray[np.int64] = rng.poisson(0.95 * expected * by_department * few * pace)
    return volumes
