"""What the desk asks of a lake beside scores and rules: promises, and what an account asks of its collector.

Compiled once for a lake's tables and settings, as `book.questions` is; answered for the `snapshots` of a connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ibis import ir

from arrears.settings import Settings
from features.asof import known_on
from features.episodes import episodes_plan
from features.facts import Facts
from features.plan import Plan, compiled_once
from features.promises import promises_plan

_STAND = ("debtor_id", "as_of", "cutoff")


@dataclass(frozen=True)
class DeskQuestions:
    """Questions of the desk.

    Attributes
    ----------
    promises : as `features.promises.promises_plan`; None where the lake has no table of promises.
    needs : account_id, product, territory, owner; language, region, country, household_id of its debtor.
    episodes : since when debtors are past due, for `features.episodes.began_on`.
    """

    promises: Plan | None
    needs: Plan
    episodes: Plan


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
        needs=compiled_once("needs", present, settings, lambda *asked: _needs(Facts(*asked))),
        episodes=episodes_plan(present, settings),
    )


def _needs(facts: Facts) -> ir.Table:
    accounts = facts.on_accounts("accounts").select("account_id", "debtor_id", "product", "territory", "owner")
    stands = facts.snapshots.select(*_STAND).distinct()
    debtors = stands.join(facts.table("debtors"), "debtor_id")
    debtors = known_on(debtors, debtors.cutoff).select("debtor_id", "language", "region", "country", "household_id")
    return accounts.left_join(debtors, "debtor_id").drop("debtor_id_right").order_by("account_id")
