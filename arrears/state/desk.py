"""The tables of a working day: leases, outcomes, what came in, what was decided, and who is away.

Beside the state of an item stands every step that led to it: `work_item_events` and `decisions` only grow.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from arrears.state.closed import ACTIONS, ITEM_EVENTS, LANES
from arrears.state.columns import metadata, moment, one_of

contact_ledger = Table(
    "contact_ledger",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("debtor_id", Text, comment="null where the source names the account alone"),
    Column("account_id", Text, comment="null where it was about no account in particular"),
    Column("debts_discussed", ARRAY(Text)),
    moment("at"),
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
    moment("recorded_at"),
    Column("source", Text, nullable=False, comment="lake: a load brought it; desk: it was recorded here first"),
    one_of("direction", ("out", "in")),
    one_of("source", ("lake", "desk")),
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
    Column("people", ARRAY(Text), nullable=False, comment="whom the contact may reach: it counts for each of them"),
    Column("accounts", ARRAY(Text), nullable=False, comment="what the contact would be about"),
    Column("point_id", Text, comment="null until a number is chosen"),
    Column("channel", Text, nullable=False),
    Column("claimed_by", Text, nullable=False),
    moment("reserved_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    Column("contact_id", Text, comment="the contact that came of it; null where none did"),
    CheckConstraint("cardinality(people) > 0", name="people"),
    CheckConstraint("cardinality(accounts) > 0", name="accounts"),
    CheckConstraint("expires_at > reserved_at", name="expires"),
)
"""Contacts that somebody holds a claim for: each counts as made until its outcome, or the end of its lease."""

Index(
    "call_reservations_live",
    call_reservations.c.people,
    postgresql_using="gin",
    postgresql_where=text("ended_at IS NULL"),
)

leases = Table(
    "leases",
    metadata,
    Column("lease_id", BigInteger, Identity(), primary_key=True),
    Column("work_item_id", BigInteger, ForeignKey("work_items.work_item_id"), nullable=False),
    Column("person", Text, nullable=False, comment="a debtor whom the item's ways may reach"),
    Column("collector", Text, nullable=False),
    moment("taken_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    CheckConstraint("expires_at > taken_at", name="expires"),
)
"""Who works whom: while one stands, nobody else gets an item that may reach the same person."""

_is_held = text("ended_at IS NULL")
Index("one_lease", leases.c.person, unique=True, postgresql_where=_is_held)
Index("leases_item", leases.c.work_item_id, postgresql_where=_is_held)
Index("leases_collector", leases.c.collector, postgresql_where=_is_held)
Index("leases_expiring", leases.c.expires_at, postgresql_where=_is_held)

work_item_events = Table(
    "work_item_events",
    metadata,
    Column("event_id", BigInteger, Identity(), primary_key=True),
    Column("work_item_id", BigInteger, nullable=False),
    moment("at"),
    Column("did", Text, nullable=False),
    Column("by", Text, nullable=False, comment="a collector, a manager, or the part of the service that did it"),
    Column("because", Text, comment="a code or a sentence, never a debtor's data"),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    one_of("did", ITEM_EVENTS),
)
"""Every step of every work item since its night. Grows only."""

Index("work_item_events_item", work_item_events.c.work_item_id, work_item_events.c.event_id)
Index("work_item_events_by", work_item_events.c.by, work_item_events.c.at)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", BigInteger, Identity(), primary_key=True),
    Column("work_item_id", BigInteger, ForeignKey("work_items.work_item_id"), nullable=False),
    Column("contact_id", Text, nullable=False, unique=True, comment="the contact that it is, as the lake will know it"),
    Column("collector", Text, nullable=False),
    Column("lane", Text, nullable=False),
    moment("at", comment="when the contact began"),
    moment("recorded_at"),
    Column("after_lease", Boolean, nullable=False, comment="it came when the lease had ended: stored all the same"),
    Column("disposition", Text, nullable=False),
    Column("is_right_party", Boolean, nullable=False),
    Column("detail", JSONB, nullable=False, comment="the outcome as it was posted, without names and numbers"),
    one_of("lane", LANES),
)
"""What came of a work item: one row an outcome, stored before it is acknowledged."""

Index("outcomes_item", outcomes.c.work_item_id)
Index("outcomes_collector", outcomes.c.collector, outcomes.c.recorded_at)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("person", Text, primary_key=True, comment="who posted"),
    Column("key", Text, primary_key=True),
    Column("asked", Text, nullable=False, comment="SHA-256 of the address and the body"),
    Column("answer", JSONB, nullable=False),
    moment("at"),
)
"""What was posted with an Idempotency-Key, and what was answered; written with what it did."""

source_events = Table(
    "source_events",
    metadata,
    Column("event_id", BigInteger, Identity(), primary_key=True),
    Column("source_table", Text, nullable=False, comment="the table of the contract that it is a row of"),
    Column("row_key", Text, nullable=False, comment="the row's key, its parts joined by a line feed"),
    Column("row", JSONB, nullable=False, comment="columns as the contract names them; money in major units, as text"),
    Column("digest", Text, nullable=False, comment="SHA-256 of the row"),
    Column("debtor_id", Text, comment="whom it concerns"),
    Column("account_id", Text, comment="what it concerns"),
    moment("recorded_at", comment="when we could know it: the version of the row"),
    Column("origin", Text, nullable=False, comment="api, desk or file"),
    Column("posted_by", Text, nullable=False),
    moment("settled_at", nullable=True, comment="when the debtor's open items followed it"),
    moment("drained_at", nullable=True, comment="when a load had brought it into the lake"),
    Column("drained_as", Text, comment="that load"),
    Column(
        "refused_because", Text, comment="rules that the lake refused it by, at the last try; null: not tried, or taken"
    ),
    one_of("origin", ("api", "desk", "file")),
)
"""Facts that came after the last load, each once: rows of source tables on their way into the lake."""

Index(
    "source_events_version",
    source_events.c.source_table,
    source_events.c.row_key,
    source_events.c.recorded_at,
    unique=True,
)
Index("source_events_debtor", source_events.c.debtor_id)
Index("source_events_account", source_events.c.account_id)
Index("source_events_undrained", source_events.c.event_id, postgresql_where=text("drained_at IS NULL"))
Index("source_events_unsettled", source_events.c.event_id, postgresql_where=text("settled_at IS NULL"))

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", BigInteger, Identity(), primary_key=True),
    moment("at"),
    Column("night_id", BigInteger, nullable=False),
    Column("work_item_id", BigInteger, comment="null where nothing was offered"),
    Column("debtor_id", Text, nullable=False),
    Column("work_group", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("is_eligible", Boolean, nullable=False),
    Column("because", ARRAY(Text), nullable=False, server_default="{}", comment="codes of the holds, or of the skip"),
    Column("probability", Double, nullable=False, comment="with which the action was chosen, as the strategy stood"),
    Column("explores", Boolean, nullable=False, comment="of the random slice"),
    Column("collector", Text),
    Column("rank", Integer),
    Column("strategy", Text, nullable=False, comment="name/version"),
    Column("propensity_version", Text, nullable=False, comment="model/version"),
    Column("roll_rate_version", Text, nullable=False, comment="model/version"),
    Column("experiment", Text),
    Column("arm", Text),
    Column("client", Text, comment="null where it was logged when the client alone made the work group"),
    one_of("action", ACTIONS),
    one_of("lane", LANES),
    CheckConstraint("probability >= 0 AND probability <= 1", name="probability"),
)
"""Every choice and its chances, from the first night on: what is not logged can never be learned from. Grows only."""

Index("decisions_night", decisions.c.night_id, decisions.c.action)
Index("decisions_debtor", decisions.c.debtor_id, decisions.c.at)

allocations = Table(
    "allocations",
    metadata,
    Column("allocation_id", BigInteger, Identity(), primary_key=True),
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), nullable=False),
    moment("at"),
    Column("report", JSONB, nullable=False, comment="value, bound, gap, minutes by hour, one more hour's worth"),
)
"""How a night's items were given to collectors."""

Index("allocations_night", allocations.c.night_id)

absences = Table(
    "absences",
    metadata,
    Column("absence_id", BigInteger, Identity(), primary_key=True),
    Column("collector", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("substitute", Text, comment="who works the list; null: the team"),
    Column("by", Text, nullable=False),
    moment("at"),
    moment("ended_at", nullable=True, comment="when it was taken back"),
    CheckConstraint("to_on >= from_on", name="days"),
)
"""Who is away, and who works the list meanwhile."""

paused_queues = Table(
    "paused_queues",
    metadata,
    Column("pause_id", BigInteger, Identity(), primary_key=True),
    Column("lane", Text, nullable=False),
    Column("client", Text, comment="null: of every client"),
    Column("because", Text, nullable=False),
    Column("by", Text, nullable=False),
    moment("at"),
    moment("ended_at", nullable=True),
    one_of("lane", LANES),
)
"""Queues that nobody claims from for now; who holds an item finishes it."""

Index(
    "paused_once",
    paused_queues.c.lane,
    text("coalesce(client, '')"),
    unique=True,
    postgresql_where=text("ended_at IS NULL"),
)
