"""Every feature there is, in the order in which a model sees them."""

from __future__ import annotations

from features.account import ACCOUNT_FEATURES
from features.contact_history import CONTACT_FEATURES
from features.debtor import DEBTOR_FEATURES
from features.delinquency_history import DELINQUENCY_FEATURES
from features.feature import Feature
from features.payment_history import PAYMENT_FEATURES
from features.promise_history import PROMISE_FEATURES

CATALOG: tuple[Feature, ...] = (
    *DELINQUENCY_FEATURES,
    *ACCOUNT_FEATURES,
    *PAYMENT_FEATURES,
    *CONTACT_FEATURES,
    *PROMISE_FEATURES,
    *DEBTOR_FEATURES,
)
"""The account's own facts stand before the debtor's, so that of two equal columns a model uses the plainer one."""


def feature(name: str) -> Feature:
    """The feature of that name.

    Raises
    ------
    KeyError : the catalog has no such feature.
    """
    return {known.name: known for known in CATALOG}[name]
