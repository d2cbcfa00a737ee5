"""The catalog keeps the glossary's words, names what it reads, and the manual tells all of it."""

import ast
import re
from pathlib import Path

import pytest

from features.build import missing, plan
from features.catalog import CATALOG
from features.manual import page
from tests.book import settings

ROOT = Path(__file__).parents[2]
WINDOW = r"(_\d+d|_\d+_cycles?|_last|_previous|_before_previous)?"
# From GLOSSARY.md, "never call it": words that no feature's name may hold.
BANNED = {
    "age", "overdue",
    "user", "borrower", "loan", "case", "debt", "customer", "tenant", "agent", "worker", "now", "today", "snapshot",
    "timestamp", "delinquency", "stage", "band", "write_off", "default", "revenue", "ead", "lgd",
    "agreement", "touch", "outcome", "action", "campaign", "score", "ptp",
}  # fmt: skip
FORBIDDEN = {"protected", "disputes", "holds", "preferences", "consents"}


def test_there_are_at_least_45_features_in_all_six_groups():
    assert len(CATALOG) >= 45
    assert {feature.group for feature in CATALOG} == {
        "debtor",
        "account",
        "payment_history",
        "contact_history",
        "promise_history",
        "delinquency_history",
    }


def test_names_are_told_apart():
    assert len({feature.name for feature in CATALOG}) == len(CATALOG)


@pytest.mark.parametrize("feature", CATALOG, ids=lambda feature: feature.name)
def test_a_name_says_thing_how_window_and_unit(feature):
    assert re.fullmatch(rf"[a-z]+(_[a-z0-9]+)*?{WINDOW}(_minor)?", feature.name)
    assert not BANNED & set(feature.name.split("_"))
    assert feature.name.endswith("_minor") == (feature.unit == "minor units")
    assert ("share" in feature.name or "_use_" in feature.name) == (feature.unit == "share")
    found = re.search(r"_(\d+)d(_|$)", feature.name)
    assert (int(found[1]) if found else None) == feature.window_days


@pytest.mark.parametrize("feature", CATALOG, ids=lambda feature: feature.name)
def test_a_feature_tells_what_it_is(feature):
    assert feature.sentence.endswith(".")
    assert feature.null_means.endswith(".")
    assert feature.concept
    assert feature.reads
    assert not FORBIDDEN & {way.split(".")[0] for read in feature.reads for way in read.split("|")}


def test_the_sql_of_the_features_names_no_table_that_is_only_a_gate():
    from arrears.tables import TABLES

    everything = {name: frozenset(column.name for column in table.columns) for name, table in TABLES.items()}
    sql = plan(everything, settings()).sql
    read = {name for name in TABLES if f'"{name}"' in sql}
    assert not read & FORBIDDEN
    assert {"accounts", "payments", "dues", "statements", "promises", "contacts", "notices"} <= read


def test_the_manual_is_the_catalog():
    assert (ROOT / "docs" / "reference" / "features.md").read_text() == page()


def test_known_on_is_the_only_time_filter():
    compared = []
    for file in sorted((ROOT / "features").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Compare) and file.name != "asof.py":
                words = ast.unparse(node)
                compared += [(file.name, words)] if re.search("recorded_at|known_until", words) else []
    assert compared == []


def test_nothing_asks_the_database_for_the_time():
    for file in (ROOT / "features").glob("*.py"):
        assert not re.search(r"\bnow\(\)|current_date|current_timestamp|today\(\)", file.read_text().lower()), file.name


def test_features_without_their_columns_are_absent_and_say_why():
    present = {
        "accounts": frozenset({"account_id", "debtor_id", "opened_on"}),
        "statements": frozenset({"balance"}),
        "payments": frozenset({"amount", "paid_on"}),
    }
    absent = missing(present)
    assert absent["credit_limit_minor"] == "the book has no accounts.credit_limit"
    assert absent["promise_kept_share"] == "the book has no table promises"
    assert (
        absent["days_past_due"]
        == "the book has no statements.cycles_past_due or statements.days_past_due or table dues"
    )
    assert "bill_last_minor" not in absent


def test_a_plan_can_be_cut_to_the_features_a_model_uses():
    from tests.book import supplied

    present = supplied({key: [] for key in ("accounts", "statements", "payments")})
    cut = plan(present, settings(), names=["bill_change_1_cycle_minor", "paid_90d_minor"])
    assert cut.names == ("bill_change_1_cycle_minor", "paid_90d_minor")
    assert len(cut.sql) < len(plan(present, settings()).sql)
