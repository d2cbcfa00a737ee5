"""The cash that followed a night: net voluntary money on an account within some days of the one it was worked on.

Which payments count is for `features.facts` to say; what was taken back until the days are over and settled is out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pyarrow as pa

from arrears.clock import add_business_days, end_of_day
from arrears.lake import Lake
from arrears.settings import Settings
from features.columns import KEY, whole
from features.facts import SNAPSHOTS, Facts
from features.plan import compiled
from features.terms import arrow_schema

STAND = ("account_id", "debtor_id", "client", "currency")
Stand = tuple[str, str, str, str]
"""An account, by the columns `STAND`."""

_WINDOWS = "cash_windows"


def matures_on(served_on: date, horizon_days: int, settings: Settings) -> date:
    """The day at whose end it is known what came in the `horizon_days` that begin with `served_on`.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> matures_on(date(2026, 6, 1), 30, default_settings())  # 30 June, and five business days to settle
    datetime.date(2026, 7, 7)
    """
    country = settings.portfolio.country or None
    return add_business_days(served_on + timedelta(days=horizon_days - 1), settings.label.settle_business_days, country)


def cash_after(lake: Lake, asked: Mapping[date, Sequence[Stand]], horizon_days: int) -> dict[tuple[date, str], int]:
    """Minor units that came in, by day and account; what is not in it is 0.

    Parameters
    ----------
    asked : by the day on which a list was worked, the accounts on it.
    horizon_days : how many days count, the first being that day itself.
    """
    settings, windows = lake.settings, []
    for served_on, accounts in asked.items():
        cutoff = end_of_day(matures_on(served_on, horizon_days, settings), settings.portfolio.zone)
        over = {"as_of": served_on + timedelta(days=horizon_days - 1), "cutoff": cutoff}
        rows = [{**dict(zip(STAND, each, strict=True)), **over} for each in accounts]
        windows.append(pa.Table.from_pylist(rows, schema=arrow_schema(SNAPSHOTS)))
    facts = Facts(lake.present, settings, _WINDOWS)
    paid = facts.payments
    paid = paid.filter(paid.days_ago < horizon_days, paid.is_voluntary)
    sums = paid.group_by(KEY).agg(cash_minor=whole(paid.amount_minor.sum()))
    with lake.connect() as con:
        con.register(_WINDOWS, pa.concat_tables(windows))
        found = compiled(sums, settings).run(con)
    first = timedelta(days=horizon_days - 1)
    columns = (found[name].to_pylist() for name in ("as_of", "account_id", "cash_minor"))
    return {(day - first, account): cash for day, account, cash in zip(*columns, strict=True)}
