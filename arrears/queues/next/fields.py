"""What a collector is asked after a contact: each question once, with the words in which the desk asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from arrears.tables import TABLES

Kind = Literal["choice", "flag", "date", "moment", "money", "count", "text", "accounts"]


@dataclass(frozen=True)
class Field:
    """One question of the desk.

    Attributes
    ----------
    name : the field of `Outcome` that holds the answer.
    label : the question, in a few words.
    kind : what the answer is; `money` is typed in major units and kept in minor ones, `accounts` is some of the work
        group's accounts.
    choices : the answers there are, each with its words; empty where any will do.
    help : what the collector should know when answering.
    required : whether the outcome cannot be recorded without it.
    unless : a flag that takes its place: where that is true, nothing is asked here.
    """

    name: str
    label: str
    kind: Kind
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    unless: str = ""


_PARTIES = {
    "primary": "The debtor",
    "joint": "Joint debtor",
    "cosigner": "Cosigner",
    "guarantor": "Guarantor",
    "authorised_user": "Authorised user",
    "patient": "Patient",
    "insurer": "Insurer",
    "estate": "For the estate",
    "attorney": "Attorney",
    "ap_contact": "Accounts payable",
}
_FORMS = {"oral": "Said", "written": "In writing", "electronic": "Electronically"}
_CHANNELS = {
    "call": "Calls",
    "sms": "Text messages",
    "email": "E-mail",
    "letter": "Letters",
    "visit": "Visits",
    "portal": "Portal messages",
}


def _choices(table: str, column: str, words: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The closed list of a source table, each value with the desk's words for it."""
    return tuple((value, words[value]) for value in TABLES[table].column(column).choices)


FIELDS = {
    field.name: field
    for field in (
        Field(
            "verified_party",
            "Who was verified",
            "choice",
            "Ask for what proves who speaks before the debt is named.",
            _choices("contacts", "verified_party", _PARTIES),
        ),
        Field("debts_discussed", "Accounts talked about", "accounts", "Limits on calls count account by account."),
        Field("conversation", "Did you talk", "flag", "Yes if anything was said in both directions."),
        Field(
            "consent_to_call",
            "May we call again within a week",
            "flag",
            "Yes only if the debtor agreed in this talk: without it no call is made for 7 days.",
        ),
        Field("amount_minor", "Amount", "money", "What is promised, disputed or said to be paid.", unless="whole"),
        Field("due_on", "By when", "date", "The day by which the money is to be here; of a plan, the first."),
        Field(
            "method",
            "How will it be paid",
            "choice",
            "Scheduled if a payment is set up already.",
            _choices("promises", "method", {"scheduled": "Scheduled", "verbal": "Only said"}),
        ),
        Field("instalment_count", "How many instalments", "count", "All of them, the first included."),
        Field(
            "every",
            "How often",
            "choice",
            "Months keep the day of the first; a shorter month ends on its last day.",
            (("week", "Every week"), ("two_weeks", "Every two weeks"), ("month", "Every month")),
        ),
        Field(
            "replaces",
            "In place of what was promised before",
            "flag",
            "Yes calls off every promise that is still open.",
        ),
        Field("callback_at", "When", "moment", "In the debtor's own time."),
        Field(
            "form", "How was it told", "choice", "A letter or message weighs more.", _choices("holds", "form", _FORMS)
        ),
        Field("whole", "All of it", "flag", "No if only a part is disputed."),
        Field("submitted_on", "Sent on", "date", "The day on the letter or its postmark."),
        Field("contact_name", "Name", "text", "Who speaks for the debtor.", unless="not_given"),
        Field("contact_details", "How to reach them", "text", "Telephone, e-mail or address.", unless="not_given"),
        Field("not_given", "Name or details not given", "flag", "They are asked for in writing."),
        Field(
            "chapter",
            "Chapter",
            "choice",
            "As the debtor says it.",
            (("7", "7"), ("11", "11"), ("12", "12"), ("13", "13"), ("not_known", "Not known")),
        ),
        Field(
            "told_by",
            "Who told it",
            "choice",
            "Ask no relative for more than this.",
            (
                ("family", "Family"),
                ("estate", "The estate"),
                ("public_record", "Public record"),
                ("other", "Somebody else"),
                ("not_known", "Not known"),
            ),
        ),
        Field("happened_on", "On which day", "date", "Leave empty if it is not known."),
        Field("language", "Which language", "text", "Its two letters, as es or zh."),
        Field(
            "opt_out_of",
            "Not by",
            "choice",
            "Without an answer, the channel of this contact.",
            _choices("contacts", "channel", _CHANNELS),
        ),
        Field("shared_line", "Do others use this number", "flag", "Yes stops texts and messages that name a debt."),
        Field("reason", "About what", "text", "A word or a code, no story."),
    )
}
"""Every question by its name."""
