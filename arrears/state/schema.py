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
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from arrears.state.closed import (
    ALIAS_STATES,
    BY_CLIENT,
    GROUPED_BY,
    ITEM_ORIGINS,
    ITEM_STATES,
    LANES,
    MOVES,
    ROLES,
    WITHOUT_CONTACT,
)
from arrears.state.columns import metadata, moment, one_of
from arrears.state.desk import decisions, work_item_events
from arrears.state.experiments import ASK_BEFORE_AN_EDIT, EXPERIMENTS_GROW_ONLY, KEEP_DESIGN, experiments
from arrears.state.shadow import SHADOW_GROWS_ONLY

nights = Table(
    "nights",
    metadata,
    Column("night_id", BigInteger, Identity(), primary_key=True),
    Column("as_of", Date, nullable=False),
    moment("cutoff"),
    moment("ran_at"),
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
    Column(
        "further_models",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="by model that was asked and is not needed: its version, or null and because of what it did not answer",
    ),
    Column(
        "grouped_by",
        Text,
        nullable=False,
        server_default=BY_CLIENT,
        comment="what made its work groups; the client alone before they were split by currency and charge-off",
    ),
    Column(
        "experiments",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="tests that ran: the design, and of each arm its strategy, debtors, items and minutes",
    ),
    one_of("state", ("served", "superseded")),
    one_of("scored_by", ("models", "rules")),
    one_of("grouped_by", GROUPED_BY),
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
    moment("held_until", nullable=True, comment="null where only a new fact can end the hold"),
    Column("features", ARRAY(Double), nullable=False, comment="in the order of nights.feature_names"),
    Column("scored_by", Text, nullable=False),
    Column("propensity", Double, nullable=False),
    Column("p_roll", Double, comment="null where no further bucket exists"),
    Column("reasons", JSONB, nullable=False, comment="per model: base, margin, contributions, at most four reasons"),
    Column("terms", JSONB, nullable=False, comment="the strategy's terms with values, units and sentences"),
    Column("value_minor", Double, nullable=False),
    Column("expected_minutes", Double, nullable=False),
    Column("priority", Double, nullable=False),
    Column(
        "arm_model",
        Text,
        comment="name/version that answered in place of the night's own, as its arm of a test asks; null: none did",
    ),
    Column("experiment", Text, comment="the test by whose arm it was worked out; null: by none"),
    Column("arm", Text),
    one_of("verdict", ("allowed", "held")),
    one_of("scored_by", ("models", "rules")),
)
"""One row per past-due account that a night judged, served or held."""

Index("night_accounts_debtor", night_accounts.c.night_id, night_accounts.c.debtor_id)

work_items = Table(
    "work_items",
    metadata,
    Column("work_item_id", BigInteger, Identity(), primary_key=True),
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), nullable=False),
    Column("debtor_id", Text, nullable=False),
    Column(
        "work_group", Text, nullable=False, comment="what one call may discuss: client, currency, side of charge-off"
    ),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="ready"),
    moment("state_since"),
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
    Column("chosen_with_probability", Double, nullable=False, comment="of being on that day's worked list"),
    Column("feature_fingerprint", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("ways", JSONB, nullable=False, comment="whom, by what and where, from when to when, under which conditions"),
    moment("allowed_until", nullable=True, comment="when the last way closes; null where one has no end"),
    Column("people", ARRAY(Text), nullable=False, comment="everybody whom its ways reach, the debtor first"),
    Column("judged_for", Date, nullable=False, comment="the day through which its ways were judged"),
    moment("judged_at", comment="up to when the facts behind its ways were known"),
    Column("language", Text, comment="that its collector must speak; null: any"),
    Column("region", Text, comment="where its collector must be licensed; null: anywhere"),
    Column("product", Text, comment="that its collector must know; null: any"),
    Column("territory", Text, comment="of the collector; null: any"),
    Column("skill", Text, comment="that its collector must have; null: none"),
    Column("zone", Text, comment="where the debtor may be, of several the first; null: the portfolio's"),
    Column("owner", Text, comment="the collector whose accounts these are; null: nobody's"),
    Column("explores", Boolean, nullable=False, server_default="false", comment="of the random slice"),
    Column("because", Text, comment="why it is in its lane, in words a collector reads; null: past due"),
    Column("assigned_to", Text, comment="the collector on whose list it stands; null: the team's"),
    Column("place", Double, nullable=False, comment="where on its list, least first"),
    Column("raised", Integer, nullable=False, server_default="0", comment="by a manager: more comes first"),
    moment("ready_at", comment="not claimed before"),
    moment("team_from", nullable=True, comment="when the team may take it from its collector's list; null: never"),
    Column("not_for", ARRAY(Text), nullable=False, server_default="{}", comment="collectors who gave it back"),
    Column("tries", Integer, nullable=False, server_default="0", comment="contacts tried on its day"),
    Column("tried_on", Date, comment="the day of those tries, where the debtor is"),
    Column("follows", BigInteger, ForeignKey("work_items.work_item_id"), comment="the item it came of"),
    Column("made_by", Text, nullable=False, server_default="night"),
    Column("client", Text, nullable=False, comment="of all its accounts; empty where the book has one client"),
    Column("kept_from", ARRAY(Text), nullable=False, server_default="{}", comment="collectors of a test's other arms"),
    one_of("lane", LANES),
    one_of("state", ITEM_STATES),
    one_of("scored_by", ("models", "rules")),
    one_of("made_by", ITEM_ORIGINS),
    CheckConstraint(f"verdict = 'allowed' OR lane IN {WITHOUT_CONTACT}", name="verdict"),
    CheckConstraint("made_by <> 'night' OR follows IS NULL", name="follows"),
    CheckConstraint("chosen_with_probability > 0 AND chosen_with_probability <= 1", name="probability"),
)
"""One person and one work group to work: money is the sum over the accounts, bucket and dates those of the lead."""

_is_open = text("state IN ('ready', 'claimed')")
_is_ready = text("state = 'ready'")
Index("one_open_item", work_items.c.debtor_id, work_items.c.work_group, unique=True, postgresql_where=_is_open)
Index("work_items_rank", work_items.c.night_id, work_items.c.rank)
Index("work_items_open_rank", work_items.c.lane, work_items.c.rank, postgresql_where=_is_open)
Index(
    "work_items_list",
    work_items.c.assigned_to,
    work_items.c.raised.desc(),
    work_items.c.place,
    work_items.c.work_item_id,
    work_items.c.ready_at,  # read off the index: who comes back later must not be visited at every claim till then
    postgresql_where=_is_ready,
)
POOL_PARTS = ("lane", "client", "language", "region", "product", "territory", "skill")
POOL = " || chr(31) || ".join(f"coalesce({part}, '')" for part in POOL_PARTS)
"""What an item of the team's asks of whoever takes it, as one text: the items of one pool are alike in it."""
Index(
    "work_items_pool",
    text(f"({POOL})"),
    work_items.c.raised.desc(),
    work_items.c.place,
    work_items.c.work_item_id,
    work_items.c.ready_at,
    postgresql_where=text("state = 'ready' AND assigned_to IS NULL"),
)
Index("work_items_team", work_items.c.team_from, postgresql_where=text("state = 'ready' AND team_from IS NOT NULL"))
Index("work_items_callbacks", work_items.c.ready_at, postgresql_where=text("state = 'ready' AND lane = 'callback'"))
Index("work_items_people", work_items.c.people, postgresql_using="gin", postgresql_where=_is_open)
Index("work_items_follows", work_items.c.follows, unique=True, postgresql_where=text("follows IS NOT NULL"))

people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("role", Text, nullable=False),
    moment("added_at"),
    moment("disabled_at", nullable=True),
    Column("collector_id", Text, comment="whose list is theirs; null: they work none"),
    one_of("role", ROLES),
)
"""Who may sign in, and as what."""

Index(
    "people_collector",
    people.c.collector_id,
    unique=True,
    postgresql_where=text("disabled_at IS NULL AND collector_id IS NOT NULL"),
)

sign_in_tokens = Table(
    "sign_in_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="SHA-256 of the token; the token itself is never kept"),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    moment("made_at"),
    moment("expires_at"),
    moment("spent_at", nullable=True),
)
"""One-time links: spent by one UPDATE that finds `spent_at` null."""

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", Text, primary_key=True, comment="SHA-256 of the cookie"),
    Column("person", Text, ForeignKey("people.person"), nullable=False),
    moment("made_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
)
"""Who is signed in."""

alias_moves = Table(
    "alias_moves",
    metadata,
    Column("move_id", BigInteger, Identity(), primary_key=True),
    moment("at"),
    Column("model", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("from_version", Text, comment="null where the alias did not exist"),
    Column("to_version", Text, comment="null where the alias was taken away"),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("follows", BigInteger, ForeignKey("alias_moves.move_id"), comment="the intention that this row settles"),
    one_of("state", ALIAS_STATES),
    CheckConstraint("(state = 'intended') = (follows IS NULL)", name="follows"),
)
"""Which version was champion, challenger or in the shadow when, by whom and why. Grows only."""

Index("alias_moves_settled_once", alias_moves.c.follows, unique=True, postgresql_where=text("follows IS NOT NULL"))

audit = Table(
    "audit",
    metadata,
    Column("audit_id", BigInteger, Identity(), primary_key=True),
    moment("at"),
    Column("who", Text, nullable=False),
    Column("did", Text, nullable=False, comment="a verb and its thing: night.ran, model.promoted, queue.exported"),
    Column("subject", Text, nullable=False, comment="an id, never a debtor's data"),
    Column("detail", JSONB, nullable=False),
)
"""Who did what. Grows only."""

Index("audit_at", audit.c.at)

GROWS_ONLY = (alias_moves, audit, decisions, work_item_events, *EXPERIMENTS_GROW_ONLY, *SHADOW_GROWS_ONLY)
"""Tables whose rows the database refuses to change or remove."""


def _moves() -> str:
    return ",\n        ".join(f"('{old}', '{new}')" for old, new in MOVES)


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


LEGAL_MOVES = f"""
CREATE OR REPLACE FUNCTION refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        {_moves()}
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = 'a work item does not move from ' || OLD.state || ' to ' || NEW.state;
    END IF;
    RETURN NEW;
END $$
"""

ASK_BEFORE_A_MOVE = (
    "CREATE TRIGGER work_items_moves BEFORE UPDATE OF state ON work_items FOR EACH ROW EXECUTE FUNCTION refuse_move()"
)

event.listen(metadata, "before_create", DDL(REFUSE_CHANGE))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves DDL untyped
for _table in GROWS_ONLY:
    event.listen(_table, "after_create", DDL(grows_only(_table.name)))  # type: ignore[no-untyped-call]  # as above
event.listen(metadata, "before_create", DDL(LEGAL_MOVES))  # type: ignore[no-untyped-call]  # as above
event.listen(work_items, "after_create", DDL(ASK_BEFORE_A_MOVE))  # type: ignore[no-untyped-call]  # as above
event.listen(metadata, "before_create", DDL(KEEP_DESIGN))  # type: ignore[no-untyped-call]  # as above
event.listen(experiments, "after_create", DDL(ASK_BEFORE_AN_EDIT))  # type: ignore[no-untyped-call]  # as above
