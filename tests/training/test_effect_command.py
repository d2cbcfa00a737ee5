"""`arrears effect`: the document, the picture, and refusals that say what to do."""

import json
import sys

import pytest

from commands.main import main
from tests.training.effect_book import AS_OF, EFFECT, threshold_book

THRESHOLD = ("--threshold", "balance>=5000", "--as-of", str(AS_OF))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return threshold_book(tmp_path_factory.mktemp("threshold"), 2500).lake.root


@pytest.fixture
def effect(lake, database, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("ARREARS_ROOT", str(tmp_path))
    monkeypatch.setenv("ARREARS_LAKE", str(lake))
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["arrears", "effect", *words])
        capsys.readouterr()
        code: str | int = 0
        try:
            main()
        except SystemExit as left:
            code = left.code or 0
        return code, *capsys.readouterr()

    return run


def test_a_planted_effect_is_found_in_minor_units(effect, tmp_path):
    code, out, _ = effect(*THRESHOLD, "--out", str(tmp_path / "effect.svg"), "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["threshold"], told["cut"], told["currency"]) == ("balance >= €5,000.00", 500_000, "EUR")
    assert told["effect"]["low_minor"] < 100 * EFFECT < told["effect"]["high_minor"]
    assert told["effect"]["low_minor"] > 0
    assert [each["name"] for each in told["covariates"]] == ["days_past_due"]
    assert (tmp_path / "effect.svg").read_text(encoding="utf-8").startswith("<svg")


def test_a_person_reads_the_sentence_of_whom_it_speaks_and_every_check(effect):
    code, out, _ = effect(*THRESHOLD, "--covariate", "days_past_due", "--currency", "EUR")
    assert code == 0
    assert "At the threshold accounts with balance of €5,000.00 or more brought in €" in out
    assert "It speaks only of accounts within €" in out
    assert "accounts about the cut" in out
    assert "days_past_due" in out


def test_too_few_accounts_are_a_refusal_with_the_numbers(effect):
    code, _, told = effect("--threshold", "balance>=100000", "--as-of", str(AS_OF))
    assert code == 4
    assert "0 accounts of 0 different values on the treated side and 2500 accounts of" in told


def test_cash_that_is_not_mature_is_a_refusal_with_the_day(effect):
    code, _, told = effect(*THRESHOLD, "--horizon", "60")
    assert code == 4
    assert "Choose an earlier day or a shorter --horizon" in told


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--threshold", "balance over 5000", "--as-of", str(AS_OF)), "no name, sign and number"),
        ((*THRESHOLD, "--bucket", "late"), "no such bucket"),
        ((*THRESHOLD, "--out", "effect.png"), "no .svg ending"),
        (("--threshold", "moonphase>=3", "--as-of", str(AS_OF)), "no night stood on that day"),
    ],
)
def test_what_cannot_be_meant_says_why(effect, words, found):
    code, _, told = effect(*words)
    assert code == 2
    assert found in told
