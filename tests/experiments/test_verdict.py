"""The rule, case by case."""

from dataclasses import replace
from typing import Any

import pytest

from arrears.experiments.metrics import metric
from arrears.experiments.verdict import AtLook, verdict

LOOK = AtLook(z=0.5, low=-2.3, high=2.3, at_most=900.0, worth=240.0, may_promote=True, is_last=False)


def said(look=LOOK, *, broken=(), unsafe=(), mismatch=False, **parts):
    return verdict(look and replace(look, **parts), broken=broken, unsafe=unsafe, mismatch=mismatch).decision


@pytest.mark.parametrize(
    ("parts", "decision"),
    [
        ({}, "continue"),
        ({"z": 2.3}, "promote"),
        ({"z": 2.2999}, "continue"),
        ({"z": -2.3}, "stop_for_harm"),
        ({"z": -2.2999}, "continue"),
        ({"z": 3.0, "may_promote": False}, "continue"),
        ({"z": -3.0, "may_promote": False}, "stop_for_harm"),
        ({"z": 3.0, "unsafe": ["complaints"]}, "continue"),
        ({"z": 3.0, "mismatch": True}, "continue"),
        ({"z": -3.0, "mismatch": True}, "stop_for_harm"),
        ({"broken": ["complaints"], "unsafe": ["complaints"]}, "stop_for_harm"),
        ({"z": 3.0, "broken": ["complaints"], "unsafe": ["complaints"]}, "stop_for_harm"),
        ({"at_most": 239.9}, "no_difference"),
        ({"at_most": 240.0}, "continue"),
        ({"at_most": 239.9, "z": 3.0}, "promote"),
        ({"at_most": 239.9, "mismatch": True}, "continue"),
        ({"is_last": True}, "no_difference"),
        ({"is_last": True, "z": 3.0}, "promote"),
        ({"is_last": True, "z": 3.0, "unsafe": ["complaints"]}, "no_difference"),
        ({"is_last": True, "z": 3.0, "mismatch": True}, "continue"),
        ({"is_last": True, "mismatch": True}, "continue"),
        ({"look": None}, "continue"),
        ({"look": None, "broken": ["holds_hit"], "unsafe": ["holds_hit"]}, "stop_for_harm"),
        ({"look": None, "mismatch": True}, "continue"),
    ],
)
def test_the_rule_decides(parts, decision):
    assert said(**parts) == decision


def test_every_reason_that_holds_a_winner_back_is_told():
    found = verdict(replace(LOOK, z=3.0), broken=[], unsafe=["complaints", "contacts"], mismatch=True)
    assert [reason.split(" ")[0] for reason in found.reasons] == ["complaints", "contacts", "the"]


@pytest.mark.parametrize(
    ("name", "worse", "better"),
    [
        ("net_cash", "collects less", "collects more"),
        ("net_roll_money", "keeps less from rolling", "keeps more from rolling"),
    ],
)
def test_a_crossed_bound_is_told_in_the_words_of_what_decides(name, worse, better):
    look = replace(LOOK, does=metric(name).does)
    rest: dict[str, Any] = {"broken": [], "unsafe": [], "mismatch": False}
    (below,), (above,) = (verdict(replace(look, z=z), **rest).reasons for z in (-3.0, 3.0))
    assert below == f"the challenger {worse}: the lower bound is crossed"
    assert above == f"the challenger {better}: the upper bound is crossed"
