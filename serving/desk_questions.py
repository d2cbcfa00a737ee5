"""What the desk asks of a lake beside scores and rules: promises, what an item needs of its collector, and the team.

Compiled once for a lake's tables and settings, as `book.questions` is; answered for the `snapshots` of a connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import ibis
from ibis import ir

from arrears.settings import Settings
from features.asof import known_on
from features.facts import SNAPSHOTS, Facts, lake_table
from features.plan import Plan, compiled
from features.promises import promises_plan

_STAND = ("debtor_id", "as_of", "cutoff")


@dataclass(frozen=True)
class DeskQuestions:
    """Questions of the desk; None where the lake has no table that could answer.

    Attributes
    ----------
    promises : as `features.promises.promises_plan`.
    needs : account_id, product, territory, owner; language, region of its debtor.
    collectors, shifts : the team's rows as known.
    """

    promises: Plan | None
    needs: Plan
    collectors: Plan | None
    shifts: Plan | None


def desk_questions(present: Mapping[str, frozenset[str]], settings: Settings) -> DeskQuestions:
    """Compile what the desk asks.

    Parameters
    ----------
    present : tables and columns the book has, as `Lake.present`.
    """
    return _compiled(tuple(sorted(present.items())), settings.model_dump_json())


@lru_cache(maxsize=4)
def _compiled(supplied: tuple[tuple[str, frozenset[str]], ...], told: str) -> DeskQuestions:
    present, settings = dict(supplied), Settings.model_validate_json(told)
    return DeskQuestions(
        promises=promises_plan(present, settings) if "promises" in present else None,
        needs=compiled(_needs(Facts(present, settings)), settings),
        collectors=compiled(_known("collectors"), settings) if "collectors" in present else None,
        shifts=compiled(_known("shifts"), settings) if "shifts" in present else None,
    )


def _needs(facts: Facts) -> ir.Table:
    accounts = facts.on_accounts("accounts").select("account_id", "debtor_id", "product", "territory", "owner")
    stands = facts.snapshots.select(*_STAND).distinct()
    debtors = stands.join(facts.table("debtors"), "debtor_id")
    debtors = known_on(debtors, debtors.cutoff).select("debtor_id", "language", "region")
    return accounts.left_join(debtors, "debtor_id").drop("debtor_id_right").order_by("account_id")


def _known(name: str) -> ir.Table:
    stand = ibis.table(SNAPSHOTS, name="snapshots").select("cutoff").distinct()
    rows = lake_table(name).cross_join(stand)
    known = known_on(rows, rows.cutoff).drop("recorded_at", "known_until", "deleted", "cutoff")
    return known.order_by(*(column for column in ("collector_id", "starts_at") if column in known.columns))
