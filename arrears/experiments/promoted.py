"""The promotion that would be taken back next: the newest that stands, of a strategy or of a model's version."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from arrears.experiments import records
from arrears.experiments.model_arms import Registered, stands
from arrears.experiments.records import Experiment
from arrears.queues import in_force

_OF_MODELS = text("""
    SELECT a.experiment_id, a.at, a.evidence ->> 'promoted' AS label
    FROM experiment_acts a JOIN experiments e USING (experiment_id)
    WHERE a.did = 'ended' AND e.ended_by = 'promoted' AND e.design -> 'arms' -> 0 ->> 'model' IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM experiment_acts b WHERE b.experiment_id = a.experiment_id AND b.did = 'rolled_back'
        )
    ORDER BY a.act_id DESC
""")


@dataclass(frozen=True)
class Promotion:
    """A promotion that stands.

    Attributes
    ----------
    label : the strategy, or the model's version, that it brought into force.
    before : what taking it back brings into force again.
    of_model : the test by which a model's version came into force; None where it is a strategy.
    """

    label: str
    before: str
    of_model: Experiment | None


def standing_promotion(connection: Connection, registered: Registered | None = None) -> Promotion | None:
    """The newest promotion that was not taken back; None where none stands.

    Parameters
    ----------
    registered : a version that serves no longer, since somebody has moved its alias by hand or trained a newer one,
        stands in the way of no older promotion; None: nobody is asked which serve.
    """
    move = in_force.standing(connection)
    for found in connection.execute(_OF_MODELS):
        if move is not None and move.at >= found.at:
            break
        test = records.of_id(connection, found.experiment_id)
        if test is not None and (registered is None or stands(test.design, found.label, registered)):
            return Promotion(found.label, test.design.champion.model or "", test)
    return None if move is None else Promotion(move.strategy, move.replaces, None)
