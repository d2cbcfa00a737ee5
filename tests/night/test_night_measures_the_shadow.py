"""The night's command judges what is in the shadow, and needs the database that it runs itself for that."""

import json
import os
import shutil
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from arrears.places import find_places
from arrears.state import embedded, opened
from commands import night, shadow
from models.registry import Registry
from models.shadow_judged import kept_of
from tests.night.desk_book import AS_OF, DAY, MORNING, lake_of
from tests.night.model_arms import NAMES, NO_LOTS, book, two_versions

PAYER = {"account_id": "A1", "line": 1, "amount": 200}


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A deployment that runs its own database; as root its data lie outside, so they are removed by hand."""
    days = (DAY, AS_OF + timedelta(days=60))
    paid = [PAYER | {"payment_id": f"P{day}", "paid_on": day, "recorded_at": f"{day}T18:00:00Z"} for day in days]
    settings = f"stands_at = {MORNING.isoformat()}\n{NO_LOTS}"
    lake = lake_of(tmp_path, book() | {"payments": paid}, settings=settings)
    told = {"ARREARS_ROOT": str(tmp_path / "root"), "ARREARS_LAKE": str(lake.root)}
    told |= {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}"}
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    found = find_places(told)
    yield found
    data = embedded.data_folder(found.state)
    shutil.rmtree(data.parent if os.geteuid() == 0 else data)


def test_a_night_keeps_how_well_the_shadow_said_what_is_known_by_now(places, shared_folder, empty_mlflow, tmp_path):
    with opened(places) as engine:
        registry = two_versions(engine, shared_folder, empty_mlflow, tmp_path)
        shadow.begin(registry, "propensity", "2", who="scientist", why="is it any better?")
    told = CliRunner().invoke(night.app, ["--as-of", str(AS_OF), "--for", str(DAY), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["shadows"] == ["propensity/2"]
    kept = kept_of(Registry(places.tracking_uri).version("propensity", "2"))
    assert (kept.champion, kept.known_on) == ("1", AS_OF + timedelta(days=60))
    assert kept.judged.accounts == len(NAMES)
    assert kept.judged.happened == pytest.approx(1 / len(NAMES))
