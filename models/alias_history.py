"""Who moved which alias to which version, when and why: written down before it happens, never changed after.

MLflow forgets where an alias stood. An intention is stored first, then the alias moves, then a second row says so; a
process that dies in between leaves an intention alone, which the next start settles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text

from arrears.clock import Clock
from arrears.state.schema import alias_moves

_LOCK = 7_204_140  # any number that nothing else locks on


@dataclass(frozen=True)
class Move:
    """One alias moved, or meant to.

    `state` is `intended`, `moved` or `abandoned`; `at` is when that became so. `to_version` is None where the alias was
    taken away.
    """

    move_id: int
    at: datetime
    model: str
    alias: str
    from_version: str | None
    to_version: str | None
    who: str
    why: str
    evidence: Mapping[str, Any]
    state: str


@dataclass(frozen=True)
class AliasHistory:
    """The table `alias_moves`, read and grown."""

    database: Engine
    clock: Clock

    def moves(self, model: str) -> list[Move]:
        """Every intention about this model with what became of it, oldest first."""
        with self.database.connect() as connection:
            rows = connection.execute(
                select(alias_moves).where(alias_moves.c.model == model).order_by(alias_moves.c.move_id)
            ).all()
        settled = {row.follows: row for row in rows if row.follows is not None}
        return [_move(row, settled.get(row.move_id)) for row in rows if row.follows is None]

    def models(self) -> list[str]:
        """Names of the models that any move is about."""
        with self.database.connect() as connection:
            names = connection.execute(select(alias_moves.c.model).distinct().order_by(alias_moves.c.model))
            return list(names.scalars())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else moves an alias or settles an intention while the block lasts."""
        with self.database.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})

    def intend(
        self,
        *,
        model: str,
        alias: str,
        from_version: str | None,
        to_version: str | None,
        who: str,
        why: str,
        evidence: Mapping[str, Any],
    ) -> Move:
        """Store the intention; committed when this returns."""
        values = {
            "model": model,
            "alias": alias,
            "from_version": from_version,
            "to_version": to_version,
            "who": who,
            "why": why,
            "evidence": dict(evidence),
        }
        with self.database.begin() as connection:
            return _move(self._add(connection, **values, state="intended", follows=None), None)

    def settle(self, intention: Move, state: str) -> Move:
        """Store what became of an intention: `moved` or `abandoned`."""
        values = {
            "model": intention.model,
            "alias": intention.alias,
            "from_version": intention.from_version,
            "to_version": intention.to_version,
            "who": intention.who,
            "why": intention.why,
            "evidence": dict(intention.evidence),
        }
        with self.database.begin() as connection:
            return _move(self._add(connection, **values, state=state, follows=intention.move_id), None)

    def _add(self, connection: Connection, **values: Any) -> Any:  # noqa: ANN401 - a row of the table
        return connection.execute(
            insert(alias_moves).values(at=self.clock.now(), **values).returning(alias_moves)
        ).one()


def before_last(moves: Sequence[Move], alias: str, standing: str | None) -> str | None:
    """The version that an alias named before the one it names; a roll-back takes its version off the pile.

    Parameters
    ----------
    moves : of one model, oldest first.
    standing : what it names; None is answered where the moves do not end there.
    """
    pile: list[str] = []
    for move in moves:
        if move.alias != alias or move.state != "moved" or move.to_version is None:
            continue
        if "rolled_back_from" in move.evidence and pile:
            pile.pop()
        elif not pile or pile[-1] != move.to_version:
            pile.append(move.to_version)
    return pile[-2] if len(pile) > 1 and pile[-1] == standing else None


def _move(row: Any, settled: Any) -> Move:  # noqa: ANN401 - rows of the table
    last = settled or row
    return Move(
        move_id=row.move_id,
        at=last.at,
        model=row.model,
        alias=row.alias,
        from_version=row.from_version,
        to_version=row.to_version,
        who=row.who,
        why=row.why,
        evidence=row.evidence,
        state=last.state,
    )
