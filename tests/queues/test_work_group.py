"""The key of a work group: readable, the same in Python, in columns and in SQL, and never that of another group."""

import itertools

import numpy as np
import pytest
from sqlalchemy import text

from arrears.queues.work_group import in_sql, work_group, work_groups

ODD = ("", "bank", "bank/USD", "USD", "charged_off", "a/charged_off")
GROUPS = list(itertools.product(ODD, ("USD", "EUR"), (False, True)))


def test_no_two_groups_have_one_key():
    assert len({work_group(*each) for each in GROUPS}) == len(GROUPS)


def test_a_columns_keys_are_those_of_its_rows():
    rows = [*GROUPS, *GROUPS[::-2]]
    client, currency, charged_off = (np.array(column) for column in zip(*rows, strict=True))
    assert work_groups(client, currency, charged_off).tolist() == [work_group(*each) for each in rows]


def test_of_no_accounts_there_are_no_keys():
    nobody = np.array([], dtype=np.str_)
    assert work_groups(nobody, nobody, np.array([], dtype=np.bool_)).tolist() == []


@pytest.mark.parametrize("group", GROUPS)
def test_the_database_makes_the_same_key(group, module_database):
    row = "VALUES (CAST(:client AS text), CAST(:currency AS text), CAST(:charged_off AS boolean))"
    names = ("client", "currency", "charged_off")
    told = dict(zip(names, group, strict=True))
    sql = f"SELECT {in_sql('a')} FROM ({row}) AS a ({', '.join(names)})"
    with module_database.connect() as connection:
        assert connection.execute(text(sql), told).scalar_one() == work_group(*group)
