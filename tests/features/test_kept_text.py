"""Compiled SQL kept on disk is the SQL that would be compiled anew, and what cannot be kept or read costs only time."""

import contextlib
import gc
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arrears.settings import default_settings
from arrears.tables import TABLES
from features import kept_text
from features.delinquency import positions_plan
from features.kept_text import code_on_disk, kept_texts
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
    # Whoever writes on the code while its tests run changes nothing for these.
    monkeypatch.setattr(kept_text, "code_on_disk", lambda: kept_text._IMPORTED)
    return tmp_path / "arrears" / "sql"


def asked(name="a", present=PRESENT, settings=None, text="SELECT 1"):
    """Ask for a text that follows from whether there are holds, from the columns of debtors and from the clients."""
    made = []

    def make(book, chosen):
        assert "holds" not in book
        assert book["debtors"]
        made.append(list(chosen.clients))
        return {"sql": text}

    texts = kept_texts(name, present, settings or default_settings(), make)
    return texts, [text for _ in made]


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


def chosen(**sections):
    """The defaults with other clients or another zone."""
    return default_settings().model_copy(update=sections)


IN_TAIPEI = default_settings().portfolio.model_copy(update={"zone": "Asia/Taipei"})


@pytest.mark.parametrize(
    "other",
    [
        {"name": "b"},
        {"present": PRESENT | {"debtors": frozenset({"debtor_id"})}},
        {"settings": chosen(clients={"bank": {}})},
    ],
    ids=["another question", "another column that it asks for", "another client"],
)
def test_what_a_text_follows_from_finds_another(other):
    asked()
    assert asked(**other, text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])
    assert asked(text="SELECT 3") == ({"sql": "SELECT 1"}, [])
    assert asked(**other, text="SELECT 3") == ({"sql": "SELECT 2"}, [])


@pytest.mark.parametrize(
    "other",
    [
        {"present": PRESENT | {"payments": frozenset({"payment_id"})}},
        {"present": PRESENT | {"accounts": frozenset({"account_id"})}},
        {"settings": chosen(portfolio=IN_TAIPEI)},
    ],
    ids=["a table that it never asks for", "a column likewise", "a number that is joined"],
)
def test_what_a_text_does_not_follow_from_finds_the_same(other):
    asked()
    assert asked(**other, text="SELECT 2") == ({"sql": "SELECT 1"}, [])


def test_whoever_makes_a_text_sees_of_the_settings_the_clients_names():
    def make(_book, narrowed):
        seen.append(list(narrowed.clients.items()))
        return {"sql": "SELECT 1"}

    seen = []
    kept_texts("clients", PRESENT, chosen(clients={"bank": {"promises": {"kept_share": 0.5}}}), make)
    assert seen == [[("bank", {})]]


@pytest.mark.parametrize(
    "read",
    [
        lambda settings: settings.portfolio.zone,
        lambda settings: settings.for_client("bank"),
        lambda settings: settings.model_dump(),
        lambda settings: settings.model_copy(),
        lambda settings: getattr(settings, "desk", None),
    ],
    ids=["a number", "of a client", "all", "all again", "what may be there"],
)
def test_whoever_makes_a_text_reads_nothing_else_of_the_settings_unnoticed(kept, read):
    def make(_book, narrowed):
        return {"sql": str(read(narrowed))}

    with pytest.raises(TypeError, match="nothing but the clients' names"):
        kept_texts("settings", PRESENT, chosen(clients={"bank": {}}), make)
    assert not kept.exists()


@pytest.mark.parametrize("gone_through", [list, len, dict], ids=["gone through", "counted", "copied"])
def test_a_book_is_asked_by_name_alone_so_that_nothing_is_read_unnoticed(gone_through):
    with pytest.raises(TypeError, match="by its name"):
        kept_texts("all", PRESENT, default_settings(), lambda book, _: gone_through(book))


def test_what_was_kept_of_other_books_is_what_would_be_compiled_of_this(kept):
    def questions(book):
        return positions_plan(book, default_settings()), conduct_questions(book, default_settings())

    whole = {
        name: frozenset(column.name for column in TABLES[name].columns) for name in ("collectors", "payments", "holds")
    }
    larger = [PRESENT | {name: columns} for name, columns in whole.items()]
    told = [questions(book) for book in (PRESENT, *larger)][1:]
    for book, answers in zip(larger, told, strict=True):
        for file in kept.glob("*.json"):
            file.unlink()
        assert questions(book) == answers


UPGRADED = """
import sys
from pathlib import Path
import features
from arrears.settings import default_settings
root, when = Path(sys.argv[1]), sys.argv[2]
assert Path(features.__file__).is_relative_to(root)

def upgrade():
    file = root / sys.argv[3]
    file.write_text(file.read_text() + "# another version")

def make(book, settings):
    if when == "while asked":
        upgrade()
    return {"sql": "SELECT 1"}

if when == "before asked":
    upgrade()
from features.kept_text import folder, kept_texts
print(kept_texts("a", {}, default_settings(), make), len(list(folder().glob("*.json"))))
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    """The rooms that ask, to be written over."""
    root, own = tmp_path_factory.mktemp("product"), Path(kept_text.__file__).parents[1]
    for room in ("arrears", "features", "models", "serving"):
        shutil.copytree(own / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    return root


@pytest.mark.parametrize("room", ["serving/live.py", "arrears/queues/next/outcomes.toml"])
@pytest.mark.parametrize(("when", "kept_then"), [("never", 1), ("before asked", 0), ("while asked", 0)])
def test_a_process_under_which_the_product_is_upgraded_keeps_nothing(product, room, when, kept_then):
    told = subprocess.run(
        [sys.executable, "-c", UPGRADED, str(product), when, room],
        cwd=product,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert told == f"{{'sql': 'SELECT 1'}} {kept_then}\n"


def test_code_that_cannot_be_read_is_not_known_from_other_code_so_nothing_is_kept(kept, monkeypatch, tmp_path):
    monkeypatch.setattr(kept_text, "__file__", str(tmp_path / "features" / "kept_text.pyc"))
    assert code_on_disk() is None
    monkeypatch.setattr(kept_text, "_IMPORTED", None)
    assert asked() == ({"sql": "SELECT 1"}, ["SELECT 1"])
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])
    assert not kept.exists()


def test_another_version_of_the_code_finds_another(monkeypatch):
    asked()
    monkeypatch.setattr(kept_text, "_IMPORTED", "another")
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[]",
        '{"texts": {}}',
        json.dumps({"answers": {}, "texts": {}}),
        json.dumps({"answers": {}, "texts": {"sql": 1}}),
        "\udcff",
    ],
)
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


@contextlib.contextmanager
def nobody():
    """Be a user without a name, a home or a right; whoever is not root has to make do with being oneself."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(54321, 54321, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_a_folder_that_may_not_be_read_costs_only_time(kept):
    asked()
    kept.parent.chmod(0)
    try:
        with nobody():
            assert asked() == ({"sql": "SELECT 1"}, ["SELECT 1"])
            assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])
    finally:
        kept.parent.chmod(0o700)


def test_a_user_without_a_home_keeps_nothing(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # nobody has an entry among the users
    assert asked() == ({"sql": "SELECT 1"}, ["SELECT 1"])
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])


def test_what_cannot_take_its_place_is_not_left_half_written(kept):
    asked()
    (file,) = kept.glob("*.json")
    file.unlink()
    file.mkdir()
    assert asked(text="SELECT 2") == ({"sql": "SELECT 2"}, ["SELECT 2"])
    assert list(kept.iterdir()) == [file]


@pytest.mark.parametrize(("seconds", "is_left"), [(3500, True), (3700, False)])
def test_what_a_process_that_died_left_half_written_goes_after_an_hour(kept, seconds, is_left):
    asked("a")
    (file,) = kept.glob("*.json")
    half = kept / "half.new"
    half.touch()
    os.utime(half, (file.stat().st_mtime - seconds,) * 2)
    asked("b")
    assert half.exists() == is_left


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
    def make(_book, _settings):
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
