"""The tables of champion/challenger tests: their designs, who is in which arm, what was measured, and what was done.

A started design never changes, a debtor never changes arm, and a day that was measured is not measured again: the
database itself refuses it. So does the history of acts, and of which strategy was in force.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from arrears.state.closed import EXPERIMENT_ACTS, EXPERIMENT_ENDS, EXPERIMENT_STATES
from arrears.state.columns import metadata, moment, one_of

experiments = Table(
    "experiments",
    metadata,
    Column("experiment_id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("design", JSONB, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="differs for any other design"),
    Column("state", Text, nullable=False, server_default="planned"),
    Column("follows", BigInteger, ForeignKey("experiments.experiment_id"), comment="whose debtors keep their arm"),
    moment("planned_at"),
    Column("planned_by", Text, nullable=False),
    Column("started_on", Date, comment="the first day whose night enrols; null while it is planned"),
    Column("ended_on", Date, comment="from this day on nobody is worked by it; null while it runs"),
    Column("ended_by", Text, comment="what ended it; null while it runs"),
    Column("closed_on", Date, comment="from this day on nobody comes in; null while it enrols"),
    Column(
        "arms_ended",
        JSONB,
        nullable=False,
        server_default="{}",
        comment="challengers that did harm, each with the day from which nobody is worked by it",
    ),
    one_of("state", EXPERIMENT_STATES),
    one_of("ended_by", EXPERIMENT_ENDS),
    CheckConstraint("(state = 'ended') = (ended_by IS NOT NULL)", name="ends"),
)
"""One row a version of a test; of plans that were withdrawn there may be more beside it."""

Index(
    "experiments_name_key",
    experiments.c.name,
    experiments.c.version,
    unique=True,
    postgresql_where=text("state <> 'withdrawn'"),
)
Index("experiments_running", experiments.c.state, postgresql_where=text("state = 'running'"))

experiment_debtors = Table(
    "experiment_debtors",
    metadata,
    Column("experiment_id", BigInteger, ForeignKey("experiments.experiment_id"), primary_key=True),
    Column("debtor_id", Text, primary_key=True),
    Column("arm", Text, nullable=False),
    Column("household", Text, nullable=False, comment="whose debtors share an arm; the debtor where nobody else does"),
    Column("stratum", Text, nullable=False),
    Column("enrolled_on", Date, nullable=False, comment="the day that the first night with this debtor was for"),
    Column("night_id", BigInteger, ForeignKey("nights.night_id"), nullable=False),
    Column("covariates", JSONB, nullable=False, comment="from before the test, by name"),
)
"""Who came into a test, when, and in which arm for good."""

Index("experiment_debtors_day", experiment_debtors.c.experiment_id, experiment_debtors.c.enrolled_on)
Index("experiment_debtors_debtor", experiment_debtors.c.debtor_id)

experiment_sums = Table(
    "experiment_sums",
    metadata,
    Column("experiment_id", BigInteger, ForeignKey("experiments.experiment_id"), primary_key=True),
    Column("enrolled_on", Date, primary_key=True),
    Column("measure", Text, primary_key=True, comment="primary, or the guardrail by name"),
    Column("moments", JSONB, nullable=False, comment="counts, sums and products by arm and collector: they add"),
    Column("matured_on", Date, nullable=False, comment="the day by whose end these debtors could be measured"),
    moment("read_at"),
)
"""What came of the debtors of one day, once it stands."""

experiment_acts = Table(
    "experiment_acts",
    metadata,
    Column("act_id", BigInteger, Identity(), primary_key=True),
    Column("experiment_id", BigInteger, ForeignKey("experiments.experiment_id"), nullable=False),
    moment("at"),
    Column("by", Text, nullable=False),
    Column("did", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("evidence", JSONB, nullable=False, comment="the reading that it rests on, or what was planned"),
    one_of("did", EXPERIMENT_ACTS),
)
"""Everything that was done with a test."""

Index("experiment_acts_of", experiment_acts.c.experiment_id, experiment_acts.c.act_id)

strategy_champions = Table(
    "strategy_champions",
    metadata,
    Column("champion_id", BigInteger, Identity(), primary_key=True),
    moment("at"),
    Column("strategy", Text, nullable=False, comment="name/version"),
    Column("replaces", Text, nullable=False, comment="name/version that was in force before"),
    Column("by", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("experiment_id", BigInteger, ForeignKey("experiments.experiment_id"), comment="the test that it rests on"),
    Column(
        "rolls_back", BigInteger, ForeignKey("strategy_champions.champion_id"), comment="the row that it takes back"
    ),
)
"""Which strategy was in force since when: the newest row's is."""

EXPERIMENTS_GROW_ONLY = (experiment_debtors, experiment_sums, experiment_acts, strategy_champions)

KEEP_DESIGN = """
CREATE OR REPLACE FUNCTION keep_design() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'planned' THEN
            RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
                MESSAGE = CASE OLD.state
                    WHEN 'withdrawn' THEN 'a plan that was withdrawn stays on record'
                    ELSE 'a test that has started stays on record' END;
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.state <> 'planned' AND (OLD.name, OLD.version, OLD.design, OLD.fingerprint, OLD.follows, OLD.started_on)
            IS DISTINCT FROM (NEW.name, NEW.version, NEW.design, NEW.fingerprint, NEW.follows, NEW.started_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = CASE OLD.state
                WHEN 'withdrawn' THEN 'a plan that was withdrawn is never changed, only planned anew'
                ELSE 'a design that has started is never changed, only stopped' END;
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN
            (('planned', 'running'), ('running', 'ended'), ('planned', 'withdrawn')) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'a test does not move from ' || OLD.state || ' to ' || NEW.state;
    END IF;
    IF NOT (OLD.arms_ended <@ NEW.arms_ended)
            OR NEW.closed_on IS DISTINCT FROM coalesce(OLD.closed_on, NEW.closed_on) THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
            MESSAGE = 'an arm that was ended stays ended, and a test that was closed stays closed';
    END IF;
    RETURN NEW;
END $$
"""

ASK_BEFORE_AN_EDIT = (
    "CREATE TRIGGER experiments_keep_design BEFORE UPDATE OR DELETE ON experiments "
    "FOR EACH ROW EXECUTE FUNCTION keep_design()"
)
