"""Money as whole minor units of a currency, and how people read it.

Inside the house money is an integer of minor units (cents); files carry decimals in major units. ISO 4217 says how many
decimals a currency has.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from babel.numbers import format_currency
from iso4217 import Currency


@cache
def exponents() -> dict[str, int]:
    """Decimals of every ISO 4217 currency that has minor units or none, by code.

    Examples
    --------
    >>> exponents()["USD"], exponents()["JPY"], exponents()["KWD"]
    (2, 0, 3)
    """
    return {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


def refuse_unknown(currencies: Iterable[str]) -> None:
    """Refuse codes that ISO 4217 does not have.

    Raises
    ------
    ValueError : it names them.

    Examples
    --------
    >>> refuse_unknown(["USD", "EUR"])
    """
    if strange := sorted(set(currencies) - exponents().keys()):
        message = f"{', '.join(strange)} is no currency of ISO 4217"
        raise ValueError(message)


def to_minor(amount: Decimal, currency: str) -> int:
    """Whole minor units of a decimal amount.

    Raises
    ------
    ValueError : the amount has more decimals than the currency.

    Examples
    --------
    >>> to_minor(Decimal("12.30"), "EUR"), to_minor(Decimal("12"), "JPY")
    (1230, 12)
    """
    minor = amount.scaleb(exponents()[currency])
    if minor != minor.to_integral_value():
        message = f"more than {exponents()[currency]} decimals in an amount of {currency}"
        raise ValueError(message)
    return int(minor)


def to_major(minor: int, currency: str) -> Decimal:
    """The decimal amount of so many minor units.

    Examples
    --------
    >>> to_major(1230, "EUR")
    Decimal('12.30')
    """
    return Decimal(minor).scaleb(-exponents()[currency])


def say_money(minor: int, currency: str, *, locale: str = "en") -> str:
    """The amount as a person reads it.

    Examples
    --------
    >>> say_money(123450, "USD")
    '$1,234.50'
    """
    return str(format_currency(to_major(minor, currency), currency, locale=locale))
