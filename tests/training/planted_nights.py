"""Recorded nights in which a place on the list makes the newly late pay what stops their roll, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tests.night.desk_book import account, people, statement
from tests.training.logged_nights import KnownBook, known_lake

STOPS_MINOR = 2_500
SHARE, REACHED, DEBTORS = 0.1, 100, 200
FEATURES = ("days_past_due", "balance_minor")


@dataclass(frozen=True)
class PlantedBook(KnownBook):
    """Everybody's days past due beside what else is known; `adds` is the added chance to stop the roll."""

    days_past_due: np.ndarray = None
    client: str = "bank"

    share = SHARE
    reached = REACHED
    feature_names = FEATURES

    def features(self, row):
        return [float(self.days_past_due[row]), float(self.balance[row])]

    def own(self, row):
        """Worth by value at risk grows with the balance alone."""
        return {"days_past_due": int(self.days_past_due[row]), "stop_roll_minor": STOPS_MINOR}

    def pays(self, random, on):
        return np.where(random.random(len(self)) < 0.08 + on * self.adds, STOPS_MINOR, 0)


def planted_book(*, effect=0.6, seed=11):
    """Half of the book is newly late; only they pay for being on the list."""
    random = np.random.default_rng(seed)
    late = random.permutation(np.linspace(31, 58, DEBTORS)).round()
    balance = random.permutation(np.linspace(2e5, 6e5, DEBTORS)).round()
    return PlantedBook(balance, np.full(DEBTORS, 0.3), np.where(late < 45, effect, 0.0), days_past_due=late)


def planted_lake(folder, book, chosen, **more):
    """The lake of those nights: statements of the week before them, and a collector who cannot reach everybody."""
    statements = [
        statement(f"A{row + 1}", balance=balance / 100, days_past_due=int(late) - 7, minimum_due=STOPS_MINOR / 100)
        for row, (balance, late) in enumerate(zip(book.balance, book.days_past_due, strict=True))
    ]
    ann = {"collector_id": "C1", "name": "Ann", "team": "East", "languages": "en", "licences": "NY"}
    tables = people(*book.names.tolist())
    accounts = [*tables["accounts"], *(account(f"H{place}", "D1", **_LOST) for place in range(20))]
    settings = f"[desk]\nrandom_slice_share = {SHARE}\n"
    team = [ann | {"minutes_per_day": 240}]
    told = {"accounts": accounts, "statements": [*statements, *_history()], "collectors": team}
    return known_lake(folder, book, chosen, settings=settings, **told, **more)


_LOST = {"client": "shop", "charged_off_on": date(2026, 6, 2)}


def _history():
    """Statements of accounts that went from bucket to bucket until they were lost: so a roll costs something."""
    return [
        statement(f"H{place}", cycle_end=date(2025 + month // 12, 1 + month % 12, 5), days_past_due=10 + 30 * late)
        for place in range(20)
        for late, month in enumerate(range(10, 18))
    ]
