"""`GET /v1/audit`: who did what, newest first, for those who check the house."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from arrears.state import audit_trail
from arrears.state.reading import reading
from serving import running
from serving.api.described import PROBLEMS

router = APIRouter(prefix="/v1", responses=PROBLEMS)

_MOST = 2**63 - 1  # of the trail's ids

Word = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]


class AuditLine(BaseModel):
    """One thing that somebody did."""

    model_config = ConfigDict(frozen=True)

    audit_id: int
    at: datetime
    who: Annotated[str, Field(description="A person, a command or the service itself.")]
    did: Annotated[str, Field(description="A thing and a verb, as person.added or list.exported.")]
    subject: Annotated[str, Field(description="The id of what it was done to.")]
    detail: dict[str, Any]


class AuditLines(BaseModel):
    """A page of the trail."""

    model_config = ConfigDict(frozen=True)

    lines: list[AuditLine]
    after: Annotated[str | None, Field(description="Cursor of the next page; null on the last.")]


@router.get("/audit")
def audit(
    *,
    did: Word = None,
    who: Word = None,
    subject: Word = None,
    since: Annotated[AwareDatetime | None, Query(description="Only what happened then or later.")] = None,
    after: Annotated[int | None, Query(ge=1, le=_MOST, description="Cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> AuditLines:
    """A page of the audit trail, newest first; each filter keeps the lines that say exactly this."""
    with reading(running.deployment().engine) as connection:
        found = audit_trail.lines(
            connection, did=did, who=who, subject=subject, since=since, before=after, limit=limit + 1
        )
    page = found[:limit]
    cursor = str(page[-1]["audit_id"]) if len(found) > limit else None
    return AuditLines(lines=[AuditLine.model_validate(dict(line)) for line in page], after=cursor)
