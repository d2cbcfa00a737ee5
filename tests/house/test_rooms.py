"""The house keeps its order: small modules, no grab-bags, no hidden clocks."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("arrears", "features", "models", "training", "serving", "commands")
MODULES = [file for room in ROOMS for file in (PROJECT / room).rglob("*.py")]


def test_no_module_is_a_grab_bag() -> None:
    banned = {"utils.py", "helpers.py", "common.py", "base.py", "misc.py"}
    assert [file.name for file in MODULES if file.name in banned] == []


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {str(file.relative_to(PROJECT)): len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_types_are_checked_in_every_room_and_in_what_the_tests_hand_over() -> None:
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert set(told["packages"]) == {*ROOMS, "tests"}
    silent = {code for override in told["overrides"] for code in override.get("disable_error_code", ())}
    assert silent & {"arg-type", "attr-defined", "call-arg"} == set()
    assert [override for override in told["overrides"] if override.get("ignore_errors")] == []


def test_only_the_clock_reads_the_time() -> None:
    reads = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    readers = {str(file.relative_to(PROJECT)) for file in MODULES if reads.search(file.read_text(encoding="utf-8"))}
    assert readers <= {"arrears/clock.py"}


def test_no_statement_asks_the_database_for_the_time() -> None:
    asks = re.compile(r"\bnow\(\)\s*(?!->)|CURRENT_DATE|CURRENT_TIMESTAMP")
    sql = re.compile(r'"""(.*?)"""|"([^"\n]*)"', re.DOTALL)
    askers = {
        str(file.relative_to(PROJECT))
        for file in MODULES
        for found in sql.finditer(file.read_text(encoding="utf-8"))
        if re.search(r"\b(SELECT|INSERT|UPDATE)\b", found.group(0)) and asks.search(found.group(0))
    }
    assert askers == set()


def test_nothing_names_a_machine() -> None:
    places = (
        [re.escape(str(PROJECT))] if len(PROJECT.parts) > 2 else []
    )  # a folder at the root may be named like a room
    text = re.compile("|".join([*places, r"/(home|root|Users|tmp)/\w"]))
    files = [*MODULES, *PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "Makefile"]
    assert [str(file.relative_to(PROJECT)) for file in files if text.search(file.read_text(encoding="utf-8"))] == []
