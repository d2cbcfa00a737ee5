"""A threshold as a strategy states it: which number of an account, and from which value on it was treated otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from arrears.errors import WrongUse
from arrears.money import say_money, to_minor
from training.effect.local import Floats
from training.effect.side import Mask

_SPELLING = re.compile(r"\s*([a-z][a-z0-9_]*)\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")
_WORDS = {">=": "of {} or more", "<=": "of {} or less", ">": "above {}", "<": "below {}"}
_MINOR = "_minor"
_MANY = 10


@dataclass(frozen=True)
class Threshold:
    """Accounts whose number fulfils it were to be treated.

    Attributes
    ----------
    name : of the number; money ends in `_minor` and is in minor units.
    operator : how the number must stand to the cut.
    cut : in the number's units; money in minor ones.
    currency : of the cut where the number is money, else None.
    """

    name: str
    operator: Literal[">=", "<=", ">", "<"]
    cut: float
    currency: str | None = None

    def __str__(self) -> str:
        """As it can be asked again, money in major units.

        Examples
        --------
        >>> str(Threshold("balance_minor", ">=", 500000.0, "USD")), str(Threshold("rank", "<=", 300.0))
        ('balance >= $5,000.00', 'rank <= 300')
        """
        return f"{self.name.removesuffix(_MINOR)} {self.operator} {self.said(self.cut)}"

    def distance(self, value: Floats) -> Floats:
        """How far each number lies beyond the cut on the treated side; negative on the other."""
        return value - self.cut if self.operator.startswith(">") else self.cut - value

    def at(self, distance: float) -> float:
        """The number that lies so far beyond the cut.

        Examples
        --------
        >>> Threshold("rank", "<=", 300.0).at(20.0)
        280.0
        """
        return self.cut + distance if self.operator.startswith(">") else self.cut - distance

    def holds(self, value: Floats) -> Mask:
        """Which numbers fulfil it.

        Examples
        --------
        >>> import numpy as np
        >>> Threshold("rank", "<", 3.0).holds(np.array([2.0, 3.0])).tolist()
        [True, False]
        """
        beyond: Mask = self.distance(value) >= 0 if self.operator.endswith("=") else self.distance(value) > 0
        return beyond

    def said(self, value: float) -> str:
        """A value of the number as people read it.

        Examples
        --------
        >>> Threshold("balance_minor", ">=", 0, "USD").said(123450.2), Threshold("propensity", ">", 0.5).said(0.25)
        ('$1,234.50', '0.25')
        """
        if self.currency is not None:
            return say_money(round(value), self.currency)
        decimals = 1 if abs(value) >= _MANY else 4
        return f"{value:,.{decimals}f}".rstrip("0").rstrip(".")

    def in_words(self) -> str:
        """Which accounts it means.

        Examples
        --------
        >>> Threshold("days_past_due", ">=", 30.0).in_words()
        'days past due of 30 or more'
        """
        return f"{self.label} {_WORDS[self.operator].format(self.said(self.cut))}"

    @property
    def label(self) -> str:
        """The number's name as words."""
        return self.name.removesuffix(_MINOR).replace("_", " ")


@dataclass(frozen=True)
class Asked:
    """A threshold before it is known which number it means, and in which currency."""

    name: str
    operator: Literal[">=", "<=", ">", "<"]
    number: str

    def of(self, name: str, currency: str) -> Threshold:
        """The threshold on a number of that name; of money, in that currency.

        Raises
        ------
        WrongUse : the currency has fewer decimals than the cut.

        Examples
        --------
        >>> read_threshold("balance>=5000").of("balance_minor", "USD").cut
        500000.0
        """
        if not name.endswith(_MINOR):
            return Threshold(name, self.operator, float(self.number))
        from decimal import Decimal

        try:
            return Threshold(name, self.operator, float(to_minor(Decimal(self.number), currency)), currency)
        except ValueError as problem:
            raise WrongUse(
                asked=f"a threshold at {self.number} {currency}", found=str(problem), do="Round it."
            ) from problem

    def names(self) -> tuple[str, ...]:
        """What the number may be called: as asked, or as an amount."""
        return (self.name, self.name + _MINOR)


def read_threshold(spelling: str) -> Asked:
    """A threshold as it is typed; amounts in major units.

    Raises
    ------
    WrongUse : it is none.

    Examples
    --------
    >>> read_threshold("days_past_due>=30")
    Asked(name='days_past_due', operator='>=', number='30')
    """
    found = _SPELLING.fullmatch(spelling)
    if found is None:
        raise WrongUse(
            asked=f"a threshold {spelling}",
            found="no name, sign and number",
            do='Write for example "balance>=5000" or "rank<=300", with >=, >, <= or <.',
        )
    name, operator, number = found.groups()
    return Asked(name, operator, number)  # type: ignore[arg-type] # the pattern knows no other sign
