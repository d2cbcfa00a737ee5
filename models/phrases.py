"""How each feature is put into words: one phrase for what is there, one for nothing, one for what nobody knows.

`{v}` is the value as people write it. `{only}` and `{most}` become "only" and "no more than" where a value counts the
other way than such values usually do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Phrase:
    """One feature in words; sentences without their full stop.

    Parameters
    ----------
    good : which values speak for an account: `high`, `low`, or `either` where that depends on all the rest.
    some : for values that are not zero.
    null : where the value is not known or cannot be.
    zero : for zero, if that is put differently.
    below : for values under zero; `{v}` is then without its sign.
    noun : what is counted, one and many.
    null_says : which way a null counts where it means that something good or bad has never happened.
    """

    good: Literal["high", "low", "either"]
    some: str
    null: str
    zero: str | None = None
    below: str | None = None
    noun: tuple[str, str] | None = None
    null_says: Literal["good", "bad"] | None = None


DAY, MONTH, CYCLE = ("day", "days"), ("month", "months"), ("billing cycle", "billing cycles")
TIME, BILL, ACCOUNT = ("time", "times"), ("bill", "bills"), ("account", "accounts")
NO_STATUS, NO_BILL = "No month-end status is known yet", "No bill is known yet"
NEVER_PAID, NO_DUE, NO_PROMISE_OVER = (
    "Nothing has been paid yet",
    "Nothing has been charged yet",
    "No promise is over yet",
)
NONE_SETTLED = "None of the customer's invoices has been settled yet"


def _paid(days: int) -> Phrase:
    never = f"Nothing was paid in the last {days} days"
    return Phrase("high", f"Paid {{only}}{{v}} in the last {days} days", never, zero=never)


def _paid_count(days: int) -> Phrase:
    never = f"No payment came in the last {days} days"
    return Phrase(
        "high", f"Made {{only}}{{v}} in the last {days} days", never, zero=never, noun=("payment", "payments")
    )


def _of_bill(which: str) -> Phrase:
    return Phrase(
        "high",
        f"Paid {{only}}{{v}} of {which}",
        f"No bill was due to be paid for {which}",
        zero=f"Paid nothing towards {which}",
    )


def _in_days(days: int, some: str, none: str, noun: tuple[str, str], good: Literal["high", "low", "either"]) -> Phrase:
    nothing = f"{none} in the last {days} days"
    return Phrase(good, f"{some} in the last {days} days", nothing, zero=nothing, noun=noun)


def _late_share(when: str) -> Phrase:
    return Phrase(
        "low",
        f"{{v}} of the customer's invoices settled {when} were late",
        f"None of the customer's invoices was settled {when}",
        zero=f"None of the customer's invoices settled {when} was late",
    )


def _days_late(which: str) -> Phrase:
    return Phrase(
        "low",
        f"{which} {{most}}{{v}} after the due day",
        NONE_SETTLED,
        zero=f"{which} on the due day",
        below=f"{which} {{v}} before the due day",
        noun=DAY,
    )


HOW_LATE = {
    "days_past_due": Phrase(
        "low",
        "Was {most}{v} past due by the last settled status",
        NO_STATUS,
        zero="Was not past due by the last settled status",
        noun=DAY,
    ),
    "cycles_late_last": Phrase(
        "low", "Was {most}{v} late at the last settled month end", NO_STATUS,
        zero="Was up to date at the last settled month end", noun=MONTH,
    ),
    "cycles_late_previous": Phrase(
        "low", "Was {most}{v} late at the month end before the last", "Only one month-end status is known yet",
        zero="Was up to date at the month end before the last", noun=MONTH,
    ),
    "cycles_late_max_6_cycles": Phrase(
        "low", "Has been up to {v} late in the last six months", NO_STATUS,
        zero="Has been up to date throughout the last six months", noun=MONTH,
    ),
    "cycles_late_count_6_cycles": Phrase(
        "low", "Was late at {most}{v} of the last six", NO_STATUS,
        zero="Was late at none of the last six month ends", noun=("month end", "month ends"),
    ),
    "cycles_late_change_1_cycle": Phrase(
        "low", "Fell {v} further behind from one month end to the next", "Only one month-end status is known yet",
        zero="Fell no further behind from one month end to the next",
        below="Caught up {v} from one month end to the next", noun=MONTH,
    ),
    "cycles_since_late": Phrase(
        "high", "Was last late {only}{v} ago", "Was not late at any of the last six month ends",
        zero="Was late at the last settled month end", noun=MONTH, null_says="good",
    ),
}  # fmt: skip

AMOUNTS = {
    "past_due_balance_share": Phrase(
        "low", "{v} of what is owed is past due", "How much is past due is not known", zero="Nothing is past due"
    ),
    "past_due_minor": Phrase(
        "low", "{most}{v} is past due", "How much is past due is not known", zero="Nothing is past due"
    ),
    "balance_minor": Phrase("either", "Owes {v} in all", "What is owed is not known yet", zero="Owes nothing",
                            below="Has {v} to its credit"),
    "bill_last_minor": Phrase("either", "The last bill was {v}", NO_BILL, zero="The last bill was for nothing",
                              below="The last bill showed a credit of {v}"),
    "bill_previous_minor": Phrase("either", "The bill before the last was {v}", "Only one bill is known yet",
                                  zero="The bill before the last was for nothing",
                                  below="The bill before the last showed a credit of {v}"),
    "bill_mean_6_cycles_minor": Phrase("either", "Bills of the last six months came to {v} on average", NO_BILL,
                                       zero="Bills of the last six months were for nothing",
                                       below="Bills of the last six months showed a credit of {v} on average"),
    "bill_max_6_cycles_minor": Phrase("either", "The highest bill of the last six months was {v}", NO_BILL,
                                      zero="All bills of the last six months were for nothing",
                                      below="Every bill of the last six months showed a credit, of at least {v}"),
    "bill_change_1_cycle_minor": Phrase("low", "The last bill was {v} higher than the one before",
                                        "Only one bill is known yet",
                                        zero="The last bill was the same as the one before",
                                        below="The last bill was {v} lower than the one before"),
    "due_invoiced_minor": Phrase("either", "Invoices and instalments came to {v}", NO_DUE,
                                 zero="No invoice or instalment is known"),
    "due_last_minor": Phrase("either", "The newest charge was {v}", NO_DUE, zero="The newest charge was for nothing"),
    "due_to_mean_share": Phrase("either", "Owes {v} of what the customer's invoices come to on average",
                                "The customer has had no other invoice", zero="No invoice or instalment is known"),
    "credit_limit_minor": Phrase("high", "Has a credit limit of {only}{v}", "Has no credit limit",
                                 zero="Has a credit limit of zero"),
    "limit_use_share": Phrase("low", "Uses {most}{v} of the credit limit", "Has no credit limit to measure by",
                              zero="Uses none of the credit limit", below="Has a credit worth {v} of the limit"),
    "limit_use_change_1_cycle": Phrase("low", "Uses {v} more of the limit than a month before",
                                       "Use of the limit a month before is not known",
                                       zero="Uses as much of the limit as a month before",
                                       below="Uses {v} less of the limit than a month before"),
    "due_fee_minor": Phrase("low", "Fees came to {v}", NO_DUE, zero="No fee was charged"),
    "due_penalty_minor": Phrase("low", "Penalties came to {v}", NO_DUE, zero="No penalty was charged"),
    "due_interest_minor": Phrase("low", "Interest came to {v}", NO_DUE, zero="No interest was charged"),
    "due_fee_penalty_share": Phrase("low", "Fees and penalties make up {v} of all that was charged", NO_DUE,
                                    zero="No fee or penalty was charged"),
}  # fmt: skip

AGES = {
    "days_since_opened": Phrase("either", "Was opened {v} ago", "Its opening day is not known",
                               zero="Was opened today", noun=DAY),
    "days_since_placed": Phrase("either", "Was placed for collection {v} ago", "Has not been placed for collection",
                                zero="Was placed for collection today", noun=DAY),
    "days_since_last_due": Phrase("either", "The newest charge is {v} old", NO_DUE,
                                  zero="The newest charge is of today",
                                  below="The newest charge falls due in {v}", noun=DAY),
}  # fmt: skip

PAYMENTS = {
    **{f"paid_{days}d_minor": _paid(days) for days in (30, 60, 90, 180, 365)},
    **{f"paid_count_{days}d": _paid_count(days) for days in (90, 365)},
    "days_since_last_paid": Phrase("low", "Last paid {most}{v} ago", NEVER_PAID, zero="Paid today", noun=DAY,
                                   null_says="bad"),
    "paid_last_minor": Phrase("high", "The last payment was {only}{v}", NEVER_PAID, zero="The last payment was undone",
                              null_says="bad"),
    "paid_balance_share_90d": Phrase("high", "Paid off {only}{v} of the debt in the last 90 days",
                                     "Owed nothing and paid nothing in the last 90 days",
                                     zero="Paid off nothing in the last 90 days"),
    "paid_bill_share_last": _of_bill("the last bill that was due"),
    "paid_bill_share_previous": _of_bill("the bill before the last one due"),
    "paid_bill_share_before_previous": _of_bill("the third-last bill that was due"),
    "paid_full_count_6_cycles": Phrase("high", "Paid {only}{v} of the last six in full", NO_BILL,
                                       zero="Paid none of the last six bills in full", noun=BILL),
    "paid_minimum_count_6_cycles": Phrase("high", "Paid at least the minimum on {only}{v} of the last six", NO_BILL,
                                          zero="Paid the minimum on none of the last six bills", noun=BILL),
    "paid_below_minimum_count_6_cycles": Phrase("low", "Paid less than the minimum on {most}{v} of the last six",
                                                NO_BILL, noun=BILL,
                                                zero="Paid at least the minimum on every bill of the last six"),
    "paid_bill_share_mean_6_cycles": Phrase("high", "Paid {only}{v} of each bill on average over the last six months",
                                            "No bill has come due to be paid yet",
                                            zero="Paid nothing towards the bills of the last six months"),
    "returned_count_365d": Phrase("low", "{v} came back unpaid in the last 365 days",
                                  "No payment came back in the last 365 days",
                                  zero="No payment came back in the last 365 days", noun=("payment", "payments")),
}  # fmt: skip

CONTACTS = {
    **{
        f"contact_attempt_count_{days}d": _in_days(days, "Was tried {v}", "Was not tried", TIME, "either")
        for days in (7, 30, 90)
    },
    **{
        f"rpc_count_{days}d": _in_days(days, "Was spoken with {v}", "Was not spoken with", TIME, "high")
        for days in (30, 90)
    },
    "letter_count_365d": _in_days(365, "Was sent {v}", "Was sent no letter", ("letter", "letters"), "either"),
    **{
        f"inbound_count_{days}d": _in_days(days, "Got in touch {v}", "Did not get in touch", TIME, "high")
        for days in (7, 30, 90)
    },
    "portal_visit_count_30d": _in_days(30, "Looked into the portal {v}", "Did not look into the portal", TIME, "high"),
    "voicemail_count_30d": _in_days(30, "Calls ended at a voicemail {v}", "No call ended at a voicemail", TIME, "low"),
    "third_party_count_90d": _in_days(90, "Somebody else answered {v}", "Nobody else answered", TIME, "low"),
    "refused_count_90d": _in_days(90, "Refused to pay {v}", "Did not refuse to pay", TIME, "low"),
    "days_since_last_inbound": Phrase("low", "Last got in touch {most}{v} ago", "Has never got in touch",
                                      zero="Got in touch today", noun=DAY, null_says="bad"),
    "days_since_last_refused": Phrase("high", "Last refused to pay {only}{v} ago", "Has never refused to pay",
                                      zero="Refused to pay today", noun=DAY, null_says="good"),
    "rpc_share_90d": Phrase("high", "Was reached by {only}{v} of the calls of the last 90 days",
                            "Was not called in the last 90 days",
                            zero="Was reached by none of the calls of the last 90 days"),
    "days_since_last_rpc": Phrase("low", "Was last spoken with {most}{v} ago", "Has never been spoken with",
                                  zero="Was spoken with today", noun=DAY, null_says="bad"),
    "days_since_last_contact_attempt": Phrase("either", "Was last tried {v} ago", "Has never been tried",
                                              zero="Was tried today", noun=DAY),
    "call_answered_share_90d": Phrase("high", "Answered {only}{v} of the calls of the last 90 days",
                                      "Was not called in the last 90 days",
                                      zero="Answered none of the calls of the last 90 days"),
    "notice_count_365d": _in_days(365, "Was sent {v}", "Was sent no notice", ("notice", "notices"), "either"),
    "notice_level_max": Phrase("low", "The sternest notice so far was of level {v}", "No dunning notice was sent"),
    "days_since_last_notice": Phrase("either", "The last notice went out {v} ago", "No notice was sent",
                                     zero="The last notice went out today", noun=DAY),
}  # fmt: skip

PROMISES = {
    "promise_count_365d": _in_days(365, "Made {v}", "Made no promise", ("promise", "promises"), "either"),
    "promise_kept_share": Phrase("high", "Kept {only}{v} of all promises", NO_PROMISE_OVER,
                                 zero="Kept no promise so far"),
    "promise_kept_share_180d": Phrase("high", "Kept {only}{v} of the promises of the last 180 days",
                                      "No promise came to its end in the last 180 days",
                                      zero="Kept no promise of the last 180 days"),
    "promise_broken_count_180d": _in_days(180, "Broke {v}", "Broke no promise", ("promise", "promises"), "low"),
    "promise_kept_amount_share_365d": Phrase("high", "Paid {only}{v} of what was promised in the last 365 days",
                                             "No promise came to its end in the last 365 days",
                                             zero="Paid nothing of what was promised in the last 365 days"),
    "promise_open_minor": Phrase("high", "Has promised {only}{v} that is still within its time",
                                 "Has no promise open", zero="Has no promise open"),
    "days_since_last_promise": Phrase("either", "Last promised to pay {v} ago", "Has never promised to pay",
                                      zero="Promised to pay today", noun=DAY),
}  # fmt: skip

CUSTOMER = {
    "debtor_account_count": Phrase("either", "The customer has {v}", "The customer's accounts are not known",
                                   noun=ACCOUNT),
    "debtor_past_due_account_count": Phrase("low", "The customer has {most}{v} past due",
                                            "No month-end status of the customer's accounts is known yet",
                                            zero="None of the customer's accounts is past due", noun=ACCOUNT),
    "debtor_days_past_due_max": Phrase("low", "The customer's latest account is {most}{v} past due",
                                       "No month-end status of the customer's accounts is known yet",
                                       zero="None of the customer's accounts is past due", noun=DAY),
    "debtor_balance_minor": Phrase("either", "The customer owes {v} on all accounts together",
                                   "What the customer owes in all is not known",
                                   zero="The customer owes nothing on any account",
                                   below="The customer has {v} to their credit on all accounts together"),
    "debtor_days_since_last_paid": Phrase("low", "The customer last paid on any account {most}{v} ago",
                                          "The customer has never paid on any account",
                                          zero="The customer paid today", noun=DAY, null_says="bad"),
    "debtor_paid_90d_minor": Phrase("high", "The customer paid {only}{v} on all accounts in the last 90 days",
                                    "The customer paid nothing on any account in the last 90 days",
                                    zero="The customer paid nothing on any account in the last 90 days"),
    "debtor_due_count": Phrase("either", "The customer has been sent {v}", "The customer has been sent no invoice yet",
                               zero="The customer has been sent no invoice yet", noun=("invoice", "invoices")),
    "debtor_due_settled_count": Phrase("high", "The customer has settled {only}{v}", NONE_SETTLED, zero=NONE_SETTLED,
                                       noun=("invoice", "invoices")),
    "debtor_late_share": _late_share("so far"),
    "debtor_late_share_90d": _late_share("in the last 90 days"),
    "debtor_late_share_180d": _late_share("in the last 180 days"),
    "debtor_late_known_share": Phrase("low", "{v} of the customer's invoices were or are late",
                                      "None of the customer's invoices has come due yet",
                                      zero="None of the customer's invoices was or is late"),
    "debtor_late_smoothed_share": Phrase("low", "{v} of the customer's invoices settled lately were late", NONE_SETTLED,
                                         zero="None of the customer's invoices settled lately was late"),
    "debtor_days_late_mean": _days_late("Settles invoices on average"),
    "debtor_days_late_median": _days_late("Settles the invoice in the middle"),
    "debtor_days_late_max": _days_late("Settled the latest of all invoices"),
    "debtor_days_late_last": _days_late("Settled the invoices paid last"),
    "debtor_open_minor": Phrase("either", "The customer's open invoices come to {v}", NO_DUE,
                                zero="The customer has no open invoice"),
    "debtor_past_due_minor": Phrase("low", "The customer's overdue invoices come to {most}{v}", NO_DUE,
                                   zero="The customer has no overdue invoice"),
    "debtor_past_due_count": Phrase("low", "The customer has {most}{v}", NO_DUE,
                                   zero="The customer has no overdue invoice",
                                   noun=("overdue invoice", "overdue invoices")),
    "debtor_due_mean_minor": Phrase("either", "The customer's invoices come to {v} on average",
                                    "The customer has been sent no invoice yet",
                                    zero="The customer's invoices were for nothing"),
}  # fmt: skip

PHRASES: dict[str, Phrase] = {**HOW_LATE, **AMOUNTS, **AGES, **PAYMENTS, **CONTACTS, **PROMISES, **CUSTOMER}
"""Every feature's phrase, by the feature's name."""
