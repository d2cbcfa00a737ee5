"""Facts told between loads: checked, stored and acknowledged first, then followed by the debtors' open items."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arrears.errors import BadInput
from arrears.events.check import check
from arrears.events.event import Origin
from arrears.events.keep import New, keep
from arrears.events.reading import Fault
from serving.deployment import Deployment
from serving.desk.acts import once
from serving.events.settle import Effects, settle
from serving.problems import Problem

_log = logging.getLogger("arrears.events")

Posted = Sequence[Mapping[str, object]]


class Unfit(BadInput):
    """Rows that break their contract; none of them was stored."""

    def __init__(self, table: str, faults: Sequence[Fault]) -> None:
        told = "; ".join(f"row {fault.row + 1}: {fault.sentence}" for fault in faults[:20])
        super().__init__(asked=f"store {table}", found=told, do="Mend these rows and post all of them again.")
        self.faults = faults


@dataclass(frozen=True)
class Told:
    """What was done with rows.

    Attributes
    ----------
    stored, same : rows that were news, and rows that were known.
    effects : what became of open items.
    """

    stored: int
    same: int
    effects: list[Effects]


def tell(
    deployment: Deployment, table: str, posted: Posted, *, by: str, key: str | None = None, origin: Origin = "api"
) -> Told:
    """Store rows of one table, all or none, and let the open items follow.

    The rows are stored when the items follow: if that fails, the sweep of the next second does it.

    Parameters
    ----------
    by : who posted.
    key : an Idempotency-Key.

    Raises
    ------
    Unfit : a row breaks the contract.
    Refused : the key was used for something else.
    """
    need_a_lake(deployment)
    now = deployment.clock.now()
    people: set[str] = set()

    with once(deployment, by, key, ["events", table, [dict(row) for row in posted]], now) as act:

        def store(_: object) -> dict[str, object]:
            told = check(act.connection, deployment.lake, table, posted, now=now)
            if told.faults:
                raise Unfit(table, told.faults)
            news = [new for _, new in told.news]
            keep(act.connection, news, by=by, origin=origin)
            people.update(people_of(news))
            return {"stored": len({place for place, _ in told.news}), "same": len(told.same)}

        answer = act.by(store)
    effects = followed(deployment, people)
    _log.info("events.stored table=%s stored=%s same=%s", table, answer["stored"], answer["same"])
    return Told(int(answer["stored"]), int(answer["same"]), effects)


def followed(deployment: Deployment, people: set[str]) -> list[Effects]:
    """Let the open items of some people follow; what was stored stays stored whatever happens here."""
    if not people:
        return []
    try:
        return settle(deployment, people)
    except Exception as problem:  # noqa: BLE001 - it is stored and acknowledged: the sweep follows it
        _log.warning("events.not_followed error=%s", type(problem).__name__)
        return []


def people_of(news: Sequence[New]) -> set[str]:
    """Whom some rows concern."""
    return {new.debtor_id for new in news if new.debtor_id is not None}


def need_a_lake(deployment: Deployment) -> None:
    """Nothing can be checked against an empty lake.

    Raises
    ------
    Problem : no portfolio is loaded.
    """
    if not deployment.lake.exists():
        raise Problem("not-ready", "No portfolio is loaded: `arrears load SOURCE` loads one.")
