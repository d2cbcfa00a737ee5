"""What a call adds, from recorded nights to the night that uses it: learned where it is planted, refused where not."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest

from arrears.errors import Refused
from arrears.queues import store
from arrears.queues.added import RANKINGS
from arrears.queues.revalue import Owed, revalued
from arrears.queues.strategy import strategy
from commands.main import main
from models.promote import promote
from models.registry import Registry
from models.uplift import UPLIFT, segments_of
from serving.night.nightly import build_by_champions, run_night
from serving.night.replay import replay
from serving.scores.further import recorded
from tests.night.desk_book import AS_OF, DAY, StandingClock
from tests.training.logged_nights import FIRST_DAY, working_days, write_nights
from tests.training.planted_nights import DEBTORS, FEATURES, STOPS_MINOR, planted_book, planted_lake
from training.policy_value.evaluation import evaluated
from training.policy_value.learning import TAUGHT_EFFECT, learned
from training.policy_value.nights import recorded_nights
from training.policy_value.reranked import chances_under, ranking_under
from training.train import train
from training.trained import TrainRequest

LONG_AGO = date(2000, 1, 1)
INCREMENTAL, AT_RISK = strategy("incremental_value"), strategy("value_at_risk")
DAYS = 34
LEARNED = 18


@pytest.fixture(scope="module")
def book():
    return planted_book()


@pytest.fixture(scope="module")
def chosen(module_database, book):
    return write_nights(module_database, book, working_days(DAYS))


@pytest.fixture(scope="module")
def lake(tmp_path_factory, book, chosen):
    return planted_lake(tmp_path_factory.mktemp("planted"), book, chosen)


@pytest.fixture(scope="module")
def registry(module_database, tmp_path_factory):
    return Registry(f"sqlite:///{tmp_path_factory.mktemp('registry') / 'mlflow.db'}", module_database)


def trained(registry, lake, engine):
    request = TrainRequest(training_day=lake.last_day, horizon_days=1)
    with engine.connect() as connection:
        return train("uplift", lake, registry, request, nights=recorded_nights(connection, since=LONG_AGO))


@pytest.fixture(scope="module")
def champion(registry, lake, module_database, tmp_path_factory):
    """Trained and promoted by `arrears train`."""
    last = working_days(DAYS)[LEARNED - 1]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.setenv("ARREARS_ROOT", str(tmp_path_factory.mktemp("home")))
        patch.setenv("ARREARS_LAKE", str(lake.root))
        patch.setenv("DATABASE_URL", module_database.url.render_as_string(hide_password=False))
        patch.setenv("MLFLOW_TRACKING_URI", registry.tracking.uri)
        asked = ["train", "uplift", "--horizon", "1", "--to", str(last), "--promote", "--json"]
        patch.setattr(sys, "argv", ["arrears", *asked])
        with pytest.raises(SystemExit) as left:
            main()
    assert not left.value.code
    assert json.loads(out.getvalue())["promoted"]
    return registry.champion(UPLIFT.name)


def test_a_planted_effect_is_found_by_its_own_debtors_and_promoted(champion, registry):
    (segment,) = segments_of(champion.artifact.document)
    assert (segment["client"], segment["basis"], segment["currency"]) == ("bank", "loss", "USD")
    assert segment["ranking"] == "uplift"
    assert segment["adds_minor"]["low"] > 0
    assert (segment["rows"], segment["debtors"]) == (DEBTORS * LEARNED, DEBTORS)
    assert champion.artifact.features == tuple(sorted(FEATURES))


def test_the_model_tells_the_newly_late_from_the_others(champion, book):
    artifact, (segment,) = champion.artifact, segments_of(champion.artifact.document)
    x = artifact.matrix({"days_past_due": book.days_past_due, "balance_minor": book.balance}, DEBTORS)
    effect = artifact.scorer.of_segment(x, segment)
    assert effect[book.adds > 0].mean() == pytest.approx(0.6, abs=0.1)
    assert effect[book.adds == 0].mean() == pytest.approx(0.0, abs=0.1)


@pytest.fixture(scope="module")
def night(module_database, lake, registry, champion):
    """A night by what a call adds, of the Friday before the lists were worked."""
    return run_night(
        module_database, lake, registry, AS_OF, INCREMENTAL, clock=StandingClock(), limits_on=DAY, replace=True
    )


def of_bank(connection, night):
    return [item for item in store.open_items(connection, night.night_id) if item.client == "bank"]


def test_the_night_ranks_by_what_a_call_adds_and_keeps_every_term(night, module_database, champion, book):
    with module_database.connect() as connection:
        found = store.night(connection, night.night_id)
        items = of_bank(connection, night)
    assert found.further_models["uplift"] == {"version": champion.version, "because": None}
    newly_late = set(book.names[book.adds > 0].tolist())
    first = [item.debtor_id in newly_late for item in items[: len(newly_late)]]
    assert np.mean(first) > 0.95
    terms = items[0].terms
    assert terms["gross_minor"] == pytest.approx(terms["added_share"] * terms["stake_minor"])
    assert RANKINGS[int(terms["ranking"])] == "uplift"
    assert 0 < terms["segment_low_minor"] < terms["segment_adds_minor"] < terms["segment_high_minor"]


def test_the_night_comes_out_identical_by_the_version_that_it_recorded(night, module_database, lake, registry):
    assert replay(module_database, lake.root, registry, night.night_id).difference is None


def test_a_payment_in_the_day_takes_its_share_of_what_a_call_adds(night, module_database):
    with module_database.connect() as connection:
        item = of_bank(connection, night)[0]
        judged = store.account(connection, night.night_id, item.lead_account_id)
    half = Owed(judged.balance_minor // 2, judged.past_due_minor, judged.bucket, 1)
    told = revalued(judged, [judged], {judged.account_id: half}, minute_cost_minor=0.0, priority="priority_minor")
    assert told["terms"]["stake_minor"] == pytest.approx(item.terms["stake_minor"] / 2, rel=0.001)
    assert told["priority"] < item.priority


def test_a_segment_of_which_the_log_says_nothing_is_worth_as_much_of_what_is_at_risk_as_elsewhere_was_saved(
    night, module_database, champion
):
    with module_database.connect() as connection:
        (item,) = (each for each in store.open_items(connection, night.night_id) if each.client == "shop")
    terms = item.terms
    assert (terms["ranking"], terms["added_share"], terms["segment_adds_minor"]) == (0.0, None, None)
    saved = champion.artifact.document["selection"]["saved_share_elsewhere"]
    assert terms["saved_share"] == pytest.approx(saved)
    assert terms["gross_minor"] == pytest.approx(saved * terms["at_risk_minor"])


def test_without_a_champion_the_night_is_that_of_value_at_risk_and_says_so(lake, no_registry):
    built, plain = (
        build_by_champions(lake, no_registry, AS_OF, asked, limits_on=DAY) for asked in (INCREMENTAL, AT_RISK)
    )
    assert built.book.account_id[built.ranking.lead].tolist() == plain.book.account_id[plain.ranking.lead].tolist()
    assert np.array_equal(built.ranking.terms["priority_minor"], plain.ranking.terms["priority_minor"])
    assert recorded(built.further)["uplift"] == {"version": None, "because": "No champion of uplift is registered."}
    assert (built.ranking.terms["ranking"] == 0).all()


def test_the_recorded_night_in_the_order_of_value_at_risk_is_the_night_of_that_strategy(
    night, module_database, lake, no_registry
):
    with module_database.connect() as connection:
        recorded_night = next(recorded_nights(connection, since=DAY))
    assert recorded_night.night_id == night.night_id
    plain = build_by_champions(lake, no_registry, AS_OF, AT_RISK, limits_on=DAY)
    names = list(recorded_night.accounts)
    for strategy_asked, built in ((AT_RISK, plain), (INCREMENTAL, night.built)):
        found = ranking_under(recorded_night, strategy_asked)
        assert [names[row] for row in found.lead] == built.book.account_id[built.ranking.lead].tolist()
        assert found.terms["priority_minor"] == pytest.approx(built.ranking.terms["priority_minor"])


def test_days_that_the_champion_learned_from_are_not_what_it_is_valued_on(
    module_database, chosen, lake, champion, night
):
    found = learn(module_database, lake, champion)
    assert found.days == tuple(working_days(DAYS)[LEARNED:])
    assert found.left_out[TAUGHT_EFFECT] == LEARNED - 1


def test_the_log_of_later_days_tells_that_it_collects_more(module_database, lake, champion, book):
    found = evaluated(learn(module_database, lake, champion), strategy="incremental_value/2", horizon_days=1)
    apart = found.per_day["doubly_robust"].difference
    most = book.added_a_day(book.adds, working_days(DAYS)[LEARNED:]) * STOPS_MINOR
    assert 0 < apart.low < most


def test_without_a_champion_recorded_nights_are_ordered_by_value_at_risk(module_database, chosen):
    with module_database.connect() as connection:
        nights = list(recorded_nights(connection, since=working_days(DAYS)[-2]))
    for each in nights:
        assert chances_under(each, INCREMENTAL) == pytest.approx(chances_under(each, AT_RISK))


def learn(engine, lake, champion):
    with engine.connect() as connection:
        return learned(
            recorded_nights(connection, since=FIRST_DAY + timedelta(days=1)),
            lake,
            INCREMENTAL,
            currency="USD",
            horizon_days=1,
            known_through=lake.last_day,
            uplift=champion.artifact,
        )


def test_where_no_effect_is_planted_value_at_risk_stands_and_no_version_may_serve(database, registry, tmp_path):
    book = planted_book(effect=0.0)
    lake = planted_lake(tmp_path, book, write_nights(database, book, working_days(14)))
    report = trained(registry, lake, database)
    assert report.verdict["verdict"] == "refuse"
    assert report.verdict["because"].startswith("No effect identified: value at risk stands.")
    with pytest.raises(Refused, match="No effect identified"):
        promote(registry, UPLIFT.name, report.version, who="test", why="in vain")


def test_a_book_without_recorded_nights_cannot_teach_it(database, lake, registry):
    with pytest.raises(Refused, match="no logged night"):
        trained(registry, lake, database)
