"""What may be done: holds, preferences, contact points, consents, notices and licences."""

from __future__ import annotations

from arrears.tables.contact import CHANNELS, FORMS
from arrears.tables.contract import Column, Table, optional

HOLDS = Table(
    "holds",
    "Reasons not to collect, or not to contact, for a while or for good.",
    key=("hold_id",),
    columns=(
        Column("hold_id", "text", "The hold."),
        optional("account_id", "text", "The account held.", refers_to="accounts"),
        optional("debtor_id", "text", "The debtor held.", refers_to="debtors"),
        Column(
            "kind",
            "text",
            "Why.",
            choices=(
                "cease",
                "attorney",
                "bankruptcy",
                "discharged",
                "deceased",
                "servicemember",
                "hardship",
                "vulnerable",
                "complaint",
                "litigation",
                "identity_theft",
                "aid_pending",
                "recall",
                "counsellor",
                "disaster",
                "other",
            ),
        ),
        Column("starts_on", "date", "First day."),
        optional("ends_on", "date", "Last day; absent: until lifted."),
        optional("form", "text", "How it was told.", choices=FORMS),
        optional("received_at", "moment", "When it reached us."),
        optional("contact_name", "text", "Who speaks for the debtor."),
        optional("contact_details", "text", "How to reach them."),
        optional("chapter", "text", "The bankruptcy's chapter."),
    ),
    happened_from=("starts_on",),
    one_of=(("account_id", "debtor_id"),),
)

PREFERENCES = Table(
    "preferences",
    "When, where and how a debtor wants or does not want to be reached.",
    key=("preference_id",),
    columns=(
        Column("preference_id", "text", "The preference."),
        Column("debtor_id", "text", "The debtor.", refers_to="debtors"),
        Column("kind", "text", "What it is about.", choices=("time", "place", "channel", "point")),
        Column("rule", "text", "The time, place, channel or point meant."),
        Column("allow", "flag", "True allows, false forbids."),
        Column("starts_on", "date", "First day."),
        optional("ends_on", "date", "Last day."),
    ),
    happened_from=("starts_on",),
)

POINTS = Table(
    "points",
    "Numbers and addresses at which a debtor may be reached.",
    key=("point_id",),
    columns=(
        Column("point_id", "text", "The point."),
        Column("debtor_id", "text", "Whose it is.", refers_to="debtors"),
        Column("kind", "text", "What it is.", choices=("phone", "email", "postal")),
        Column("value", "text", "The number or address itself."),
        optional("line_type", "text", "The kind of line.", choices=("mobile", "landline", "unknown")),
        optional("is_work", "flag", "True at the debtor's work."),
        optional("shared", "flag", "True where others answer too."),
        optional("source", "text", "Who gave it.", choices=("consumer", "creditor", "skip_trace")),
        optional("status", "text", "Whether it works.", choices=("good", "bad", "unverified")),
        optional("checked_on", "date", "The day of the reassigned-number check.", settles_later=True),
        optional("reassigned", "flag", "True where the number now belongs to someone else."),
    ),
    happened_else="debtor",
)

CONSENTS = Table(
    "consents",
    "What a debtor agreed to, and took back.",
    key=("consent_id",),
    columns=(
        Column("consent_id", "text", "The consent."),
        Column("debtor_id", "text", "Who agreed.", refers_to="debtors"),
        optional("point_id", "text", "For which number or address.", refers_to="points"),
        Column(
            "kind",
            "text",
            "To what.",
            choices=("call_window", "call_auto", "prerecorded", "sms", "email", "work", "third_party"),
        ),
        Column("given_on", "date", "The day it was given."),
        optional("revoked_on", "date", "The day it was taken back.", settles_later=True),
        optional("scope", "text", "How far it goes."),
    ),
    happened_from=("given_on",),
)

NOTICES = Table(
    "notices",
    "Letters that law or house rules ask for.",
    key=("notice_id",),
    columns=(
        Column("notice_id", "text", "The notice."),
        Column("account_id", "text", "The account.", refers_to="accounts"),
        Column(
            "kind",
            "text",
            "Which notice.",
            choices=("first_bill", "validation", "pre_collection", "extraordinary_action", "charge_off"),
        ),
        Column("channel", "text", "How it was sent.", choices=CHANNELS),
        Column("sent_on", "date", "The day it was sent."),
        optional("level", "integer", "The dunning level."),
        optional("returned_on", "date", "The day it came back undelivered.", settles_later=True),
    ),
    happened_from=("sent_on",),
)

LICENCES = Table(
    "licences",
    "Where the collecting entity may collect.",
    key=("place", "kind"),
    columns=(
        Column("place", "text", "The state or country."),
        Column("kind", "text", "The kind of licence."),
        Column("starts_on", "date", "First day."),
        optional("ends_on", "date", "Last day."),
        Column("status", "text", "Whether it stands."),
    ),
    happened_from=("starts_on",),
)
