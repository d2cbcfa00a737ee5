"""Forty nights of a small book whose lists, lots and cash are known: a place on the list brings each debtor a set sum.

The nights are written by the code that writes every night, and the cash lies in a real lake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import text

from arrears.queues.holdout import HOLDOUT
from arrears.queues.lot import Bound, Shares, drawn
from arrears.queues.record import ACCOUNT_COLUMNS, ITEM_COLUMNS, plain_json, record_night
from tests.night.desk_book import lake_of, people

FIRST_DAY = date(2026, 6, 15)
DEBTORS, DAYS, REACHED, SHARE = 90, 40, 30, 0.1
MINUTES = 5.0


@dataclass(frozen=True)
class KnownBook:
    """Everybody's balance and propensity, and what a place on the list adds in minor units."""

    balance: np.ndarray
    propensity: np.ndarray
    adds: np.ndarray

    share = SHARE
    edge = 0.0
    held_out = frozenset()  # rows of debtors in the random holdout
    reached = REACHED
    feature_names = ("balance_major", "day_of_month")

    def __len__(self):
        return len(self.balance)

    @property
    def names(self):
        return np.array([f"D{number}" for number in range(1, len(self) + 1)])

    def features(self, row):
        return [self.balance[row] / 100, 1.0]

    def own(self, _row):
        """What else is special about an account, by column."""
        return {}

    def pays(self, random, on):
        """Minor units that each pays on a day on which these were on the list."""
        return np.where(random.random(len(self)) < 0.3, 1_000, 0) + on * self.adds.round()

    def chances(self, by, day):
        """Chance to be on the day's list where these numbers order it, largest first, and nobody is held out."""
        order = np.argsort(-by, kind="stable")
        lot = self.lot(order, day, held_out=())
        found = np.empty(len(self))
        found[order] = lot.probability
        return found

    def lot(self, order, day, held_out=None):
        minutes, held = np.full(len(self), MINUTES), self.held_out if held_out is None else held_out
        bound = Bound(held_out=np.isin(order, list(held)))
        shares, capacity = Shares(self.share, self.edge), MINUTES * self.reached
        return drawn(self.names[order], minutes, day, shares, capacity=capacity, bound=bound)

    def added_a_day(self, by, days):
        """Minor units a day that a list by `by` brings beyond one by balance, as the chances go."""
        apart = [self.chances(by, day) - self.chances(self.balance, day) for day in days]
        return float((np.mean(apart, axis=0) * self.adds).sum())


def known_book(*, effect=3_000.0, seed=5):
    random = np.random.default_rng(seed)
    propensity = random.permutation(np.linspace(0.05, 0.95, DEBTORS))
    return KnownBook(random.permutation(np.linspace(1e4, 9e5, DEBTORS)).round(), propensity, effect * propensity)


def working_days(count=DAYS):
    days = [FIRST_DAY + timedelta(days=ahead) for ahead in range(count * 2)]
    return [day for day in days if day.weekday() < 5][:count]


def write_nights(engine, book, days, *, follows_the_lot=True, share=None, seed=9):
    """Write the nights by balance and serve them; gives who was on which day's list."""
    random = np.random.default_rng(seed)
    order = np.argsort(-book.balance, kind="stable")
    chosen = {}
    for day in days:
        lot = book.lot(order, day)
        on = np.zeros(len(book), dtype=bool)
        on[order] = lot.chosen
        chosen[day] = on
        with engine.begin() as connection:
            night_id = _write_night(connection, book, order, lot, day, book.share if share is None else share)
            worked = on if follows_the_lot else random.random(len(book)) < 0.3
            connection.execute(text(_SERVE), {"night": night_id, "who": book.names[worked].tolist(), "at": _at(day)})
    return chosen


def known_lake(folder, book, chosen, *, seed=3, settings="", **own):
    """A lake in which everybody pays now and then, and more on the days on which they were on the list."""
    random = np.random.default_rng(seed)
    tables = people(*book.names.tolist()) | own
    tables["payments"] = [
        _payment(book, row, day, amount)
        for day, on in chosen.items()
        for row, amount in enumerate(book.pays(random, on))
        if amount
    ]
    over = datetime.combine(max(chosen), datetime.min.time(), UTC) + timedelta(days=20)
    tables["statements"][0] = tables["statements"][0] | {"recorded_at": over.isoformat()}  # the lake knows so far
    return lake_of(folder, tables, settings=settings)


_SERVE = """
    INSERT INTO decisions (at, night_id, work_item_id, debtor_id, work_group, lane, action, is_eligible, probability,
        explores, collector, rank, strategy, propensity_version, roll_rate_version)
    SELECT :at, night_id, work_item_id, debtor_id, work_group, lane, 'served', true, chosen_with_probability, explores,
        'C1', rank, 'severity/1', 'rules/1', 'rules/1'
    FROM work_items WHERE night_id = :night AND debtor_id = ANY (:who)
"""


def _write_night(connection, book, order, lot, day, share):
    accounts = [_account(book, row) for row in order]
    items = [_item(book, row, place, lot, day) for place, row in enumerate(order)]
    return record_night(
        connection,
        _night(book, day, share),
        accounts=[tuple(row[name] for name in ACCOUNT_COLUMNS) for row in accounts],
        items=[tuple(row[name] for name in ITEM_COLUMNS) for row in items],
        who="test",
        at=_at(day),
    )


def _at(day):
    return datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=14)


def _payment(book, row, day, amount):
    return {
        "payment_id": f"P{day}-{row}",
        "line": 1,
        "account_id": f"A{row + 1}",
        "paid_on": day,
        "amount": amount / 100,
        "recorded_at": (_at(day) + timedelta(hours=2)).isoformat(),
    }


def _night(book, day, share):
    words = ("code_version", "lake_fingerprint", "feature_fingerprint", "list_digest")
    models = {f"{model}_{what}": "rules" for model in ("propensity", "roll_rate") for what in ("model", "version")}
    return {
        **dict.fromkeys(words, "test"),
        **models,
        "as_of": day - timedelta(days=1),
        "cutoff": _at(day) - timedelta(hours=12),
        "ran_at": _at(day),
        "seconds": 1.0,
        "lake_manifest": {},
        "settings": {"desk": {"random_slice_share": share, "edge_share": book.edge}},
        "scored_by": "models",
        "degraded_because": None,
        "strategy_name": "severity",
        "strategy_version": "1",
        "strategy": {},
        "loss_factors": {},
        "feature_names": list(book.feature_names),
        "features_absent": {},
        "past_due": len(book),
        "held": 0,
        "served": len(book),
        "held_by_reason": {},
        "served_on": day,
        "limits_on": day,
    }


def _shared(book, row):
    return {
        "bucket": "30-59",
        "days_past_due": 40,
        "past_due_minor": 5_000,
        "balance_minor": int(book.balance[row]),
        "stop_roll_minor": 2_500,
        "rolls_on": None,
        "currency": "USD",
        "debtor_id": str(book.names[row]),
        "scored_by": "models",
        "propensity": float(book.propensity[row]),
        "p_roll": 0.5,
        "reasons": "{}",
        "terms": plain_json({"bucket_rank": 2.0, "balance_minor": float(book.balance[row])}),
        "value_minor": float(book.balance[row] / 100),
        "expected_minutes": MINUTES,
        "priority": 2.0,
        **book.own(row),
    }


def _account(book, row):
    return dict.fromkeys(ACCOUNT_COLUMNS) | {
        **_shared(book, row),
        "account_id": f"A{row + 1}",
        "client": "bank",
        "charged_off": False,
        "verdict": "allowed",
        "held_because": "[]",
        "features": book.features(row),
    }


def _item(book, row, place, lot, day):
    return dict.fromkeys(ITEM_COLUMNS) | {
        **_shared(book, row),
        "client": "bank",
        "work_group": "bank/USD",
        "lane": "pay",
        "state": "ready",
        "state_since": _at(day),
        "rank": place + 1,
        "accounts": [f"A{row + 1}"],
        "lead_account_id": f"A{row + 1}",
        "as_of": day - timedelta(days=1),
        **{f"{model}_{what}": "rules" for model in ("propensity", "roll_rate") for what in ("model", "version")},
        "strategy_name": "severity",
        "strategy_version": "1",
        "experiment": HOLDOUT if row in book.held_out else None,
        "arm": "2026-06-10" if row in book.held_out else None,
        "chosen_with_probability": float(lot.probability[place]),
        "feature_fingerprint": "test",
        "verdict": "allowed",
        "ways": "[]",
        "people": [str(book.names[row])],
        "judged_for": day,
        "judged_at": _at(day),
        "explores": bool(lot.explores[place]),
        "place": float(lot.place[place]),
        "ready_at": _at(day),
    }
