"""Was the right party spoken with? The label of every outgoing call, and the hour it was where the debtor is.

Known on the day on which the call was first told; what was corrected later changes no label. Who the right party is
says `features.liable`, as for the features.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from arrears.lake import Lake
from arrears.policy.location import located_people
from arrears.policy.zonetime import local
from features.contact_history import contact_rows
from features.facts import Facts
from features.plan import compiled
from features.snapshots import on_calls
from training.dataset import Days
from training.evenings import Evenings, Words, matched, read_evenings, refuse_without, standing_later
from training.examples import Examples
from training.labels import COMMERCIAL
from training.trained import TrainRequest

HORIZON_DAYS = 1
"""A call follows the evening by a day; what came of it is known when it is told, in most books on the same day."""

_PEOPLE = ("stated_time_zone", "country", "region", "postal_code", "city")


@dataclass(frozen=True)
class Calls:
    """Outgoing calls with what came of them.

    Attributes
    ----------
    examples : the rows, features of the evening before.
    hours : (n,) full hour, 0-23, on the debtor's clock.
    classes : (n,) "commercial" or "consumer", by the account's class of debt; "" where none is told.
    """

    examples: Examples
    hours: npt.NDArray[np.int64]
    classes: Words


def read_calls(lake: Lake, request: TrainRequest) -> Calls:
    """Every outgoing call of the asked days whose outcome is known.

    Raises
    ------
    Refused : the book has no contacts.
    """
    refuse_without(lake, "contact", "contacts", "a call's outcome is what this model learns")
    with lake.connect() as con:
        evenings = read_evenings(con, lake, request, on_calls)
        reached = _reached(con, lake, evenings)
        hours, classes = _local_hours(con, lake, evenings), _classes(con, evenings)
    is_over = evenings.known_on <= np.datetime64(request.training_day, "D")
    known = is_over & ~np.isnan(reached)
    examples = Examples(
        panel=evenings.panel,
        rows=evenings.places[known],
        y=reached[known],
        matures_on=evenings.known_on[known],
        horizon_days=HORIZON_DAYS,
        ends=("reached", "missed"),
        each="calls",
        immature=int((~is_over).sum()),
        rules=("right_party_contact",),
    )
    return Calls(examples, hours[known], classes[known])


def _reached(con: duckdb.DuckDBPyConnection, lake: Lake, evenings: Evenings) -> npt.NDArray[np.float64]:
    """(n,) 1 or 0 as told by the end of the day on which the call was known; NaN where it was taken back by then."""
    days: Days = evenings.known_on
    with standing_later(con, lake.settings, evenings.stands, days) as table:
        rows = contact_rows(Facts(lake.present, lake.settings, table))
        rows = rows.filter(rows.is_attempt, rows.is_call)
        said = rows.select("as_of", fact_id=rows.contact_id, reached=rows.is_right_party.cast("float64"))
        told = compiled(said, lake.settings).run(con)
    reached = matched(con, told, evenings.stands["fact_id"], days)["reached"]
    return np.asarray(reached.to_numpy(zero_copy_only=False), dtype=np.float64)


def _local_hours(con: duckdb.DuckDBPyConnection, lake: Lake, evenings: Evenings) -> npt.NDArray[np.int64]:
    """(n,) the hour on the debtor's clock; on the portfolio's where it is not known in which one zone the debtor is.

    Where somebody is now is taken for where they were then.
    """
    portfolio = lake.settings.portfolio
    zones = np.full(len(evenings.places), portfolio.zone, dtype=object)
    if "debtors" in lake.present:
        sql = f"SELECT debtor_id, {', '.join(_PEOPLE)} FROM debtors WHERE known_until IS NULL AND NOT deleted"  # noqa: S608 - our own names
        people = con.execute(sql).to_arrow_table()
        found = located_people(people, portfolio.country)
        sets = [next(iter(names)) if len(names) == 1 else portfolio.zone for names in found.zone_sets]
        own = dict(zip(people["debtor_id"].to_pylist(), np.array(sets, dtype=object)[found.which], strict=True))
        zones = np.array([own.get(name, portfolio.zone) for name in evenings.stands["debtor_id"].to_pylist()])
    hours = np.zeros(len(zones), dtype=np.int64)
    for zone in np.unique(zones.astype(str)):
        at = local(evenings.happened_at[zones == zone], str(zone))
        hours[zones == zone] = (at - at.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    return hours


def _classes(con: duckdb.DuckDBPyConnection, evenings: Evenings) -> Words:
    """(n,) class of customer by the account's class of debt, which does not change."""
    sql = "SELECT account_id, debt_class FROM accounts WHERE known_until IS NULL AND NOT deleted"
    told = con.execute(sql).to_arrow_table()
    class_of = dict(zip(told["account_id"].to_pylist(), told["debt_class"].to_pylist(), strict=True))
    said = [class_of.get(name) for name in evenings.stands["account_id"].to_pylist()]
    return np.array(["commercial" if each in COMMERCIAL else "consumer" if each else "" for each in said], dtype=object)
