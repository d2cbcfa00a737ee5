"""Of any tables and columns: a text that was kept for another book is to the letter what this book would compile."""

import random
from collections.abc import Callable, Mapping
from functools import partial

from arrears.settings import Settings, default_settings
from arrears.tables import TABLES
from features import kept_text, plan
from features.after import COLUMNS, _plans
from features.delinquency import _corrected
from features.facts import Facts
from features.plan import compiled_once
from features.promises import promises_plan
from serving.gate.book import _roles
from serving.night.questions import _needs

BOOKS = 5


def any_book(draw: random.Random) -> dict[str, frozenset[str]]:
    """Accounts, debtors and half of all other tables; each with what it must have and half of what it may."""
    chosen = [each for name, each in TABLES.items() if name in ("accounts", "debtors") or draw.random() < 0.5]
    return {
        table.name: frozenset(each.name for each in table.columns if each.name in table.key or draw.random() < 0.5)
        for table in chosen
    }


def asked(present: Mapping[str, frozenset[str]], settings: Settings) -> dict[str, str]:
    """The texts of every question that is compiled quickly."""
    small: dict[str, Callable[..., object]] = {
        "needs": lambda *own: _needs(Facts(*own)),
        "roles": lambda *own: _roles(Facts(*own)),
        "statuses": partial(_corrected, accounts="asked", by_cycle=True),
    }
    texts = {name: compiled_once(name, present, settings, answer).sql for name, answer in small.items()}
    if "promises" in present:
        texts["promises"] = promises_plan(present, settings).sql
    return texts | {name: each.sql for name, each in _plans(present, settings, COLUMNS).items()}


def test_what_is_kept_is_what_would_be_compiled_whatever_the_book_has(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(kept_text, "code_on_disk", lambda: kept_text._IMPORTED)
    draw = random.Random(2026)
    settings = [default_settings().model_copy(update={"clients": clients}) for clients in ({}, {"bank": {}})]
    books = [(any_book(draw), draw.choice(settings)) for _ in range(BOOKS)]
    found = [asked(*book) for book in books]
    compiled = len(list((tmp_path / "arrears" / "sql").iterdir()))
    assert BOOKS < compiled < sum(map(len, found)), "some texts are kept for several books, and not all"
    with monkeypatch.context() as directly:
        directly.setattr(plan, "kept_texts", lambda _name, present, chosen, make: make(present, chosen))
        assert [asked(*book) for book in books] == found
