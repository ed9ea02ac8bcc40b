"""How many registrations a trainee will have at the end of the post, from the trainee's own pace, with an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from cusum.charts.checking import check_fraction

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["VERDICTS", "elapsed_months", "forecast_experience", "month_to_month", "predict_counts"]

PERSON = ["trainee", "department", "region"]
VERDICTS = ("reached", "likely", "possible", "unlikely", "too_early", "not_reached", "")
_EARLIEST = 1.0
_BLOCKS = (1, 2, 3)
_ENOUGH = 20

Floats = npt.NDArray[np.float64]


def forecast_experience(cohort: Cohort, *, confidence: float = 0.9) -> pd.DataFrame:
    """Forecast each trainee's experience at the end of the post from the trainee's own pace, with an interval.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.
    confidence : float, default 0.9
        Probability that the interval is to hold the number at the end of the post, in (0, 1).

    Returns
    -------
    DataFrame
        One row for each trainee and item: trainee, department, region, item, kind ("procedure" or "experience"),
        months (of the post gone at the day that counts, at most its length), count (registrations by then), pace (a
        month), expected (count at the end of the post at that pace), low and high (its interval), target, probability
        (of meeting the target), verdict, overdispersion.

        The verdict is "reached" (the count meets the target), "likely" (`low` does), "possible" (the target lies within
        the interval), "unlikely" (`high` is below it), "too_early" (less than one month gone: no forecast), or, when
        the post is over and there is nothing to forecast, "not_reached"; "" without a target. Expected, low, high and
        probability are missing where there is no forecast.

    Raises
    ------
    InvalidParameter
        If `confidence` is outside its range.

    Notes
    -----
    A trainee has N registrations in t months, and r months are left. `expected` is N + (N / t) r. For the interval the
    pace is taken as unknown: with Poisson counts and Jeffreys' prior for their rate, the rate has a gamma distribution
    with shape N + 1/2 and mean (N + 1/2) / t, so that the number still to come is negative binomial with mean
    m = (N + 1/2) r / t and variance m (1 + r / t): the first part of the variance is the chance of the months to come,
    the second that the pace was itself estimated.

    Registrations come in lumps (rotations, holidays, weeks on call), so the variance of counts is not their mean but
    f >= 1 times their mean. f is estimated for each item over the cohort: squared deviations of the counts in whole
    months from the trainee's own mean, over that mean, summed, over the degrees of freedom. Lumps that last longer
    than a month show in longer blocks, so the largest of the estimates for blocks of 1, 2 and 3 months counts; an item
    with less than 20 degrees of freedom takes the estimate over all items, and 1 if there are too few there too. The
    number to come is then negative binomial with mean m and variance m f (1 + r / t), which is the exact result where
    f is 1.

    How often the 90% interval held in 20,000 simulated trainees, forecast at 3, 6 and 9 months: with Poisson counts
    0.92, 0.92 and 0.97 at a pace of half a registration a month, 0.91, 0.92 and 0.93 at 2, and 0.91, 0.91 and 0.92 at 8
    (whole numbers make it hold more often than asked for); with lumps by month, a variance of 3 times the mean, 0.92,
    0.89 and 0.92 at half, 0.88, 0.90 and 0.92 at 2, and 0.90, 0.91 and 0.91 at 8. In the synthetic Danish cohort of the
    sample data, the forecasts made at 2, 3, 6 and 9 months held the number at month 12 for 0.91, 0.91, 0.94 and 0.95 of
    920 trainees and items.

    Not promised: that the pace stays as it is. A rotation still to come, a leave, or a department that hands out the
    cases differently is not in the trainee's past. It assumes that all registrations are entered; one that is entered
    later counts as not done. Where the file does not tell when the post began, it is taken to have begun on the day of
    the trainee's first registration.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"), as_of="2025-02-28")
    >>> rows = forecast_experience(cohort).set_index(["trainee", "item"])
    >>> rows.loc[("T001", "spinal"), ["months", "count", "expected", "low", "high"]].tolist()
    [6.0, 34.0, 68.0, 55.0, 84.0]
    """
    check_fraction("confidence", confidence)
    people = cohort.trainees.set_index("trainee")
    length = cohort.programme.months
    rows = _count_so_far(cohort, length)
    gone = elapsed_months(people["started_on"], pd.Timestamp(cohort.as_of)).clip(0, length)
    rows["months"] = rows["trainee"].map(gone)
    rows["overdispersion"] = rows["item"].map(month_to_month(cohort.experience, gone))
    months, count = rows["months"].to_numpy(dtype=np.float64), rows["count"].to_numpy(dtype=np.float64)
    open_ = (months >= _EARLIEST) & (months < length)
    rows["pace"] = np.divide(count, months, out=np.full(len(rows), np.nan), where=months > 0)
    low, high, probability = predict_counts(
        count,
        np.where(open_, months, 1.0),
        np.where(open_, length - months, 1.0),
        rows["overdispersion"].to_numpy(dtype=np.float64),
        target=rows["target"].to_numpy(dtype=np.float64, na_value=np.nan),
        confidence=confidence,
    )
    rows["expected"] = (rows["pace"] * length).where(open_)
    for name, bound in (("low", low), ("high", high)):
        rows[name] = pd.Series(bound, index=rows.index).astype("Int64").where(open_)
    rows["probability"] = pd.Series(probability, index=rows.index).where(open_)
    rows["verdict"] = _judge(rows, length)
    order = [*PERSON, "item", "kind", "months", "count", "pace", "expected", "low", "high", "target", "probability"]
    return rows[[*order, "verdict", "overdispersion"]]


def _count_so_far(cohort: Cohort, length: int) -> pd.DataFrame:
    """Count each trainee's registrations of each item within the length of the post."""
    within = cohort.experience[cohort.experience["month"] <= length]
    keys = [*PERSON, "item", "kind"]
    rows = within.groupby(keys, sort=False, observed=True, dropna=False)
    return rows.agg(count=("count", "sum"), target=("target", "first")).reset_index()


def elapsed_months(started_on: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Count the months of the post gone at the end of a day, with the fraction of the month that is under way.

    Parameters
    ----------
    started_on : Series of datetime
        First day of each post.
    as_of : Timestamp
        The day; it counts as gone.

    Returns
    -------
    Series of float
        Months; 0 or less where the post has not begun.

    Examples
    --------
    >>> elapsed_months(pd.Series(pd.to_datetime(["2024-09-01", "2025-01-15"])), pd.Timestamp("2025-02-14")).tolist()
    [5.5, 1.0]
    """
    return started_on.map({day: _months_between(day, as_of) for day in started_on.unique()}).astype("float64")


def _months_between(start: pd.Timestamp, as_of: pd.Timestamp) -> float:
    """Count the months from the beginning of one day to the end of another."""
    end = as_of + pd.Timedelta(days=1)
    whole = (end.year - start.year) * 12 + end.month - start.month
    while start + pd.DateOffset(months=whole) > end:
        whole -= 1
    begun, next_ = (start + pd.DateOffset(months=whole + k) for k in (0, 1))
    return float(whole + (end - begun) / (next_ - begun))


def month_to_month(experience: pd.DataFrame, gone: pd.Series) -> dict[str, float]:
    """Estimate how much more the counts of each item vary from month to month than chance alone would have it.

    Parameters
    ----------
    experience : DataFrame
        Counts by trainee, item and month.
    gone : Series of float
        Months gone by trainee; only whole months count.

    Returns
    -------
    dict of str to float
        Variance over mean for each item, at least 1.

    Examples
    --------
    >>> steady = pd.DataFrame({"trainee": "A", "item": "cvc", "month": range(1, 31), "count": [2, 3] * 15})
    >>> month_to_month(steady, pd.Series({"A": 30.0}))
    {'cvc': 1.0}
    """
    whole = np.floor(experience["trainee"].map(gone).fillna(0.0).to_numpy(dtype=np.float64))
    seen = experience[experience["month"].to_numpy() <= whole]
    items = list(dict.fromkeys(experience["item"]))
    ratios = dict.fromkeys(items, 1.0)
    for size in _BLOCKS:
        squares, degrees = _scatter(seen, whole[experience["month"].to_numpy() <= whole], size)
        pooled = _ratio(float(squares.sum()), float(degrees.sum()))
        for item in items:
            own = float(degrees.get(item, 0.0))
            found = _ratio(float(squares[item]), own) if own >= _ENOUGH else pooled
            ratios[item] = max(ratios[item], found)
    return ratios


def _ratio(squares: float, degrees: float) -> float:
    """Divide the scatter by its degrees of freedom; 1 where there are too few to tell."""
    return squares / degrees if degrees >= _ENOUGH else 1.0


def _scatter(seen: pd.DataFrame, whole: Floats, size: int) -> tuple[pd.Series, pd.Series]:
    """Sum, by item, the scatter of counts in blocks of months around each trainee's own mean, and its freedom."""
    block = (seen["month"].to_numpy() - 1) // size
    full = (block + 1) * size <= whole
    keys = ["trainee", "item"]
    counted = seen[full].assign(block=block[full]).groupby([*keys, "block"], observed=True)["count"].sum()
    groups = counted.groupby(level=keys, observed=True)
    mean = groups.transform("mean")
    some = mean > 0
    scatter = ((counted - mean) ** 2 / mean.where(some)).fillna(0.0).groupby(level="item", observed=True).sum()
    freedom = groups.size().sub(1)[groups.mean() > 0].groupby(level="item", observed=True).sum()
    return scatter, freedom


def predict_counts(
    count: npt.ArrayLike,
    gone: npt.ArrayLike,
    left: npt.ArrayLike,
    overdispersion: npt.ArrayLike,
    *,
    target: npt.ArrayLike = np.nan,
    confidence: float = 0.9,
) -> tuple[Floats, Floats, Floats]:
    """Bound the number of registrations at the end of a post by what was done so far.

    Parameters
    ----------
    count : array-like, shape (n,)
        Registrations so far.
    gone, left : array-like, shape (n,)
        Months gone and months left, above 0.
    overdispersion : array-like, shape (n,)
        Variance over mean of the counts, at least 1.
    target : array-like, shape (n,), optional
        Number wanted.
    confidence : float, default 0.9
        Probability of the interval, in (0, 1).

    Returns
    -------
    low, high : array of float, shape (n,)
        The equal-tailed interval, in whole registrations.
    probability : array of float, shape (n,)
        Probability of meeting the target; NaN without one.

    Examples
    --------
    >>> low, high, probability = predict_counts([33], [6.0], [6.0], [1.0], target=[60])
    >>> low.tolist(), high.tolist(), probability.round(3).tolist()
    ([54.0], [81.0], [0.8])
    """
    from scipy.stats import nbinom

    done, before, after, factor = (np.asarray(x, dtype=np.float64) for x in (count, gone, left, overdispersion))
    wanted = np.asarray(target, dtype=np.float64)
    mean = (done + 0.5) * after / before
    size = mean / (factor * (1 + after / before) - 1)
    to_come = nbinom(size, size / (size + mean))
    tail = (1 - confidence) / 2
    probability = np.where(np.isnan(wanted), np.nan, to_come.sf(np.nan_to_num(wanted) - done - 1))
    return done + to_come.ppf(tail), done + to_come.ppf(1 - tail), probability


def _judge(rows: pd.DataFrame, length: int) -> pd.Series:
    """Say how the forecast stands to the target."""
    target = rows["target"].astype("float64")
    low, high = rows["low"].astype("float64"), rows["high"].astype("float64")
    choices = [
        (target.isna(), ""),
        (rows["count"] >= target, "reached"),
        (rows["months"] >= length, "not_reached"),
        (rows["months"] < _EARLIEST, "too_early"),
        (low >= target, "likely"),
        (high < target, "unlikely"),
    ]
    said = np.select([mask for mask, _ in choices], [word for _, word in choices], default="possible")
    return pd.Series(said, index=rows.index, dtype="str")
