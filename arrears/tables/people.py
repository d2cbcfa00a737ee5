"""Who owes what: debtors, accounts, the parties of an account, and what must never reach a model."""

from __future__ import annotations

from arrears.tables.contract import Column, Table, optional

PARTY_ROLES = (
    "primary",
    "joint",
    "cosigner",
    "guarantor",
    "authorised_user",
    "patient",
    "insurer",
    "estate",
    "attorney",
    "ap_contact",
)

DEBTORS = Table(
    "debtors",
    "Persons and businesses that owe.",
    key=("debtor_id",),
    columns=(
        Column("debtor_id", "text", "The debtor."),
        Column("kind", "text", "A person or a business.", choices=("person", "business")),
        optional("household_id", "text", "Debtors who live together share it."),
        optional("parent_id", "text", "The business that owns this one.", refers_to="debtors"),
        optional("region", "text", "State, province or county."),
        optional("country", "text", "ISO 3166 code."),
        optional("postal_code", "text", "Where post goes."),
        optional("city", "text", "Where post goes."),
        optional("language", "text", "The language to speak, ISO 639."),
        optional("stated_time_zone", "text", "The IANA zone the debtor named; it alone counts where given."),
    ),
    happened_else="debtor",
)

ACCOUNTS = Table(
    "accounts",
    "One debt each: what is collected, for whom, in which currency.",
    key=("account_id",),
    columns=(
        Column("account_id", "text", "The account."),
        Column("debtor_id", "text", "The primary debtor.", refers_to="debtors"),
        Column("opened_on", "date", "The day from which the account existed."),
        Column("currency", "text", "ISO 4217 code of all its money."),
        Column(
            "role",
            "text",
            "For whom we collect: ourselves, a creditor, or a debt we bought.",
            choices=("first_party", "third_party", "debt_buyer", "servicer_pre_default"),
        ),
        optional("client", "text", "The creditor."),
        optional("product", "text", "What was sold: card, loan, invoice."),
        optional(
            "debt_class",
            "text",
            "Which law looks at it.",
            choices=("consumer", "medical", "commercial", "commercial_natural_person"),
        ),
        optional("credit_limit", "money", "What may be drawn."),
        optional("territory", "text", "The sales or collection territory."),
        optional("owner", "text", "The collector or desk that owns the account."),
        optional("secured", "flag", "A pledge stands behind it."),
        optional("autopay", "flag", "Payments are drawn by themselves."),
        optional("terms", "text", "Terms of payment, such as net 30."),
        optional(
            "first_delinquent_on", "date", "First day of the delinquency that was never cured.", settles_later=True
        ),
        optional("limitation_on", "date", "After this day suit is barred."),
        optional("charged_off_on", "date", "The day of charge-off.", settles_later=True),
        optional("charged_off_balance", "money", "What was owed at charge-off."),
        optional("placed_on", "date", "The day it was placed for collection.", settles_later=True),
        optional("tier", "text", "Which placement this is.", choices=("first", "second", "third")),
        optional("first_bill_on", "date", "The day of the first bill after care."),
        optional(
            "status",
            "text",
            "Whether it can still be collected.",
            choices=("open", "paid", "settled", "recalled", "sold", "closed"),
        ),
        optional("closed_on", "date", "The day it left.", settles_later=True),
    ),
    happened_from=("opened_on",),
)

PARTIES = Table(
    "parties",
    "Who has which part in an account; without it the primary debtor alone, liable.",
    key=("account_id", "debtor_id"),
    columns=(
        Column("account_id", "text", "The account.", refers_to="accounts"),
        Column("debtor_id", "text", "The person or business.", refers_to="debtors"),
        Column("role", "text", "The part.", choices=PARTY_ROLES),
        Column("liable", "flag", "True where this party owes the account."),
        optional("starts_on", "date", "First day of the part."),
        optional("ends_on", "date", "Last day of the part."),
    ),
    happened_from=("starts_on",),
    happened_else="account",
)

PROTECTED = Table(
    "protected",
    "Attributes that the reading of fairness alone may look at, and no model.",
    key=("debtor_id", "attribute"),
    columns=(
        Column("debtor_id", "text", "The debtor.", refers_to="debtors"),
        Column("attribute", "text", "What is protected: sex, age, marriage."),
        Column("group", "text", "The debtor's group."),
    ),
    happened_else="debtor",
)
