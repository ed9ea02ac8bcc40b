"""The trainees, and the experience registration by month of the post."""

from __future__ import annotations

import pandas as pd

from cusum.programme import Programme

__all__ = ["count_experience", "list_people", "month_of_post"]

PERSON = ["trainee", "department", "region"]


def list_people(table: pd.DataFrame, rejected: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """List the trainees: where they are, since when, and how much they registered.

    Parameters
    ----------
    table : DataFrame
        Canonical registrations.
    rejected : DataFrame
        Rejected rows.
    as_of : Timestamp
        Day up to which registrations count.

    Returns
    -------
    DataFrame
        One row a trainee: trainee, department and region (those of most of the registrations, the later where equal),
        started_on, month of the post, registrations, rejected.
    """
    places = table.groupby([*PERSON], observed=True).agg(n=("row", "size"), last=("performed_on", "max")).reset_index()
    main = places.sort_values(["trainee", "n", "last", "department"]).drop_duplicates("trainee", keep="last")
    groups = table.groupby("trainee", observed=True)
    people = main[PERSON].set_index("trainee")
    people["started_on"] = groups["performed_on"].min()
    if "post_start" in table:
        stated = groups["post_start"].min()
        people["started_on"] = stated.fillna(people["started_on"])
    people["month"] = month_of_post(people["started_on"], pd.Series(as_of, index=people.index))
    people["registrations"] = groups.size()
    people["rejected"] = rejected.groupby("trainee").size().reindex(people.index).fillna(0).astype("int64")
    return people.reset_index().sort_values("trainee", ignore_index=True)


def month_of_post(started_on: pd.Series, day: pd.Series) -> pd.Series:
    """Number the month of the post that a day falls in, from 1; a month begins on the day of the month of the start.

    Parameters
    ----------
    started_on, day : Series of datetime
        First day of the post, and the day.

    Returns
    -------
    Series of int
        Months; 0 or less before the post.
    """
    months = (day.dt.year - started_on.dt.year) * 12 + day.dt.month - started_on.dt.month
    return (months - (day.dt.day < started_on.dt.day) + 1).astype("int64")


def count_experience(table: pd.DataFrame, people: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Count each trainee's registrations by item and month of the post, beside the department's target.

    Parameters
    ----------
    table : DataFrame
        Canonical registrations.
    people : DataFrame
        From :func:`list_people`.
    programme : Programme
        Names the items and their targets.

    Returns
    -------
    DataFrame
        One row for each trainee, item and month, also where the count is 0: kind ("procedure" or "experience"), month,
        count, cumulative, target.
    """
    items = {**{k: ("procedure", p.target) for k, p in programme.procedures.items()}}
    items |= {k: ("experience", e.target) for k, e in programme.experience.items()}
    started = table["trainee"].map(people.set_index("trainee")["started_on"])
    month = month_of_post(started, table["performed_on"]).clip(lower=1)
    last = max(programme.months, int(month.max()) if len(month) else 0)
    grid = pd.MultiIndex.from_product(
        [people["trainee"], list(items), range(1, last + 1)], names=["trainee", "item", "month"]
    )
    counts = table.assign(month=month).groupby(["trainee", "procedure", "month"], observed=True).size()
    counted = counts.rename_axis(["trainee", "item", "month"]).reindex(grid).fillna(0).astype("int64")
    rows = counted.rename("count").reset_index()
    rows["cumulative"] = rows.groupby(["trainee", "item"])["count"].cumsum()
    rows["kind"] = rows["item"].map({key: kind for key, (kind, _) in items.items()})
    rows["target"] = rows["item"].map({key: target for key, (_, target) in items.items()}).astype("Int64")
    rows = rows.merge(people[PERSON], on="trainee", how="left")
    return rows[[*PERSON, "item", "kind", "month", "count", "cumulative", "target"]]
