"""Which strategy orders the queue where a night names none: the one last promoted, before any promotion the house's.

Moves are only added, each with who, why and the test it rests on. Taking one back is a move, too.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, text

from arrears.errors import ArrearsError, Refused, WrongUse
from arrears.queues.strategy import DEFAULT, Strategy, names, strategy
from arrears.state.experiments import strategy_champions

_log = logging.getLogger(__name__)
_ONE_MOVE_AT_A_TIME = 7_204_139
"""The database's lock under which a strategy comes into force: any number that nothing else locks on."""


@dataclass(frozen=True)
class Move:
    """A strategy came into force.

    Attributes
    ----------
    strategy, replaces : name/version that is in force since, and before.
    experiment_id : the test that it rests on; None where a person decided without one.
    rolls_back : the move that it takes back.
    """

    champion_id: int
    at: datetime
    strategy: str
    replaces: str
    by: str
    because: str
    experiment_id: int | None
    rolls_back: int | None


def in_force(connection: Connection) -> Strategy:
    """The strategy that nights follow; where its version is not at hand any more, what `at_hand` gives for it."""
    newest = _newest(connection)
    return strategy(DEFAULT) if newest is None else at_hand(newest.strategy)


def at_hand(label: str) -> Strategy:
    """The strategy of a label, another version of it, or the house's own: a night never waits for a release.

    Examples
    --------
    >>> at_hand("severity/9").version, at_hand("gone/1").name
    ('1', 'value_at_risk')
    """
    try:
        return of_label(label)
    except ArrearsError:
        name = label.partition("/")[0]
        found = strategy(name if name in names() else DEFAULT)
        _log.warning("strategy.not_at_hand label=%s instead=%s/%s", label, found.name, found.version)
        return found


def of_label(label: str) -> Strategy:
    """The strategy of a name and version, or of a name alone.

    Raises
    ------
    WrongUse : no strategy has the name.
    Refused : it has another version.

    Examples
    --------
    >>> of_label("severity/1").name
    'severity'
    """
    name, _, version = label.partition("/")
    found = strategy(name)
    if version and found.version != version:
        raise Refused(
            asked=f"strategy {label}",
            found=f"the version at hand is {found.version}",
            do=f"Use {found.name}/{found.version}, or the release that has version {version}.",
        )
    return found


def promote(
    connection: Connection, label: str, *, at: datetime, by: str, because: str, experiment_id: int | None = None
) -> int:
    """Bring a strategy into force; the move's id.

    Raises
    ------
    WrongUse : no reason is given, or no strategy has the name.
    Refused : it is in force already, or its version is not at hand.
    """
    if not because.strip():
        raise WrongUse(asked=f"bring {label} into force", found="no reason", do="Say why.")
    alone(connection)
    chosen, before = of_label(label), in_force(connection)
    if (chosen.name, chosen.version) == (before.name, before.version):
        raise Refused(asked=f"bring {label} into force", found="it is in force", do="Nothing is left to do.")
    row = {"at": at, "strategy": _label(chosen), "replaces": _label(before), "by": by, "because": because}
    return _write(connection, row | {"experiment_id": experiment_id})


def roll_back(connection: Connection, *, at: datetime, by: str, because: str) -> Move:
    """Take the newest promotion back that still stands; the move that does it.

    Raises
    ------
    WrongUse : no reason is given.
    Refused : none stands, or the version before it is not at hand.
    """
    if not because.strip():
        raise WrongUse(asked="take a promotion back", found="no reason", do="Say why.")
    alone(connection)
    newest = standing(connection)
    if newest is None:
        raise Refused(
            asked="take a promotion back",
            found="every promotion was taken back already" if moves(connection) else "no promotion stands",
            do="Promote a strategy, or leave the one in force.",
        )
    of_label(newest.replaces)
    row = {"at": at, "strategy": newest.replaces, "replaces": newest.strategy, "by": by, "because": because}
    _write(connection, row | {"experiment_id": newest.experiment_id, "rolls_back": newest.champion_id})
    return moves(connection)[0]


def alone(connection: Connection) -> None:
    """Let nobody else move what is in force until this transaction is over."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_MOVE_AT_A_TIME})


def standing(connection: Connection) -> Move | None:
    """The newest promotion that was not taken back; None where none stands."""
    past = moves(connection)
    taken_back = {move.rolls_back for move in past}
    return next((each for each in past if each.rolls_back is None and each.champion_id not in taken_back), None)


def moves(connection: Connection) -> list[Move]:
    """Every move, the newest first."""
    rows = connection.execute(select(strategy_champions).order_by(strategy_champions.c.champion_id.desc())).mappings()
    return [Move(**row) for row in rows]


def _newest(connection: Connection) -> Move | None:
    asked = select(strategy_champions).order_by(strategy_champions.c.champion_id.desc()).limit(1)
    row = connection.execute(asked).mappings().one_or_none()
    return None if row is None else Move(**row)


def _write(connection: Connection, row: dict[str, object]) -> int:
    made = insert(strategy_champions).values(row).returning(strategy_champions.c.champion_id)
    return int(connection.execute(made).scalar_one())


def _label(chosen: Strategy) -> str:
    return f"{chosen.name}/{chosen.version}"
