"""The propensity label: what counts, until when, against what, and when it is there at all. Edges come in pairs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pytest

from features.delinquency import positions_plan
from features.snapshots import on_days
from tests.book import account, opened, settings, supplied, whole_book
from training.labels import propensity_labels

AS_OF = date(2026, 3, 31)
LAST = date(2026, 4, 30)  # the thirtieth day after
LATER = date(2026, 12, 31)


def due(amount=10_000, **own):
    base = {"due_id": "U", "account_id": "A", "due_on": date(2026, 2, 1), "amount_minor": amount, "kind": "invoice"}
    return base | {"issued_on": date(2026, 1, 1)} | own


def payment(paid_on, amount=10_000, payment_id="P", **own):
    base = {"payment_id": payment_id, "line": 1, "account_id": "A", "paid_on": paid_on, "amount_minor": amount}
    return base | {"recorded_at": moment(paid_on)} | own


def moment(day, hour=12):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def label_settings(settle=0, **rules):
    whole = settings()
    label = whole.label.model_copy(update={"settle_business_days": settle, **rules})
    return whole.model_copy(update={"label": label})


def labelled(*payments, accounts=None, dues=None, day=LATER, chosen=None, extra=None, **asked):
    """The labels of a book of one account that owes 100.00 since 1 February, on 31 March."""
    tables = {"accounts": accounts or [account()], "dues": dues or [due()], **(extra or {})}
    if payments:
        tables["payments"] = payments
    book, chosen = whole_book(tables), chosen or label_settings()
    con = opened(book)
    on_days(con, chosen, [AS_OF])
    positions = positions_of(tuple(book), bool(chosen.clients)).run(con)
    return propensity_labels(con, chosen, supplied(book), positions, training_day=day, **asked)


@cache
def positions_of(tables, with_client):
    """Compiled once: labels' own settings do not enter it."""
    clients = {"clients": {"c1": {}}} if with_client else {}
    return positions_plan(supplied({name: [] for name in tables}), settings().model_copy(update=clients))


def paid(*payments, **how):
    return labelled(*payments, **how).paid.tolist()


def test_money_on_the_day_itself_came_before_the_label():
    assert paid(payment(AS_OF, 5_000), threshold="any") == [0.0]


def test_money_on_the_next_day_counts():
    assert paid(payment(date(2026, 4, 1), 5_000), threshold="any") == [1.0]


def test_money_on_the_last_day_of_the_horizon_counts():
    assert paid(payment(LAST)) == [1.0]


def test_money_one_day_later_does_not():
    assert paid(payment(date(2026, 5, 1))) == [0.0]


def test_a_label_is_there_on_the_evening_its_horizon_ends():
    assert paid(payment(LAST), day=LAST) == [1.0]


def test_a_label_is_missing_the_day_before_even_if_everything_is_paid():
    assert np.isnan(paid(payment(date(2026, 4, 1)), day=date(2026, 4, 29)))


def test_money_of_a_missing_label_is_missing_too():
    assert np.isnan(labelled(payment(date(2026, 4, 1)), day=date(2026, 4, 29)).collected_minor).all()


def test_settling_takes_business_days_after_the_horizon():
    found = labelled(chosen=label_settings(settle=5))
    assert found.matures_on.tolist() == [date(2026, 5, 7)]  # 30 April is a Thursday


def test_a_label_is_missing_until_the_last_business_day_to_settle():
    assert np.isnan(paid(payment(LAST), day=date(2026, 5, 6), chosen=label_settings(settle=5)))


def test_a_payment_that_was_recorded_while_the_label_settled_counts():
    late = payment(LAST, recorded_at=moment(date(2026, 5, 7)))
    assert paid(late, chosen=label_settings(settle=5)) == [1.0]


def test_a_payment_that_was_recorded_after_it_matured_changes_no_label():
    late = payment(LAST, recorded_at=moment(date(2026, 5, 8)))
    assert paid(late, chosen=label_settings(settle=5)) == [0.0]


def test_a_payment_returned_before_the_label_matured_is_no_payment():
    back = payment(LAST, status="returned", recorded_at=moment(LAST, 18))
    assert paid(payment(LAST, status="posted"), back) == [0.0]


def test_a_payment_returned_later_stays_in_the_label():
    back = payment(LAST, status="returned", recorded_at=moment(date(2026, 5, 2)))
    assert paid(payment(LAST, status="posted"), back) == [1.0]


def test_a_reversal_takes_its_payment_out():
    reversal = payment(LAST, -10_000, "R", reverses="P", recorded_at=moment(LAST))
    assert paid(payment(date(2026, 4, 10)), reversal) == [0.0]


def test_a_reversal_recorded_on_the_day_the_label_matures_takes_its_payment_out():
    reversal = payment(date(2026, 5, 7), -10_000, "R", reverses="P")
    assert paid(payment(LAST), reversal, chosen=label_settings(settle=5)) == [0.0]


def test_a_reversal_recorded_one_day_later_leaves_the_label_as_it_was():
    reversal = payment(date(2026, 5, 8), -10_000, "R", reverses="P")
    assert paid(payment(LAST), reversal, chosen=label_settings(settle=5)) == [1.0]


def test_pending_money_does_not_count():
    assert paid(payment(LAST, status="pending")) == [0.0]


@pytest.mark.parametrize("source", ["garnishment", "insurer", "refund", "sale"])
def test_money_that_nobody_decided_to_pay_does_not_count(source):
    assert paid(payment(LAST, source=source)) == [0.0]


def test_voluntary_money_counts():
    assert paid(payment(LAST, source="voluntary")) == [1.0]


def test_exactly_the_threshold_is_enough():
    assert paid(payment(LAST, 2_500), threshold="balance:0.25") == [1.0]


def test_one_cent_less_is_not():
    assert paid(payment(LAST, 2_499), threshold="balance:0.25") == [0.0]


def test_several_payments_add_up():
    assert paid(payment(date(2026, 4, 2), 1_500), payment(LAST, 1_000, "Q"), threshold="balance:0.25") == [1.0]


def test_money_is_capped_at_what_is_past_due():
    assert labelled(payment(LAST, 30_000)).collected_minor.tolist() == [10_000.0]


def test_after_charge_off_there_is_no_cap():
    gone = [account(charged_off_on=date(2026, 3, 1))]
    found = labelled(payment(date(2026, 5, 1), 30_000), accounts=gone)
    assert (found.rule.tolist(), found.collected_minor.tolist()) == (["charged_off"], [30_000.0])


def test_nobody_is_asked_for_more_than_is_past_due():
    dues = [due(1_000), due(99_000, due_id="V", due_on=date(2026, 6, 1))]
    assert labelled(dues=dues, threshold="balance:0.5").needs_minor.tolist() == [1_000]


def test_who_owes_nothing_has_no_label():
    settled = payment(date(2026, 2, 1))
    found = labelled(settled)
    assert (found.needs_minor.tolist(), np.isnan(found.paid).tolist()) == ([0], [True])


@pytest.mark.parametrize(
    ("own", "rule", "horizon", "needs"),
    [
        ({}, "pre_charge_off", 30, 10_000),
        ({"debt_class": "medical"}, "medical", 90, 2_500),
        ({"debt_class": "commercial"}, "invoice", 30, 9_500),
        ({"debt_class": "commercial_natural_person"}, "invoice", 30, 9_500),
        ({"charged_off_on": AS_OF}, "charged_off", 60, 2_500),
    ],
)
def test_the_rule_follows_the_kind_of_debt(own, rule, horizon, needs):
    found = labelled(accounts=[account(**own)])
    assert (found.rule[0], found.horizon_days[0], found.needs_minor[0]) == (rule, horizon, needs)


def test_a_client_may_have_rules_of_its_own():
    own = {"c1": {"label": {"pre_charge_off": {"threshold": "any", "horizon_days": 10}}}}
    chosen = label_settings().model_copy(update={"clients": own})
    found = labelled(accounts=[account(client="c1")], chosen=chosen)
    assert (found.horizon_days.tolist(), found.needs_minor.tolist()) == ([10], [1])


def test_horizon_and_threshold_asked_for_stand_in_place_of_the_rules():
    found = labelled(horizon_days=7, threshold="any")
    assert (found.horizon_days.tolist(), found.needs_minor.tolist()) == ([7], [1])


def dispute(**own):
    base = {"dispute_id": "X", "account_id": "A", "opened_on": date(2026, 3, 1), "form": "written"}
    return {"disputes": [base | own]}


def test_a_disputed_part_is_not_asked_for():
    found = labelled(accounts=[account(debt_class="commercial")], extra=dispute(amount_minor=4_000))
    assert found.needs_minor.tolist() == [5_700]  # 95 % of the 60.00 that nobody disputes


def test_an_account_disputed_in_full_has_no_label():
    found = labelled(payment(LAST), accounts=[account(debt_class="commercial")], extra=dispute())
    assert np.isnan(found.paid).tolist() == [True]


def test_a_dispute_resolved_by_then_lowers_nothing():
    over = dispute(amount_minor=4_000, resolved_on=AS_OF)
    assert labelled(accounts=[account(debt_class="commercial")], extra=over).needs_minor.tolist() == [9_500]


def test_money_that_names_only_the_debtor_counts_for_an_only_account():
    loose = payment(LAST, account_id=None, debtor_id="D")
    assert paid(loose) == [1.0]


def test_money_that_names_only_a_debtor_of_two_accounts_counts_for_neither():
    loose = payment(LAST, account_id=None, debtor_id="D")
    two = [account(), account("B")]
    assert paid(loose, accounts=two, dues=[due(), due(due_id="V", account_id="B")]) == [0.0, 0.0]


def test_accounts_with_different_horizons_are_each_judged_by_their_own():
    accounts = [account(), account("B", "E", debt_class="medical")]
    dues = [due(), due(due_id="V", account_id="B")]
    late = [payment(date(2026, 5, 15)), payment(date(2026, 5, 15), payment_id="Q", account_id="B")]
    assert paid(*late, accounts=accounts, dues=dues) == [0.0, 1.0]
