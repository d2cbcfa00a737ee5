"""A small night made by hand: what the service reads, without a lake, a model or a training run behind it."""

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from arrears.queues.record import ACCOUNT_COLUMNS, ITEM_COLUMNS, plain_json, record_night
from arrears.queues.strategy import strategy

AS_OF = date(2005, 9, 30)
RAN_AT = datetime(2005, 10, 3, 2, 0, tzinfo=UTC)
CUTOFF = datetime(2005, 9, 30, 15, 59, 59, 999999, tzinfo=UTC)
FEATURES = ["utilisation", "paid_90d_minor", "cycles_past_due"]
BUCKETS = ["1-29", "30-59", "60-89", "90-119", "180+"]
NOTHING_OWED = {"code": "nothing_owed", "sentence": "Nothing is owed", "until": None}
DISASTER = {"code": "disaster", "sentence": "The debtor lives in a disaster area", "until": "2005-10-19T16:00:00+00:00"}


def make_night(engine: Engine, *, accounts: int = 130, held: int = 12, scored_by: str = "models") -> int:
    """Write a night of so many past-due accounts, one a debtor, of which some are held; returns its id."""
    chance = random.Random(7)
    judged = [_account(number, number > accounts - held, scored_by, chance) for number in range(1, accounts + 1)]
    served = sorted((row for row in judged if row["verdict"] == "allowed"), key=lambda row: -row["priority"])
    with engine.begin() as connection:
        return record_night(
            connection,
            _night(accounts, held, scored_by),
            accounts=[[row[name] for name in ACCOUNT_COLUMNS] for row in judged],
            items=[[_item(row, rank)[name] for name in ITEM_COLUMNS] for rank, row in enumerate(served, start=1)],
            who="test",
        )


def _account(number: int, is_held: bool, scored_by: str, chance: random.Random) -> dict:
    bucket = chance.choices(BUCKETS, weights=[40, 40, 12, 5, 3])[0]
    balance = 0 if is_held else chance.randrange(20_000, 25_000_000)
    p_roll = None if bucket == "180+" else chance.uniform(0.05, 0.9)
    value = balance * (p_roll or 0.1) * 0.2 * 0.5
    terms = {
        "exposure_minor": float(balance),
        "p_roll": p_roll,
        "loss_if_rolled": 0.42,
        "loss_if_not": 0.18,
        "days_to_roll": 31.0,
        "attempts": 22.0,
        "p_contact": 0.94,
        "gross_minor": value + 428.0,
        "expected_minutes": 7.14,
        "cost_minor": 428.0,
        "value_minor": value,
        "priority_minor": value / 7.14,
    }
    return {
        "account_id": f"A{number:05d}",
        "debtor_id": f"D{number:05d}",
        "client": "",
        "currency": "TWD",
        "bucket": bucket,
        "days_past_due": {"1-29": 1, "30-59": 30, "60-89": 60, "90-119": 90, "180+": 180}[bucket],
        "past_due_minor": round(balance * 0.03),
        "balance_minor": balance,
        "stop_roll_minor": round(balance * 0.03),
        "rolls_on": None if p_roll is None else AS_OF + timedelta(days=chance.choice([4, 16, 31])),
        "charged_off": False,
        "verdict": "held" if is_held else "allowed",
        "held_because": plain_json([NOTHING_OWED, DISASTER] if is_held else []),
        "held_until": None,
        "features": [chance.uniform(0, 1.1), float("nan"), 2.0],
        "scored_by": scored_by,
        "propensity": chance.uniform(0.03, 0.97),
        "p_roll": p_roll,
        "reasons": plain_json(_reasons(p_roll)),
        "terms": plain_json(terms),
        "value_minor": value,
        "expected_minutes": 7.14,
        "priority": value / 7.14,
    }


def _reasons(p_roll: float | None) -> dict:
    def told(booster: str, answer: float) -> dict:
        contributions = {"how late": 0.74, "recent payments": -0.61, "use of limit": 0.32, "amount owed": -0.08}
        sentences = {
            "how late": "Two statements in a row were missed.",
            "recent payments": "Paid 4,200 in the last 90 days, more than was asked.",
            "use of limit": "Uses 96 % of the credit limit.",
        }
        reasons = [
            {
                "code": f"{concept.replace(' ', '_')}.{FEATURES[0]}",
                "concept": concept,
                "feature": FEATURES[0],
                "value": 0.96,
                "contribution": contributions[concept],
                "sentence": sentence,
            }
            for concept, sentence in sentences.items()
        ]
        return {
            "booster": booster,
            "base": -0.9,
            "contributions": contributions,
            "margin": -0.9 + sum(contributions.values()),
            "raw": 0.371,
            "calibrated": answer,
            "answer": answer,
            "reasons": reasons,
        }

    return {
        "propensity": told("propensity", 0.42),
        "roll": None if p_roll is None else told("worse_than_30_59", p_roll),
    }


def _item(row: dict, rank: int) -> dict:
    return row | {
        "client": "",
        "work_group": "",
        "lane": "pay",
        "state": "ready",
        "state_since": RAN_AT,
        "rank": rank,
        "accounts": [row["account_id"]],
        "lead_account_id": row["account_id"],
        "as_of": AS_OF,
        "propensity_model": "propensity",
        "propensity_version": "3",
        "roll_rate_model": "roll_rate",
        "roll_rate_version": "2",
        "strategy_name": "value_at_risk",
        "strategy_version": "1",
        "experiment": None,
        "arm": None,
        "chosen_with_probability": 1.0,
        "feature_fingerprint": "0123456789abcdef",
        "ways": plain_json([_way(row)]),
        "allowed_until": None,
        "people": [row["debtor_id"]],
        "judged_for": date(2005, 10, 3),
        "judged_at": CUTOFF,
        **dict.fromkeys(("language", "region", "product", "territory", "skill", "owner", "zone", "because")),
        "explores": False,
        "assigned_to": None,
        "place": float(rank),
        "ready_at": RAN_AT,
    }


def _way(row: dict) -> dict:
    return {
        "person": row["debtor_id"],
        "part": "primary",
        "channel": "call",
        "point": f"T{row['debtor_id'][1:]}",
        "opens_at": None,
        "allowed_until": None,
        "conditions": [],
        "accounts": [row["account_id"]],
    }


def _night(accounts: int, held: int, scored_by: str) -> dict:
    return {
        "as_of": AS_OF,
        "cutoff": CUTOFF,
        "ran_at": RAN_AT,
        "seconds": 4.2,
        "code_version": "test",
        "lake_fingerprint": "fedcba9876543210",
        "lake_manifest": {},
        "settings": {},
        "scored_by": scored_by,
        "degraded_because": None if scored_by == "models" else "No champion of propensity is registered.",
        "propensity_model": "propensity",
        "propensity_version": "3",
        "roll_rate_model": "roll_rate",
        "roll_rate_version": "2",
        "strategy_name": "value_at_risk",
        "strategy_version": "1",
        "strategy": strategy("value_at_risk").document(),
        "loss_factors": {"1-29": 0.02, "30-59": 0.18, "60-89": 0.42},
        "feature_names": FEATURES,
        "feature_fingerprint": "0123456789abcdef",
        "features_absent": {"rpc_count_30d": "no table contacts"},
        "past_due": accounts,
        "held": held,
        "served": accounts - held,
        "held_by_reason": {"nothing_owed": held, "disaster": held},
        "list_digest": "0" * 16,
        "served_on": date(2005, 10, 3),
        "limits_on": date(2005, 10, 3),
    }
