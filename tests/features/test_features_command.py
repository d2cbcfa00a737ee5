"""`arrears features`: the table of a day in a file, and what a book cannot have."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from arrears.errors import WrongUse
from arrears.lake import Lake
from commands.features import app


def run(lake: Path, *flags: str) -> str:
    answer = CliRunner().invoke(app, ["--lake", str(lake), "--as-of", "2005-08-31", *flags], catch_exceptions=True)
    if answer.exception and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0
    return answer.output


def test_the_file_has_one_row_an_account_and_the_columns_the_document_names(demo_lake: Lake, tmp_path: Path):
    document = json.loads(run(demo_lake.root, "--out", str(tmp_path / "features.parquet"), "--json"))
    table = pq.read_table(tmp_path / "features.parquet")
    assert table.column_names == ["account_id", "debtor_id", "as_of", *document["features"]]
    assert table.num_rows == document["accounts"] == 30_000


def test_absent_features_are_named_with_the_reason(demo_lake: Lake):
    assert "the book has no table promises" in " ".join(run(demo_lake.root).split())


def test_an_empty_lake_is_told_with_its_cure(tmp_path: Path):
    with pytest.raises(WrongUse, match="arrears load demo"):
        run(tmp_path)


def test_a_file_of_another_kind_is_refused(demo_lake: Lake, tmp_path: Path):
    with pytest.raises(WrongUse, match="ending"):
        run(demo_lake.root, "--out", str(tmp_path / "features.xlsx"))
