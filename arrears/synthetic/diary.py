"""A world's days as rows of source tables: contacts, promises, payments, statements and what else was recorded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.synthetic import columns as to
from arrears.synthetic.book import Book
from arrears.synthetic.chance import Floats, Ints, Stream, uniform
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.contacting import CALL, CHANNELS, SMS, Contacts
from arrears.synthetic.months import DUE_BEFORE_END, Ends, Payments
from arrears.synthetic.paying import CHARGED_OFF
from arrears.synthetic.reaching import Line
from arrears.synthetic.recording import called_in, recording_lag, taken_back_on
from arrears.synthetic.sink import Sink
from arrears.synthetic.talking import DISPUTE_DAYS, HARDSHIP_DAYS, Talk
from arrears.synthetic.world import Happened, World

_CONNECTS = ("answered", "voicemail", "no_answer", "answered", "busy", "answered", "not_in_service", "answered")
_DISPOSITIONS = (
    "promise", "callback", "refused", "hardship", "dispute", "cease",
    "voicemail", "no_answer", "third_party", "busy", "hung_up", "not_in_service", "wrong_number",
    "delivered", "bounced",
)  # fmt: skip
_LINES_FROM, _MESSAGES_FROM = 5, 13
_STOPS = ("bankruptcy", "deceased", "servicemember", "attorney")
_STATEMENT_MINUTE = 22 * 60
_PAYMENT_MINUTE = 20 * 60


@dataclass(frozen=True)
class Diary:
    """Writes what happened; nothing it writes was recorded after the world's last day."""

    world: World
    book: Book
    clocks: Clocks
    sink: Sink

    def write(self, happened: Happened) -> None:
        """The rows of one day."""
        day = happened.day
        self._contacts(happened.contacts, day)
        self._inbound(happened.turned_up, day)
        self._promises(happened, day)
        self._payments(happened.payments, day)
        self._statements(happened.ends, day)
        self._versions(happened, day)
        self._blocks(happened, day)

    def _contacts(self, contacts: Contacts, day: int) -> None:
        made = self.world.setting
        rows = len(contacts.account)
        if not self._told("contacts", rows):
            return
        debtor = made.accounts.debtor[contacts.account]
        channel = contacts.actions.channel
        call = channel == CALL
        right = call & contacts.arrived
        minute = contacts.actions.hour * 60 + (self._drawn(Stream.MINUTES, contacts, day) * 60).astype(np.int64)
        at = self.clocks.local(made.people.place[debtor], day, minute)
        line = np.where(call, contacts.line, int(Line.NO_ANSWER))
        coded = np.where(right, contacts.ending, _LINES_FROM + line)
        coded = np.where(call, coded, _MESSAGES_FROM + ~contacts.arrived)
        collector = (self._drawn(Stream.COLLECTOR, contacts, day) * len(self.book.collectors)).astype(np.int64)
        drawn = uniform(made.seed, Stream.MINUTES, contacts.account, day, 1)
        talked = np.where(right, 2.0 + 8.0 * drawn, np.where(coded == _LINES_FROM + Line.THIRD_PARTY, 1.0, 0.0))
        number = np.where(channel <= SMS, contacts.number, channel)
        group = contacts.actions.group
        self.sink.add(
            "contacts",
            {
                "contact_id": _numbered("K", group * len(CHANNELS) + channel, day),
                "account_id": self.book.accounts.take(pa.array(contacts.account)),
                "debtor_id": self.book.debtors.take(pa.array(debtor)),
                "at": to.moments(at),
                "channel": to.words(CHANNELS, channel),
                "direction": to.same("out", rows),
                "disposition": to.words(_DISPOSITIONS, coded),
                "connect": to.where(call, to.words(_CONNECTS, line)),
                "verified_party": to.words((None, "primary"), right.astype(np.int64)),
                "conversation": pa.array(right),
                "purpose": to.same("collect", rows),
                "technology": to.where(call, to.same("manual", rows)),
                "point_id": self.book.point_ids(debtor, number),
                "collector_id": to.where(call, self.book.collectors.take(pa.array(collector))),
                "decision_id": _numbered("L", group * len(CHANNELS) + channel, day),
                "talk_minutes": to.where(call, pa.array(talked.round(1))),
                "wrap_minutes": to.where(call, pa.array(np.where(right, 1.5, 0.5))),
                "recorded_at": to.moments(at + 600_000_000),
            },
        )
        bad = np.flatnonzero(
            call & np.isin(contacts.line, (Line.NOT_IN_SERVICE, Line.WRONG_NUMBER)) & ~contacts.arrived
        )
        _, first = np.unique(debtor[bad], return_index=True)
        bad = bad[first]
        status = to.same("bad", len(bad))
        recorded = at[bad] + 600_000_000
        self.sink.add("points", self.book.point_rows(debtor[bad], contacts.number[bad], status, recorded))

    def _inbound(self, account: Ints, day: int) -> None:
        made, rows = self.world.setting, len(account)
        if not rows:
            return
        debtor = made.accounts.debtor[account]
        draws = uniform(made.seed, Stream.MINUTES, account, day, 2)
        at = self.clocks.local(made.people.place[debtor], day, 540 + (draws * 600).astype(np.int64))
        called = called_in(made, account, day)
        nothing = pa.nulls(rows, pa.string())
        self.sink.add(
            "contacts",
            {
                "contact_id": _numbered("J", account, day),
                "account_id": self.book.accounts.take(pa.array(account)),
                "debtor_id": self.book.debtors.take(pa.array(debtor)),
                "at": to.moments(at),
                "channel": to.words(("portal", "call"), called.astype(np.int64)),
                "direction": to.same("in", rows),
                "disposition": to.same("inquiry", rows),
                "connect": to.where(called, to.same("answered", rows)),
                "verified_party": to.same("primary", rows),
                "conversation": pa.array(called),
                "purpose": nothing,
                "technology": nothing,
                "point_id": nothing,
                "collector_id": nothing,
                "decision_id": nothing,
                "talk_minutes": to.where(called, pa.array((2.0 + 4.0 * draws).round(1))),
                "wrap_minutes": to.where(called, pa.array(np.full(rows, 1.5))),
                "recorded_at": to.moments(at + 600_000_000),
            },
        )

    def _promises(self, happened: Happened, day: int) -> None:
        made = happened.promises
        rows = len(made.account)
        if not self._told("promises", rows):
            return
        account = self.book.accounts.take(pa.array(made.account))
        self.sink.add(
            "promises",
            {
                "promise_id": to.joined(pc.binary_join_element_wise("V", account, ""), np.full(rows, day)),
                "account_id": account,
                "made_on": self._date(np.full(rows, day)),
                "due_on": self._date(made.due_on),
                "amount": to.money(made.amount_minor),
                "method": to.same("verbal", rows),
                "recorded_at": to.moments(self.clocks.house(np.full(rows, day))),
            },
        )

    def _payments(self, payments: Payments, day: int) -> None:
        made = self.world.setting
        lag = recording_lag(made, payments.account, day)
        self._payment_rows(payments, np.full(len(lag), day), day + lag, "", 1)
        back = np.flatnonzero(payments.returned)
        on = taken_back_on(made, payments.account[back], day)
        taken = Payments(payments.account[back], payments.amount_minor[back], payments.returned[back])
        self._payment_rows(taken, on, np.maximum(on, day + lag[back]), "R", -1, paid_on=day)

    def _payment_rows(
        self, payments: Payments, on: Ints, recorded: Ints, suffix: str, sign: int, paid_on: int | None = None
    ) -> None:
        known = recorded < self.world.setting.days
        if not self._told("payments", int(known.sum())):
            return
        account = payments.account[known]
        first = on[known] if paid_on is None else np.full(len(account), paid_on)
        own = to.joined(pc.binary_join_element_wise("P", self.book.accounts.take(pa.array(account)), ""), first)
        nothing = pa.nulls(len(account), pa.string())
        # A reversal is recorded a little after what it takes back.
        minute = _PAYMENT_MINUTE + (30 if suffix else 0)
        self.sink.add(
            "payments",
            {
                "payment_id": pc.binary_join_element_wise(own, suffix, ""),
                "line": pa.repeat(pa.scalar(1), len(account)),
                "account_id": self.book.accounts.take(pa.array(account)),
                "paid_on": self._date(on[known]),
                "amount": to.money(sign * payments.amount_minor[known]),
                "status": to.same("posted", len(account)),
                "source": to.same("voluntary", len(account)),
                "reverses": own if suffix else nothing,
                "recorded_at": to.moments(self.clocks.house(recorded[known], minute)),
            },
        )

    def _statements(self, ends: Ends, day: int) -> None:
        made, state = self.world.setting, self.world.state
        cycles = ends.cycles
        lost_on = np.maximum(state.charged_off_on[ends.account], 0)
        since = made.calendar.month[day] - made.calendar.month[lost_on]
        allowed = np.asarray([product.charge_off_after for product in made.given.products.values()])
        late = np.where(cycles == CHARGED_OFF, allowed[made.accounts.product[ends.account]] + 1 + since, cycles)
        # One cycle late misses the due of the cycle that ends now, two the one before as well.
        oldest_due = made.calendar.months_before(day, late - 1) - DUE_BEFORE_END
        days = np.where(late > 0, day - oldest_due, 0)
        due = made.calendar.next_end(made.accounts.cycle_day[ends.account], day + 1) - DUE_BEFORE_END
        rows = len(cycles)
        self.sink.add(
            "statements",
            {
                "account_id": self.book.accounts.take(pa.array(ends.account)),
                "cycle_end": self._date(np.full(rows, day)),
                "balance": to.money(ends.balance_minor),
                "past_due": to.money(ends.past_due_minor),
                "days_past_due": pa.array(days),
                "cycles_past_due": pa.array(late),
                "minimum_due": to.money(made.accounts.due_minor[ends.account]),
                "due_on": self._date(due),
                "recorded_at": to.moments(self.clocks.house(np.full(rows, day), _STATEMENT_MINUTE)),
            },
        )

    def _versions(self, happened: Happened, day: int) -> None:
        """Accounts that were charged off or closed, as they stand from today on."""
        state = self.world.state
        paid = happened.payments.account
        closed = paid[state.gone[paid]]
        for which, shut in ((happened.ends.charged_off, None), (closed, np.full(len(closed), day))):
            if not len(which):
                continue
            lost = state.charged_off_on[which]
            recorded = self.clocks.house(np.full(len(which), day))
            rows = self.book.account_rows(
                which, recorded, charged_off=lost, charged_off_minor=self._lost_minor(which), closed=shut
            )
            self.sink.add("accounts", rows)

    def _lost_minor(self, which: Ints) -> Ints:
        made = self.world.setting
        dues = np.asarray([product.charge_off_after + 1 for product in made.given.products.values()])
        owed = dues[made.accounts.product[which]] * made.accounts.due_minor[which]
        return np.asarray(made.accounts.principal_minor[which] + owed)

    def _blocks(self, happened: Happened, day: int) -> None:
        contacts = happened.contacts
        disputed = np.flatnonzero(self.world.state.disputed_until == day + DISPUTE_DAYS)
        self._disputes(disputed, day, day, None)
        self._disputes(happened.resolved, day - DISPUTE_DAYS, day, day)
        made = self.world.setting
        debtor = made.accounts.debtor[contacts.account]
        for talk, kind, days in ((Talk.HARDSHIP, "hardship", HARDSHIP_DAYS), (Talk.CEASE, "cease", None)):
            which = np.unique(debtor[contacts.ending == talk])
            self._holds(which, [kind] * len(which), day, days)
        stopped = np.flatnonzero(made.people.stopped_on == day)
        self._holds(stopped, [_STOPS[one % len(_STOPS)] for one in stopped], day, None)

    def _told(self, table: str, rows: int) -> bool:
        """True where a day has rows for a table, or the table none yet: even an empty one has columns."""
        return rows > 0 or table not in self.sink.rows

    def _disputes(self, account: Ints, opened: int, recorded: int, resolved: int | None) -> None:
        if self._told("disputes", len(account)):
            self.sink.add("disputes", self._dispute_rows(account, opened, recorded, resolved))

    def _holds(self, debtor: Ints, kinds: list[str], day: int, days: int | None) -> None:
        if self._told("holds", len(debtor)):
            self.sink.add("holds", self._hold_rows(debtor, kinds, day, days))

    def _dispute_rows(self, account: Ints, opened: int, recorded: int, resolved: int | None) -> dict[str, pa.Array]:
        rows = len(account)
        own = self.book.accounts.take(pa.array(account))
        opened_on = self._date(np.full(rows, opened))
        return {
            "dispute_id": to.joined(pc.binary_join_element_wise("Q", own, ""), np.full(rows, opened)),
            "account_id": own,
            "opened_on": opened_on,
            "form": to.same("oral", rows),
            "resolved_on": to.where(np.full(rows, resolved is not None), self._date(np.full(rows, resolved or opened))),
            "recorded_at": to.moments(self.clocks.house(np.full(rows, recorded))),
        }

    def _hold_rows(self, debtor: Ints, kinds: list[str], day: int, days: int | None) -> dict[str, pa.Array]:
        rows = len(debtor)
        names = self.book.names[len(self.book.collectors) :]
        attorney = np.asarray([kind == "attorney" for kind in kinds], np.bool_)
        named = to.words(names, debtor % len(names))
        whose = self.book.debtors.take(pa.array(debtor))
        ends = self._date(np.full(rows, day + (days or 0)))
        return {
            "hold_id": pc.binary_join_element_wise("B", whose, pa.array(kinds, pa.string()), str(day), "-"),
            "debtor_id": whose,
            "kind": pa.array(kinds, pa.string()),
            "starts_on": self._date(np.full(rows, day)),
            "ends_on": to.where(np.full(rows, days is not None), ends),
            "form": to.same("oral" if days else "written", rows),
            "contact_name": to.where(attorney, named),
            "recorded_at": to.moments(self.clocks.house(np.full(rows, day))),
        }

    def _date(self, days: Ints) -> pa.Array:
        return to.dates(self.book.first_day, days)

    def _drawn(self, stream: Stream, contacts: Contacts, day: int) -> Floats:
        return uniform(self.world.setting.seed, stream, contacts.actions.group, day)


def _numbered(prefix: str, number: Ints, day: int) -> pa.Array:
    return to.prefixed(f"{prefix}{day}", pa.array(number).cast(pa.string()))
