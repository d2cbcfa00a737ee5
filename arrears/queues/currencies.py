"""How money of several currencies compares in one order: by the house's rates, or each currency by itself.

An amount in yen says nothing about one in cents. Where a currency has no rate, no rate is guessed: an amount counts as
far from the top as it stands among its own currency's, so that whoever works the first tenth of the list works the
first tenth of every currency.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from arrears.money import exponents
from arrears.policy.columns import Numbers, Words

Way = Literal["alone", "rates", "shares"]


def way(currency: Words, worth: Mapping[str, float]) -> Way:
    """How amounts in these currencies compare.

    Parameters
    ----------
    worth : what one major unit of each currency is worth, all told in one currency.

    Returns
    -------
    str : `alone` where there is one currency at most, `rates` where each of several has a rate, else `shares`.

    Examples
    --------
    >>> way(np.array(["USD", "JPY"]), {"USD": 1.0, "JPY": 0.0064}), way(np.array(["USD", "JPY"]), {"USD": 1.0})
    ('rates', 'shares')
    """
    codes = set(currency.tolist())
    if len(codes) < 2:  # noqa: PLR2004 - several begin at two
        return "alone"
    return "rates" if codes <= worth.keys() else "shares"


def comparable(minor: Numbers, currency: Words, worth: Mapping[str, float]) -> Numbers:
    """Numbers that put amounts of several currencies in one order, smallest first; a currency's own order stays.

    Parameters
    ----------
    minor : amounts in minor units of each one's currency, negative where the largest is to come first; NaN, which
        stays NaN, where unknown.

    Examples
    --------
    >>> minor, currency = np.array([900.0, 50_000.0, 400.0]), np.array(["USD", "JPY", "USD"])
    >>> comparable(minor, currency, {"USD": 1.0, "JPY": 0.0064}).tolist()
    [9.0, 320.0, 4.0]
    >>> comparable(minor, currency, {}).tolist()  # the first of each, then the second of two
    [0.5, 0.0, 0.0]
    """
    match way(currency, worth):
        case "alone":
            return minor
        case "rates":
            return _each(minor, currency, lambda code, amounts: amounts * worth[code] / 10 ** exponents()[code])
        case "shares":
            return _each(minor, currency, lambda _, amounts: _share_before(amounts))


def _each(minor: Numbers, currency: Words, number: Callable[[str, Numbers], Numbers]) -> Numbers:
    told = np.full(len(minor), np.nan)
    for code in set(currency.tolist()):
        rows = (currency == code) & ~np.isnan(minor)
        told[rows] = number(code, minor[rows])
    return told


def _share_before(amounts: Numbers) -> Numbers:
    """Which share of the amounts is smaller; equal amounts stand level."""
    return np.searchsorted(np.sort(amounts), amounts) / max(len(amounts), 1)
