"""A model in the shadow: scored every night, written down, never acted on, and judged once outcomes are known."""

import json
import re
import shutil
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from arrears.errors import Refused, WrongUse
from arrears.places import find_places
from arrears.queues import store
from arrears.queues.strategy import strategy
from commands import models as models_command
from commands import shadow as command
from models import shadow_log
from models.artifact import Part
from models.likeness import likeness
from models.registry import SHADOW, Registry
from models.roll_rate import ROLL_RATE, deeper_moves, edge_name
from models.shadow_log import ShadowScores
from serving.console.frame import filled
from serving.console.registry import models_of
from serving.deployment import Deployment
from serving.night.nightly import run_night
from serving.present import Present
from serving.scores.champion import Champions
from tests.night.desk_book import AS_OF, DAY, MORNING, StandingClock, lake_of, statement
from tests.night.model_arms import FEATURES, NAMES, NO_LOTS, book, fitted, registered, two_versions
from training.shadow import judged

BY = {"who": "scientist", "why": "is it any better?"}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return lake_of(tmp_path_factory.mktemp("shadow"), book(), settings=NO_LOTS)


@pytest.fixture
def registry(database, shared_folder, empty_mlflow, tmp_path):
    return two_versions(database, shared_folder, empty_mlflow, tmp_path)


def run(database, lake, registry, days=0):
    clock, day = StandingClock(MORNING + timedelta(days=days)), DAY + timedelta(days=days)
    by_value = strategy("value_at_risk")
    return run_night(database, lake, registry, AS_OF, by_value, clock=clock, limits_on=DAY, served_on=day, replace=True)


def logged(database, model="propensity"):
    with database.connect() as connection:
        return shadow_log.nights_of(connection, model)


def test_the_book_is_scored_beside_the_champion_and_nothing_else_changes(database, lake, registry):
    before = run(database, lake, registry)
    assert logged(database) == []
    command.begin(registry, "propensity", "2", **BY)
    night = run(database, lake, registry)
    assert night.shadows == ("propensity/2",)
    with database.connect() as connection:
        digests = {store.night(connection, each.night_id).list_digest for each in (before, night)}
        said = shadow_log.scores_of(connection, "propensity", "2", champion="1")
        accounts = store.recorded_accounts(connection, night.night_id, ("account_id", "propensity", "arm_model"))
    assert len(digests) == 1, "the queue is the same"
    book_ = night.built.book
    x = book_.x[:, [book_.names.index(name) for name in FEATURES]]
    expected = dict(
        zip(book_.account_id.tolist(), registry.load("propensity", "2").artifact.predict(x).tolist(), strict=True)
    )
    assert dict(zip(said.account_id, said.answer.tolist(), strict=True)) == expected
    assert dict(zip(said.account_id, said.champion_answer.tolist(), strict=True)) == {
        each["account_id"]: each["propensity"] for each in accounts
    }
    (told,) = logged(database)
    assert (told.night_id, told.version, told.champion, told.accounts) == (night.night_id, "2", "1", len(NAMES))
    assert told.likeness == likeness(said.answer, said.champion_answer).document()
    for table in ("shadow_nights", "shadow_scores"):
        with pytest.raises(IntegrityError, match="only grows"), database.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))


def test_a_roll_rate_is_logged_where_a_further_bucket_exists(database, registry, tmp_path):
    random = np.random.default_rng(1)
    moves = deeper_moves(random.integers(0, 8, 4_000), random.integers(0, 8, 4_000), edges=3)
    parts = [Part(edge_name(rank), fitted(rank)) for rank in range(3)]
    version = registered(registry, tmp_path, 7, spec=ROLL_RATE, parts=parts, moves=moves)
    command.begin(registry, "roll_rate", version, **BY)
    tables = book()
    tables["statements"][5] = statement("A6", days_past_due=200)
    night = run(database, lake_of(tmp_path, tables, settings=NO_LOTS), registry)
    with database.connect() as connection:
        said = shadow_log.scores_of(connection, "roll_rate", version, champion="rules-1")
    assert set(said.account_id) == {f"A{name[1:]}" for name in NAMES} - {"A6"}, "nothing is beyond 180+"
    assert (logged(database, "roll_rate")[0].champion, night.built.scores.scored_by) == ("rules-1", "rules")


def test_a_shadow_that_fails_fails_no_night_and_says_why(database, lake, registry, tmp_path):
    version = registered(registry, tmp_path, 3)
    command.begin(registry, "propensity", version, **BY)
    shutil.rmtree(registry.load("propensity", version).folder)
    night = run(database, lake, registry)
    assert (night.shadows, night.built.scores.propensity_by.version) == ((), "1")
    (told,) = logged(database)
    assert (told.accounts, told.likeness) == (0, {})
    assert "propensity/3 cannot be opened" in told.because


def test_a_registry_that_is_gone_or_a_log_that_cannot_be_written_fails_no_night(database, lake, registry, tmp_path):
    command.begin(registry, "propensity", "2", **BY)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE shadow_scores RENAME TO lost"))
    assert run(database, lake, registry).shadows == ()
    assert logged(database) == [], "all of a night's answers or none"
    (tmp_path / "mlflow.db").unlink()
    assert run(database, lake, Registry(registry.tracking.uri, database), days=1).shadows == ()


def test_an_ended_shadow_scores_no_more_and_its_log_stays(database, lake, registry):
    command.begin(registry, "propensity", "2", **BY)
    run(database, lake, registry)
    move = command.finish(registry, "propensity", None, **BY)
    assert (move.alias, move.from_version, move.to_version, move.state) == (SHADOW, "2", None, "moved")
    assert registry.alias("propensity", SHADOW) is None
    assert registry.champion_version("propensity") == "1"
    assert run(database, lake, registry, days=1).shadows == ()
    assert len(logged(database)) == 1
    with pytest.raises(Refused, match="it names no version"):
        command.finish(registry, "propensity", None, **BY)


def test_the_page_models_shows_its_nights_and_that_nobody_acts_on_it(database, lake, registry, tmp_path):
    command.begin(registry, "propensity", "2", **BY)
    run(database, lake, registry)
    deployment = Deployment(find_places({}), database, registry, Champions(registry), Present(lake.root, database))
    told = models_of(deployment)
    frame = {
        "room": "Models",
        "rooms": [],
        "may_find": False,
        "clock": {"day": "", "time": ""},
        "notices": [],
        "now": MORNING,
    }
    page = filled("models.html", {**frame, **told, "is_opening": False})
    (row,) = re.findall("<tr><th[^>]*>Fri 12 Jun 2026</th>.*?</tr>", page)
    cells = re.findall("<td[^>]*>(.*?)</td>", row)
    (night,) = logged(database)
    numbers = ("rank_correlation", "shared_top_tenth", "mean", "champion_mean")
    assert cells == [str(len(NAMES)), "propensity/1", *(f"{night.likeness[name]:.3f}" for name in numbers)]
    assert "Version 2 in the shadow" in page
    assert "never acted on" in page


def test_the_command_begins_reads_and_ends(database, lake, registry, tmp_path, monkeypatch):
    where = {"DATABASE_URL": database.url.render_as_string(hide_password=False), "ARREARS_LAKE": str(lake.root)}
    for name, value in (where | {"MLFLOW_TRACKING_URI": registry.tracking.uri, "ARREARS_ROOT": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)

    def asked(*arguments):
        found = CliRunner().invoke(models_command.app, ["shadow", "propensity", *arguments])
        assert found.exit_code == 0, found.output
        return found.stdout

    (moved,) = json.loads(asked("2", "--why", "look", "--json"))["moves"]
    assert (moved["alias"], moved["to_version"]) == ("shadow", "2")
    assert "No night has scored it yet." in asked()
    run(database, lake, registry)
    told = json.loads(asked("--json"))
    assert (told["in_the_shadow"], told["judged"]["accounts"], told["nights"][0]["accounts"]) == (True, 0, len(NAMES))
    assert "No outcome of these nights is known yet" in asked()
    (moved,) = json.loads(asked("--end", "--why", "enough", "--json"))["moves"]
    assert moved["to_version"] is None
    assert "propensity/2, not in the shadow any more" in asked()


def test_a_reason_without_a_version_is_refused(database, lake, registry, tmp_path, monkeypatch):
    where = {"DATABASE_URL": database.url.render_as_string(hide_password=False), "ARREARS_LAKE": str(lake.root)}
    for name, value in (where | {"MLFLOW_TRACKING_URI": registry.tracking.uri, "ARREARS_ROOT": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    found = CliRunner().invoke(models_command.app, ["shadow", "propensity", "--why", "look"])
    assert isinstance(found.exception, WrongUse)
    assert found.exception.found == "a reason, and no version to begin with"
    assert registry.alias("propensity", SHADOW) is None


def test_only_the_newest_days_are_read_and_of_one_day_the_last_night(database, lake, registry):
    command.begin(registry, "propensity", "2", **BY)
    nights = [run(database, lake, registry).night_id for _ in range(3)]
    with database.begin() as connection:
        older = text("UPDATE nights SET as_of = as_of - 1 WHERE night_id = :night")
        connection.execute(older, {"night": nights[0]})
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger keeps a row
        connection.execute(text("UPDATE shadow_scores SET answer = 0 WHERE night_id = :night"), {"night": nights[1]})
        whole = shadow_log.scores_of(connection, "propensity", "2", champion="1")
        newest = shadow_log.scores_of(connection, "propensity", "2", champion="1", days=1)
    assert len(whole.account_id) == 2 * len(newest.account_id) == 2 * len(NAMES)
    assert set(newest.as_of.tolist()) == {AS_OF}
    assert (whole.answer > 0).all()


def test_what_cannot_be_in_the_shadow_is_refused(registry):
    for name, version, why, told in (
        ("propensity", "1", "why not", "it is the champion"),
        ("propensity", "9", "why not", "2 versions, 1 to 2"),
        ("propensity", "2", " ", "no reason"),
        ("contact", "1", "why not", "nights score propensity and roll_rate in the shadow"),
    ):
        with pytest.raises(WrongUse, match=told):
            command.begin(registry, name, version, who="scientist", why=why)
        assert registry.alias(name, SHADOW) is None


def paid(name, day=DAY):
    told = {"payment_id": f"P-{name}", "line": 1, "account_id": f"A{name[1:]}", "paid_on": day, "amount": 200}
    return told | {"recorded_at": f"{day}T18:00:00+00:00"}


def test_once_outcomes_are_known_both_are_judged_on_the_same_accounts(database, lake, registry, tmp_path):
    command.begin(registry, "propensity", "2", **BY)
    run(database, lake, registry)
    run(database, lake, registry)  # the same day again is no second outcome
    with database.connect() as connection:
        said = shadow_log.scores_of(connection, "propensity", "2", champion="1")
        assert not len(shadow_log.scores_of(connection, "propensity", "2", champion="rules-1").account_id)
    assert len(said.account_id) == len(NAMES)
    early = judged(lake, "propensity", said)
    assert (early.accounts, early.log_loss) == (0, None), "a label that has not matured is no 0"
    payers = set(NAMES[::3])
    tables = book() | {"payments": [paid(name) for name in sorted(payers)] + [paid("D2", AS_OF + timedelta(days=60))]}
    later = lake_of(tmp_path, tables, settings=NO_LOTS)
    found = judged(later, "propensity", said)
    y = np.array([f"D{account[1:]}" in payers for account in said.account_id], dtype=float)

    def losses(p):
        return -(y * np.log(p) + (1 - y) * np.log(1 - p))

    assert (found.accounts, found.days, found.happened) == (len(NAMES), 1, y.mean())
    assert found.log_loss == pytest.approx(losses(said.answer).mean())
    assert found.champion_log_loss == pytest.approx(losses(said.champion_answer).mean())
    better = losses(said.answer) - losses(said.champion_answer)
    assert found.difference == pytest.approx(better.mean())
    half = 1.9905 * better.std(ddof=1) / np.sqrt(len(better))  # Student's quantile with 79 degrees of freedom
    assert (found.low, found.high) == pytest.approx((better.mean() - half, better.mean() + half), rel=1e-4)
    for count, has_interval in ((29, False), (30, True)):
        few = judged(later, "propensity", ShadowScores(*(getattr(said, each.name)[:count] for each in fields(said))))
        assert (few.debtors, few.low is not None, few.high is not None) == (count, has_interval, has_interval)
        assert few.difference is not None


def test_who_rolled_is_told_by_the_next_settled_status(database, registry, tmp_path):
    random = np.random.default_rng(1)
    moves = deeper_moves(random.integers(0, 8, 4_000), random.integers(0, 8, 4_000), edges=3)
    parts = [Part(edge_name(rank), fitted(rank)) for rank in range(3)]
    version = registered(registry, tmp_path, 7, spec=ROLL_RATE, parts=parts, moves=moves)
    command.begin(registry, "roll_rate", version, **BY)
    tables = book()
    for place, row in enumerate(tables["statements"]):
        row["days_past_due"] = 40 if place % 2 else 70
    run(database, lake_of(tmp_path, tables, settings=NO_LOTS), registry)
    rolled = {f"A{number}" for number in range(1, 81, 4)}
    tables["statements"] += [
        row
        | {"cycle_end": "2026-07-05", "days_past_due": row["days_past_due"] + 30 if row["account_id"] in rolled else 0}
        | {"recorded_at": datetime(2026, 7, 5, 18, tzinfo=UTC).isoformat()}
        for row in tables["statements"]
        if row["account_id"] != "A80"  # nobody told of it: no label, and no 0
    ]
    with database.connect() as connection:
        said = shadow_log.scores_of(connection, "roll_rate", version, champion="rules-1")
    found = judged(lake_of(tmp_path, tables, settings=NO_LOTS), "roll_rate", said)
    assert (found.accounts, found.days) == (79, 1)
    assert found.happened == pytest.approx(len(rolled) / 79)
