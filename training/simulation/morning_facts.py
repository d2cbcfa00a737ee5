"""The facts of one morning for those who might be called, as rules read them.

A block or contact on one account of a group counts for the group, as one talk is about all of its accounts; so each
group stands here as one account, the one that leads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from arrears.buckets import AGEING, Bucket
from arrears.policy import codes
from arrears.policy.asks import COLLECT, MANUAL
from arrears.policy.codes import NOT_GIVEN, Coded
from arrears.policy.columns import NOBODY, Asks, Contacts, Days, Discussed, Disputes, Holds, Parties, Promises, Rows
from arrears.policy.facts import Facts
from arrears.synthetic.chance import Flags, Ints
from arrears.synthetic.contacting import CHANNELS
from arrears.synthetic.lifts import NO_DAY
from arrears.synthetic.reaching import Line
from training.simulation.book_facts import BookFacts
from training.simulation.contacted import Booked
from training.simulation.observed import Observed

_PORTAL = -1
_BUCKETS = codes.BUCKET.array([*AGEING, Bucket.CHARGED_OFF])
_CHANNELS = codes.CHANNEL.array([*CHANNELS, "portal"])
_CONNECTS = {
    Line.RIGHT_PARTY: "answered",
    Line.VOICEMAIL: "voicemail",
    Line.NO_ANSWER: "no_answer",
    Line.THIRD_PARTY: "answered",
    Line.BUSY: "busy",
    Line.HUNG_UP: "answered",
    Line.NOT_IN_SERVICE: "not_in_service",
    Line.WRONG_NUMBER: "answered",
}
_CONNECT = codes.CONNECT.array([*(_CONNECTS[line] for line in Line), None])
_SAID = {Line.RIGHT_PARTY: "callback"} | {line: line.name.lower() for line in Line if line != Line.RIGHT_PARTY}
_DISPOSITION = codes.DISPOSITION.array([*(_SAID[line] for line in Line), None])
_NOTHING = np.datetime64("NaT", "D")
Columns = TypeVar("Columns")


def morning_facts(book: BookFacts, observed: Observed, groups: Ints, accounts: Ints) -> Facts:
    """The facts of the morning after the last day seen, with one ask a group: a call to the number that is dialled.

    Parameters
    ----------
    groups : whom; each once. `accounts` : the account that leads each.
    """
    return _Morning(book, observed, groups, accounts).facts()


class _Morning:
    def __init__(self, book: BookFacts, observed: Observed, groups: Ints, accounts: Ints) -> None:
        self.book, self.observed, self.made = book, observed, book.made
        self.asked = len(groups)
        self.debtors = np.unique(self.made.accounts.group_debtor[groups])
        self.person = np.full(len(self.made.people), NOBODY)
        self.person[self.debtors] = np.arange(len(self.debtors))
        self.booked = self._booked()
        others = np.setdiff1d(self.made.accounts.group[self.booked.account], groups)
        self.accounts = np.concatenate([accounts, self.made.accounts.group_start[others]])
        self.place = np.full(self.made.accounts.groups, NOBODY)
        self.place[np.concatenate([groups, others])] = np.arange(len(self.accounts))

    def facts(self) -> Facts:
        book = self.book.facts
        points = self._points()
        consents = self._of_people(book.consents, ("point",))
        morning = replace(
            book,
            limits_on=np.datetime64(self.made.calendar.on(self.observed.day + 1)),
            accounts=self._accounts(),
            people=_only(book.people, self.debtors),
            parties=self._parties(),
            points=points,
            holds=self._holds(),
            preferences=self._of_people(book.preferences, ()),
            consents=consents,
            notices=self._notices(),
            disputes=self._disputes(),
            promises=self._promises(),
            contacts=self._contacts(),
            discussed=Discussed(np.empty(0, np.int64), np.empty(0, np.int64)),
        )
        return morning.asking(self._asks())

    def _booked(self) -> Booked:
        lately = self.observed.contacted.lately()
        theirs = self.person[self.made.accounts.debtor[lately.account]] != NOBODY
        return _only(lately, np.flatnonzero(theirs))

    def _row_of(self, accounts: Ints) -> Rows:
        """The row of the group that each account belongs to."""
        return np.asarray(self.place[self.made.accounts.group[accounts]])

    def _accounts(self) -> Any:  # noqa: ANN401 - mypy loses the type through `replace`
        standing = self.observed.standing
        position = standing.position(self.accounts)
        static = _only(self.book.facts.accounts, self.accounts)
        return replace(
            static,
            person=self.person[self.made.accounts.debtor[self.accounts]],
            bucket=_BUCKETS[np.maximum(position.bucket_rank, 0)],
            balance_minor=position.balance_minor.astype(np.float64),
            past_due_minor=position.past_due_minor.astype(np.float64),
            small_balance_minor=np.zeros(len(self.accounts)),
            days_past_due=position.days_past_due,
            charged_off_on=self._dates(standing.charged_off_on[self.accounts]),
        )

    def _parties(self) -> Parties:
        rows = len(self.accounts)
        return Parties(
            account=np.arange(rows),
            person=self.person[self.made.accounts.debtor[self.accounts]],
            part=np.full(rows, codes.PART.of("primary"), np.int8),
            liable=np.ones(rows, np.int8),
        )

    def _points(self) -> Any:  # noqa: ANN401 - as above
        rows = self.book.point[self.debtors]
        there = rows != NOBODY
        static = _only(self.book.facts.points, rows[there])
        bad = self.observed.blocks.bad_number[self.debtors][there]
        self.point = np.full(rows.shape, NOBODY)
        self.point[there] = np.arange(int(there.sum()))
        status = np.where(bad, codes.POINT_STATUS.of("bad"), static.status).astype(np.int8)
        return replace(static, person=np.nonzero(there)[0], status=status)

    def _of_people(self, table: Columns, drop: Sequence[str]) -> Columns:
        whole = cast("Any", table)
        own = np.flatnonzero(self.person[whole.person] != NOBODY)
        kept = _only(whole, own)
        nowhere = {name: np.full(len(own), NOBODY) for name in drop}
        return cast("Columns", replace(kept, person=self.person[kept.person], **nowhere))

    def _notices(self) -> Any:  # noqa: ANN401 - as above
        table = self.book.facts.notices
        row = np.full(len(self.made.accounts), NOBODY)
        row[self.accounts] = np.arange(len(self.accounts))
        own = np.flatnonzero(row[table.account] != NOBODY)
        kept = _only(table, own)
        return replace(kept, account=row[kept.account])

    def _holds(self) -> Holds:
        blocks, day = self.observed.blocks, self.observed.day
        hardship = np.flatnonzero(blocks.hardship_until[self.debtors] >= day)
        ceased = np.flatnonzero(blocks.ceased_on[self.debtors] != NO_DAY)
        stopped = np.flatnonzero(blocks.stopped(self.debtors, day))
        person = np.concatenate([hardship, ceased, stopped])
        rows = len(person)
        ends = np.full(rows, NO_DAY)
        ends[: len(hardship)] = blocks.hardship_until[self.debtors[hardship]]
        starts = np.full(rows, day)
        starts[len(hardship) : len(hardship) + len(ceased)] = blocks.ceased_on[self.debtors[ceased]]
        kinds = ("hardship", "cease", "bankruptcy")
        return Holds(
            account=np.full(rows, NOBODY),
            person=person,
            kind=np.repeat(codes.HOLD.array(kinds), [len(hardship), len(ceased), len(stopped)]),
            starts_on=self._dates(starts),
            ends_on=self._dates(ends),
            form=np.full(rows, codes.FORM.of("written"), np.int8),
            received_at=self._dates(starts).astype("M8[us]"),
            named=np.zeros(rows, np.bool_),
            chapter=np.full(rows, "", np.str_),
        )

    def _disputes(self) -> Disputes:
        disputed = np.flatnonzero(self.observed.blocks.disputed_on != NO_DAY)
        row = self._row_of(disputed)
        disputed, row = disputed[row != NOBODY], row[row != NOBODY]
        opened, rows = self._dates(self.observed.blocks.disputed_on[disputed]), len(row)
        return Disputes(
            account=row,
            opened_on=opened,
            submitted_on=np.full(rows, _NOTHING),
            received_at=np.full(rows, _NOTHING.astype("M8[us]")),
            form=np.full(rows, codes.FORM.of("oral"), np.int8),
            amount_minor=np.full(rows, np.nan),
            code=np.full(rows, "", np.str_),
            resolved_on=np.full(rows, _NOTHING),
        )

    def _promises(self) -> Promises:
        promised = self.observed.promised
        row = self._row_of(promised.account)
        own = np.flatnonzero(promised.waiting(self.observed.day) & (row != NOBODY))
        return Promises(row[own], self._dates(promised.due_on[own]), self._dates(promised.grace_ends_on[own]))

    def _contacts(self) -> Contacts:
        booked, rows = self.booked, len(self.booked.day)
        debtor = self.made.accounts.debtor[booked.account]
        person = self.person[debtor]
        point = np.where(booked.number >= 0, self.point[person, booked.number], NOBODY)
        outward = ~booked.inbound
        return Contacts(
            person=person,
            account=self._row_of(booked.account),
            at=booked.at.astype("M8[us]"),
            channel=_CHANNELS[booked.channel],
            direction=np.where(outward, codes.DIRECTION.of("out"), codes.DIRECTION.of("in")).astype(np.int8),
            connect=_CONNECT[booked.line],
            disposition=_disposition(booked),
            conversation=booked.talked.astype(np.int8),
            consented=np.full(rows, NOT_GIVEN, np.int8),
            purpose=np.where(outward, COLLECT, NOT_GIVEN).astype(np.int8),
            technology=np.where(outward, MANUAL, NOT_GIVEN).astype(np.int8),
            point=point,
            reserved=np.zeros(rows, np.bool_),
        )

    def _asks(self) -> Asks:
        rows = np.arange(self.asked)
        person = self.person[self.made.accounts.debtor[self.accounts[rows]]]
        number = self.observed.blocks.best_number(self.debtors[person])
        return Asks(
            account=rows,
            person=person,
            party=rows,
            point=self.point[person, number],
            channel=np.full(len(rows), codes.CHANNEL.of("call"), np.int8),
            technology=np.full(len(rows), MANUAL, np.int8),
            purpose=np.full(len(rows), COLLECT, np.int8),
        )

    def _dates(self, days: Ints) -> Days:
        first = np.datetime64(self.made.calendar.starts_on)
        return np.where(days == NO_DAY, _NOTHING, first + days.astype("m8[D]"))


def _disposition(booked: Booked) -> Coded:
    inquiry = codes.DISPOSITION.of("inquiry")
    return np.where(booked.inbound, inquiry, _DISPOSITION[booked.line]).astype(np.int8)


def _only(table: Columns, rows: Rows | Flags) -> Columns:
    """The columns of these rows."""
    whole: Any = table
    taken: dict[str, NDArray[Any]] = {each.name: getattr(whole, each.name)[rows] for each in fields(whole)}
    return cast("Columns", type(whole)(**taken))
