"""The page Debtor: who owes what, how each account was scored and ranked, whether it may be worked, and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import Connection

from arrears.buckets import AGEING
from arrears.policy.verdict import ChannelVerdict
from arrears.queues import store
from arrears.queues.item import Json, JudgedAccount, Night, Term, WorkItem
from arrears.settings import Settings
from models.registry import Loaded
from models.roll_rate import edge_name
from serving.console import charts
from serving.console.effect_told import worth_told
from serving.console.frame import today_of
from serving.console.story import AccountStory, Story, story_of, use_of_limit
from serving.console.words import many, money, share, short_day
from serving.deployment import Deployment
from serving.present import in_zone
from serving.scores.answers import MODELS
from serving.scores.further import UPLIFT

QUESTIONS = {
    "roll": ("Will it roll?", "into a worse bucket by its next statement", "pushes towards rolling", False),
    "propensity": ("Will it pay?", "enough to count as paying, within its horizon", "speaks for paying", True),
}
"""What each model answers, as the page asks it: the question, what is meant, what a bar to the right does, whether
that is good news."""

ASKED_OF = {edge_name(rank): f"worse than {bucket.value}" for rank, bucket in enumerate(AGEING)}
"""Names of the roll-rate model's boosters in words."""


@dataclass(frozen=True)
class Score:
    """One model's answer for an account, with its chart; `by` is the version where its arm of a test named one."""

    name: str
    question: str
    meant: str
    rightwards: str
    rightwards_is_good: bool
    asked_of: str | None
    told: Mapping[str, Any]
    chart: Markup | None
    by: str | None


@dataclass(frozen=True)
class Shown:
    """One account of the page: what the lake tells of it and, where it is past due, what the night made of it.

    `strategy` is the one by which it was worked out, its arm's where a test has it; empty where no night judged it.
    """

    story: AccountStory | None
    judged: JudgedAccount | None
    item: WorkItem | None
    strategy: Json
    terms: tuple[Term, ...]
    scores: tuple[Score, ...]
    timeline: Markup | None
    use: str | None
    live: str | None
    loss: str | None
    worth: str | None
    item_terms: tuple[Term, ...]
    now: tuple[ChannelVerdict, ...] | None

    @property
    def account_id(self) -> str:
        """The account's id."""
        if self.judged is not None:
            return self.judged.account_id
        return self.story.account_id if self.story else ""


def shown(deployment: Deployment, debtor_id: str) -> dict[str, Any] | None:
    """What the page shows; None where nobody of that id is known."""
    now = deployment.clock.now()
    story = story_of(deployment.lake, deployment.settings, debtor_id, now)
    with deployment.engine.connect() as connection:
        night = deployment.night(connection)
        judged = store.accounts_of(connection, night.night_id, debtor_id) if night else []
        if story is None and not judged:
            return None
        accounts = _accounts(connection, deployment, night, judged, story)
        verdicts = deployment.verdicts_of(connection, debtor_id)
    accounts = [replace(each, now=verdicts.get(each.account_id)) for each in accounts]
    return {
        "debtor_id": debtor_id,
        "debtor": story.debtor if story else {},
        "accounts": accounts,
        "night": night,
        "now": in_zone(now, deployment.settings.portfolio.zone),
        "in_zone": lambda at: in_zone(at, deployment.settings.portfolio.zone),
        "today": today_of(now, deployment.settings.portfolio.zone),
    }


def _accounts(
    connection: Connection,
    deployment: Deployment,
    night: Night | None,
    judged: list[JudgedAccount],
    story: Story | None,
) -> list[Shown]:
    stories = {each.account_id: each for each in (story.accounts if story else ())}
    by_id = {each.account_id: each for each in judged}
    ids = [*by_id, *(other for other in stories if other not in by_id)]
    return [_shown(connection, deployment, night, by_id.get(each), stories.get(each)) for each in ids]


def _shown(
    connection: Connection,
    deployment: Deployment,
    night: Night | None,
    judged: JudgedAccount | None,
    story: AccountStory | None,
) -> Shown:
    item = store.item_of(connection, night.night_id, judged.account_id) if night and judged else None
    strategy = night.strategy_of(judged.experiment, judged.arm) if night and judged else {}
    terms = night.explain(judged.terms, strategy) if night and judged else ()
    return Shown(
        story=story,
        judged=judged,
        item=item,
        strategy=strategy,
        terms=terms,
        scores=tuple(_scores(judged)) if judged else (),
        timeline=_timeline(story),
        use=use_of_limit(story.facts, judged.balance_minor) if story and judged else None,
        live=live_status(story, deployment.settings, night.as_of) if story and judged and night else None,
        loss=loss_told(terms, judged.currency) if judged else None,
        worth=worth_told(terms, night, judged, _uplift_of(deployment, night, judged)) if night and judged else None,
        item_terms=_of_several(night, item) if night and item else (),
        now=None,
    )


def _uplift_of(deployment: Deployment, night: Night, judged: JudgedAccount) -> Loaded | None:
    """The version that told what a call to an account adds, where this process has it open."""
    label = night.model_labels(judged.arm_model).get(UPLIFT)
    return deployment.champions.held(*label.split("/")) if label else None


def _of_several(night: Night, item: WorkItem) -> tuple[Term, ...]:
    """The money of an item that adds up several accounts; one account's item says what the account says."""
    if len(item.accounts) < 2:  # noqa: PLR2004 - several begin at two
        return ()
    told = night.explain(item.terms, night.strategy_of(item.experiment, item.arm))
    return tuple(term for term in told if term.unit in ("money", "money_per_minute"))


def live_status(story: AccountStory, settings: Settings, as_of: date) -> str | None:
    """Which status the bucket is and which one the reasons speak of; None where every status is settled at once."""
    settles = settings.for_client(story.facts["client"]).delinquency.status_settles_days
    known = [each.day for each in story.months if each.bucket is not None and each.day <= as_of]
    settled = [day for day in known if day + timedelta(days=settles) <= as_of]
    if not known or known[-1:] == settled[-1:]:
        return None
    live = (
        f"The bucket is the live status, of {short_day(known[-1])}: it decides who is worked. It counts as settled "
        f"{many(settles, 'day')} later; until then it may still change."
    )
    return f"{live} Reasons speak of the last settled status, of {short_day(settled[-1])}." if settled else live


def loss_told(terms: Sequence[Term], currency: str) -> str | None:
    """What the two loss shares of an account mean and where they come from; None where it has no next bucket.

    Examples
    --------
    >>> told = {"exposure_minor": 100_000.0, "loss_if_rolled": 0.07, "loss_if_not": 0.02}
    >>> loss_told([Term(name, "", "", value) for name, value in told.items()], "USD").split(": ")[0]
    'If it rolls 7.0 % of the 1,000 USD owed is lost in the end, else 2.0 %'
    """
    known = {term.name: term.value for term in terms}
    owed, rolled, stayed = (known.get(name) for name in ("exposure_minor", "loss_if_rolled", "loss_if_not"))
    if owed is None or rolled is None or stayed is None or owed <= 0:
        return None
    return (
        f"If it rolls {share(rolled, 1)} of the {money(owed, currency)} {currency} owed is lost in the end, "
        f"else {share(stayed, 1)}: the difference, {money(owed * (rolled - stayed), currency)} {currency}, is what "
        "stopping the roll saves. Portfolio tells what an average account of each bucket loses; here the buckets that "
        "this account may reach next are weighed by how likely they are."
    )


def _scores(judged: JudgedAccount) -> list[Score]:
    found = []
    for name, (question, meant, rightwards, is_good) in QUESTIONS.items():
        told = judged.reasons.get(name)
        if told is None:
            continue
        chart = None
        if told["contributions"]:
            chart = charts.reasons(told["contributions"], title=f"Reasons: {question}", rightwards_is_good=is_good)
        asked_of = ASKED_OF.get(told["booster"])
        by = judged.arm_model if judged.arm_model and judged.arm_model.startswith(f"{MODELS[name]}/") else None
        found.append(Score(name, question, meant, rightwards, is_good, asked_of, told, chart, by))
    return found


def _timeline(story: AccountStory | None) -> Markup | None:
    if story is None or not story.months:
        return None
    limit = story.facts.get("credit_limit_minor")
    return charts.timeline(story.months, limit_minor=limit, currency=str(story.facts["currency"]))
