"""Lists over HTTP: what can be had, each as a file judged at this moment, and an account's brief of facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import PlainTextResponse, Response

from arrears.lanes import LANES
from arrears.queues.supervise.chosen import Filter
from arrears.queues.supervise.lists import SORTS
from arrears.state.reading import reading
from serving import running
from serving.api.described import PROBLEMS
from serving.console.frame import page
from serving.console.queue import Wanted
from serving.exports.brief import brief_of
from serving.exports.lists import KINDS, SENTENCES, Exported, Kind, export, record_export
from serving.exports.of_book import RECALL_AFTER_DAYS, House
from serving.gate.second_look import limits_today
from serving.people.door import person_of
from serving.problems import Problem

router = APIRouter(prefix="/v1", responses=PROBLEMS)
pages = APIRouter(include_in_schema=False)

Word = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$")]
AccountId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


class Statement(BaseModel):
    """One thing that a record says."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    on: date | None
    says: str
    source: Annotated[str, Field(description="The table, or the night, it stands in.")]


class Section(BaseModel):
    """Statements about one side of an account, oldest first."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    title: str
    statements: list[Statement]


class Brief(BaseModel):
    """What is on record of one account; nothing is inferred."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    account_id: str
    made_at: datetime
    sections: list[Section]


class ListKind(BaseModel):
    """A list that can be had."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    sentence: str
    address: str


class Lists(BaseModel):
    """Every list that can be had."""

    model_config = ConfigDict(frozen=True)

    lists: list[ListKind]


@router.get("/exports")
def lists() -> Lists:
    """What can be exported."""
    kinds = [ListKind(kind=kind, sentence=SENTENCES[kind], address=f"/v1/exports/{kind}") for kind in KINDS]
    return Lists(lists=kinds)


@router.get(
    "/exports/{kind}",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The list; its checksum and counts in headers."}},
)
def a_list(
    request: Request,
    kind: Kind,
    *,
    lane: Word = None,
    bucket: Word = None,
    collector: Word = None,
    client: Word = None,
    work_group: Annotated[str | None, Query(max_length=200, description="The key of one.")] = None,
    q: Word = None,
    sort: Annotated[Literal[*SORTS], Query(description="Of a queue.")] = "rank",  # type: ignore[valid-type]  # its keys
    since: Annotated[date | None, Query(description="Of paid: the first day; by default the month's.")] = None,
    after_days: Annotated[int, Query(ge=1, le=10_000, description="Of recall: placed so long.")] = RECALL_AFTER_DAYS,
    part: Annotated[int, Query(ge=1, le=10_000, description="Which file, where a list has several.")] = 1,
) -> Response:
    """A list as a file, judged at this moment; what a rule holds by now is not in it."""
    fits = Filter(
        lane=lane or None,
        bucket=bucket or None,
        client=client or None,
        work_group=work_group or None,
        collector=collector or None,
        search=q or None,
    )
    with _house() as house:
        made = export(house, kind, fits=fits, sort=sort, since=since, after_days=after_days)
        if part > len(made.files):
            raise Problem("not-found", f"This list has {len(made.files)} files.")
        record_export(house, made, who=person_of(request).name)
    return _file(made, part, house.today)


@pages.get("/queues/export.csv")
def queue_file(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    """What the page Queues shows, as a file for a spreadsheet."""
    with _house() as house:
        made = export(house, "csv", fits=wanted.fits, sort=wanted.sort)
        record_export(house, made, who=person_of(request).name)
    return _file(made, 1, house.today)


@router.get(
    "/accounts/{account_id}/brief",
    response_model=Brief,
    responses={200: {"content": {"text/plain": {}}, "description": "The brief, as JSON or as text."}},
)
def account_brief(
    account_id: AccountId,
    form: Annotated[str, Query(alias="format", pattern="^(json|text)$", description="json or text.")] = "json",
) -> Brief | Response:
    """What is on record of an account, each statement with its day and source."""
    with _house() as house:
        found = brief_of(house, account_id)
    if found is None:
        raise Problem("not-found", "No account of that id is known.")
    if form == "text":
        return PlainTextResponse(found.text())
    return Brief.model_validate(found)


@pages.get("/exports")
def exports_page(request: Request) -> Response:
    """What can be exported, and how."""
    deployment = running.deployment()
    with reading(deployment.engine) as connection:
        night = deployment.night(connection)
    return page(
        request,
        "exports.html",
        room="Exports",
        night=night,
        lanes=LANES,
        sentences=SENTENCES,
        today=deployment.day,
        recall_after_days=RECALL_AFTER_DAYS,
    )


@contextmanager
def _house() -> Iterator[House]:
    deployment = running.deployment()
    lake = deployment.lake
    if not lake.exists():
        raise Problem("not-ready", "No portfolio is loaded: `arrears load SOURCE` loads one.")
    zone = deployment.settings.portfolio.zone
    with deployment.engine.begin() as connection:
        yield _made(connection, limits_today(zone))


def _made(connection: Connection, limits_on: date) -> House:
    deployment = running.deployment()
    lake = deployment.lake
    return House(lake, deployment.live.asked(lake), connection, deployment.clock.now(), limits_on)


def _file(made: Exported, part: int, day: date) -> Response:
    file = made.files[part - 1]
    number = f"-{part}" if len(made.files) > 1 else ""
    headers = {
        "Content-Disposition": f'attachment; filename="arrears-{made.kind}-{day}{number}.csv"',
        "Arrears-Rows": str(file.rows),
        "Arrears-Files": str(len(made.files)),
        "Arrears-Sha256": file.sha256,
        "Arrears-Held-Since": str(made.held),  # a rule holds them by now; they are not in the file
        "Arrears-Left-Out": "; ".join(f"{count} {why}" for why, count in made.left_out.items()),
    }
    return Response("".join(file.lines), media_type="text/csv; charset=utf-8", headers=headers)
