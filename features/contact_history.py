"""How the debtor has been contacted, what came of it, and which notices the account has had.

Days are whole spans of 24 hours before the end of the day we stand on. What a debtor disputed, forbade or complained
about is a gate of policy and never read here: only that a contact was made, how, and whether the right party spoke.
"""

from __future__ import annotations

import ibis
from ibis import ir

from features.columns import DEBTOR_KEY, NO, YES, beside, days_between
from features.facts import Facts
from features.feature import Expression, Feature, Group
from features.liable import right_parties

GROUP: Group = "contact_history"
CONCEPT = "contact"
_TRIED = ("contacts.at", "contacts.channel", "contacts.direction")
_SPOKE = ("contacts.at", "contacts.channel", "contacts.verified_party")
SECONDS_PER_DAY = 86_400
WEEK, MONTH, QUARTER, YEAR = 7, 30, 90, 365


def contact_rows(facts: Facts) -> ir.Table:
    """Every known contact of each debtor: `days_ago`, `is_attempt`, `is_right_party`, `is_answered`."""
    columns = (
        "account_id",
        "contact_id",
        "at",
        "channel",
        "direction",
        "connect",
        "verified_party",
        "conversation",
        "cutoff",
    )
    rows = facts.on_accounts("contacts").select(*DEBTOR_KEY, *columns)
    if facts.has("contacts", "debtor_id"):
        loose = facts.on_debtors("contacts").mutate(account_id=ibis.null("string"))
        rows = ibis.union(rows, loose.select(*DEBTOR_KEY, *columns))
    rows = rows.filter(rows.at <= rows.cutoff)
    seconds = rows.cutoff.epoch_seconds() - rows.at.epoch_seconds()
    rows = rows.mutate(
        days_ago=(seconds // SECONDS_PER_DAY).cast("int64"),
        is_attempt=rows.direction == "out",
        is_call=rows.channel == "call",
        is_answered=(rows.connect == "answered").fill_null(NO),
    )
    spoken = rows.filter(rows.channel.isin(("call", "visit")), rows.conversation.fill_null(YES))
    right = right_parties(facts, spoken.filter(spoken.verified_party.notnull()))
    rows = beside(rows, right.mutate(is_right_party=YES), (*DEBTOR_KEY, "contact_id"))
    return rows.mutate(is_right_party=rows.is_right_party.fill_null(NO))


def notice_rows(facts: Facts) -> ir.Table:
    """Every known notice of each account, with `days_ago`."""
    rows = facts.on_accounts("notices")
    rows = rows.filter(rows.sent_on <= rows.as_of)
    return rows.mutate(days_ago=days_between(rows.sent_on, rows.as_of))


def _count(name: str, sentence: str, days: int, which: Expression, reads: tuple[str, ...] = _TRIED) -> Feature:
    return Feature(
        f"{name}_{days}d",
        GROUP,
        CONCEPT,
        f"{sentence} in the last {days} days.",
        "count",
        "contacts",
        lambda rows: rows.count(where=which(rows) & (rows.days_ago < days)),
        reads,
        window_days=days,
        none_is_zero=True,
    )


def _days_since(name: str, sentence: str, which: Expression, reads: tuple[str, ...], never: str) -> Feature:
    return Feature(
        f"days_since_last_{name}",
        GROUP,
        CONCEPT,
        f"Days since the last {sentence}.",
        "days",
        "contacts",
        lambda rows: rows.days_ago.min(where=which(rows)),
        reads,
        null_means=never,
    )


def _tried(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_attempt


def _rpc(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_right_party


CONTACT_FEATURES: tuple[Feature, ...] = (
    *(_count("contact_attempt_count", "Contact attempts", days, _tried) for days in (WEEK, MONTH, QUARTER)),
    *(_count("rpc_count", "Right-party contacts", days, _rpc, _SPOKE) for days in (MONTH, QUARTER)),
    _count("letter_count", "Letters sent", YEAR, lambda rows: rows.is_attempt & (rows.channel == "letter")),
    _count("inbound_count", "Contacts the debtor made", QUARTER, lambda rows: rows.direction == "in"),
    _days_since("rpc", "right-party contact", _rpc, _SPOKE, "The right party has never been spoken with."),
    _days_since("contact_attempt", "contact attempt", _tried, _TRIED, "No contact has been tried."),
    Feature(
        "call_answered_share_90d",
        GROUP,
        CONCEPT,
        "Share of answered ones among the calls of the last 90 days.",
        "share",
        "contacts",
        lambda rows: rows.is_answered.cast("float64").mean(
            where=rows.is_attempt & rows.is_call & (rows.days_ago < QUARTER)
        ),
        (*_TRIED, "contacts.connect"),
        window_days=QUARTER,
        null_means="No call was made in that time.",
    ),
    Feature(
        "notice_count_365d",
        GROUP,
        "notices",
        "Notices sent for the account in the last 365 days.",
        "count",
        "notices",
        lambda rows: rows.count(where=rows.days_ago < YEAR),
        ("notices.sent_on",),
        window_days=YEAR,
        none_is_zero=True,
    ),
    Feature(
        "notice_level_max",
        GROUP,
        "notices",
        "Highest dunning level of any notice sent for the account.",
        "level",
        "notices",
        lambda rows: rows.level.max(),
        ("notices.sent_on", "notices.level"),
        null_means="No notice with a level was sent.",
    ),
    Feature(
        "days_since_last_notice",
        GROUP,
        "notices",
        "Days since the last notice for the account.",
        "days",
        "notices",
        lambda rows: rows.days_ago.min(),
        ("notices.sent_on",),
        null_means="No notice was sent.",
    ),
)
