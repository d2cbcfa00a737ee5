"""What somebody typed into a form, and the numbers in it: what cannot be read has a fault and stays as it was typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from arrears.experiments.design import Design
from arrears.money import exponents
from serving.console.forms import one

_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")
_MOST_DIGITS = 15


@dataclass
class Typed:
    """What somebody typed, and what is wrong with it.

    Attributes
    ----------
    fields : every value of each field of the form.
    faults : by field, or by "design" what is wrong with all of it, sentences.
    design : None where something is wrong.
    """

    fields: dict[str, Sequence[str]]
    faults: dict[str, list[str]] = field(default_factory=dict)
    design: Design | None = None

    def one(self, name: str) -> str:
        """The first value of a field."""
        return one(self.fields, name)

    def fault(self, name: str, sentence: str) -> None:
        """Something is wrong with a field."""
        self.faults.setdefault(name, []).append(sentence)


def whole_of(typed: Typed, name: str) -> int | None:
    """The whole number in a field; None where there is none, with the fault."""
    return count_of(typed, name, typed.one(name))


def count_of(typed: Typed, name: str, text: str) -> int | None:
    """A whole number that belongs to a field."""
    number = number_of(typed, name, text)
    if number is not None and number != int(number):
        typed.fault(name, "Write a whole number")
        return None
    return None if number is None else int(number)


def percent_of(typed: Typed, name: str, text: str) -> float | None:
    """A number in per cent, as a share of one."""
    number = decimal_of(typed, name, text.replace("%", ""))
    return None if number is None else float(number / 100)


def minor_of(typed: Typed, name: str, text: str, decimals: int | None) -> float | None:
    """An amount in major units, in minor ones; None where nothing was typed."""
    if not text.strip() or decimals is None:
        return None
    number = decimal_of(typed, name, text)
    return None if number is None else float(number.scaleb(decimals))


def number_of(typed: Typed, name: str, text: str) -> float | None:
    """A number that belongs to a field."""
    number = decimal_of(typed, name, text)
    return None if number is None else float(number)


def decimal_of(typed: Typed, name: str, text: str) -> Decimal | None:
    """The same as it was typed, to the last digit."""
    told = text.strip().rstrip(",")
    if "," in told and not _GROUPED.fullmatch(told):
        typed.fault(name, "Write a number with a point before its decimals, as 1,250.50")
        return None
    try:
        number = Decimal(told.replace(",", "").replace("_", ""))
    except InvalidOperation:
        typed.fault(name, "Write a number" if told else "A number is missing")
        return None
    if not number.is_finite() or len(number.as_tuple().digits) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        typed.fault(name, "Write a number of at most fifteen digits")
        return None
    return number


def major_of(minor: float | None, currency: str) -> str:
    """Minor units as people type them."""
    if minor is None:
        return ""
    return plain(Decimal(str(minor)).scaleb(-exponents().get(currency, 0)))


def plain(number: Decimal) -> str:
    """A number without thousands apart and without zeros at its end.

    Examples
    --------
    >>> plain(Decimal("2500.50")), plain(Decimal("1E+3"))
    ('2500.5', '1000')
    """
    told = f"{number:f}"
    return told.rstrip("0").rstrip(".") if "." in told else told
