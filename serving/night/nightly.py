"""One night: from the lake to a queue, step by step, in the order in which a person would do it by hand.

`build` does everything but write, so a trial run and a replay walk the very same steps; `run_night` writes what it
built in one transaction. Every number that a later reader could ask about is kept beside the night.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from types import MappingProxyType

import numpy as np
from sqlalchemy import Connection, Engine

from arrears.clock import Clock, SystemClock, day_of, start_of_day
from arrears.errors import BadInput, WrongUse
from arrears.events.drain import drained
from arrears.experiments.enrolments import enrol
from arrears.lake import Lake
from arrears.policy.facts import Facts
from arrears.policy.lawless import refuse_lawless
from arrears.policy.tightened import limits_of_house
from arrears.policy.verdict import Judgement
from arrears.queues import store
from arrears.queues.ledger import import_weeks
from arrears.queues.looked_at import LookedAt, looked_at
from arrears.queues.record import record_allocation, record_night
from arrears.queues.strategy import Strategy
from arrears.queues.supervise.roster import roster_of
from arrears.settings import Settings
from arrears.state.closed import BY_ALL, BY_CLIENT
from features.episodes import began_on
from models.lawful import approvals_of
from models.registry import Registry
from serving.gate.book import Book, questions, read_book
from serving.gate.conduct_facts import past_weeks
from serving.gate.may_we import judge_day, lawless_in, read_facts, recorded_at_desk, served_day
from serving.night import rows as night_rows
from serving.night.allocate import at_work
from serving.night.arms import Running, divided, running_on, strategies_of
from serving.night.built import Built
from serving.night.lanes import lanes_of
from serving.night.lists import lists_of
from serving.night.promised import follow_ups
from serving.night.questions import desk_questions
from serving.night.shadow import score_in_the_shadow
from serving.night.staffed import keep_apart
from serving.night.worths import Worths
from serving.scores.champion import champions_on, version_on
from serving.scores.further import further_on
from serving.scores.losses import losses_on
from serving.scores.scoring import Champion, fitting, score

_log = logging.getLogger(__name__)
Progress = Callable[[str], None]
Tests = Callable[[date], Running | None]
NONE_FURTHER: Mapping[str, Champion] = MappingProxyType({})


def quiet(step: str) -> None:
    """Tell nobody."""
    del step


def no_tests(day: date) -> Running | None:
    """No test runs."""
    del day
    return None


@dataclass(frozen=True)
class Night:
    """A night that was written.

    `kept_back_by` is the night of a later day that goes on serving in its place; None where this one is served.
    `shadows` are the versions that scored its book and changed nothing.
    """

    night_id: int
    built: Built
    kept_back_by: int | None
    shadows: tuple[str, ...] = ()


def run_night(
    engine: Engine,
    lake: Lake,
    registry: Registry,
    as_of: date,
    strategy: Strategy,
    *,
    clock: Clock,
    served_on: date | None = None,
    limits_on: date | None = None,
    who: str = "arrears night",
    replace: bool = False,
    progress: Progress = quiet,
) -> Night:
    """Score, hold, value, rank and serve the past-due book of a day.

    Parameters
    ----------
    served_on : the day that is judged, when the items are worked; by default the next business day after `as_of`.
    limits_on : the day whose limits of conduct are in force; by default the real one, wherever the portfolio stands.
    clock : the portfolio's, by which leases run.
    replace : serve it even where a night of a later day is served.

    Returns
    -------
    Night : its id, and all that was built. Its items are now the ones that are served and those of the night before
        are withdrawn, unless a night of a later day goes on serving.

    Raises
    ------
    BadInput : the lake is empty, or knows no account on that day.
    """
    lake = drained(engine, lake, clock)
    with engine.connect() as connection:
        built = build_by_champions(
            lake,
            registry,
            as_of,
            strategy,
            served_on=served_on,
            limits_on=limits_on,
            connection=connection,
            now=clock.now(),
            progress=progress,
        )
    progress("Writing the queue")
    with engine.begin() as connection:
        night_id = record_night(
            connection,
            night_rows.night(built, ran_at=clock.now()),
            accounts=night_rows.accounts(built),
            items=night_rows.items(built, at=clock.now()),
            who=who,
            replace=replace,
            at=clock.now(),
            zone=built.book.settings.portfolio.zone,
        )
        kept_back_by = store.superseded_by(connection, night_id)
        if kept_back_by is None:
            enrol(connection, night_id, built.served_on, built.arms.came_in if built.arms else ())
            _keep_staff_apart(connection, lake, night_id, built)
            _take_over_contacts(connection, lake, built)
            record_allocation(connection, night_id, built.lists.allocation.report, at=clock.now())
    _log.info(
        "night.ran night=%d as_of=%s past_due=%d held=%d served=%d scored_by=%s kept_back_by=%s",
        *(night_id, as_of, len(built.book), built.held, len(built.ranking), built.scores.scored_by, kept_back_by),
    )
    progress("Scoring in the shadow")
    shadows = score_in_the_shadow(engine, registry, built, night_id)
    return Night(night_id=night_id, built=built, kept_back_by=kept_back_by, shadows=tuple(shadows))


def _keep_staff_apart(connection: Connection, lake: Lake, night_id: int, built: Built) -> None:
    """Items of arms with staff of their own are for nobody else."""
    if built.arms is not None and built.arms.staff:
        keys = [(part.test, part.arm) for part in built.arms.parts]
        keep_apart(connection, night_id, keys, built.arms.staff, roster_of(lake).ids_on(built.served_on))


def _take_over_contacts(connection: Connection, lake: Lake, built: Built) -> None:
    """The lake's contacts of the past weeks into the ledger, where a claim reads them."""
    cutoff = built.book.cutoff
    with lake.connect() as con:
        contacts = past_weeks(con, questions(lake.present, built.book.settings).conduct, cutoff)
    if contacts is not None:
        import_weeks(connection, contacts, cutoff=cutoff)


def build_by_champions(
    lake: Lake,
    registry: Registry,
    as_of: date,
    strategy: Strategy,
    *,
    served_on: date | None = None,
    limits_on: date | None = None,
    connection: Connection | None = None,
    now: datetime | None = None,
    progress: Progress = quiet,
) -> Built:
    """Every step but the last, with the champions of this moment, or rules where there is none: a trial run."""
    progress("Asking for the champions")
    approvals = approvals_of(lake)
    champions = champions_on(registry, as_of, approvals)
    strategies = () if connection is None else strategies_of(connection)

    def opened(name: str, version: str) -> Champion:
        return version_on(registry, name, version, as_of, approvals)

    return build(
        lake,
        champions,
        as_of,
        strategy,
        further=further_on(registry, as_of, strategy, approvals, arms=strategies),
        served_on=served_on,
        limits_on=limits_on,
        connection=connection,
        now=now,
        running=no_tests if connection is None else partial(running_on, connection, opened),
        progress=progress,
    )


def build(
    lake: Lake,
    champions: tuple[Champion, Champion],
    as_of: date,
    strategy: Strategy,
    *,
    further: Mapping[str, Champion] = NONE_FURTHER,
    settings: Settings | None = None,
    served_on: date | None = None,
    limits_on: date | None = None,
    connection: Connection | None = None,
    now: datetime | None = None,
    allocate: bool = True,
    grouped_by: str = BY_ALL,
    running: Tests = no_tests,
    progress: Progress = quiet,
) -> Built:
    """Every step of the night but the last, which writes.

    Parameters
    ----------
    champions : what scores paying and what scores rolling, as `champion.champions_on` tells.
    further : what else was asked, as `further.further_on` tells; each may be absent.
    settings : by default the lake's own; a replay gives those that its night recorded.
    served_on, limits_on : as in `run_night`.
    connection : to the database, whose ledger tells what collectors recorded and no load has brought; None: nothing.
    now : the moment it runs: who is away was told by then. None: nobody is.
    allocate : give the items to collectors; a replay does not.
    grouped_by : what makes a work group; a replay gives what did so in its night.
    running : tells which champion/challenger tests a night for a day works by.
    """
    began = time.perf_counter()
    progress("Opening the lake")
    _refuse_what_nobody_knew(lake, as_of)
    asked = questions(lake.present, settings or lake.settings)
    portfolio = asked.settings.portfolio
    served_on = _day_after(as_of, served_on) or served_day(as_of, asked.settings)
    limits_on = limits_on or day_of(SystemClock().now(), portfolio.zone)
    with lake.connect() as con:
        progress("Reading what was known")
        book = read_book(con, asked, as_of)
        if grouped_by == BY_CLIENT:
            book = replace(book, work_group=book.client)
        losses = losses_on(con, lake.present, asked.settings, as_of)
        at = start_of_day(served_on, portfolio.zone)
        desk = None if connection is None else recorded_at_desk(connection, book.cutoff)
        facts = read_facts(con, asked.conduct, asked.settings, book.positions, at=at, limits_on=limits_on, desk=desk)
        of_desk = desk_questions(lake.present, asked.settings)
        promises = of_desk.promises.run(con) if of_desk.promises else None
        asks = of_desk.needs.run(con)
        since = began_on(con, of_desk.episodes, book.debtor_id.tolist())
    progress(f"Scoring {len(book):,} past-due accounts")
    propensity, roll_rate = (fitting(each, book.names) for each in champions)
    further = {name: fitting(each, book.names) for name, each in further.items()}
    scores = score(book, propensity, roll_rate, losses)
    progress("Asking the rules")
    judgement = judged(book, facts, served_on)
    promised = follow_ups(book, promises, facts, served_on)
    if connection is None or now is None:
        seen: LookedAt = frozenset()
    else:
        seen = looked_at(connection, now, grouped_by=grouped_by)
    limits = limits_of_house(asked.settings.conduct)
    lanes = lanes_of(book, facts, judgement, promised, limits, served_on, seen=seen)
    work = at_work(lake, served_on, asked.settings, connection=connection, now=now)
    progress("Valuing and ranking")
    worths = Worths(book, scores, losses, further, lanes.served)
    tests = running(served_on)
    if tests is None:
        ordered = worths.by(strategy)
    else:
        arms = divided(book, tests, strategy, served_on, asks=asks, began_on=since, score=scores.propensity)
        ordered = worths.by_arms(arms, strategy, work.capacity)
    progress("Giving out the items")
    lists = lists_of(book, strategy, ordered, lanes, asks, since, work, served_on, allocate=allocate)
    return Built(
        lake=lake,
        strategy=strategy,
        book=book,
        served_on=served_on,
        limits_on=limits_on,
        losses=losses,
        scores=ordered.scores,
        by_champion=scores,
        further=further,
        judgement=judgement,
        lanes=lanes,
        terms=ordered.terms,
        ranking=ordered.ranking,
        parts=ordered.parts,
        arms=ordered.arms,
        lists=lists,
        feature_fingerprint=asked.fingerprint,
        features_absent=dict(asked.features.absent or {}),
        seconds=time.perf_counter() - began,
    )


def _refuse_what_nobody_knew(lake: Lake, as_of: date) -> None:
    """A queue of nobody would take the place of the one that is served."""
    asked = f"a night as of {as_of}"
    if not lake.exists():
        raise BadInput(asked=asked, found="an empty lake", do="Load a source first: arrears load demo.")
    if lake.first_day is not None and as_of < lake.first_day:
        raise BadInput(
            asked=asked,
            found=f"the lake's first fact became known on {lake.first_day}",
            do=f"Choose a day from then on; its last is {lake.last_day}.",
        )


def _day_after(as_of: date, served_on: date | None) -> date | None:
    if served_on is not None and served_on < as_of:
        raise WrongUse(
            asked=f"a night as of {as_of} for {served_on}",
            found="the day it is for lies before the day it knows",
            do="Leave --for out: it is the next business day then.",
        )
    return served_on


def judged(book: Book, facts: Facts, day: date) -> Judgement:
    """What the rules say of the book on a day; the facts' first accounts are the book's, row by row.

    Raises
    ------
    BadInput : somebody lives in a country whose law nobody has switched on.
    """
    if not np.array_equal(facts.accounts.id[: len(book)], book.account_id):
        message = "the facts are not the book's"
        raise AssertionError(message)
    settings = book.settings
    refuse_lawless(f"a night for {day}", lawless_in(facts, settings))
    return judge_day(facts, limits_of_house(settings.conduct), day)
