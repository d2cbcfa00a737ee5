"""What was owed, due and paid: statements, dues, payments and changes of terms."""

from __future__ import annotations

from arrears.tables.contract import Column, Table, optional

STATEMENTS = Table(
    "statements",
    "What the system of record said of an account at a cycle's end.",
    key=("account_id", "cycle_end"),
    columns=(
        Column("account_id", "text", "The account.", refers_to="accounts"),
        Column("cycle_end", "date", "The last day of the billing cycle."),
        optional("balance", "money", "All owed at the cycle's end."),
        optional("past_due", "money", "Due and unpaid at the cycle's end."),
        optional("days_past_due", "integer", "Whole days since the oldest unpaid due date."),
        optional("cycles_past_due", "integer", "Billing cycles missed."),
        optional("minimum_due", "money", "What the cycle asks for."),
        optional("due_on", "date", "The day by which it asks."),
    ),
    happened_from=("cycle_end",),
    one_of=(("balance", "past_due", "days_past_due", "cycles_past_due"),),
)

DUES = Table(
    "dues",
    "Single amounts that fell or will fall due.",
    key=("due_id",),
    columns=(
        Column("due_id", "text", "The due."),
        Column("account_id", "text", "The account.", refers_to="accounts"),
        Column("due_on", "date", "The day by which it is to be paid."),
        Column("amount", "money", "What is due; below zero a credit, applied at once."),
        Column(
            "kind",
            "text",
            "What it is for.",
            choices=("invoice", "instalment", "fee", "interest", "penalty", "adjustment"),
        ),
        optional("issued_on", "date", "The day it was billed."),
    ),
    happened_from=("issued_on", "due_on"),
)

PAYMENTS = Table(
    "payments",
    "Money received, and what was taken back.",
    key=("payment_id", "line"),
    columns=(
        Column("payment_id", "text", "The payment."),
        Column("line", "integer", "Its line, where one payment serves several accounts or dues."),
        optional("account_id", "text", "The account it was applied to.", refers_to="accounts"),
        optional("debtor_id", "text", "Who paid, where it is not applied.", refers_to="debtors"),
        optional("due_id", "text", "The due it names.", refers_to="dues"),
        Column("paid_on", "date", "The day the money came."),
        Column("amount", "money", "What was paid; zero or less only in a reversal."),
        optional("status", "text", "Whether it stands.", choices=("posted", "pending", "returned")),
        optional(
            "source",
            "text",
            "Where the money came from.",
            choices=("voluntary", "garnishment", "insurer", "refund", "sale"),
        ),
        optional("method", "text", "How it was paid."),
        optional("reverses", "text", "The payment this row takes back.", refers_to="payments"),
    ),
    happened_from=("paid_on",),
    one_of=(("account_id", "debtor_id"),),
)

CHANGES = Table(
    "changes",
    "Changes of terms that make an account younger without cash.",
    key=("change_id",),
    columns=(
        Column("change_id", "text", "The change."),
        Column("account_id", "text", "The account.", refers_to="accounts"),
        Column(
            "kind",
            "text",
            "What was changed.",
            choices=("re_age", "extension", "deferment", "modification", "settlement"),
        ),
        Column("on", "date", "The day it took effect."),
        optional("until", "date", "The last day it holds."),
        optional("amount", "money", "The amount agreed, as in a settlement."),
    ),
    happened_from=("on",),
)
