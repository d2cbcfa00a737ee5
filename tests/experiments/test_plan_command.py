"""`arrears experiment plan` on the built-in portfolio."""

import json
import sys

import pytest

from arrears.errors import WrongUse
from arrears.experiments.as_toml import as_toml
from arrears.experiments.design import read_design
from arrears.experiments.example import EXAMPLE
from arrears.lake import Lake
from commands.context import json_text
from commands.main import main
from serving.past_spread import past_spread
from serving.planned import prepare
from tests.experiments.designs import changed

DESIGN = changed(cohort={"currency": "TWD"}, primary={"cap_minor": None})


@pytest.fixture(scope="module")
def told(demo_lake):
    return prepare(DESIGN, demo_lake).document


def test_the_spread_is_the_books_own(told):
    # Of the built-in cards cash is heavy-tailed: about 2.3 times its mean.
    assert 1.5 < told["spread"]["cv"] < 4
    assert told["spread"]["stock"] > 1000


def test_what_is_known_before_is_not_noise_so_fewer_debtors_are_needed(demo_lake, told):
    blind = prepare(changed(cohort={"currency": "TWD"}, primary={"cap_minor": None}, covariates=[]), demo_lake).document
    assert blind["spread"]["explained"] == 0
    left = 1 - told["spread"]["explained"]
    assert 0.7 < left < 0.95, "on the built-in cards what is owed tells a little of what is paid"
    assert told["plan"]["debtors"] == pytest.approx(left * blind["plan"]["debtors"], rel=1e-3)


def test_a_plan_tells_power_looks_and_money(told):
    assert told["plan"]["debtors"] > told["plan"]["fixed_debtors"]
    assert len(told["looks"]) == 8
    assert told["enough"] == (told["plan"]["power"] >= 0.8)


def test_the_command_says_it_to_people(demo_lake, tmp_path, capsys, monkeypatch):
    file = tmp_path / "design.toml"
    file.write_text(EXAMPLE.replace('"USD"', '"TWD"'), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "plan", str(file), "--lake", str(demo_lake.root)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code or 0, said.err) == (0, "")
    assert "8 looks, weekly from 2026-07-12" in said.out
    assert "Too few debtors for the effect" in said.out


def test_a_plan_is_one_document(told):
    assert json.loads(json_text(told))["design"] == "earlier_calls/1"


def test_an_empty_lake_is_refused(tmp_path):
    with pytest.raises(WrongUse, match="nothing loaded"):
        past_spread(DESIGN, Lake(tmp_path))


def test_a_plan_by_roll_money_rests_on_the_spread_of_roll_money(demo_lake, told):
    design = changed(cohort={"currency": "TWD"}, primary={"metric": "net_roll_money", "cap_minor": None}, secondary=[])
    document = prepare(design, demo_lake).document
    assert document["spread"]["stock"] > 1000
    assert document["learned_on"] < told["learned_on"], "a cycle's end is waited for"
    assert document["spread"]["mean"] != told["spread"]["mean"]


def test_a_cohort_of_nobody_is_refused(demo_lake):
    with pytest.raises(WrongUse, match="0 debtors of the cohort"):
        past_spread(read_design(EXAMPLE), demo_lake)


def test_a_design_that_cannot_find_its_effect_is_not_kept(demo_lake, tmp_path, capsys, monkeypatch):
    file = tmp_path / "design.toml"
    file.write_text(EXAMPLE.replace('"USD"', '"TWD"'), encoding="utf-8")
    asked = ["arrears", "experiment", "plan", str(file), "--keep", "--lake", str(demo_lake.root)]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit) as ended:
        main()
    said = " ".join(capsys.readouterr().err.split())
    assert ended.value.code == 4
    assert "the design enrols 30000" in said
    assert "come in over 8 weeks" in said


def test_what_would_keep_a_kept_plan_from_being_started_is_told(
    demo_lake, module_database, tmp_path, capsys, monkeypatch
):
    arms = [
        {"name": "champion", "role": "champion", "share": 0.5, "strategy": "severity/1"},
        {"name": "challenger", "role": "challenger", "share": 0.5, "strategy": "value_at_risk/1"},
    ]
    can_find = {"smallest_effect_minor": 80_000.0, "cap_minor": 5_000_000}
    cohort = {"currency": "TWD", "buckets": ["30-59", "60-89"]}
    enrolment = {"starts": "2005-10-10", "debtors": 2_000}
    design = changed(name="early", arms=arms, cohort=cohort, primary=can_find, enrolment=enrolment)
    file = tmp_path / "design.toml"
    file.write_text(as_toml(design), encoding="utf-8")
    url = module_database.url.render_as_string(hide_password=False)
    at = ["--lake", str(demo_lake.root), "--database", url, "--no-log", "--keep"]
    monkeypatch.setattr(sys, "argv", ["arrears", "experiment", "plan", str(file), *at])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert (ended.value.code or 0, said.err) == (0, "")
    kept, why = said.out.splitlines()[-2:]
    assert kept == "early/1 is on record. Start it: arrears experiment start early/1 --because REASON"
    assert why.startswith(
        "As things stand it cannot be started: Its champion is severity/1, in force is value_at_risk/1"
    )
