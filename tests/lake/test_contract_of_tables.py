"""The contract hangs together: keys, references and days exist, and loads read in an order that works."""

from __future__ import annotations

import pytest

from arrears.tables import BOOKKEEPING, DISPOSITIONS, LAKE_TYPES, TABLES, Table

tables = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@tables
def test_key_and_days_are_columns(table: Table):
    assert all(table.has(name) for name in (*table.key, *table.happened_from, *sum(table.one_of, ())))


@tables
def test_the_key_is_required(table: Table):
    assert all(table.column(name).required and not table.column(name).nullable for name in table.key)


@tables
def test_references_name_tables_that_come_before_or_the_table_itself(table: Table):
    order = list(TABLES)
    targets = [column.refers_to for column in table.columns if column.refers_to]
    assert all(order.index(target) <= order.index(table.name) for target in targets)


@tables
def test_every_table_and_column_has_a_sentence(table: Table):
    assert all(each.endswith(".") for each in (table.sentence, *(column.sentence for column in table.columns)))


@tables
def test_no_two_columns_share_a_name_in_the_lake(table: Table):
    assert len(table.lake_schema()) == len(table.columns) + 3


@tables
def test_a_row_without_a_day_has_somebody_whose_first_day_counts(table: Table):
    whose = {"account": table.has("account_id"), "debtor": table.has("debtor_id"), "book": bool(table.happened_from)}
    assert whose[table.happened_else]


def test_there_are_twenty_tables():
    assert len(TABLES) == 20


def test_the_closed_list_of_dispositions_is_the_contracts():
    assert len(DISPOSITIONS) == len(set(DISPOSITIONS)) == 27


def test_every_kind_has_a_lake_type():
    kinds = {column.kind for table in TABLES.values() for column in (*table.columns, *BOOKKEEPING)}
    assert kinds == set(LAKE_TYPES)


def test_money_names_its_unit_in_the_lake():
    assert TABLES["statements"].column("minimum_due").lake_name == "minimum_due_minor"
