"""Who does the work: collectors and their shifts."""

from __future__ import annotations

from arrears.tables.contract import Column, Table, optional

COLLECTORS = Table(
    "collectors",
    "The people who work the queues, and what they may take.",
    key=("collector_id",),
    columns=(
        Column("collector_id", "text", "The collector."),
        Column("name", "text", "What the team calls them."),
        Column("team", "text", "The team."),
        Column("languages", "list", "Languages they speak."),
        Column("licences", "list", "Regions they are licensed for."),
        optional("clients", "list", "Clients they may work for; absent: all."),
        optional("products", "list", "Products they know; absent: all."),
        optional("territories", "list", "Territories they serve; absent: all."),
        optional("skills", "list", "What else they can do."),
        Column("minutes_per_day", "number", "Minutes of work on a full day."),
        optional("starts_on", "date", "First day in the team."),
        optional("ends_on", "date", "Last day in the team."),
    ),
    happened_from=("starts_on",),
)

SHIFTS = Table(
    "shifts",
    "When a collector works; without it a working day in the team's zone.",
    key=("collector_id", "starts_at"),
    columns=(
        Column("collector_id", "text", "The collector.", refers_to="collectors"),
        Column("starts_at", "moment", "When the shift begins."),
        Column("ends_at", "moment", "When it ends."),
    ),
    happened_from=("starts_at",),
)
