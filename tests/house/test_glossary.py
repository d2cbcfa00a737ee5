"""One word per thing: no column, feature or class bears a name that the glossary bans."""

import ast
import re
from pathlib import Path

from arrears.state.schema import work_items
from arrears.tables import TABLES
from features.catalog import CATALOG

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("arrears", "features", "models", "training", "serving", "commands")


def _banned() -> set[str]:
    rows = re.findall(
        r"^\|.*\|.*\| ([a-z_, ]+) \|$", (PROJECT / "GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {word.strip() for row in rows for word in row.split(",")}


def test_the_glossary_bans_something() -> None:
    assert {"borrower", "write_off", "ptp"} <= _banned()


def test_no_source_column_bears_a_banned_name() -> None:
    assert {column.name for table in TABLES.values() for column in table.columns} & _banned() == set()


def test_no_column_of_state_bears_a_banned_name() -> None:
    kept = work_items.metadata.tables.values()
    assert {column.name for table in kept for column in table.columns} & _banned() == set()


def test_no_feature_bears_a_banned_name() -> None:
    assert {feature.name for feature in CATALOG} & _banned() == set()


def test_no_class_bears_a_banned_name() -> None:
    classes = {
        node.name.lower()
        for room in ROOMS
        for file in (PROJECT / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    assert classes & _banned() == set()
