"""The page Team: who is there, what lies on each list, what each did, and rates that can be compared."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from arrears.queues.supervise.acts import LONGEST
from arrears.queues.supervise.chosen import TEAM
from arrears.queues.supervise.progress import RATE_DAYS
from arrears.state.reading import reading
from serving.console import day_charts
from serving.console.day_words import ago
from serving.console.queue import notice
from serving.console.today import names_of, rate_range
from serving.deployment import Deployment
from serving.people.may_enter import may_enter
from serving.people.sign_ins import Person
from serving.supervise import acts as supervise
from serving.supervise.team_day import team_day


class AbsenceForm(BaseModel):
    """Who is away from when to when, and who works the list: a collector, or the team."""

    model_config = ConfigDict(frozen=True)

    collector: Annotated[str, Field(min_length=1, max_length=100)]
    from_on: date
    to_on: date
    substitute: Annotated[str, Field(max_length=100)] = TEAM
    because: Annotated[str, Field(max_length=LONGEST)] = ""


def note_absence(deployment: Deployment, person: Person, form: AbsenceForm) -> int:
    """Note an absence; the act's id."""
    done = supervise.announce_absence(
        deployment,
        person,
        form.collector,
        form.from_on,
        form.to_on,
        substitute=None if form.substitute in ("", TEAM) else form.substitute,
        because=form.because,
    )
    return int(done["act"])


def shown(deployment: Deployment, done: int | None, person: Person) -> dict[str, Any]:
    """What the page shows to somebody, before the first night, too.

    Parameters
    ----------
    done : an act whose outcome is told.
    """
    names = names_of(deployment)
    with reading(deployment.engine) as connection:
        team = team_day(deployment, connection)
        return {
            "night": deployment.night(connection),
            "notice": notice(connection, done, names, undo="/team/undo"),
            "team": team,
            "today": team.day,
            "names": names,
            "charts": day_charts,
            "rate_range": rate_range(team),
            "rate_days": RATE_DAYS,
            "most_minutes": max([one.list_minutes for one in team.people] or [0.0]) or 1.0,
            "may_change": may_enter("POST", "/team/absence", person.role),
            "longest": LONGEST,
            "ago": ago,
        }
