"""Every night can be rebuilt from what it recorded, whatever came into the lake since."""

import shutil

import pytest

from arrears.clock import SystemClock
from arrears.errors import BadInput, WrongUse
from arrears.lake import Lake
from arrears.loading import load
from serving.night.replay import replay


@pytest.fixture(scope="module")
def lake_root(demo_lake, tmp_path_factory):
    """A copy of the demo's lake, to which this module's tests may load."""
    root = tmp_path_factory.mktemp("replayed") / "lake"
    shutil.copytree(demo_lake.root, root)
    return root


def test_a_night_comes_out_identical(night_database, lake_root, no_registry):
    found = replay(night_database, lake_root, no_registry, 1)
    assert (found.difference, found.accounts, found.items) == (None, 6_818, 5_129)


def test_later_loads_change_no_replay_even_of_facts_that_claim_to_be_older(
    night_database, lake_root, no_registry, demo_lake, tmp_path
):
    (tmp_path / "statements.csv").write_text(
        "account_id,cycle_end,balance,cycles_past_due,recorded_at\n"
        "A00001,2005-09-30,999999.00,6,2005-09-30T23:00:00+08:00\n"
    )
    load(tmp_path, lake_root, SystemClock())
    assert Lake(lake_root).fingerprint != demo_lake.fingerprint
    assert replay(night_database, lake_root, no_registry, 1).difference is None


def test_a_night_that_never_was_cannot_be_replayed(night_database, lake_root, no_registry):
    with pytest.raises(WrongUse, match="no such night"):
        replay(night_database, lake_root, no_registry, 999)


def test_a_lake_without_its_old_files_is_told(night_database, no_registry, demo_lake, tmp_path):
    with pytest.raises(BadInput, match="files of the lake that it read are gone"):
        replay(night_database, tmp_path, no_registry, 1)
