"""What was said and agreed: contacts, promises, disputes and claims."""

from __future__ import annotations

from arrears.tables.contract import Column, Table, optional
from arrears.tables.people import PARTY_ROLES

CHANNELS = ("call", "sms", "email", "letter", "visit", "portal")
FORMS = ("written", "electronic", "oral")
DISPOSITIONS = (
    "no_answer",
    "busy",
    "not_in_service",
    "voicemail",
    "wrong_number",
    "third_party",
    "hung_up",
    "abandoned",
    "unverified",
    "language",
    "promise",
    "plan_made",
    "paid",
    "settled",
    "refused",
    "callback",
    "dispute",
    "hardship",
    "complaint",
    "attorney",
    "bankruptcy",
    "deceased",
    "cease",
    "opted_out",
    "delivered",
    "bounced",
    "inquiry",
)

CONTACTS = Table(
    "contacts",
    "Attempts to talk, on any channel and in either direction.",
    key=("contact_id",),
    columns=(
        Column("contact_id", "text", "The contact."),
        optional("account_id", "text", "The account it was about.", refers_to="accounts"),
        optional("debtor_id", "text", "Who was contacted.", refers_to="debtors"),
        Column("at", "moment", "When it began."),
        Column("channel", "text", "How.", choices=CHANNELS),
        Column("direction", "text", "Who began it.", choices=("out", "in")),
        Column("disposition", "text", "Its coded result.", choices=DISPOSITIONS),
        optional(
            "connect",
            "text",
            "What the line said.",
            choices=("busy", "not_in_service", "no_answer", "voicemail", "answered", "dropped"),
        ),
        optional("verified_party", "text", "The part of the person whose identity was verified.", choices=PARTY_ROLES),
        optional("conversation", "flag", "True where two people talked."),
        optional("debts_discussed", "list", "Accounts talked about."),
        optional("consented", "flag", "True where the debtor agreed beforehand to this contact."),
        optional(
            "purpose",
            "text",
            "What it was for.",
            choices=("collect", "location", "service_reply", "legal_notice", "required_disclosure"),
        ),
        optional("technology", "text", "How the call was placed.", choices=("manual", "auto", "prerecorded")),
        optional("point_id", "text", "The number or address used.", refers_to="points"),
        optional("collector_id", "text", "Who made it.", refers_to="collectors"),
        optional("decision_id", "text", "The served choice it follows from."),
        optional("talk_minutes", "number", "Minutes of talk."),
        optional("wrap_minutes", "number", "Minutes of writing up."),
    ),
    happened_from=("at",),
    one_of=(("account_id", "debtor_id"),),
)

PROMISES = Table(
    "promises",
    "Commitments to pay an amount by a day.",
    key=("promise_id",),
    columns=(
        Column("promise_id", "text", "The promise."),
        optional("account_id", "text", "The account promised on.", refers_to="accounts"),
        optional("debtor_id", "text", "Who promised.", refers_to="debtors"),
        Column("made_on", "date", "The day it was made."),
        Column("due_on", "date", "The day by which it is to be kept."),
        Column("amount", "money", "What was promised."),
        optional("method", "text", "Scheduled, or only said.", choices=("scheduled", "verbal")),
        optional("arrangement_id", "text", "The plan it is an instalment of."),
        optional("cancelled_on", "date", "The day it was called off.", settles_later=True),
    ),
    happened_from=("made_on",),
    one_of=(("account_id", "debtor_id"),),
)

DISPUTES = Table(
    "disputes",
    "Debts or parts of debts that the debtor contests.",
    key=("dispute_id",),
    columns=(
        Column("dispute_id", "text", "The dispute."),
        Column("account_id", "text", "The account contested.", refers_to="accounts"),
        Column("opened_on", "date", "The day it was opened."),
        optional("submitted_on", "date", "The day the debtor sent it."),
        optional("received_at", "moment", "When it reached us."),
        Column("form", "text", "How it was made.", choices=FORMS),
        optional("amount", "money", "The part contested; absent: all."),
        optional("code", "text", "The source's reason code."),
        optional("owner", "text", "Who works on it."),
        optional("resolved_on", "date", "The day it was settled.", settles_later=True),
    ),
    happened_from=("opened_on",),
)

CLAIMS = Table(
    "claims",
    "Bills that an insurer or other payer is asked to pay.",
    key=("claim_id",),
    columns=(
        Column("claim_id", "text", "The claim."),
        Column("account_id", "text", "The account billed.", refers_to="accounts"),
        Column("payer", "text", "Who is asked."),
        Column("status", "text", "Where it stands.", choices=("filed", "pending", "denied", "appealed", "paid")),
        optional("denial_code", "text", "Why it was denied."),
        Column("filed_on", "date", "The day it was filed."),
        optional("decided_on", "date", "The day of the payer's answer.", settles_later=True),
        optional("amount", "money", "What was claimed."),
    ),
    # A claim with an answer is the answer's row: it cannot have been known when the claim was filed.
    happened_from=("decided_on", "filed_on"),
)
