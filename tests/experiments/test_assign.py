"""Who gets which arm: the same in every process and language, for good, in the designed shares."""

import hashlib
import subprocess
import sys
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrears.errors import BadInput
from arrears.experiments.assign import Arms, Debtors, Eligible, arm_of
from arrears.experiments.lots import STEPS, lots
from arrears.experiments.succession import successor
from tests.experiments.designs import changed, shared

DAY = date(2026, 6, 3)
VECTORS = [
    # purpose, salt, key, lot
    ("arm", "spring", "D1", 1365),
    ("slot", "spring", "D1", 2889),
    ("arm", "autumn", "D1", 8487),
    ("arm", "spring", "Zo\u00eb", 2027),
    ("arm", "spring", "Zoe\u0308", 8068),
    ("arm", "spring", "債務者-7", 2158),
    ("arm", "spring", "", 4481),
    ("arm", "spring", " D1", 1746),
]


@pytest.mark.parametrize(("purpose", "salt", "key", "lot"), VECTORS)
def test_published_lots_stay_what_they_are(purpose, salt, key, lot):
    assert lots(purpose, salt, [key]).tolist() == [lot]


keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.sampled_from(["arm", "slot"]), st.text("abc äé", max_size=5), st.lists(keys, max_size=8))
def test_lots_follow_from_the_documented_bytes(purpose, salt, ids):
    def lot(key):
        hashed = hashlib.sha256("\x1f".join(["arrears experiment", purpose, salt, key]).encode()).hexdigest()
        return int(hashed[:8], 16) * 10_000 // 2**32

    assert lots(purpose, salt, ids).tolist() == [lot(key) for key in ids]


def test_a_database_draws_the_same_lots():
    ids = [f"D{number}" for number in range(500)] + ["Zoë", "債務者", "a b"]
    sql = """
        SELECT ('0x' || sha256(concat_ws(chr(31), 'arrears experiment', 'arm', 'spring', id))[:8])::UBIGINT
            * 10000 // 4294967296
        FROM (SELECT unnest(?) AS id)"""
    drawn = [int(lot) for (lot,) in duckdb.execute(sql, [ids]).fetchall()]
    assert lots("arm", "spring", ids).tolist() == drawn


def test_another_process_draws_the_same_lots():
    code = "from arrears.experiments.lots import lots; print(*lots('arm', 'spring', [f'D{n}' for n in range(300)]))"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env={"PYTHONHASHSEED": "7"}
    )
    assert told.stdout.split() == [str(lot) for lot in lots("arm", "spring", [f"D{n}" for n in range(300)])]


def test_lots_of_one_question_say_nothing_of_another():
    ids = [f"D{number}" for number in range(40_000)]
    one, other, slot = lots("arm", "spring", ids), lots("arm", "autumn", ids), lots("slot", "spring", ids)
    np.testing.assert_allclose(np.corrcoef([one, other, slot]), np.eye(3), atol=0.02)
    counts = np.bincount(one // 1000, minlength=10)
    assert ((counts - 4000) ** 2 / 4000).sum() < 27.9  # chi-squared with 9 degrees, one in a thousand


def plain(**parts):
    return changed(**({"strata": []} | parts))


def people(count, **parts):
    return Debtors(np.array([f"D{number}" for number in range(count)]), **parts)


def everybody(*designs, count, stratum=None):
    return {design.label: Eligible(np.ones(count, dtype=bool), stratum) for design in designs}


def drawn(design, count=4000, **parts):
    return arm_of([design], people(count), **({"day": DAY, "eligible": everybody(design, count=count)} | parts))


def test_arms_get_their_shares():
    found = drawn(plain(arms=shared(0.7, 0.2, 0.1)), 50_000)
    counts = np.unique(found.arm, return_counts=True)
    assert counts[0].tolist() == ["challenger1", "challenger2", "champion"]
    np.testing.assert_allclose(counts[1] / 50_000, [0.2, 0.1, 0.7], atol=0.006)


@pytest.mark.parametrize(("day", "anybody"), [("05-31", False), ("06-01", True), ("07-26", True), ("07-27", False)])
def test_debtors_come_in_on_the_designs_days_and_no_other(day, anybody):
    assert (drawn(plain(), 50, day=date.fromisoformat(f"2026-{day}")).arm != "").all() == anybody


def test_who_is_not_eligible_comes_into_no_test():
    design = plain()
    found = drawn(design, 4, eligible={design.label: Eligible(np.array([True, False, True, False]))})
    assert [name != "" for name in found.arm] == [True, False, True, False]
    assert found.test.tolist() == ["earlier_calls/1", "", "earlier_calls/1", ""]


def test_a_design_without_word_of_who_is_eligible_enrols_nobody():
    assert set(drawn(plain(), 10, eligible={}).arm.tolist()) == {""}


def test_the_holdout_is_in_no_test_whatever_was_drawn():
    design = plain()
    held = np.array([True, False, False, False])
    recorded = drawn(design, 4)
    found = arm_of([design], people(4, held_out=held), day=DAY, eligible=everybody(design, count=4), recorded=recorded)
    assert (found.arm[0], found.test[0]) == ("", "")
    assert found.arm[1:].tolist() == recorded.arm[1:].tolist()


def test_the_order_of_the_rows_changes_no_arm():
    design = changed()
    stratum = np.array([f"S{number % 7}" for number in range(900)])
    shuffled = np.random.default_rng(1).permutation(900)
    straight = drawn(design, 900, eligible=everybody(design, count=900, stratum=stratum))
    turned = arm_of(
        [design],
        Debtors(people(900).debtor_id[shuffled]),
        day=DAY,
        eligible=everybody(design, count=900, stratum=stratum[shuffled]),
    )
    assert turned.arm.tolist() == straight.arm[shuffled].tolist()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), st.integers(0, 30))
def test_within_a_stratum_each_arm_has_its_share_to_within_one_debtor(strata, salt):
    design = changed(arms=shared(0.6, 0.3, 0.1), salt=f"salt {salt}")
    stratum = np.array([f"S{each}" for each in strata])
    found = drawn(design, len(strata), eligible=everybody(design, count=len(strata), stratum=stratum))
    for name in np.unique(stratum):
        own = found.arm[stratum == name]
        for arm in design.arms:
            assert abs((own == arm.name).sum() - arm.share * len(own)) < 1


def test_a_debtor_alone_in_a_stratum_draws_each_arm_with_its_share():
    design = changed(arms=shared(0.7, 0.3))
    stratum = np.array([f"S{number}" for number in range(20_000)])
    found = drawn(design, 20_000, eligible=everybody(design, count=20_000, stratum=stratum))
    assert (found.arm == "champion").mean() == pytest.approx(0.7, abs=0.012)


def test_households_stay_together_unless_the_design_says_otherwise():
    home = np.array([f"H{number // 2}" for number in range(2000)])
    together, apart = (
        arm_of([design], people(2000, household=home), day=DAY, eligible=everybody(design, count=2000)).arm
        for design in (plain(), plain(household_together=False))
    )
    assert (together[::2] == together[1::2]).all()
    assert 0.4 < (apart[::2] == apart[1::2]).mean() < 0.6


def test_households_over_two_strata_stay_together_whatever_the_order():
    design, home = changed(), np.array([f"H{number // 2}" for number in range(400)])
    stratum = np.array([f"S{number % 2}" for number in range(400)])
    found = arm_of(
        [design], people(400, household=home), day=DAY, eligible=everybody(design, count=400, stratum=stratum)
    )
    assert (found.arm[::2] == found.arm[1::2]).all()
    backwards = arm_of(
        [design],
        Debtors(people(400).debtor_id[::-1], home[::-1]),
        day=DAY,
        eligible=everybody(design, count=400, stratum=stratum[::-1]),
    )
    assert backwards.arm[::-1].tolist() == found.arm.tolist()


def test_tests_of_one_group_share_out_its_debtors_and_a_household_is_in_one():
    lower = plain(exclusion={"group": "g", "low": 0.0, "high": 0.4})
    upper = plain(name="letters", exclusion={"group": "g", "low": 0.4, "high": 1.0})
    home = np.array([f"H{number // 3}" for number in range(9000)])
    found = arm_of([lower, upper], people(9000, household=home), day=DAY, eligible=everybody(lower, upper, count=9000))
    assert (found.test == "earlier_calls/1").mean() == pytest.approx(0.4, abs=0.03)
    assert (found.test == "letters/1").mean() == pytest.approx(0.6, abs=0.03)
    assert (found.test[::3] == found.test[2::3]).all()


def test_slots_outside_a_lone_test_stay_in_no_test():
    found = drawn(plain(exclusion={"group": "g", "low": 0.0, "high": 0.4}), 9000)
    assert (found.test == "").mean() == pytest.approx(0.6, abs=0.03)


def follows(design, *shares):
    names = [arm.name for arm in design.arms]
    return successor(
        design, shares=dict(zip(names, shares, strict=True)), starts=date(2026, 6, 15), weeks=8, debtors=9000
    )


def test_after_a_change_of_shares_earlier_debtors_keep_their_arm_and_later_ones_get_the_new_shares():
    design = plain(arms=shared(0.9, 0.1))
    newer = follows(design, 0.2, 0.8)
    early = np.arange(8000) < 4000
    first = arm_of([design], people(8000), day=DAY, eligible={design.label: Eligible(early)})
    later = arm_of(
        [design, newer],
        people(8000),
        day=date(2026, 6, 15),
        eligible=everybody(design, newer, count=8000),
        recorded=first,
    )
    assert later.arm[early].tolist() == first.arm[early].tolist()
    assert set(later.test[early]) == {"earlier_calls/1"}
    assert set(later.test[~early]) == {"earlier_calls/2"}
    assert (later.arm[~early] == "challenger1").mean() == pytest.approx(0.8, abs=0.03)


def test_who_comes_into_a_household_that_has_an_arm_takes_it_with_its_version():
    design = plain(arms=shared(0.9, 0.1))
    newer = follows(design, 0.1, 0.9)
    home = np.array([f"H{number // 2}" for number in range(2000)])
    elder = np.arange(2000) % 2 == 0
    first = arm_of([design], people(2000, household=home), day=DAY, eligible={design.label: Eligible(elder)})
    later = arm_of(
        [design, newer],
        people(2000, household=home),
        day=date(2026, 6, 20),
        eligible=everybody(newer, count=2000),
        recorded=first,
    )
    assert (later.arm[~elder] == first.arm[elder]).all()
    assert set(later.test.tolist()) == {"earlier_calls/1"}


def test_the_record_of_a_test_that_no_longer_runs_binds_nobody():
    over = Arms(np.full(50, "letters/1"), np.full(50, "champion"))
    assert set(drawn(plain(), 50, recorded=over).test.tolist()) == {"earlier_calls/1"}


def test_a_recorded_arm_stands_though_its_debtor_has_left_the_cohort():
    design = plain()
    first = drawn(design, 50)
    gone = {design.label: Eligible(np.zeros(50, dtype=bool))}
    assert drawn(design, 50, eligible=gone, recorded=first).arm.tolist() == first.arm.tolist()


@settings(max_examples=25)
@given(st.lists(st.integers(0, 30), min_size=30, max_size=60), st.booleans(), st.integers(1, 5), st.randoms())
def test_another_process_with_other_rows_draws_every_debtor_the_same_arm_through_new_shares(
    came, stratified, homes, random
):
    count = len(came)
    design = changed(arms=shared(0.8, 0.2)) if stratified else plain(arms=shared(0.8, 0.2))
    both = [design, follows(design, 0.3, 0.7)]
    home = np.array([f"H{number // homes}" for number in range(count)])
    stratum = np.array([f"S{number % 3}" for number in range(count)])
    arrived = np.array(came)
    names, order = people(count).debtor_id, list(range(count))
    random.shuffle(order)
    there = {"one": np.arange(count), "other": np.array(order)}
    recorded = dict.fromkeys(there)
    for night in range(31):
        day = date(2026, 6, 1) + timedelta(days=night)
        for process, rows in there.items():
            eligible = {each.label: Eligible((arrived <= night)[rows], stratum[rows]) for each in both}
            asked = Debtors(names[rows], home[rows])
            recorded[process] = arm_of(both, asked, day=day, eligible=eligible, recorded=recorded[process])
    assert recorded["other"].arm.tolist() == recorded["one"].arm[order].tolist()
    assert recorded["other"].test.tolist() == recorded["one"].test[order].tolist()


def test_no_debtors_have_no_arms():
    design = plain()
    empty = Debtors(np.array([], dtype=str))
    nobody = Arms(np.array([], dtype=str), np.array([], dtype=str))
    assert len(arm_of([design], empty, day=DAY, eligible=everybody(design, count=0), recorded=nobody).arm) == 0


@pytest.mark.parametrize(
    ("debtors", "eligible", "said"),
    [
        (Debtors(np.array(["D1", "D1"])), 2, "1 debtors more than once"),
        (Debtors(np.array(["D1", "D2"]), household=np.array(["H1"])), 2, "1 of household"),
        (Debtors(np.array(["D1", "D2"])), 3, "3 of eligible for earlier_calls/1"),
    ],
)
def test_columns_that_do_not_fit_are_refused(debtors, eligible, said):
    design = plain()
    with pytest.raises(BadInput, match=said):
        arm_of([design], debtors, day=DAY, eligible=everybody(design, count=eligible))


def test_a_share_of_one_step_is_one_lot_of_ten_thousand():
    design = plain(arms=shared(0.9999, 0.0001))
    lot = lots("arm", design.salt, people(60_000).debtor_id.tolist())
    assert (drawn(design, 60_000).arm == "challenger1").tolist() == (lot == STEPS - 1).tolist()
