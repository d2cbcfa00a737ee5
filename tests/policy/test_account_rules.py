"""What an account itself says holds it, whatever the law."""

import pytest

from arrears.policy.judge import judge
from arrears.policy.limits import Limits
from tests.policy.case import facts_of


@pytest.mark.parametrize(
    ("account", "held"),
    [
        ({"balance_minor": 1}, {}),
        ({"balance_minor": 0}, {"nothing_owed": 1}),
        ({"past_due_minor": 0}, {"nothing_owed": 1}),
        ({"balance_minor": 501, "past_due_minor": 501, "small_balance_minor": 500}, {}),
        ({"balance_minor": 500, "past_due_minor": 501, "small_balance_minor": 500}, {"nothing_owed": 1}),
        ({"status": "settled"}, {"account_closed": 1}),
        ({"bucket": "LEFT"}, {"account_closed": 1}),
        ({"bucket": "CURRENT"}, {"cured": 1}),
        ({"payment_pending": True}, {"payment_pending": 1}),
    ],
)
def test_what_an_account_itself_says_holds_it(account, held):
    assert judge(facts_of("2026-06-02 10:00", accounts=[account]), Limits({})).counts() == held
