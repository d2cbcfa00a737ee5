"""How the debtor has been contacted, what came of it, and which notices the account has had.

Days are whole spans of 24 hours before the end of the day we stand on. What a debtor disputed, forbade or complained
about is a gate of policy and never read here: only that a contact was made, by whom, how, whether the right party
spoke, and which of a few results it had, each asked for by its own value.
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
_RESULT = (*_TRIED, "contacts.disposition")
SECONDS_PER_DAY = 86_400
WEEK, MONTH, QUARTER, YEAR = 7, 30, 90, 365


def contact_rows(facts: Facts) -> ir.Table:
    """Every known contact of each debtor: `days_ago`, who began it, how, and what came of it."""
    columns = (
        "account_id",
        "contact_id",
        "at",
        "channel",
        "direction",
        "disposition",
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
        is_inbound=rows.direction == "in",
        is_call=rows.channel == "call",
        # Value by value: a result that tells of a right used is never asked for.
        is_voicemail=rows.disposition == "voicemail",
        is_third_party=rows.disposition == "third_party",
        is_refused=rows.disposition == "refused",
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


def _share(name: str, sentence: str, which: Expression, reads: tuple[str, ...]) -> Feature:
    """Over the calls made within a quarter."""
    return Feature(
        f"{name}_{QUARTER}d",
        GROUP,
        CONCEPT,
        f"{sentence} the calls of the last {QUARTER} days.",
        "share",
        "contacts",
        lambda rows: which(rows).cast("float64").mean(where=rows.is_attempt & rows.is_call & (rows.days_ago < QUARTER)),
        reads,
        window_days=QUARTER,
        null_means="No call was made in that time.",
    )


def _tried(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_attempt


def _inbound(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_inbound


def _refused(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_refused


def _rpc(rows: ir.Table) -> ir.BooleanValue:
    return rows.is_right_party


CONTACT_FEATURES: tuple[Feature, ...] = (
    *(_count("contact_attempt_count", "Contact attempts", days, _tried) for days in (WEEK, MONTH, QUARTER)),
    *(_count("rpc_count", "Right-party contacts", days, _rpc, _SPOKE) for days in (MONTH, QUARTER)),
    _count("letter_count", "Letters sent", YEAR, lambda rows: rows.is_attempt & (rows.channel == "letter")),
    *(_count("inbound_count", "Contacts the debtor made", days, _inbound) for days in (WEEK, MONTH, QUARTER)),
    _count(
        "portal_visit_count", "Visits of the portal", MONTH, lambda rows: rows.is_inbound & (rows.channel == "portal")
    ),
    _count("voicemail_count", "Calls that ended at a voicemail", MONTH, lambda rows: rows.is_voicemail, _RESULT),
    _count(
        "third_party_count", "Calls that a third party answered", QUARTER, lambda rows: rows.is_third_party, _RESULT
    ),
    _count("refused_count", "Talks in which the debtor refused to pay", QUARTER, _refused, _RESULT),
    _days_since("rpc", "right-party contact", _rpc, _SPOKE, "The right party has never been spoken with."),
    _days_since("contact_attempt", "contact attempt", _tried, _TRIED, "No contact has been tried."),
    _days_since("inbound", "contact that the debtor made", _inbound, _TRIED, "The debtor has never got in touch."),
    _days_since("refused", "talk in which the debtor refused to pay", _refused, _RESULT, "No talk ended in a refusal."),
    _share(
        "call_answered_share",
        "Share of answered ones among",
        lambda rows: rows.is_answered,
        (*_TRIED, "contacts.connect"),
    ),
    _share("rpc_share", "Share of those that reached the right party among", _rpc, (*_SPOKE, "contacts.direction")),
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
