"""The tables of models in the shadow: what each said of the accounts of a night, beside what the champion said."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from arrears.state.columns import metadata

shadow_nights = Table(
    "shadow_nights",
    metadata,
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), primary_key=True, autoincrement=False),
    Column("model", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("champion", Text, nullable=False, comment="the version, or the rules, whose answers stand beside"),
    Column("accounts", Integer, nullable=False),
    Column("because", Text, comment="why it scored nobody; null where it did"),
    Column(
        "likeness", JSONB, nullable=False, comment="how far its order is the champion's, and the mean answer of both"
    ),
)
"""One row a night and model in the shadow."""

shadow_scores = Table(
    "shadow_scores",
    metadata,
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), primary_key=True, autoincrement=False),
    Column("model", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("answer", Double, nullable=False),
    Column("champion_answer", Double, nullable=False),
)
"""What it said of each account beside what the champion did, which for arms of a test is not what was acted on."""

SHADOW_GROWS_ONLY = (shadow_nights, shadow_scores)
