"""Who of a night is in which test and arm, by what each is scored and ranked, and which share of the minutes that gets.

Of a test's debtors all arms together get the minutes that the strategy in force would have given them, and each arm its
part of these by its number of debtors: an arm can win by what it does with its minutes, never by taking the other's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from arrears.experiments import enrolments, records
from arrears.experiments.assign import NONE, Arms, Debtors, Eligible, arm_of
from arrears.experiments.design import Design
from arrears.experiments.enrolments import Enrolled
from arrears.experiments.placed import Placed, placed
from arrears.experiments.records import Experiment
from arrears.experiments.staff import Staff
from arrears.policy.columns import Days, Numbers, Rows, Words
from arrears.queues.holdout import held_out
from arrears.queues.in_force import at_hand
from arrears.queues.rank import Ranking
from arrears.queues.strategy import Strategy
from arrears.queues.strategy import read as read_strategy
from serving.gate.book import Book
from serving.night.answering import Answering, ByArm, Opened, answering_again, answering_of
from serving.night.by_part import Parts, mixed, whole
from serving.night.staffed import first_by_test, staff_by_test
from serving.scores.scoring import Champion

_COVARIATES = ("balance_before_minor", "past_due_before_minor", "bucket_before", "champion_score")
"""What is kept of each debtor from before the test; a design names those it reads."""


@dataclass(frozen=True)
class Running:
    """The tests of a night, and what earlier nights drew.

    Attributes
    ----------
    strategies : of every arm by which debtors are worked, by test and arm, in the designs' order; an arm that was ended
        has none, and None is the strategy in force.
    recorded : by debtor the test and arm that stand.
    closed : labels of those into which nobody comes any more.
    models : what answers for the arms that name a version of a model.
    staff : by test who works which arm, where arms have staff of their own.
    first : by such a test the collector who had each debtor first.
    """

    experiments: tuple[Experiment, ...]
    strategies: Mapping[tuple[str, str], Strategy | None]
    recorded: Mapping[str, tuple[str, str]]
    closed: frozenset[str] = frozenset()
    models: ByArm = field(default_factory=dict)
    staff: Mapping[str, Staff] = field(default_factory=dict)
    first: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Those who are worked by one strategy: an arm of a test, or, with neither, everybody in none.

    Attributes
    ----------
    debtors : past due that night.
    assigned : drawn for the arm so far, whether they are still past due or not.
    share : of every collector's minutes.
    enrols : whether that night drew newcomers for its test.
    model : what answers in place of the night's own; None where its arm names no version of a model.
    """

    test: str
    arm: str
    strategy: Strategy
    debtors: int
    assigned: int
    share: float
    enrols: bool = True
    model: Answering | None = None

    @property
    def answers(self) -> Champion | None:
        """The version that answers for its accounts in place of the night's own; None where none does."""
        return self.model.by if self.model is not None and self.model.by.loaded is not None else None

    def document(self) -> dict[str, Any]:
        """As a night keeps it."""
        return {
            "test": self.test,
            "arm": self.arm,
            "strategy": self.strategy.document(),
            "debtors": self.debtors,
            "assigned": self.assigned,
            "share": self.share,
            "enrols": self.enrols,
            **(self.model.document() if self.model else {}),
        }


@dataclass(frozen=True)
class Divided:
    """A night's book by arms.

    Attributes
    ----------
    parts : the first is everybody in no test.
    of_account : (n,) the part of each account, all of one debtor alike.
    came_in : who is drawn for the first time.
    staff : by test, where arms have staff of their own.
    first : by such a test the collector who had each debtor first.
    """

    parts: tuple[Part, ...]
    of_account: Rows
    came_in: tuple[Enrolled, ...]
    staff: Mapping[str, Staff] = field(default_factory=dict)
    first: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def not_reached(self) -> tuple[str, ...]:
        """Tests with debtors past due none of whom the strategy in force reaches, so that no arm has any minutes."""
        tests = dict.fromkeys(part.test for part in self.parts if part.test)
        of = {test: [part for part in self.parts if part.test == test] for test in tests}
        return tuple(test for test, own in of.items() if any(p.debtors for p in own) and not any(p.share for p in own))


def strategies_of(connection: Connection) -> tuple[Strategy, ...]:
    """The strategies of all arms of tests that run."""
    return tuple(each for each in _strategies(records.running(connection)).values() if each is not None)


def running_on(connection: Connection, opened: Opened, day: date) -> Running | None:
    """The tests that a night for a day works by; None where none runs."""
    found = tuple(each for each in records.running(connection) if each.design.enrolment.starts <= day)
    if not found:
        return None
    names = sorted({each.design.name for each in found})
    closed = frozenset(each.label for each in found if each.closed_on is not None)
    standing = enrolments.standing(connection, names, through=day)
    strategies = _strategies(found)
    staff = staff_by_test(connection, list(strategies))
    first = first_by_test(connection, staff, standing, day)
    return Running(found, strategies, standing, closed, answering_of(found, opened), staff, first)


def running_again(
    connection: Connection, opened: Opened, night_id: int, told: Sequence[Mapping[str, Any]], day: date
) -> Running | None:
    """The tests of a recorded night, as they stood before it drew; None where none ran.

    Parameters
    ----------
    told : as the night keeps it.
    day : that the night was for.
    """
    strategies = {
        (part["test"], part["arm"]): read_strategy(dict(part["strategy"]), where=f"night {night_id}")
        for part in told
        if part["test"] != NONE
    }
    names = dict.fromkeys(test.partition("/")[::2] for test, _ in strategies)
    found = tuple(test for name, version in names if (test := records.find(connection, name, int(version))) is not None)
    known = enrolments.standing(connection, sorted({name for name, _ in names}), through=day, before_night=night_id)
    closed = frozenset(str(part["test"]) for part in told if not part.get("enrols", True))
    staff = staff_by_test(connection, list(strategies))
    first = first_by_test(connection, staff, known, day, before_night=night_id)
    return Running(found, strategies, known, closed, answering_again(told, opened), staff, first) if found else None


def divided(
    book: Book,
    running: Running,
    champion: Strategy,
    day: date,
    *,
    asks: pa.Table,
    began_on: Mapping[str, date],
    score: Numbers,
) -> Divided:
    """Give every debtor of a book its place; who is in the random holdout is in no test.

    Parameters
    ----------
    champion : the strategy of everybody in no test.
    asks : rows of `questions.DeskQuestions.needs`.
    began_on : since when each debtor is past due.
    score : (n,) the chance to pay, as it stands before the test.
    """
    stand = _placed(book)
    who, lead, owed = stand.debtor_id, stand.lead, stand.owed
    entered = np.array([began_on.get(debtor) for debtor in who.tolist()], dtype="M8[D]")
    eligible = {
        each.label: _eligible(each.design, book, lead, owed, entered)
        for each in running.experiments
        if each.label not in running.closed
    }
    standing = [running.recorded.get(debtor, (NONE, NONE)) for debtor in who.tolist()]
    kept = Arms(*(np.array([each[place] for each in standing], dtype=np.str_) for place in range(2)))
    home = _homes(book, lead, asks)
    desk = book.settings.desk
    asked = Debtors(who, home, held_out(who, entered, day, share=desk.holdout_share, days=desk.holdout_days))
    designs = [each.design for each in running.experiments]
    arms = arm_of(designs, asked, day=day, eligible=eligible, recorded=kept)
    parts, of_debtor = _parts(arms, kept, running, champion)
    models = {key: each.fitting(book.names) for key, each in running.models.items()}
    parts = tuple(replace(each, model=models.get((each.test, each.arm))) for each in parts)
    place = np.searchsorted(who, book.debtor_id)
    before = _before(book, lead, owed, score)
    ids = {each.label: each.experiment_id for each in running.experiments}
    # Whoever comes into a household of a version that has ended is in none: nobody is worked by it any more.
    came = np.flatnonzero(np.isin(arms.test, list(ids)) & (kept.test == NONE))
    came_in = tuple(
        Enrolled(
            experiment_id=ids[str(arms.test[row])],
            debtor_id=str(who[row]),
            arm=str(arms.arm[row]),
            household=str(home[row]),
            stratum=str(stratum[row]) if (stratum := eligible[str(arms.test[row])].stratum) is not None else "",
            covariates={name: float(column[row]) for name, column in before.items()},
        )
        for row in came.tolist()
    )
    return Divided(parts, of_debtor[place], came_in, running.staff, running.first)


def with_minutes(told: Divided, ranking: Ranking, capacity: float | None) -> Divided:
    """The same with each part's share of the minutes.

    Parameters
    ----------
    ranking : of the whole book by the strategy in force.
    capacity : minutes of the team; None: as many as the items need.
    """
    minutes = ranking.terms["expected_minutes"]
    reached = np.cumsum(minutes) - minutes < (np.inf if capacity is None else capacity)
    part = told.of_account[ranking.lead]
    spent = np.bincount(part[reached], weights=minutes[reached], minlength=len(told.parts))
    tests = np.array([each.test for each in told.parts])
    # By everybody assigned: an arm whose debtors are cured sooner keeps its minutes.
    assigned = np.array([each.assigned for each in told.parts], dtype=np.float64)
    of_test = np.array([spent[tests == test].sum() for test in tests])
    among = np.array([assigned[tests == test].sum() for test in tests])
    shares = np.divide(of_test * assigned, among, out=np.zeros(len(tests)), where=among > 0)
    shares = shares / shares.sum() if shares.sum() else np.full(len(tests), 1 / len(tests))
    parts = tuple(replace(each, share=float(share)) for each, share in zip(told.parts, shares, strict=True))
    return replace(told, parts=parts)


def together(told: Divided, rankings: Sequence[Ranking]) -> tuple[Ranking, Parts]:
    """One ranking of all parts, in any stretch of which their minutes stand in their shares.

    Parameters
    ----------
    rankings : by part, of its own accounts by its own strategy.
    """
    if len(rankings) == 1:
        return rankings[0], whole(len(rankings[0]))
    of_item = np.repeat(np.arange(len(rankings)), [len(each) for each in rankings])
    members = [rows for each in rankings for rows in each.members]
    lead = np.concatenate([each.lead for each in rankings])
    terms = {name: np.concatenate([each.terms[name] for each in rankings]) for name in rankings[0].terms}
    shares = np.array([each.share for each in told.parts])
    places = np.concatenate([np.arange(len(each), dtype=np.float64) for each in rankings])
    order = np.argsort(mixed(Parts(of_item, shares), places, terms["expected_minutes"]), kind="stable")
    return (
        Ranking(
            members=[members[place] for place in order.tolist()],
            lead=lead[order],
            terms={name: column[order] for name, column in terms.items()},
        ),
        Parts(of_item[order], shares),
    )


def _strategies(experiments: Sequence[Experiment]) -> dict[tuple[str, str], Strategy | None]:
    return {
        (each.label, arm.name): at_hand(arm.strategy) if arm.strategy else None
        for each in experiments
        for arm in each.arms_left
    }


def _homes(book: Book, lead: Rows, asks: pa.Table) -> Words:
    """(debtors,) the household of each, or the debtor's own id where nothing is known of one."""
    place = pc.index_in(pa.array(book.account_id[lead]), value_set=asks["account_id"].combine_chunks())
    homes = asks["household_id"].take(place).to_pylist()
    # Marked, so that a household that is named like another debtor is not taken for that debtor.
    told = [f"h:{home}" if home else who for home, who in zip(homes, book.debtor_id[lead].tolist(), strict=True)]
    return np.array(told, dtype=np.str_)


def _placed(book: Book) -> Placed:
    return placed(
        debtor_id=book.debtor_id,
        account_id=book.account_id,
        currency=book.currency,
        bucket_rank=book.bucket_rank,
        balance_minor=book.balance_minor,
        past_due_minor=book.past_due_minor,
    )


def _eligible(design: Design, book: Book, lead: Rows, owed: Numbers, entered: Days) -> Eligible:
    entry = np.where(entered >= np.datetime64(design.enrolment.starts, "D"), "new", "stock")
    bucket = book.bucket[lead]
    flags = design.cohort.holds(
        currency=book.currency[lead], bucket=bucket, client=book.client[lead], entry=entry, balance_minor=owed
    )
    stratum = design.cohort.stratum(design.strata, bucket=bucket, entry=entry, balance_minor=owed)
    return Eligible(flags, stratum if design.strata else None)


def _before(book: Book, lead: Rows, owed: Numbers, score: Numbers) -> dict[str, Numbers]:
    columns = (owed, np.nan_to_num(book.past_due_minor[lead]), book.bucket_rank[lead].astype(np.float64), score[lead])
    return dict(zip(_COVARIATES, columns, strict=True))


def _parts(arms: Arms, kept: Arms, running: Running, champion: Strategy) -> tuple[tuple[Part, ...], Rows]:
    """The parts, those of arms in the designs' order, and which each debtor is of."""
    # Whose arm was ended is of none of them, and is worked like everybody in no test.
    keys = [(NONE, NONE), *running.strategies]
    of_debtor = np.zeros(len(arms.arm), dtype=np.int64)
    for place, (test, arm) in enumerate(keys[1:], start=1):
        of_debtor[(arms.test == test) & (arms.arm == arm)] = place
    counts = np.bincount(of_debtor, minlength=len(keys)).tolist()
    new = Counter(zip(arms.test[kept.test == NONE].tolist(), arms.arm[kept.test == NONE].tolist(), strict=True))
    assigned = Counter(running.recorded.values()) + new
    parts = tuple(
        Part(test, arm, by or champion, count, assigned[test, arm], 0.0, test not in running.closed)
        if test
        else Part(test, arm, champion, count, count, 0.0)
        for ((test, arm), by), count in zip({(NONE, NONE): champion, **running.strategies}.items(), counts, strict=True)
    )
    return parts, of_debtor
