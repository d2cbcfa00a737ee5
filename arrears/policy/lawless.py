"""Whose law applies: a country without a law file is refused, unless the house accepts its own limits alone there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping

from arrears.errors import BadInput
from arrears.policy.limits import LAW_OF

CURE = (
    "Switch its profile on in conduct.profiles where there is one; else name the country in portfolio.no_law_profile: "
    "then only the house's limits apply to it."
)


def without_law(counts: Mapping[str, int], *, accepted: Collection[str], profiles: Collection[str]) -> dict[str, int]:
    """Of the countries counted those whose law no profile that is switched on knows, and that nobody accepted.

    Parameters
    ----------
    counts : debtors by ISO 3166 code; "" stands for those whose country nobody knows, whom a rule holds.
    accepted : countries that the deployment names in `portfolio.no_law_profile`.

    Examples
    --------
    >>> without_law({"US": 3, "GB": 2, "TW": 1, "": 9}, accepted=["TW"], profiles=["us_federal", "us_states"])
    {'GB': 2}
    """
    return {
        country: count
        for country, count in sorted(counts.items())
        if country and country not in accepted and not _is_law_on(country, profiles)
    }


def refuse_lawless(asked: str, lawless: Mapping[str, int]) -> None:
    """Nothing where nobody lives in a country without law.

    Raises
    ------
    BadInput : some do; it names each country with its debtors, and what can be done.
    """
    if lawless:
        raise BadInput(asked=asked, found=f"no law file is switched on for {told(lawless)}", do=CURE)


def told(lawless: Mapping[str, int]) -> str:
    """The countries with their debtors in words; what is no code is counted and not repeated.

    Examples
    --------
    >>> told({"FR": 1, "GB": 2_000, "MAIN STREET 5": 1})
    'FR (1 debtor), GB (2,000 debtors), a country that is no ISO code (1 debtor)'
    """
    counts: Counter[str] = Counter()
    for country, count in lawless.items():
        counts[country if re.fullmatch("[A-Z]{2}", country) else "a country that is no ISO code"] += count
    return ", ".join(f"{country} ({count:,} debtor{'' if count == 1 else 's'})" for country, count in counts.items())


def _is_law_on(country: str, profiles: Collection[str]) -> bool:
    law = LAW_OF.get(country, ())
    return bool(law) and set(law) <= set(profiles)
