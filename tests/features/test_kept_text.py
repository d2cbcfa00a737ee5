"""Compiled SQL kept on disk is the SQL that would be compiled anew, and what cannot be kept or read costs only time."""

import gc
import json

import pytest

from arrears.settings import default_settings
from features import kept_text
from features.delinquency import positions_plan
from features.kept_text import kept_texts
from serving.gate.conduct_facts import conduct_questions

PRESENT = {
    "accounts": frozenset({"account_id", "debtor_id", "opened_on", "currency"}),
    "debtors": frozenset({"debtor_id", "kind"}),
    "statements": frozenset({"account_id", "cycle_end", "balance", "past_due", "minimum_due"}),
    "contacts": frozenset({"contact_id", "account_id", "at", "channel"}),
}


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "arrears" / "sql"


def asked(name="a", present=PRESENT, settings=None, text="SELECT 1"):
    made = []

    def make():
        made.append(text)
        return {"sql": text}

    return kept_texts(name, present, settings or default_settings(), make), made


def test_what_is_kept_is_what_is_compiled(kept):
    first = positions_plan(PRESENT, default_settings()), conduct_questions(PRESENT, default_settings())
    assert len(list(kept.glob("*.json"))) == 2
    again = positions_plan(PRESENT, default_settings()), conduct_questions(PRESENT, default_settings())
    assert again == first
    for file in kept.glob("*.json"):
        file.unlink()
    assert (positions_plan(PRESENT, default_settings()), conduct_questions(PRESENT, default_settings())) == first


def test_a_text_is_compiled_once():
    assert asked() == ({"sql": "SELECT 1"}, ["SELECT 1"])
    assert asked(text="SELECT 2") == ({"sql": "SELECT 1"}, [])


@pytest.mark.parametrize(
    "other",
    [
        {"name": "b"},
        {"present": PRESENT | {"payments": frozenset({"payment_id"})}},
        {"present": PRESENT | {"debtors": frozenset({"debtor_id"})}},
        {
            "settings": default_settings().model_copy(
                update={"portfolio": default_settings().portfolio.model_copy(update={"zone": "Asia/Taipei"})}
            )
        },
    ],
    ids=["another question", "another table", "another column", "another setting"],
)
def test_what_a_text_follows_from_finds_another(other):
    asked()
    assert asked(**other, text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])


def test_another_version_of_the_code_finds_another(monkeypatch):
    asked()
    monkeypatch.setattr(kept_text, "code_fingerprint", lambda: "another")
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])


@pytest.mark.parametrize("broken", ["", "{", "[]", json.dumps({"sql": 1}), "\udcff"])
def test_a_broken_file_is_made_anew(kept, broken):
    asked()
    (file,) = kept.glob("*.json")
    file.write_bytes(broken.encode("utf-8", "surrogateescape"))
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])
    assert asked(text="SELECT 3") == ({"sql": "SELECT 2"}, [])


def test_where_nothing_can_be_kept_everything_is_compiled(kept):
    kept.parent.mkdir(parents=True)
    kept.write_text("a file where the folder would be")
    assert asked() == ({"sql": "SELECT 1"}, ["SELECT 1"])
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])


def test_only_so_many_are_kept_and_the_last_asked_for_stay(kept, monkeypatch):
    monkeypatch.setattr(kept_text, "MOST", 3)
    for name in "abc":
        asked(name)
    asked("a")
    asked("d")
    assert len(list(kept.glob("*.json"))) == 3
    assert asked("a", text="SELECT 2")[1] == []
    assert asked("b", text="SELECT 2")[1] == ["SELECT 2"]


def test_the_folder_is_the_users_own(kept):
    asked()
    assert kept.stat().st_mode & 0o077 == 0
    assert not list(kept.glob("*.new"))


@pytest.mark.parametrize("collects", [True, False])
def test_after_compiling_garbage_is_looked_for_as_before(collects):
    def make():
        made.append(gc.isenabled())
        message = "no such table"
        raise ValueError(message)

    made = []
    (gc.enable if collects else gc.disable)()
    try:
        with pytest.raises(ValueError, match="no such table"):
            kept_texts("garbage", {}, default_settings(), make)
        assert (made, gc.isenabled()) == ([False], collects)
    finally:
        gc.enable()
