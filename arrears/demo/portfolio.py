"""The built-in portfolio as source tables: what a bank would have exported month by month.

The rows are real (see NOTICE); points and collectors are synthetic and say so. The label of the data set is not among
the tables: `default_next_month` hands it to tests and validation records, and no load ever reads it.
"""

# ruff: noqa: S608 - only names of the data set and of the contract enter these statements

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import duckdb
import pyarrow as pa

from arrears.lake import quoted

NAME = "demo"
ZONE = "Asia/Taipei"
CURRENCY = "TWD"
MINIMUM_SHARE = "0.03"
COLLECTORS = 12
MINUTES_PER_DAY = 420

# The source numbers its columns backwards from September, and jumps from PAY_0 to PAY_2.
_MONTHS = (
    ("2005-04-30", "PAY_6", "BILL_AMT6", "PAY_AMT6"),
    ("2005-05-31", "PAY_5", "BILL_AMT5", "PAY_AMT5"),
    ("2005-06-30", "PAY_4", "BILL_AMT4", "PAY_AMT4"),
    ("2005-07-31", "PAY_3", "BILL_AMT3", "PAY_AMT3"),
    ("2005-08-31", "PAY_2", "BILL_AMT2", "PAY_AMT2"),
    ("2005-09-30", "PAY_0", "BILL_AMT1", "PAY_AMT1"),
)
_ACCOUNT = "printf('A%05d', ID)"
_DEBTOR = "printf('D%05d', ID)"


def write_demo(folder: Path) -> Path:
    """Write the built-in portfolio's source tables and its portfolio.toml; gives the folder back.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sorted(file.name for file in write_demo(Path(folder)).iterdir())[:3]
    ['accounts.parquet', 'collectors.parquet', 'debtors.parquet']
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _raw() as con:
        for table, rows in _tables().items():
            con.execute(f"COPY ({rows}) TO {quoted(str(folder / f'{table}.parquet'))} (FORMAT parquet)")
    with as_file(files("arrears.demo") / "portfolio.toml") as settings:
        shutil.copyfile(settings, folder / "portfolio.toml")
    return folder


def default_next_month() -> pa.Table:
    """Which accounts defaulted in October 2005: `account_id`, `default` (0 or 1). For judging only.

    Examples
    --------
    >>> default_next_month().num_rows
    30000
    """
    with _raw() as con:
        return con.execute(
            f'SELECT {_ACCOUNT} AS account_id, default_payment_next_month::TINYINT AS "default" FROM uci ORDER BY 1'
        ).to_arrow_table()


def _raw() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    with as_file(files("arrears.demo") / "uci_default.parquet") as file:
        con.execute(f"CREATE TABLE uci AS SELECT * FROM read_parquet({quoted(str(file))})")
    return con


def _tables() -> dict[str, str]:
    return {
        "debtors": f"SELECT {_DEBTOR} AS debtor_id, 'person' AS kind, 'TW' AS country FROM uci ORDER BY 1",
        "accounts": _accounts(),
        "statements": f"{' UNION ALL '.join(_statements())} ORDER BY account_id, cycle_end, recorded_at",
        "payments": f"{' UNION ALL '.join(_payments())} ORDER BY payment_id",
        "points": _points(),
        "collectors": _collectors(),
        "protected": f"{' UNION ALL '.join(_protected())} ORDER BY debtor_id, attribute",
    }


def _accounts() -> str:
    # Only that every account was open by then is known.
    return f"""
        SELECT {_ACCOUNT} AS account_id, {_DEBTOR} AS debtor_id, DATE '2005-04-01' AS opened_on,
               '{CURRENCY}' AS currency, 'first_party' AS role, 'card' AS product, 'consumer' AS debt_class,
               LIMIT_BAL::DECIMAL(14, 2) AS credit_limit
        FROM uci ORDER BY 1"""


def _statements() -> Iterator[str]:
    for at, (end, status, bill, _) in enumerate(_MONTHS):
        settled = at + 1 < len(_MONTHS)
        if settled:
            # A month's status is decided by what is paid in the next: until then it is not known.
            yield _statement(end, bill, "NULL::BIGINT", known=end)
            yield _statement(end, bill, f"greatest({status}, 0)", known=_MONTHS[at + 1][0])
        else:
            yield _statement(end, bill, f"greatest({status}, 0)", known=end)


def _statement(end: str, bill: str, cycles: str, *, known: str) -> str:
    return f"""
        SELECT {_ACCOUNT} AS account_id, DATE '{end}' AS cycle_end, {bill}::DECIMAL(14, 2) AS balance,
               (greatest({bill}, 0) * {MINIMUM_SHARE})::DECIMAL(14, 2) AS minimum_due, {cycles} AS cycles_past_due,
               timezone('{ZONE}', TIMESTAMP '{known} 23:59:59') AS recorded_at
        FROM uci"""


def _payments() -> Iterator[str]:
    for end, _, _, paid in _MONTHS:
        month = end[:7]
        # Only the month of a payment is known: its middle stands for the day.
        yield f"""
            SELECT {_ACCOUNT} || '-{month}' AS payment_id, 1 AS line, {_ACCOUNT} AS account_id,
                   DATE '{month}-15' AS paid_on, {paid}::DECIMAL(14, 2) AS amount, 'posted' AS status,
                   'voluntary' AS source
            FROM uci WHERE {paid} > 0"""


def _points() -> str:
    return f"""
        SELECT printf('T%05d', ID) AS point_id, {_DEBTOR} AS debtor_id, 'phone' AS kind,
               printf('+886900%06d', ID) AS value, 'mobile' AS line_type, 'consumer' AS source, 'good' AS status
        FROM uci ORDER BY 1"""


def _collectors() -> str:
    return f"""
        SELECT printf('C%02d', n) AS collector_id, printf('Collector %d (synthetic)', n) AS name,
               'Taipei (synthetic)' AS team, ['zh', 'en'] AS languages, ['TW'] AS licences,
               {MINUTES_PER_DAY} AS minutes_per_day
        FROM range(1, {COLLECTORS + 1}) AS numbers(n) ORDER BY 1"""


def _protected() -> Iterator[str]:
    groups = {
        "sex": "CASE SEX WHEN 1 THEN 'male' WHEN 2 THEN 'female' ELSE 'unknown' END",
        "age": "CASE WHEN AGE < 30 THEN '21-29' WHEN AGE < 40 THEN '30-39' WHEN AGE < 50 THEN '40-49' "
        "WHEN AGE < 60 THEN '50-59' ELSE '60+' END",
        "education": "CASE EDUCATION WHEN 1 THEN 'graduate school' WHEN 2 THEN 'university' WHEN 3 THEN 'high school' "
        "ELSE 'other' END",
        "marriage": "CASE MARRIAGE WHEN 1 THEN 'married' WHEN 2 THEN 'single' ELSE 'other' END",
    }
    for attribute, group in groups.items():
        yield f"SELECT {_DEBTOR} AS debtor_id, '{attribute}' AS attribute, {group} AS \"group\" FROM uci"
