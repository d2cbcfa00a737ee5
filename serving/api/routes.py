"""The addresses under /v1: each checks its contract, asks a reader, and says the answer in the API's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query

from arrears.queues import store
from arrears.state.closed import LANES
from arrears.state.reading import reading
from serving import running
from serving.api import payloads
from serving.api.described import PROBLEMS, SCORE_PROBLEMS
from serving.api.why_payloads import Why, why_of
from serving.console.reasons import sentences_of
from serving.deployment import Deployment
from serving.problems import Problem
from serving.scores import standing
from serving.scores.answers import MODELS, told_of
from serving.scores.standing import Standing
from serving.scores.why import why

router = APIRouter(prefix="/v1", responses=PROBLEMS)

AccountId = Annotated[str, Path(min_length=1, max_length=100)]
QueueName = Annotated[str, Path(min_length=1, max_length=40)]


@router.post("/score", responses=SCORE_PROBLEMS)
async def score(asked: payloads.ScoreRequest) -> payloads.ScoreResponse:
    """Scores and reasons of accounts, from the night's stored features or recomputed from current events."""
    deployment = running.deployment()
    if asked.fresh and len(asked.accounts) > payloads.MOST_FRESH:
        raise Problem("too-large", f"At most {payloads.MOST_FRESH} accounts are recomputed at a time.")
    wanted = list(dict.fromkeys(asked.accounts))
    find = _fresh if asked.fresh else _stored
    found = await to_thread.run_sync(find, deployment, wanted)
    scored = await _scores(deployment, found)
    return payloads.ScoreResponse(
        fresh=asked.fresh,
        degraded_because=deployment.champions.trouble or _misfit(scored),
        accounts=scored,
        unknown=len(wanted) - len(found),
    )


@router.get("/queues")
def queues() -> payloads.Queues:
    """The queues of the night that serves."""
    with reading(running.deployment().engine) as connection:
        night = running.deployment().served_night(connection)
        totals = store.queues(connection, night.night_id)
    return payloads.Queues(night=payloads.night_summary(night), queues=[payloads.queue_of(total) for total in totals])


@router.get("/queues/{queue}/items")
def items(
    queue: QueueName,
    *,
    bucket: payloads.Bucket | None = None,
    state: Annotated[str | None, Query(pattern="^(ready|claimed|worked|released|expired|withdrawn)$")] = "ready",
    rolls_by: date | None = None,
    q: Annotated[str | None, Query(max_length=100, description="Beginning of an account's or debtor's id.")] = None,
    sort: payloads.Sort = "rank",
    descending: bool = False,
    after: Annotated[str | None, Query(max_length=400, description="Cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> payloads.Items:
    """A page of a queue, best first or as asked."""
    with reading(running.deployment().engine) as connection:
        night = running.deployment().served_night(connection)
        if queue not in LANES:
            raise Problem("not-found", "No queue of that name. /v1/queues lists them.")
        page = store.items(
            connection,
            night.night_id,
            lane=queue,
            bucket=bucket,
            state=state,
            rolls_by=rolls_by,
            search=q or None,
            sort=sort,
            descending=descending,
            after=after or None,
            limit=limit,
        )
    rows = [payloads.item_of(row, sentences_of(row.reasons, most=4)) for row in page.rows]
    return payloads.Items(total=page.total, items=rows, after=page.after)


@router.get("/accounts/{account_id}")
def account(account_id: AccountId) -> payloads.Account:
    """One past-due account as the night judged it."""
    with reading(running.deployment().engine) as connection:
        night = running.deployment().served_night(connection)
        judged = store.account(connection, night.night_id, account_id)
        if judged is None:
            raise _not_judged()
        item = store.item_of(connection, night.night_id, account_id)
    return payloads.account_of(judged, night, item.rank if item else None)


@router.get("/accounts/{account_id}/why")
def why_account(account_id: AccountId) -> Why:
    """Scores with reasons, rank with terms, verdict with every hold."""
    with reading(running.deployment().engine) as connection:
        night = running.deployment().served_night(connection)
        if store.account(connection, night.night_id, account_id) is None:
            raise _not_judged()
        found = why(connection, account_id)
        now = running.deployment().verdicts_of(connection, found.account.debtor_id).get(account_id)
    return why_of(found, None if now is None else [each.document() for each in now])


@router.get("/models")
def models() -> payloads.Models:
    """Every registered model with its versions, and the version that serves."""
    champions = running.deployment().champions
    return payloads.Models(trouble=champions.trouble, models=_models(running.deployment()))


def _models(deployment: Deployment) -> list[payloads.Model]:
    registry, champions = deployment.registry, deployment.champions
    found = []
    for name in registry.names():
        serving = champions.of(name)
        versions = [
            payloads.ModelVersion(
                version=each.version,
                aliases=list(each.aliases),
                registered_at=each.registered_at,
                run_id=each.run_id,
                verdict=each.verdict,
                because=each.because,
                metrics=dict(each.metrics),
            )
            for each in registry.versions(name)
        ]
        found.append(payloads.Model(name=name, serving=serving.version if serving else None, versions=versions))
    return found


def _stored(deployment: Deployment, wanted: Sequence[str]) -> list[Standing]:
    with reading(deployment.engine) as connection:
        return standing.from_night(connection, running.deployment().served_night(connection), wanted)


def _fresh(deployment: Deployment, wanted: Sequence[str]) -> list[Standing]:
    lake = deployment.lake
    if not lake.exists():
        raise Problem("not-ready", "No portfolio is loaded: `arrears load SOURCE` loads one.")
    # A night's scores can stand in for models that are still being opened; a rules score should not.
    deployment.champions.wait()
    champions = [deployment.champions.of(name) for name in MODELS.values()]
    all_fit = all(each is not None and deployment.live.knows(lake, each.artifact.features) for each in champions)
    look = deployment.live.standing if all_fit else deployment.live.standing_by_rules
    with reading(deployment.engine) as connection:
        found = [look(lake, each, deployment.day, connection) for each in wanted]
    return [each for each in found if each is not None]


async def _scores(deployment: Deployment, found: Sequence[Standing]) -> list[payloads.ScoredAccount]:
    if not found:
        return []
    said: dict[str, list[payloads.Score | None]] = {}
    all_told = await told_of(deployment, found)
    for recorded_as, name in MODELS.items():
        told = all_told.get(name)
        if told is None:
            said[recorded_as] = [_otherwise(each, recorded_as) for each in found]
        else:
            said[recorded_as] = [None if one is None else payloads.score_of(told.label, one) for one in told.rows]
    answers = zip(found, said["propensity"], said["roll"], strict=True)
    return [_scored(each, propensity, roll) for each, propensity, roll in answers if propensity is not None]


def _misfit(scored: Sequence[payloads.ScoredAccount]) -> str | None:
    told = [each for one in scored for each in (one.propensity, one.roll) if each is not None]
    by_rules = any(each.scored_by == "rules" for each in told)
    return "A champion reads features that this book has not: the rules score answers instead." if by_rules else None


def _otherwise(each: Standing, recorded_as: str) -> payloads.Score | None:
    told = each.otherwise.get(recorded_as)
    return None if told is None else payloads.score_of(each.otherwise_by[recorded_as], told)


def _scored(each: Standing, propensity: payloads.Score, roll: payloads.Score | None) -> payloads.ScoredAccount:
    return payloads.ScoredAccount(
        account_id=each.account_id,
        debtor_id=each.debtor_id,
        as_of=each.as_of,
        bucket=each.bucket,
        propensity=propensity,
        roll=roll,
    )


def _not_judged() -> Problem:
    return Problem("not-found", "The night judged no such account: either the id is unknown, or it was not past due.")
