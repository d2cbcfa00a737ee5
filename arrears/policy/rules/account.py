"""What is true of the account itself, in every country: nothing owed, closed, cured, money on its way."""

from __future__ import annotations

from arrears.buckets import Bucket
from arrears.policy import codes
from arrears.policy.facts import Facts
from arrears.policy.rule import Found, Rule, Values, open_ended

CLOSED_STATUSES = ("paid", "settled", "recalled", "sold", "closed")


def owes_nothing(facts: Facts, values: Values) -> Found:
    """Balance or past due at or below the small-balance limit, whatever the status code says.

    An amount that nobody knows is not nothing.
    """
    del values
    accounts = facts.accounts
    limit = accounts.small_balance_minor
    return open_ended((accounts.balance_minor <= limit) | (accounts.past_due_minor <= limit))


def account_is_closed(facts: Facts, values: Values) -> Found:
    """The source closed the account, or it left the book."""
    del values
    accounts = facts.accounts
    left = codes.BUCKET.among(accounts.bucket, str(Bucket.PAID_OFF), str(Bucket.LEFT))
    return open_ended(codes.STATUS.among(accounts.status, *CLOSED_STATUSES) | left)


def is_cured(facts: Facts, values: Values) -> Found:
    """The account is back to CURRENT: there is nothing to work."""
    del values
    return open_ended(codes.BUCKET.among(facts.accounts.bucket, str(Bucket.CURRENT)))


def payment_is_pending(facts: Facts, values: Values) -> Found:
    """A payment was announced and may still post: it does not count yet, but nobody is asked to pay twice."""
    del values
    return open_ended(facts.accounts.payment_pending)


RULES = (
    Rule("HS-01", "nothing_owed", "Nothing is owed", "account", owes_nothing, always=True),
    Rule("HS-02", "account_closed", "The account is closed", "account", account_is_closed, always=True),
    Rule("HS-03", "cured", "The account is back to current", "account", is_cured, always=True),
    Rule("HS-04", "payment_pending", "A payment is on its way", "account", payment_is_pending, always=True),
)
