"""Whether every debtor lives where a law file that is switched on applies, or where the deployment accepts none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import duckdb

from arrears.intake.report import Problem
from arrears.policy.lawless import CURE, told, without_law
from arrears.settings import Settings

_COUNTRIES = "SELECT coalesce(country, ?), count(*) FROM standing_debtors GROUP BY 1"


def law_errors(con: duckdb.DuckDBPyConnection, settings: Settings) -> Iterator[Problem]:
    """Countries of debtors, from the view `standing_debtors`, whose law nobody has switched on or waived."""
    from arrears.policy.countries import country_code  # reads the zones of countries

    counts: Counter[str] = Counter()
    for country, debtors in con.execute(_COUNTRIES, [settings.portfolio.country]).fetchall():
        counts[country_code(country)] += debtors
    lawless = without_law(counts, accepted=settings.portfolio.no_law_profile, profiles=settings.conduct.profiles)
    if lawless:
        found = f"no law file is switched on for {told(lawless)}"
        yield Problem("debtors", "country", "no_law", "error", sum(lawless.values()), found, CURE)
