"""Every table that Arrears keeps in PostgreSQL, and the promises the database itself holds us to.

Migrations bring a database here step by step; a test compares the two. Money is int64 in minor units, every moment has
a zone, and what may only ever grow refuses UPDATE, DELETE and TRUNCATE.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "uq": "%(table_name)s_%(column_0_name)s_key",
    }
)

LANES = ("pay",)
"""What a work item is for. Later lanes are added here and in a migration."""

OPEN_STATES = ("ready", "claimed")
"""States in which a person counts as served: at most one open item per person and work group."""

ITEM_STATES = {
    "ready": "waits in its queue; a claim or the next night moves it on",
    "claimed": "one collector holds it; the outcome, a release or the end of the lease moves it on",
    "worked": "its outcome is stored: final",
    "released": "given back with a reason: final, the person comes back with a later item",
    "expired": "its lease or its day ended: final",
    "withdrawn": "a later night or an event took it away: final",
}
"""Every state of a work item, and who moves it on."""

ROLES = ("manager", "collector", "strategist", "scientist", "auditor")

ALIAS_STATES = {
    "intended": "written before the alias moves",
    "moved": "the registry has it: follows an intention",
    "abandoned": "the alias never moved: follows an intention",
}
"""An alias move is written twice, never changed: first the intention, then what became of it."""


def _one_of(column: str, values: tuple[str, ...] | dict[str, str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _moment(name: str, *, nullable: bool = False, comment: str | None = None) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, comment=comment)


nights = Table(
    "nights",
    metadata,
    Column("night_id", BigInteger, Identity(), primary_key=True),
    Column("as_of", Date, nullable=False),
    _moment("cutoff"),
    _moment("ran_at"),
    Column("seconds", Double, nullable=False),
    Column(
        "state",
        Text,
        nullable=False,
        comment="served until a later run supersedes it; one of an older day only where asked",
    ),
    Column("superseded_by", BigInteger, ForeignKey("nights.night_id")),
    Column("code_version", Text, nullable=False),
    Column("lake_fingerprint", Text, nullable=False),
    Column("lake_manifest", JSONB, nullable=False, comment="what the lake named when the night read it"),
    Column("settings", JSONB, nullable=False),
    Column("scored_by", Text, nullable=False),
    Column("degraded_because", Text, comment="why rules scored instead of models; null on a good night"),
    Column("propensity_model", Text, nullable=False),
    Column("propensity_version", Text, nullable=False),
    Column("roll_rate_model", Text, nullable=False),
    Column("roll_rate_version", Text, nullable=False),
    Column("strategy_name", Text, nullable=False),
    Column("strategy_version", Text, nullable=False),
    Column("strategy", JSONB, nullable=False, comment="the whole strategy as it stood"),
    Column("loss_factors", JSONB, nullable=False, comment="share lost, by bucket"),
    Column("feature_names", ARRAY(Text), nullable=False),
    Column("feature_fingerprint", Text, nullable=False),
    Column("features_absent", JSONB, nullable=False),
    Column("past_due", Integer, nullable=False, comment="accounts judged"),
    Column("held", Integer, nullable=False, comment="of those, held for at least one reason"),
    Column("served", Integer, nullable=False, comment="work items served"),
    Column("held_by_reason", JSONB, nullable=False),
    Column("list_digest", Text, nullable=False, comment="of everything served and held, in order"),
    Column("served_on", Date, nullable=False, comment="the day it judged, when its items are worked"),
    Column("limits_on", Date, nullable=False, comment="the day whose limits of conduct were in force"),
    _one_of("state", ("served", "superseded")),
    _one_of("scored_by", ("models", "rules")),
)
"""One row a run of the nightly pipeline, with all that a replay needs."""

Index("nights_as_of", nights.c.as_of)

_POSITION = (
    ("bucket", Text, False),
    ("days_past_due", Integer, True),
    ("past_due_minor", BigInteger, True),
    ("balance_minor", BigInteger, True),
    ("stop_roll_minor", BigInteger, True),
    ("rolls_on", Date, True),
)

night_accounts = Table(
    "night_accounts",
    metadata,
    Column("night_id", BigInteger, ForeignKey("nights.night_id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("debtor_id", Text, nullable=False),
    Column("client", Text, nullable=False, comment="empty where the book has one client"),
    Column("currency", Text, nullable=False),
    *(Column(name, kind, nullable=nullable) for name, kind, nullable in _POSITION),
    Column("charged_off", Boolean, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("held_because", JSONB, nullable=False, comment="every reason with its end, its clause and its place"),
    _moment("held_until", nullable=True, comment="null where only a new fact can end the hold"),
    Column("features", ARRAY(Double), nullable=False, comment="in the order of nights.feature_names"),
    Column("scored_by", Text, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("p_roll", Double, comment="null where no further bucket exists"),
    Column("reasons", JSONB, nullable=False, comment="per model: base, margin, contributions, at most four reasons"),
    Column("terms", JSONB, nullable=False, comment="the strategy's terms with values, units and sentences"),
    Column("value_minor", Double, nullable=False),
    Column("expected_minutes", Double, nullable=False),
    Column("priority", Double, nullable=False),
    _one_of("verdict", ("allowed", "held")),
    _one_of("scored_by", ("models", "rules")),
)
"""One row per past-due account that a night judged, served or held."""

Index("night_accounts_debtor", night_accounts.c.night_id, night_accounts.c.debtor_id)

work_items = Table(
    "work_items",
    metadata,
    Column("work_item_id", BigInteger, Identity(), primary_key=True),
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), nullable=False),
    Column("debtor_id", Text, nullable=False),
    Column("work_group", Text, nullable=False, comment="the client whose accounts one call may discuss"),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="ready"),
    _moment("state_since"),
    Column("state_because", Text, comment="why it left its queue; null while it is open"),
    Column("rank", Integer, nullable=False),
    Column("priority", Double, nullable=False),
    Column("value_minor", Double, nullable=False),
    Column("expected_minutes", Double, nullable=False),
    Column("accounts", ARRAY(Text), nullable=False, comment="past-due accounts of the group, most valuable first"),
    Column("lead_account_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    *(Column(name, kind, nullable=nullable) for name, kind, nullable in _POSITION),
    Column("propensity", Double, nullable=False),
    Column("p_roll", Double),
    Column("terms", JSONB, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("scored_by", Text, nullable=False),
    Column("propensity_model", Text, nullable=False),
    Column("propensity_version", Text, nullable=False),
    Column("roll_rate_model", Text, nullable=False),
    Column("roll_rate_version", Text, nullable=False),
    Column("strategy_name", Text, nullable=False),
    Column("strategy_version", Text, nullable=False),
    Column("experiment", Text, comment="null while no experiment runs"),
    Column("arm", Text),
    Column("chosen_with_probability", Double, nullable=False),
    Column("feature_fingerprint", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("ways", JSONB, nullable=False, comment="whom, by what and where, from when to when, under which conditions"),
    _moment("allowed_until", nullable=True, comment="when the last way closes; null where one has no end"),
    _one_of("lane", LANES),
    _one_of("state", ITEM_STATES),
    _one_of("scored_by", ("models", "rules")),
    CheckConstraint("verdict = 'allowed'", name="verdict"),
    CheckConstraint("chosen_with_probability > 0 AND chosen_with_probability <= 1", name="probability"),
)
"""One person and one work group to work: money is the sum over the accounts, bucket and dates those of the lead."""

_is_open = text("state IN ('ready', 'claimed')")
Index("one_open_item", work_items.c.debtor_id, work_items.c.work_group, unique=True, postgresql_where=_is_open)
Index("work_items_rank", work_items.c.night_id, work_items.c.rank, unique=True)
Index("work_items_open_rank", work_items.c.lane, work_items.c.rank, postgresql_where=_is_open)

contact_ledger = Table(
    "contact_ledger",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("debtor_id", Text, comment="null where the source names the account alone"),
    Column("account_id", Text, comment="null where it was about no account in particular"),
    Column("debts_discussed", ARRAY(Text)),
    _moment("at"),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("connect", Text),
    Column("disposition", Text, nullable=False),
    Column("conversation", Boolean),
    Column("consented", Boolean),
    Column("purpose", Text),
    Column("technology", Text),
    Column("point_id", Text),
    Column("collector_id", Text),
    Column("decision_id", Text),
    _moment("recorded_at"),
    Column("source", Text, nullable=False, comment="lake: a load brought it; desk: it was recorded here first"),
    _one_of("direction", ("out", "in")),
    _one_of("source", ("lake", "desk")),
    CheckConstraint("debtor_id IS NOT NULL OR account_id IS NOT NULL", name="whose"),
)
"""Contacts of the past weeks, as they stand: what limits of frequency count, at night and at a claim alike."""

Index("contact_ledger_debtor", contact_ledger.c.debtor_id, contact_ledger.c.at)
Index("contact_ledger_account", contact_ledger.c.account_id, contact_ledger.c.at)
Index(
    "contact_ledger_debts",
    contact_ledger.c.debts_discussed,
    postgresql_using="gin",
    postgresql_where=text("debts_discussed IS NOT NULL"),
)

call_reservations = Table(
    "call_reservations",
    metadata,
    Column("reservation_id", BigInteger, Identity(), primary_key=True),
    Column("debtor_id", Text, nullable=False),
    Column("accounts", ARRAY(Text), nullable=False, comment="what the contact would be about"),
    Column("point_id", Text, comment="null until a number is chosen"),
    Column("channel", Text, nullable=False),
    Column("claimed_by", Text, nullable=False),
    _moment("reserved_at"),
    _moment("expires_at"),
    _moment("ended_at", nullable=True),
    Column("contact_id", Text, comment="the contact that came of it; null where none did"),
    CheckConstraint("cardinality(accounts) > 0", name="accounts"),
    CheckConstraint("expires_at > reserved_at", name="expires"),
)
"""Contacts that somebody holds a claim for: each counts as made until its outcome, or the end of its lease."""

Index(
    "call_reservations_live",
    call_reservations.c.expires_at,
    postgresql_where=text("ended_at IS NULL"),
)

people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("role", Text, nullable=False),
    _moment("added_at"),
    _moment("disabled_at", nullable=True),
    _one_of("role", ROLES),
)
"""Who may sign in, and as what."""

sign_in_tokens = Table(
    "sign_in_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the token; the token itself is never kept"),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    _moment("made_at"),
    _moment("expires_at"),
    _moment("spent_at", nullable=True),
)
"""One-time links: spent by one UPDATE that finds `spent_at` null."""

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", Text, primary_key=True, comment="SHA-256 of the cookie"),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    _moment("made_at"),
    _moment("expires_at"),
    _moment("ended_at", nullable=True),
)
"""Who is signed in."""

alias_moves = Table(
    "alias_moves",
    metadata,
    Column("move_id", BigInteger, Identity(), primary_key=True),
    _moment("at"),
    Column("model", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("from_version", Text, comment="null where the alias did not exist"),
    Column("to_version", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("follows", BigInteger, ForeignKey("alias_moves.move_id"), comment="the intention that this row settles"),
    _one_of("state", ALIAS_STATES),
    CheckConstraint("(state = 'intended') = (follows IS NULL)", name="follows"),
)
"""Which version was champion or challenger when, by whom and why. Grows only."""

Index("alias_moves_settled_once", alias_moves.c.follows, unique=True, postgresql_where=text("follows IS NOT NULL"))

audit = Table(
    "audit",
    metadata,
    Column("audit_id", BigInteger, Identity(), primary_key=True),
    _moment("at"),
    Column("who", Text, nullable=False),
    Column("did", Text, nullable=False, comment="a verb and its thing: night.ran, model.promoted, queue.exported"),
    Column("subject", Text, nullable=False, comment="an id, never a debtor's data"),
    Column("detail", JSONB, nullable=False),
)
"""Who did what. Grows only."""

Index("audit_at", audit.c.at)

GROWS_ONLY = (alias_moves, audit)
"""Tables whose rows the database refuses to change or remove."""

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'table ' || TG_TABLE_NAME || ' only grows: its rows are never changed or removed';
END $$
"""


def grows_only(table: str) -> str:
    """The statement that makes a table refuse every change but INSERT.

    Examples
    --------
    >>> "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit" in grows_only("audit")
    True
    """
    return (
        f"CREATE TRIGGER {table}_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


event.listen(metadata, "before_create", DDL(REFUSE_CHANGE))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves DDL untyped
for _table in GROWS_ONLY:
    event.listen(_table, "after_create", DDL(grows_only(_table.name)))  # type: ignore[no-untyped-call]  # as above
