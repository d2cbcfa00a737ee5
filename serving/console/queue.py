"""The page Queues: open items lane by lane, in the order of work or another, and what a manager does with some."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from arrears.buckets import Bucket
from arrears.errors import WrongUse
from arrears.lanes import LANES
from arrears.queues.supervise.acts import LONGEST, act_of
from arrears.queues.supervise.chosen import TEAM, Chosen, Filter
from arrears.queues.supervise.lanes import lanes, pauses
from arrears.queues.supervise.lists import SORTS, clients, open_items
from arrears.queues.supervise.roster import roster_of
from arrears.state.reading import reading
from serving.console.day_words import LANE_NAMES, ago, can_be_undone, told_of
from serving.console.frame import today_of
from serving.deployment import Deployment
from serving.people.may_enter import may_enter
from serving.people.sign_ins import Person
from serving.present import in_zone
from serving.supervise import acts as supervise

PAGE = 50

BUCKETS = tuple(bucket.value for bucket in Bucket if bucket not in (Bucket.CURRENT, Bucket.PAID_OFF, Bucket.LEFT))

LARGEST_FIRST = ("bucket", "balance", "stop_roll", "propensity", "p_roll", "value")
"""What a click on a column's head sorts with the largest at the top."""

STANDINGS = {"": "All open", "ready": "Ready now", "waiting": "Later", "claimed": "On a desk"}

_CLOSED = {"bucket": ("", *BUCKETS), "sort": tuple(SORTS), "lane": ("", *LANES), "standing": tuple(STANDINGS)}


class Wanted(BaseModel):
    """Which items somebody wants to see, as the address says it; `done` is an act whose outcome is told."""

    model_config = ConfigDict(frozen=True)

    lane: Annotated[str, Field(max_length=20)] = ""
    bucket: Annotated[str, Field(max_length=20)] = ""
    standing: Annotated[str, Field(max_length=20)] = ""
    collector: Annotated[str, Field(max_length=100)] = ""
    client: Annotated[str, Field(max_length=100)] = ""
    work_group: Annotated[str, Field(max_length=200)] = ""
    q: Annotated[str, Field(max_length=100)] = ""
    sort: Annotated[str, Field(max_length=20)] = "rank"
    after: Annotated[str, Field(max_length=400)] = ""
    done: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None

    @field_validator("lane", "bucket", "standing", "sort")
    @classmethod
    def _is_known(cls, value: str, info: ValidationInfo) -> str:
        known = _CLOSED[info.field_name or ""]
        if value not in known:
            # Named as Pydantic names a wrong Literal, so that it is told as one.
            raise PydanticCustomError("literal_error", "one of a list", {"expected": ", ".join(filter(None, known))})
        return value

    @field_validator("collector", "client", "work_group", "q")
    @classmethod
    def _is_text(cls, value: str) -> str:
        return value.replace("\x00", "")

    @property
    def fits(self) -> Filter:
        """What the items have in common."""
        standing: Any = self.standing or None
        return Filter(
            lane=self.lane or None,
            bucket=self.bucket or None,
            client=self.client or None,
            work_group=self.work_group or None,
            collector=self.collector or None,
            standing=standing,
            search=self.q.strip() or None,
        )

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return not self.fits.is_empty

    def address(self, **other: str) -> str:
        """The address of the same list with something changed, at its first page."""
        own = {name: str(getattr(self, name)) for name in Wanted.model_fields if name not in ("after", "done")}
        said = {name: value for name, value in {**own, **other}.items() if value and (name, value) != ("sort", "rank")}
        return "?" + urlencode(said) if said else "?"


def _blank(value: object) -> object:
    return None if value == "" else value


class ActForm(BaseModel):
    """What a manager wants to do with the items that are ticked, or with all that the list fits."""

    model_config = ConfigDict(frozen=True)

    act: Literal["reassign", "put_off", "front", "end", "as_ranked"]
    item: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(default_factory=list, max_length=PAGE)
    scope: Literal["ticked", "all"] = "ticked"
    to: Annotated[str, Field(max_length=100)] = ""
    until: Annotated[date | None, BeforeValidator(_blank)] = None
    because: Annotated[str, Field(max_length=LONGEST)] = ""


RAISED = {"front": 1, "end": -1, "as_ranked": 0}


def do(deployment: Deployment, person: Person, wanted: Wanted, form: ActForm) -> int:
    """Do what a form asks; the act's id.

    Raises
    ------
    WrongUse : nothing is ticked, or the form lacks what its act needs.
    """
    if form.scope == "ticked" and not form.item:
        raise WrongUse(asked="change some items", found="none that is ticked", do="Go back and tick the items first.")
    chosen = Chosen(fits=wanted.fits) if form.scope == "all" else Chosen(items=tuple(form.item))
    if form.act == "reassign":
        if not form.to:
            raise WrongUse(asked="reassign items", found="nobody to give them to", do="Go back and choose a list.")
        to = None if form.to == TEAM else form.to
        done = supervise.reassign(deployment, person, chosen, to, form.because)
    elif form.act == "put_off":
        if form.until is None:
            raise WrongUse(asked="put items off", found="no day", do="Go back and choose the day they come back.")
        done = supervise.put_off(deployment, person, chosen, form.until, form.because)
    else:
        done = supervise.move(deployment, person, chosen, RAISED[form.act], form.because)
    return int(done["act"])


def shown(deployment: Deployment, wanted: Wanted, person: Person) -> dict[str, Any] | None:
    """What the page shows to somebody; None before the first night."""
    now, zone = deployment.clock.now(), deployment.settings.portfolio.zone
    with reading(deployment.engine) as connection:
        night = deployment.night(connection)
        if night is None:
            return None
        found = open_items(connection, wanted.fits, now=now, sort=wanted.sort, after=wanted.after or None, limit=PAGE)
        today, team = today_of(now, zone), roster_of(deployment.lake)
        names = {one.collector_id: one.member.name for one in team.collectors}
        return {
            "night": night,
            "items": found.rows,
            "total": found.total,
            "next": found.after,
            "wanted": wanted,
            "tabs": tabs(connection, deployment),
            "paused": [pause for pause in pauses(connection) if wanted.lane in ("", pause.lane)],
            "notice": notice(connection, wanted.done, names, undo="/queues/undo" + wanted.address()),
            "team": [(one.collector_id, one.member.name) for one in team.on(today)],
            "names": names,
            "clients": [name for name in clients(connection) if name],
            "buckets": BUCKETS,
            "standings": STANDINGS,
            "largest_first": LARGEST_FIRST,
            "lane_names": LANE_NAMES,
            "zone": zone,
            "today": today,
            "tomorrow": today + timedelta(days=1),
            "longest": LONGEST,
            "may_change": may_enter("POST", "/queues/act", person.role),
            "in_zone": in_zone,
            "ago": ago,
        }


def tabs(connection: Connection, deployment: Deployment) -> list[tuple[str, str, int]]:
    """The lanes that have an open item, in their order: lane, name, open items; all of them first."""
    open_: dict[str, int] = {}
    for row in lanes(connection, deployment.clock.now()):
        open_[row.lane] = open_.get(row.lane, 0) + row.ready + row.waiting + row.claimed
    named = [(lane, LANE_NAMES[lane], open_[lane]) for lane in LANES if lane in open_]
    return [("", "All", sum(open_.values())), *named]


def notice(connection: Connection, act: int | None, names: dict[str, str], *, undo: str) -> dict[str, Any] | None:
    """What an act did, as a page tells it after the form was sent; None where there is nothing to tell."""
    done = None if act is None else act_of(connection, act)
    if done is None or not told_of(done, names):
        return None
    return {"act": done.act, "sentence": told_of(done, names), "can_be_undone": can_be_undone(done), "undo": undo}
