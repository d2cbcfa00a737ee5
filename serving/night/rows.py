"""A built night as the rows that `arrears.queues.record` writes and `replay` compares."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from arrears.clock import start_of_day
from arrears.policy.columns import Numbers
from arrears.policy.facts import Facts
from arrears.policy.ways import ItemWay, last_close
from arrears.queues.holdout import HOLDOUT
from arrears.queues.record import ACCOUNT_COLUMNS, ITEM_COLUMNS, plain_json
from arrears.state.closed import BY_ALL
from serving.night.built import Built
from serving.scores.further import recorded
from serving.scores.scoring import scored_by

_NEEDS = ("language", "region", "product", "territory", "skill", "owner")
STANDING = ("bucket", "days_past_due", "past_due_minor", "balance_minor", "stop_roll_minor", "rolls_on")
"""Columns that accounts and items share."""


def night(built: Built, *, ran_at: datetime) -> dict[str, Any]:
    """The night's own row, by column."""
    scores = built.scores
    return {
        "as_of": built.book.as_of,
        "cutoff": built.book.cutoff,
        "ran_at": ran_at,
        "seconds": built.seconds,
        "code_version": version("arrears"),
        "lake_fingerprint": built.lake.fingerprint,
        "lake_manifest": built.lake.manifest.document(),
        "settings": built.book.settings.model_dump(mode="json"),
        "scored_by": scores.scored_by,
        "degraded_because": scores.degraded_because,
        **_made_by(built),
        "strategy": built.strategy.document(),
        "loss_factors": {str(bucket): share for bucket, share in built.losses.factors.by_bucket.items()},
        "feature_names": list(built.book.names),
        "features_absent": built.features_absent,
        "past_due": len(built.book),
        "held": built.held,
        "served": len(built.ranking),
        "held_by_reason": built.judgement.counts(len(built.book)),
        "list_digest": digest(built),
        "served_on": built.served_on,
        "limits_on": built.limits_on,
        "further_models": recorded(built.further),
        "grouped_by": BY_ALL,
        "experiments": [part.document() for part in built.arms.parts] if built.arms else [],
    }


def accounts(built: Built) -> Iterator[tuple[Any, ...]]:
    """One row per judged account, in the order of `ACCOUNT_COLUMNS`."""
    book, scores, terms = built.book, built.scores, built.terms
    shown = _shown(built, terms)
    for row in range(len(book)):
        verdict, part = built.judgement.verdict(row), built.part_of_account(row)
        told = {
            "account_id": str(book.account_id[row]),
            "debtor_id": str(book.debtor_id[row]),
            "client": str(book.client[row]),
            "currency": str(book.currency[row]),
            **_standing(built, row),
            "charged_off": bool(book.charged_off[row]),
            "verdict": verdict.word,
            "held_because": plain_json([hold.document() for hold in verdict.holds]),
            "held_until": verdict.until,
            "features": book.x[row].tolist(),
            "scored_by": scored_by(built.answering(part)),
            "propensity": float(scores.propensity[row]),
            "p_roll": _number(terms["p_roll"][row]),
            "reasons": plain_json(scores.reasons[row]),
            "terms": plain_json({name: _number(column[row]) for name, column in shown.items()}),
            **_valued(terms, part.strategy.priority, row),
            "arm_model": part.answers.label if part.answers else None,
            **_in_arm(built, row),
        }
        yield tuple(told[name] for name in ACCOUNT_COLUMNS)


def items(built: Built, *, at: datetime, columns: Sequence[str] = ITEM_COLUMNS) -> Iterator[tuple[Any, ...]]:
    """One row per work item, best first, in the order of `columns`."""
    book, scores, ranking = built.book, built.scores, built.ranking
    begins, zones = start_of_day(built.served_on, book.settings.portfolio.zone), _Zones(built.judgement.facts)
    shown, made_by = _shown(built, ranking.terms), _made_by(built)
    for place in range(len(ranking)):
        lead = int(ranking.lead[place])
        ways = built.lanes.ways(ranking.members[place])
        told = {
            "debtor_id": str(book.debtor_id[lead]),
            "client": str(book.client[lead]),
            "work_group": str(book.work_group[lead]),
            "lane": str(built.lanes.lane[lead]),
            "state": "ready",
            "state_since": at,
            "rank": place + 1,
            "accounts": [str(book.account_id[row]) for row in ranking.members[place]],
            "lead_account_id": str(book.account_id[lead]),
            "currency": str(book.currency[lead]),
            **_standing(built, lead),
            "propensity": float(scores.propensity[lead]),
            "p_roll": _number(built.terms["p_roll"][lead]),
            "terms": plain_json({name: _number(column[place]) for name, column in shown.items()}),
            "reasons": plain_json(scores.reasons[lead]),
            "as_of": book.as_of,
            **made_by,
            **_tested(built, place),
            **_scored(built, place),
            "chosen_with_probability": float(built.lists.lot.probability[place]),
            "verdict": built.lanes.verdict(lead),
            "ways": plain_json([way.document() for way in ways]),
            "allowed_until": last_close(ways),
            "people": list(dict.fromkeys([str(book.debtor_id[lead]), *(each.way.person for each in ways)])),
            "judged_for": built.served_on,
            "judged_at": book.cutoff,
            **_asked(built, place),
            "explores": bool(built.lists.lot.explores[place]),
            "because": built.lanes.because[lead],
            "assigned_to": built.lists.allocation.assigned_to[place],
            "place": float(built.lists.allocation.place[place]),
            "ready_at": _first_open(ways) or begins,
            "zone": zones.of(lead),
            **_valued(ranking.terms, built.part_of_item(place).strategy.priority, place),
        }
        yield tuple(told[name] for name in columns)


def digest(built: Built) -> str:
    """Of everything served, in order, and everything held: equal digests are equal lists."""
    whole = hashlib.sha256()
    for place in range(len(built.ranking)):
        lead = built.ranking.lead[place]
        priority = float(built.ranking.terms[built.part_of_item(place).strategy.priority][place])
        ways = plain_json([way.document() for way in built.lanes.ways(built.ranking.members[place])])
        told = f"{place + 1} {built.lanes.lane[lead]} {built.book.account_id[lead]} {priority!r} {ways}\n"
        whole.update(told.encode())
    for row in np.flatnonzero(built.judgement.is_held[: len(built.book)]):
        holds = plain_json([hold.document() for hold in built.judgement.verdict(int(row)).holds])
        whole.update(f"held {built.book.account_id[row]} {holds}\n".encode())
    return whole.hexdigest()


def _made_by(built: Built) -> dict[str, str]:
    scores = built.scores
    return {
        "propensity_model": scores.propensity_by.name,
        "propensity_version": scores.propensity_by.version,
        "roll_rate_model": scores.roll_rate_by.name,
        "roll_rate_version": scores.roll_rate_by.version,
        "strategy_name": built.strategy.name,
        "strategy_version": built.strategy.version,
        "feature_fingerprint": built.feature_fingerprint,
    }


def _first_open(ways: Sequence[ItemWay]) -> datetime | None:
    """When somebody may first be called, or reached by whatever way there is; None: at any hour."""
    calls = [each for each in ways if each.way.channel in ("call", "visit")] or ways
    opens = [each.way.opens_at for each in calls]
    known = [each for each in opens if each is not None]
    return min(known) if known and len(known) == len(opens) else None


class _Zones:
    """Where debtors may be: of several zones the first, None where nobody knows."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._told: dict[int, str | None] = {0: None}

    def of(self, account: int) -> str | None:
        mask = int(self._facts.person_zones[self._facts.accounts.person[account]])
        if mask not in self._told:
            self._told[mask] = self._facts.zones.of(mask, self._facts.zone)[0]
        return self._told[mask]


def _tested(built: Built, place: int) -> dict[str, str | None]:
    """`experiment` and `arm`, with the arm's strategy: of a test, or the holdout and its episode's first day."""
    lists, part = built.lists, built.part_of_item(place)
    if part.test:
        by = part.strategy
        return {"experiment": part.test, "arm": part.arm, "strategy_name": by.name, "strategy_version": by.version}
    held_out = bool(lists.held_out[place])
    return {"experiment": HOLDOUT if held_out else None, "arm": str(lists.began_on[place]) if held_out else None}


def _scored(built: Built, place: int) -> dict[str, str]:
    """What scored an item: its arm's version of a model, and the night's own of the others."""
    answering = built.answering(built.part_of_item(place))
    propensity, roll_rate = (each.version for each in answering)
    return {
        "scored_by": scored_by(answering),
        "propensity_version": propensity,
        "roll_rate_version": roll_rate,
    }


def _in_arm(built: Built, row: int) -> dict[str, str | None]:
    """The test and arm by which an account was worked out, None where it is of none."""
    part = None if built.arms is None else built.arms.parts[int(built.arms.of_account[row])]
    return {"experiment": part.test or None, "arm": part.arm or None} if part else {"experiment": None, "arm": None}


def _asked(built: Built, place: int) -> dict[str, str | None]:
    """What an item asks of its collector, by column."""
    return {name: str(getattr(built.lists.needs, name)[place]) or None for name in _NEEDS}


def _standing(built: Built, row: int) -> dict[str, Any]:
    book = built.book
    day: date | None = book.rolls_on[row].item()
    return {
        "bucket": str(book.bucket[row]),
        "days_past_due": _whole(book.days_past_due[row]),
        "past_due_minor": _whole(book.past_due_minor[row]),
        "balance_minor": _whole(book.balance_minor[row]),
        "stop_roll_minor": _whole(book.stop_roll_minor[row]),
        "rolls_on": day,
    }


def _valued(terms: Mapping[str, Numbers], priority: str, row: int) -> dict[str, float]:
    return {
        "value_minor": float(terms["value_minor"][row]),
        "expected_minutes": float(terms["expected_minutes"][row]),
        "priority": float(terms[priority][row]),
    }


def _shown(built: Built, terms: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """The terms of every strategy of the night."""
    strategies = (built.strategy, *(part.strategy for part in (built.arms.parts if built.arms else ())))
    return {term.name: terms[term.name] for strategy in strategies for term in strategy.terms}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
