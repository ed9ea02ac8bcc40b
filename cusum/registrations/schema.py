"""The canonical table, checked once more by pandera before anybody charts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.errors import InvalidData

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

    from cusum.programme import Programme

__all__ = ["check_table", "registration_schema"]


def registration_schema(programme: Programme) -> pa.DataFrameSchema:
    """Say what every canonical table holds.

    Parameters
    ----------
    programme : Programme
        Its procedures and experience items are the procedures that may occur.

    Returns
    -------
    pandera.DataFrameSchema
        Column types and ranges; other columns pass.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> list(registration_schema(load_programme()).columns)[:4]
    ['trainee', 'procedure', 'performed_on', 'failure']
    """
    import pandera.pandas as pa

    keys = [*programme.procedures, *programme.experience]
    charted = {key for key, procedure in programme.procedures.items() if procedure.charted}
    return pa.DataFrameSchema(
        {
            "trainee": pa.Column(str, pa.Check.str_length(min_value=1)),
            "procedure": pa.Column(str, pa.Check.isin(keys)),
            "performed_on": pa.Column("datetime64[us]"),
            "failure": pa.Column("boolean", nullable=True),
            "department": pa.Column(str),
            "region": pa.Column(str),
            "sequence": pa.Column("Int64", nullable=True),
            "row": pa.Column("int64", pa.Check.ge(1)),
            "sheet": pa.Column(str),
            "registration_id": pa.Column(str),
            "attempts": pa.Column("Int64", pa.Check.ge(1), required=False, nullable=True),
            "handed_over": pa.Column("boolean", required=False, nullable=True),
            "asa": pa.Column("Int64", pa.Check.in_range(1, 6), required=False, nullable=True),
            "age": pa.Column("float64", pa.Check.in_range(0, 120), required=False, nullable=True),
            "bmi": pa.Column("float64", pa.Check.in_range(5, 150), required=False, nullable=True),
            "post_start": pa.Column("datetime64[us]", required=False, nullable=True),
        },
        checks=pa.Check(
            lambda table: table["failure"].notna() | ~table["procedure"].isin(charted),
            name="charted procedures have an outcome",
        ),
        index=pa.Index("int64"),
    )


def check_table(table: pd.DataFrame, programme: Programme) -> None:
    """Refuse a table that is not canonical.

    Parameters
    ----------
    table : DataFrame
        One row a registration.
    programme : Programme
        The programme in force.

    Raises
    ------
    InvalidData
        With the columns and rules concerned, never with values.
    """
    import pandera.pandas as pa

    try:
        registration_schema(programme).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check"]].drop_duplicates()
        told = "; ".join(f"{column}: {check}" for column, check in cases.itertuples(index=False))
        raise InvalidData(
            "the table of registrations is not canonical ({told})",
            expected="the columns and types of a table read with read_registrations",
            remedy="Read it with read_registrations.",
            told=told,
        ) from None
