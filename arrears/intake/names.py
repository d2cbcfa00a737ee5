"""What the names alone show: tables and columns that are missing, unknown, or must never stand where they do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from arrears.intake.report import Problem
from arrears.tables import ALWAYS_REQUIRED, BOOKKEEPING, ONE_REQUIRED, Table

_PROTECTED_WORDS = frozenset(
    {
        "sex",
        "gender",
        "race",
        "racial",
        "ethnic",
        "ethnicity",
        "religion",
        "religious",
        "nationality",
        "citizenship",
        "disability",
        "disabled",
        "marital",
        "marriage",
        "married",
        "education",
        "pregnancy",
        "pregnant",
        "orientation",
        "birthdate",
        "birthday",
        "dob",
    }
)
_HEALTH_WORDS = frozenset(
    {
        "diagnosis",
        "diagnoses",
        "icd",
        "dx",
        "procedure",
        "procedures",
        "cpt",
        "hcpcs",
        "drg",
        "medication",
        "medications",
        "prescription",
        "treatment",
        "symptom",
        "symptoms",
        "clinical",
    }
)
# Alone, or as somebody's: the age of an account or of a debt is no attribute of a person.
_OF_A_PERSON = re.compile(
    r"^((debtor|customer|person|borrower|holder)_?)?(age|colou?r|birth)(_(years|group|band|date|year))?$"
)


def table_problems(present: Collection[str]) -> Iterator[Problem]:
    """Tables without which a book says nothing, where neither source nor lake has them."""
    for name in ALWAYS_REQUIRED:
        if name not in present:
            yield _error(
                name, None, "missing_table", "neither the source nor the lake has it", f"Add {name}.csv or .parquet."
            )
    if not set(present) & set(ONE_REQUIRED):
        either = " or ".join(ONE_REQUIRED)
        yield _error(either, None, "missing_table", "nothing says how late an account is", f"Add {either}.")


def column_problems(table: Table, columns: Collection[str]) -> Iterator[Problem]:
    """Columns that a file lacks, has too many of, or must not have."""
    for column in table.columns:
        if column.required and column.name not in columns:
            yield _error(table.name, column.name, "missing_column", "the file has no such column", "Add it.")
    own = {column.name for column in (*table.columns, *BOOKKEEPING)}
    for name in columns:
        if table.name != "protected" and is_protected(name):
            yield _error(
                table.name,
                name,
                "protected_column",
                "a protected attribute beside facts that models read",
                "Move it to the table protected, which the reading of fairness alone looks at.",
            )
        elif is_of_care(name):
            yield _error(
                table.name,
                name,
                "health_column",
                "what a person was treated for; collecting a bill needs none of it (45 CFR 164.502(b))",
                "Leave the column out of the file.",
            )
        elif name not in own:
            close = get_close_matches(name, own - set(columns), n=1)
            cure = f"Did you mean {close[0]}?" if close else "Nothing, if it is not meant to be read."
            yield Problem(table.name, name, "unknown_column", "warning", 1, "the contract has no such column", cure)


def is_protected(name: str) -> bool:
    """True for a column name that speaks of a protected attribute of a person.

    Examples
    --------
    >>> [is_protected(name) for name in ("SEX", "marital_status", "debtor_age", "account_age", "language")]
    [True, True, True, False, False]
    """
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return bool(_PROTECTED_WORDS & set(re.split(r"[^a-z]+", plain)) or _OF_A_PERSON.match(plain))


def is_of_care(name: str) -> bool:
    """True for a column name that speaks of a diagnosis, a procedure or another detail of care.

    Examples
    --------
    >>> [is_of_care(name) for name in ("icd10_code", "Diagnosis", "procedure_date", "invoice_code")]
    [True, True, True, False]
    """
    return bool(_HEALTH_WORDS & set(re.split(r"[^a-z]+", name.lower())))


def _error(table: str, column: str | None, rule: str, found: str, do: str) -> Problem:
    return Problem(table, column, rule, "error", 1, found, do)
