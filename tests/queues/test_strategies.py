"""Strategies are named, versioned and never changed once published."""

import hashlib
from importlib.resources import files

import pytest

from arrears.errors import BadInput, WrongUse
from arrears.queues import strategy as strategies
from arrears.queues.value import terms
from tests.worths import LOSS, worth

PUBLISHED = {
    "incremental_value/2": "59bf458adbfd82ec",
    "propensity/1": "b40a844b6bd9c49a",
    "severity/1": "23076664248e57af",
    "value_at_risk/1": "de6fb4b2d37c9b58",
}
"""Digest of every published version. A changed file needs a new version, and a line here."""


@pytest.mark.parametrize("name", strategies.names())
def test_a_published_version_never_changes(name):
    text = (files("arrears.queues") / "strategies" / f"{name}.toml").read_bytes()
    found = strategies.strategy(name)
    assert hashlib.sha256(text).hexdigest()[:16] == PUBLISHED[f"{found.name}/{found.version}"]


@pytest.mark.parametrize("name", strategies.names())
def test_a_strategy_is_filed_under_its_name_and_every_term_is_a_number_we_compute(name):
    found = strategies.strategy(name)
    assert found.name == name
    assert {term.name for term in found.terms} <= set(terms(worth(), LOSS))


def test_an_unknown_strategy_is_answered_with_the_known_ones():
    with pytest.raises(WrongUse, match="propensity, severity, value_at_risk"):
        strategies.strategy("luck")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [({"priority": "luck"}, "luck is no term"), ({"colour": "red"}, "colour"), ({"terms": []}, "terms")],
)
def test_a_faulty_strategy_is_refused_by_the_name_of_its_fault(change, complaint):
    whole = strategies.strategy("severity").document() | change
    with pytest.raises(BadInput, match=complaint):
        strategies.read(whole, where="mine.toml")


def test_a_recorded_strategy_reads_back_as_itself():
    found = strategies.strategy("value_at_risk")
    assert strategies.read(found.document(), where="a night") == found
