"""The tables that say who is there: debtors, accounts, parties, points, collectors and what was agreed with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arrears.synthetic import columns as to
from arrears.synthetic.accounts import CARD
from arrears.synthetic.canaries import canary_names
from arrears.synthetic.chance import Ints
from arrears.synthetic.clocks import Clocks
from arrears.synthetic.parameters import PRODUCTS
from arrears.synthetic.people import PLACES
from arrears.synthetic.policy import collectors
from arrears.synthetic.reaching import NUMBERS
from arrears.synthetic.setting import Setting
from arrears.synthetic.sink import Sink

MINUTES_PER_DAY = 420
_EMAIL, _POSTAL = 3, 4
_AGES = ("18-29", "30-44", "45-59", "60+")
_NO_DAY = -(10**6)


@dataclass(frozen=True)
class Book:
    """Ids and static rows of a world."""

    made: Setting

    @cached_property
    def accounts(self) -> pa.Array:
        """Every account's id."""
        return to.ids("A", len(self.made.accounts))

    @cached_property
    def debtors(self) -> pa.Array:
        """Every debtor's id."""
        return to.ids("D", len(self.made.people))

    @cached_property
    def collectors(self) -> pa.Array:
        """Every collector's id."""
        return to.ids("C", collectors(self.made))

    @cached_property
    def names(self) -> list[str]:
        """Names that are nobody's: collectors bear the first, attorneys and e-mail addresses the others."""
        return canary_names(len(self.collectors) + 2000, self.made.seed)

    @cached_property
    def since(self) -> Ints:
        """The day of each debtor's first account."""
        accounts = self.made.accounts
        starts = np.flatnonzero(np.diff(accounts.debtor, prepend=-1))
        return np.minimum.reduceat(accounts.opened, starts)

    @cached_property
    def first_day(self) -> np.datetime64:
        """The date of day 0."""
        return to.as_datetime(self.made.given.starts_on)

    def point_ids(self, debtors: Ints, number: Ints) -> pa.Array:
        """Ids of telephone numbers."""
        return to.joined(_renamed(self.debtors.take(pa.array(debtors))), number + 1)

    def clients_of(self, accounts: Ints) -> pa.Array:
        """The client of each account."""
        clients = [self.made.given.products[name].client for name in PRODUCTS]
        return to.words(clients, self.made.accounts.product[accounts])

    def write(self, sink: Sink, clocks: Clocks) -> None:
        """Write every static table."""
        sink.add("debtors", self._debtors())
        everybody = np.arange(len(self.made.accounts))
        sink.add("accounts", self.account_rows(everybody, clocks.house(self.made.accounts.opened)))
        sink.add("parties", self._parties())
        self._add_points(sink, clocks)
        sink.add("collectors", self._collectors())
        sink.add("consents", self._consents())
        sink.add("notices", self._notices())
        sink.add("licences", self._licences())
        sink.add("preferences", self._preferences())
        sink.add("protected", self._protected())

    def account_rows(
        self,
        which: Ints,
        recorded: Ints,
        *,
        charged_off: Ints | None = None,
        charged_off_minor: Ints | None = None,
        closed: Ints | None = None,
    ) -> dict[str, pa.Array]:
        """Rows of accounts as they stand, a later version where they were charged off or closed."""
        made, rows = self.made, len(which)
        product = made.accounts.product[which]
        opened = to.dates(self.first_day, made.accounts.opened[which])
        lost = np.full(rows, _NO_DAY) if charged_off is None else charged_off
        shut = np.full(rows, _NO_DAY) if closed is None else closed
        products = [made.given.products[name] for name in PRODUCTS]
        owed = np.zeros(rows, np.int64) if charged_off_minor is None else charged_off_minor
        agency = np.asarray([one.role != "first_party" for one in products])[product]
        return {
            "account_id": self.accounts.take(pa.array(which)),
            "debtor_id": self.debtors.take(pa.array(made.accounts.debtor[which])),
            "opened_on": opened,
            "currency": to.same("USD", rows),
            "role": to.words([one.role for one in products], product),
            "client": self.clients_of(which),
            "product": to.words(PRODUCTS, product),
            "debt_class": to.words([one.debt_class for one in products], product),
            "credit_limit": to.where(product == CARD, to.money(made.accounts.limit_minor[which])),
            "territory": to.words([place[0] for place in PLACES], made.people.place[made.accounts.debtor[which]]),
            "autopay": pa.array(made.accounts.autopay[which]),
            "placed_on": to.where(agency, opened),
            "charged_off_on": to.where(lost != _NO_DAY, to.dates(self.first_day, lost.clip(0))),
            "charged_off_balance": to.where(lost != _NO_DAY, to.money(owed)),
            "status": to.words(("open", "paid"), (shut != _NO_DAY).astype(np.int64)),
            "closed_on": to.where(shut != _NO_DAY, to.dates(self.first_day, shut.clip(0))),
            "recorded_at": to.moments(recorded),
        }

    def point_rows(self, debtor: Ints, number: Ints, status: pa.Array, recorded: Ints) -> dict[str, pa.Array]:
        """Rows of telephone numbers, from the range of exchanges that is kept for fiction."""
        made, rows = self.made, len(debtor)
        area = to.words([place[3] for place in PLACES], made.people.place[debtor])
        line = pc.utf8_lpad(pa.array((debtor * NUMBERS + number) % 10_000).cast(pa.string()), 4, "0")
        return {
            "point_id": self.point_ids(debtor, number),
            "debtor_id": self.debtors.take(pa.array(debtor)),
            "kind": to.same("phone", rows),
            "value": pc.binary_join_element_wise("+1", area, "555", line, ""),
            "line_type": to.words(("mobile", "landline"), number),
            "is_work": to.flag(rows, value=False),
            "source": to.words(("consumer", "creditor"), number),
            "status": status,
            "checked_on": to.dates(self.first_day, self.since[debtor]),
            "reassigned": to.flag(rows, value=False),
            "recorded_at": to.moments(recorded),
        }

    def _debtors(self) -> dict[str, pa.Array]:
        people = self.made.people
        homes = to.ids("H", int(people.household[-1]) + 1)
        return {
            "debtor_id": self.debtors,
            "kind": to.words(("person", "business"), people.business.astype(np.int64)),
            "household_id": to.where(~people.business, homes.take(pa.array(people.household))),
            "region": to.words([place[0] for place in PLACES], people.place),
            "country": to.same(self.made.given.country, len(people)),
            "postal_code": to.words([place[1] for place in PLACES], people.place),
            "city": to.words([place[2] for place in PLACES], people.place),
            "language": to.words(people.languages, people.language),
        }

    def _parties(self) -> dict[str, pa.Array]:
        accounts, people = self.made.accounts, self.made.people
        # The next debtor of the household holds some accounts jointly.
        other = np.minimum(accounts.debtor + 1, len(people) - 1)
        lives_there = (people.household[other] == people.household[accounts.debtor]) & (other != accounts.debtor)
        random = np.random.default_rng([self.made.seed, 6])
        joint = np.flatnonzero(lives_there & (random.random(len(accounts)) < self.made.given.people.joint))
        account = np.concatenate([np.arange(len(accounts)), joint])
        debtor = np.concatenate([accounts.debtor, other[joint]])
        part = np.repeat([0, 1], [len(accounts), len(joint)])
        return {
            "account_id": self.accounts.take(pa.array(account)),
            "debtor_id": self.debtors.take(pa.array(debtor)),
            "role": to.words(("primary", "joint"), part),
            "liable": to.flag(len(account), value=True),
            "starts_on": to.dates(self.first_day, accounts.opened[account]),
        }

    def _add_points(self, sink: Sink, clocks: Clocks) -> None:
        numbers = self.made.numbers
        debtor, number = np.nonzero(numbers.there)
        status = np.where(numbers.told_bad, 1, np.where(numbers.unverified, 2, 0))[debtor, number]
        listed = to.words(("good", "bad", "unverified"), status)
        sink.add("points", self.point_rows(debtor, number, listed, clocks.house(self.since[debtor])))
        mailed = np.flatnonzero(numbers.email)
        sink.add("points", self._addresses(mailed, "email", _EMAIL, self._emails(mailed), clocks))
        everybody = np.arange(len(self.made.people))
        sink.add("points", self._addresses(everybody, "postal", _POSTAL, self._streets(everybody), clocks))

    def _addresses(self, debtor: Ints, kind: str, suffix: int, value: pa.Array, clocks: Clocks) -> dict[str, pa.Array]:
        rows = len(debtor)
        nothing = {"line_type": pa.string(), "is_work": pa.bool_(), "checked_on": pa.date32(), "reassigned": pa.bool_()}
        blank = {name: pa.nulls(rows, one) for name, one in nothing.items()}
        told = {
            "point_id": to.joined(_renamed(self.debtors.take(pa.array(debtor))), np.full(rows, suffix)),
            "debtor_id": self.debtors.take(pa.array(debtor)),
            "kind": to.same(kind, rows),
            "value": value,
            "source": to.same("consumer", rows),
            "status": to.same("good", rows),
            "recorded_at": to.moments(clocks.house(self.since[debtor])),
        } | blank
        order = ("point_id", "debtor_id", "kind", "value", "line_type", "is_work", "source", "status")
        return {name: told[name] for name in (*order, "checked_on", "reassigned", "recorded_at")}

    def _emails(self, debtor: Ints) -> pa.Array:
        names = [name.lower().replace(" ", ".") for name in self.names[len(self.collectors) :]]
        own = pa.array(names).take(pa.array(debtor % len(names)))
        return pc.binary_join_element_wise(own, ".", pa.array(debtor).cast(pa.string()), "@example.com", "")

    def _streets(self, debtor: Ints) -> pa.Array:
        towns = to.words([f"{place[2]}, {place[0]} {place[1]}" for place in PLACES], self.made.people.place[debtor])
        return pc.binary_join_element_wise(pa.array(debtor + 1).cast(pa.string()), " Example Street, ", towns, "")

    def _collectors(self) -> dict[str, pa.Array]:
        rows = len(self.collectors)
        languages = [["en", "es"] if row % 3 == 0 else ["en"] for row in range(rows)]
        regions = sorted({place[0] for place in PLACES})
        return {
            "collector_id": self.collectors,
            "name": pa.array([f"{name} (synthetic)" for name in self.names[:rows]]),
            "team": to.words(("North (synthetic)", "South (synthetic)"), np.arange(rows) % 2),
            "languages": pa.array(languages),
            "licences": pa.array([regions] * rows),
            "minutes_per_day": pa.repeat(pa.scalar(float(MINUTES_PER_DAY)), rows),
        }

    def _consents(self) -> dict[str, pa.Array]:
        random = np.random.default_rng([self.made.seed, 7])
        kinds = ("sms", "email", "call_auto")
        agreed = [np.flatnonzero(random.random(len(self.made.people)) < self.made.given.people.consents) for _ in kinds]
        debtor, kind = np.concatenate(agreed), np.repeat(np.arange(len(kinds)), [len(one) for one in agreed])
        return {
            "consent_id": pc.binary_join_element_wise(
                "G", self.debtors.take(pa.array(debtor)), pa.array(kind).cast(pa.string()), "-"
            ),
            "debtor_id": self.debtors.take(pa.array(debtor)),
            "kind": to.words(kinds, kind),
            "given_on": to.dates(self.first_day, self.since[debtor]),
        }

    def _notices(self) -> dict[str, pa.Array]:
        accounts = self.made.accounts
        roles = np.asarray([self.made.given.products[name].role != "first_party" for name in PRODUCTS])
        # An agency tells the debtor at once what is asked and how to contest it (12 CFR 1006.34).
        sent = np.flatnonzero(roles[accounts.product])
        return {
            "notice_id": pc.binary_join_element_wise("N", self.accounts.take(pa.array(sent)), "-"),
            "account_id": self.accounts.take(pa.array(sent)),
            "kind": to.same("validation", len(sent)),
            "channel": to.same("letter", len(sent)),
            "sent_on": to.dates(self.first_day, accounts.opened[sent]),
        }

    def _licences(self) -> dict[str, pa.Array]:
        states = sorted({f"US-{place[0]}" for place in PLACES})
        return {
            "place": pa.array(states),
            "kind": to.same("collection agency", len(states)),
            "starts_on": to.dates(self.first_day, np.full(len(states), -3650)),
            "status": to.same("active", len(states)),
        }

    def _preferences(self) -> dict[str, pa.Array]:
        random = np.random.default_rng([self.made.seed, 8])
        debtor = np.flatnonzero(random.random(len(self.made.people)) < self.made.given.people.wishes)
        working_hours = random.integers(0, 2, len(debtor))
        return {
            "preference_id": pc.binary_join_element_wise("F", self.debtors.take(pa.array(debtor)), "-"),
            "debtor_id": self.debtors.take(pa.array(debtor)),
            "kind": to.words(("channel", "time"), working_hours),
            "rule": to.words(("email", "mon-fri 09:00-17:00"), working_hours),
            "allow": to.flag(len(debtor), value=False),
            "starts_on": to.dates(self.first_day, self.since[debtor]),
        }

    def _protected(self) -> dict[str, pa.Array]:
        people = np.flatnonzero(~self.made.people.business)
        random = np.random.default_rng([self.made.seed, 9])
        sex, age = random.integers(0, 2, len(people)), random.integers(0, len(_AGES), len(people))
        whose = self.debtors.take(pa.array(np.concatenate([people, people])))
        return {
            "debtor_id": whose,
            "attribute": to.words(("sex", "age"), np.repeat([0, 1], len(people))),
            "group": pa.chunked_array([to.words(("female", "male"), sex), to.words(_AGES, age)]).combine_chunks(),
        }


def _renamed(debtors: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise("T", debtors, "")
