"""`arrears experiment successor`: other shares are another design, printed or put on record."""

import json
import sys
from datetime import UTC, date, datetime
from typing import Any

import pytest

from arrears.errors import WrongUse
from arrears.experiments import history, life, records
from arrears.experiments.as_toml import as_toml
from arrears.experiments.design import read_design
from arrears.experiments.succession import successor
from commands.main import main
from commands.tests_on_record import named
from tests.experiments.designs import changed

DESIGN = changed(
    name="simple",
    cohort={"currency": "TWD", "buckets": ["1-29", "30-59", "60-89"]},
    arms=[
        {"name": "champion", "role": "champion", "share": 0.5, "strategy": "value_at_risk/1"},
        {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": "severity/1"},
    ],
    enrolment={"starts": "2005-10-10", "debtors": 5_000},
    primary={"smallest_effect_minor": 80_000.0, "cap_minor": 5_000_000},
)
BY: dict[str, Any] = {"at": datetime(2005, 10, 3, 4, tzinfo=UTC), "by": "Ines"}


@pytest.fixture(scope="module")
def engine(module_database):
    with module_database.begin() as connection:
        life.plan(connection, DESIGN, evidence={}, **BY)
        life.plan(connection, changed(**{**DESIGN.document(), "name": "waits"}), evidence={}, **BY)
        life.start(connection, records.find(connection, "simple"), because="now", **BY)
    return module_database


@pytest.fixture
def asked(engine, demo_lake, capsys, monkeypatch):
    """Runs the command; its exit code, and what it said on both streams."""

    def run(*words):
        url = engine.url.render_as_string(hide_password=False)
        at = ["--lake", str(demo_lake.root), "--database", url]
        monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "successor", *words, *at])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, " ".join(said.err.split())

    return run


@pytest.mark.parametrize("label", ["simple/²", "simple/99999999999999", "simple/", "/1", "simple/1/2"])
def test_what_is_no_label_names_no_test(engine, label):
    with engine.connect() as connection, pytest.raises(WrongUse, match="no such test; on record: waits/1, simple/1"):
        named(connection, label)


def test_what_is_printed_is_the_design_with_other_shares_from_the_next_monday(asked, engine):
    code, out, err = asked("simple", "--share", "challenger=0.3")
    assert (code, err) == (0, "")
    follows = read_design(out)
    assert (follows.version, follows.predecessor, follows.salt) == (2, 1, DESIGN.salt)
    assert {arm.name: arm.share for arm in follows.arms} == {"champion": 0.7, "challenger": 0.3}
    assert str(follows.enrolment.starts) == "2005-10-17", "after the first day of the one that it follows"
    with engine.connect() as connection:
        assert records.find(connection, "simple").design == DESIGN, "nothing is on record yet"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("simple", "--share", "challenger=much"), 2, "Write --share challenger=0.3"),
        (("simple", "--share", "other=0.3"), 2, "its arms are champion, challenger"),
        (("simple", "--share", "challenger=1.5"), 3, "share: must be 1 or less, and is 1.5"),
        (("simple", "--share", "challenger=0.3", "--starts", "2005-10-10"), 2, "from a later day"),
        (("waits", "--share", "challenger=0.3"), 4, "it has not started"),
        (("nobody", "--share", "challenger=0.3"), 2, "no such test"),
    ],
)
def test_what_cannot_follow_is_refused_with_what_there_is(asked, words, code, said):
    ended, out, err = asked(*words)
    assert (ended, out) == (code, "")
    assert said in err


NINE_WEEKS = ("simple", "--share", "challenger=0.3", "--starts", "2005-10-24", "--weeks", "9", "--keep", "--json")


def test_a_successor_that_counts_on_debtors_of_the_version_before_is_refused_with_who_is_left(asked, engine):
    code, out, err = asked(*NINE_WEEKS)
    assert (code, out) == (4, "")
    assert "the design enrols 5000" in err
    assert "3064 come in over 9 weeks" in err, "newcomers alone: the version before draws whoever is there until then"
    with engine.connect() as connection:
        assert records.find(connection, "simple", 2) is None


def test_a_successor_is_kept_with_its_plan(asked, engine):
    code, out, err = asked(*NINE_WEEKS, "--debtors", "2800")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert (told["test"], told["follows"], told["kept"]) == ("simple/2", "simple/1", True)
    with engine.connect() as connection:
        kept = records.find(connection, "simple")
        (act,) = history.acts(connection, kept.experiment_id)
    assert (kept.label, kept.state, kept.design.enrolment.weeks) == ("simple/2", "planned", 9)
    assert act.evidence["plan"]["power"] > 0.8
    assert (act.evidence["will_come"], act.evidence["spread"]["free_stock"]) == (3064, 0)


def test_a_successor_that_was_kept_says_so_behind_its_text(asked):
    code, out, _ = asked(
        "simple/1", "--share", "challenger=0.3", "--starts", "2005-10-18", "--debtors", "2500", "--keep"
    )
    assert code == 0
    assert read_design(out).label == "simple/2"
    assert (
        out.splitlines()[-1] == "# simple/2 is on record. Start it: arrears experiment start simple/2 --because REASON"
    )


def test_a_name_alone_is_not_enough_where_two_versions_have_not_ended(engine):
    with engine.connect() as connection:
        life.plan(connection, DESIGN.model_copy(update={"name": "twice"}), evidence={}, **BY)
        assert named(connection, "twice").label == "twice/1"
        follows = DESIGN.model_copy(update={"name": "twice", "version": 2, "predecessor": 1})
        life.plan(connection, follows, evidence={}, **BY)
        with pytest.raises(WrongUse, match=r"twice/1 \(planned\), twice/2 \(planned\)[\s\S]*Name the version"):
            named(connection, "twice")
        assert named(connection, "twice/1").label == "twice/1"
        connection.rollback()


def test_the_plan_of_a_version_that_has_others_says_who_comes_in(engine, demo_lake, capsys, monkeypatch, tmp_path):
    follows = successor(
        DESIGN, shares={"champion": 0.7, "challenger": 0.3}, starts=date(2005, 10, 24), weeks=9, debtors=2_800
    )
    file = tmp_path / "design.toml"
    file.write_text(as_toml(follows), encoding="utf-8")
    url = engine.url.render_as_string(hide_password=False)
    words = ["arrears", "experiment", "plan", str(file), "--no-log", "--lake", str(demo_lake.root), "--database", url]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit):
        main()
    said = " ".join(capsys.readouterr().out.split())
    assert "Other versions hold 0 of them, who keep their arm: 3,064 come in." in said


def test_the_plan_of_a_first_version_that_has_others_says_who_comes_in(
    engine, demo_lake, capsys, monkeypatch, tmp_path
):
    told = changed(**{**DESIGN.document(), "name": "backwards", "enrolment": {"starts": "2006-06-05"}}).document()
    with engine.begin() as connection:
        life.plan(connection, changed(**{**told, "version": 2}), evidence={}, **BY)
        life.start(connection, records.find(connection, "backwards", 2), because="now", **BY)
    file = tmp_path / "first.toml"
    file.write_text(as_toml(changed(**told)), encoding="utf-8")
    url = engine.url.render_as_string(hide_password=False)
    at = ["--no-log", "--json", "--lake", str(demo_lake.root), "--database", url]
    monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "plan", str(file), *at])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code or 0, said.err) == (0, "")
    assert json.loads(said.out)["spread"]["free_stock"] == 0, "version 2 draws whoever comes"
