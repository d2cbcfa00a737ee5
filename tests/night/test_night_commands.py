"""The commands of the night: what they print, what they write, and the codes they end with."""

import csv
import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import text

from commands.main import main
from tests.demo_day import SCORING_DAY


@pytest.fixture
def arrears(night_database, demo_lake, tmp_path, monkeypatch, capsys):
    """The command on this module's database; its answer is the code, the document on stdout, and stderr."""
    monkeypatch.setenv("ARREARS_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("ARREARS_LAKE", str(demo_lake.root))
    monkeypatch.setenv("DATABASE_URL", night_database.url.render_as_string(hide_password=False))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    def run(*words, as_json=True):
        monkeypatch.setattr(sys, "argv", ["arrears", *words, *(["--json"] if as_json else [])])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        told = capsys.readouterr()
        return left.value.code or 0, json.loads(told.out) if as_json and told.out else told.out, told.err

    return run


def count(database, sql):
    with database.connect() as connection:
        return connection.execute(text(sql)).scalar_one()


def test_a_trial_night_counts_and_writes_nothing(arrears, night_database):
    code, document, _ = arrears("night", "--as-of", str(SCORING_DAY), "--dry-run", "--strategy", "severity")
    assert code == 0
    assert (document["past_due"], document["held"], document["served"]) == (6_818, 1_689, 5_129)
    assert document["night_id"] is None
    assert document["strategy"] == "severity/1"
    assert document["scored_by"] == "rules"
    assert count(night_database, "SELECT count(*) FROM nights") == 1


def test_queue_list_names_what_is_served(arrears):
    code, document, _ = arrears("queue", "list")
    assert code == 0
    assert [(queue["lane"], queue["ready"]) for queue in document["queues"]] == [("pay", 5_129)]
    assert document["nights"][0]["night_id"] == 1


def test_queue_show_pages_by_cursor(arrears):
    _, first, _ = arrears("queue", "show", "--limit", "2", "--bucket", "60-89")
    _, second, _ = arrears("queue", "show", "--limit", "2", "--bucket", "60-89", "--after", first["after"])
    assert first["total"] == 322
    assert first["items"][-1]["rank"] < second["items"][0]["rank"]


def test_an_export_holds_every_open_item_and_is_on_record(arrears, night_database, tmp_path):
    file = tmp_path / "queue.csv"
    code, document, _ = arrears("queue", "export", "--out", str(file))
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert code == 0
    assert document["rows"] == len(rows) == 5_129
    assert [int(row["rank"]) for row in rows] == list(range(1, 5_130))
    assert (
        count(night_database, "SELECT detail #>> '{files,0,sha256}' FROM audit WHERE did = 'list.exported'")
        == document["files"][0]["sha256"]
    )


@pytest.mark.parametrize("out", ["no-such-folder/queue.csv", "."])
def test_an_export_that_cannot_be_written_is_not_on_record(arrears, night_database, tmp_path, monkeypatch, out):
    monkeypatch.chdir(tmp_path)
    recorded = count(night_database, "SELECT count(*) FROM audit WHERE did = 'list.exported'")
    code, _, told = arrears("queue", "export", "--out", out)
    assert code == 1
    assert told.startswith("asked: ")
    assert count(night_database, "SELECT count(*) FROM audit WHERE did = 'list.exported'") == recorded
    assert list(tmp_path.iterdir()) == []


def test_an_export_goes_where_a_link_points_and_into_a_pipe(arrears, tmp_path):
    link, file, pipe = tmp_path / "link.csv", tmp_path / "queue.csv", tmp_path / "pipe"
    file.touch()
    link.symlink_to(file)
    os.mkfifo(pipe)
    assert arrears("queue", "export", "--out", str(link))[0] == 0
    reader = subprocess.Popen(["wc", "-l", pipe], stdout=subprocess.PIPE, text=True)
    assert arrears("queue", "export", "--out", str(pipe))[0] == 0
    told, _ = reader.communicate(timeout=30)
    assert (link.is_symlink(), pipe.is_fifo(), told.split()[0]) == (True, True, "5130")
    assert file.read_text().count("\n") == 5_130


def test_an_export_to_stdout_is_the_file_itself_and_on_record(arrears, night_database):
    recorded = count(night_database, "SELECT count(*) FROM audit WHERE did = 'list.exported'")
    code, told, _ = arrears("queue", "export", as_json=False)
    assert code == 0
    assert told.count("\n") == 5_130
    assert count(night_database, "SELECT count(*) FROM audit WHERE did = 'list.exported'") == recorded + 1


def test_why_tells_an_account_in_json_and_in_words(arrears):
    _, page, _ = arrears("queue", "show", "--limit", "1")
    account = page["items"][0]["lead_account_id"]
    code, document, _ = arrears("why", account)
    assert code == 0
    assert (document["rank"], document["verdict"]["word"]) == (1, "allowed")
    assert document["scores"]["propensity"]["reasons"]
    assert arrears("why", account, as_json=False)[1].splitlines()[0].startswith(account)


def test_a_night_of_an_older_day_says_that_it_is_not_served(arrears, night_database):
    code, told, _ = arrears("night", "--as-of", "2005-08-31", "--strategy", "severity", as_json=False)
    assert code == 0
    assert "On record, not served: night 1 is of a later day. --replace serves this one." in told
    assert count(night_database, "SELECT night_id FROM nights WHERE state = 'served'") == 1


@pytest.mark.parametrize(
    ("account", "words", "found"),
    [
        ("NOPE", [], "no such account in the lake"),
        ("A00002", [], "night 1 as of 2005-09-30 did not judge it"),
        ("NOPE", ["--lake", "nowhere"], "night 1 as of 2005-09-30 did not judge it"),
    ],
)
def test_why_tells_an_account_nobody_knows_from_one_that_was_not_late(arrears, account, words, found):
    code, _, told = arrears("why", account, *words)
    assert (code, told.splitlines()[1]) == (2, f"found: {found}")


def test_a_replay_names_what_was_changed_and_ends_with_1(arrears, night_database):
    with night_database.begin() as connection:
        connection.execute(text("UPDATE work_items SET bucket = '1-29' WHERE rank = 1"))
    code, document, _ = arrears("replay", "1")
    assert code == 1
    assert not document["identical"]
    assert document["difference"] == {"of": "item", "key": "1", "column": "bucket"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["why", "nobody"], 2),
        (["night", "--as-of", "2005-09-30", "--strategy", "luck"], 2),
        (["replay", "99"], 2),
        (["queue", "export"], 2),
        (["queue", "show", "--sort", "luck"], 2),
        (["night", "--as-of", "2005-09-30", "--lake", "nowhere"], 3),
        (["night", "--as-of", "2005-03-31"], 3),
    ],
)
def test_what_cannot_be_done_is_told_in_three_lines_and_a_code(arrears, words, code):
    found, _, told = arrears(*words)
    assert found == code
    assert [line.split(":")[0] for line in told.splitlines()[-3:]] == ["asked", "found", "do"]


def test_scores_of_a_day_go_to_a_file(arrears, tmp_path):
    file = tmp_path / "scores.csv"
    code, document, _ = arrears("score", "--as-of", str(SCORING_DAY), "--out", str(file))
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert code == 0
    assert document["accounts"] == len(rows) == 6_818
    assert {row["scored_by"] for row in rows} == {"rules"}
