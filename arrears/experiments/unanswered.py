"""The nights on which an arm's version of a model did not answer, so that its debtors were worked by the night's own.

Such an arm was not what the test compares: while any such night is there, the rule neither promotes nor finds that
nothing is worth having.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from arrears.experiments.observed import Unanswered
from arrears.experiments.records import Experiment

_OF_TEST = text("""
    SELECT served_on, part ->> 'arm' AS arm, (part ->> 'debtors')::bigint AS debtors,
        part ->> 'model_because' AS because
    FROM (
        SELECT DISTINCT ON (served_on) served_on, experiments FROM nights
        WHERE served_on >= :starts AND (superseded_by IS NULL OR superseded_by > night_id)
        ORDER BY served_on, night_id DESC
    ) AS worked CROSS JOIN LATERAL jsonb_array_elements(experiments) AS part
    WHERE part ->> 'test' = :test AND part ->> 'model_because' IS NOT NULL AND (part ->> 'debtors')::bigint > 0
    ORDER BY served_on, arm
""")


def unanswered(connection: Connection, experiment: Experiment) -> tuple[Unanswered, ...]:
    """The nights of a test on which an arm's version did not answer, earliest first.

    Of each day the night counts that served it last; one that a night of a later day kept back served nobody.
    """
    asked = {"test": experiment.label, "starts": experiment.design.enrolment.starts}
    return tuple(
        Unanswered(row.arm, row.served_on, row.debtors, row.because) for row in connection.execute(_OF_TEST, asked)
    )
