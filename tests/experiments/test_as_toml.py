"""A design as text: what is written is read again, whatever its words are."""

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrears.experiments.as_toml import as_toml, document_as_toml
from arrears.experiments.design import read_design
from tests.experiments.designs import changed, shared

LEAVES = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(-(2**53), 2**53)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates()
)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
TABLES = st.dictionaries(NAMES, LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(NAMES, LEAVES, max_size=2))


@given(
    st.dictionaries(NAMES, LEAVES | st.lists(LEAVES, max_size=3) | TABLES | st.lists(TABLES, min_size=1, max_size=2))
)
def test_every_document_is_read_as_it_was_written(document):
    assert tomllib.loads(document_as_toml(document)) == document


@pytest.mark.parametrize(
    "design",
    [
        changed(),
        changed(arms=shared(0.5, 0.25, 0.25), exclusion=None, covariates=[], strata=[]),
        changed(sentence='Says "more"\nby\tletters \\ and é\x7f', cohort={"clients": ["A, B", "ü"]}),
        changed(version=3, predecessor=2, primary={"smallest_effect_minor": 0.125, "cap_minor": None}),
    ],
    ids=["example", "three arms", "odd words", "successor"],
)
def test_a_design_is_read_as_it_was_written(design):
    assert read_design(as_toml(design)) == design
    assert read_design(as_toml(design)).fingerprint == design.fingerprint


def test_what_is_not_said_is_left_out():
    assert "exclusion" not in as_toml(changed(exclusion=None))
    assert "\n\n\n" not in as_toml(changed())


def test_a_day_is_a_day_and_no_word():
    assert tomllib.loads(as_toml(changed()))["enrolment"]["starts"] == date(2026, 6, 1)


def test_half_a_character_is_written_as_a_question():
    assert tomllib.loads(document_as_toml({"a": "\ud800"})) == {"a": "?"}
