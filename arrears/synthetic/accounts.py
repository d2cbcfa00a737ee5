"""The debts of a world: what each debtor owes to whom, how much falls due a month, and when cycles end.

Accounts of one debtor and one client form a group: what one talk is about, and whom an action names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arrears.synthetic.chance import Flags, Floats, Ints
from arrears.synthetic.parameters import PRODUCTS, Parameters
from arrears.synthetic.people import People

CARD, LOAN, MEDICAL, INVOICE = range(len(PRODUCTS))
OLD_DAYS = 5 * 365
NEW_SHARE = 0.15
"""Share of accounts that open while the world runs."""


@dataclass(frozen=True)
class Accounts:
    """The accounts of a world, as columns, in the order of their debtors and clients.

    Attributes
    ----------
    debtor, group, product : numbers; `group` is one debtor's accounts with one client.
    due_minor : what falls due each month, cents.
    principal_minor : what is owed beside what is past due and now due, cents.
    limit_minor : a card's limit, cents; 0 for other debts.
    cycle_day : 1 to 28, the day of the month on which cycles end.
    opened : the day's number, below 0 for most.
    autopay : pays what is due by itself while nothing is past due.
    group_debtor : the debtor of each group.
    group_start : the first account of each group, and one past the last account.
    """

    debtor: Ints
    group: Ints
    product: Ints
    due_minor: Ints
    principal_minor: Ints
    limit_minor: Ints
    cycle_day: Ints
    opened: Ints
    autopay: Flags
    group_debtor: Ints
    group_start: Ints

    def __len__(self) -> int:
        return len(self.debtor)

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.group_debtor)

    def of_groups(self, groups: Ints) -> tuple[Ints, Ints]:
        """Accounts of these groups, and for each the place of its group in `groups`."""
        counts = self.group_start[groups + 1] - self.group_start[groups]
        place = np.repeat(np.arange(len(groups)), counts)
        first = np.repeat(np.cumsum(counts) - counts, counts)
        return self.group_start[groups][place] + np.arange(len(place)) - first, place


def accounts(owing: People, days: int, drift_day: int, seed: int, given: Parameters) -> Accounts:
    """What these debtors owe, drawn from the world's parameters.

    Examples
    --------
    >>> from arrears.synthetic.parameters import parameters_of
    >>> from arrears.synthetic.people import people
    >>> usual = parameters_of("usual")
    >>> owed = accounts(people(1000, 100, 1, usual.people), 100, 200, 1, usual)
    >>> len(owed) > 1000, int(owed.group_start[-1]) == len(owed)
    (True, True)
    """
    random = np.random.default_rng([seed, 2])
    debtor, product = _held(random, owing, given)
    rows = len(debtor)
    opened = _opened(random, rows, days)
    client = np.asarray([_clients(given).index(given.products[name].client) for name in PRODUCTS])[product]
    starts = np.flatnonzero(np.diff(debtor * len(PRODUCTS) + client, prepend=-1))
    due = _due(random, owing, debtor, product, given)
    due = np.where(opened >= drift_day, due * given.drift.new_dues, due)
    due_minor = (np.maximum(due, 10.0) * 100).astype(np.int64)
    spread = np.exp(0.3 * random.normal(size=rows))
    principal = (due_minor * np.asarray([given.products[name].dues_in_balance for name in PRODUCTS])[product]) * spread
    principal_minor = principal.astype(np.int64)
    used = random.beta(3.0, 1.5, rows)
    limit = np.where(product == CARD, np.ceil(principal_minor / np.maximum(used, 0.1) / 10000) * 10000, 0)
    return Accounts(
        debtor=debtor,
        group=np.cumsum(np.isin(np.arange(rows), starts)) - 1,
        product=product,
        due_minor=due_minor,
        principal_minor=principal_minor,
        limit_minor=limit.astype(np.int64),
        cycle_day=random.integers(1, 29, rows),
        opened=opened,
        autopay=_autopay(random, owing.willing[debtor], product, given),
        group_debtor=debtor[starts],
        group_start=np.append(starts, rows),
    )


def _clients(given: Parameters) -> list[str]:
    return list(dict.fromkeys(given.products[name].client for name in PRODUCTS))


def _held(random: np.random.Generator, owing: People, given: Parameters) -> tuple[Ints, Ints]:
    shares = given.people
    count = len(owing)
    person = ~owing.business
    medical = person & (random.random(count) < shares.medical)
    card = person & (random.random(count) < shares.card)
    loan = person & (random.random(count) < shares.loan)
    card |= person & ~(card | loan | medical)
    invoices = np.where(owing.business, random.integers(1, 4, count), 0)
    everybody = np.arange(count)
    debtor = np.concatenate([everybody[card], everybody[loan], everybody[medical], np.repeat(everybody, invoices)])
    sizes = (card.sum(), loan.sum(), medical.sum(), invoices.sum())
    product = np.repeat(np.arange(len(PRODUCTS)), sizes)
    order = np.lexsort((product, debtor))
    return debtor[order], product[order]


def _autopay(random: np.random.Generator, willing: Floats, product: Ints, given: Parameters) -> Flags:
    drawn = random.random(len(product)) < given.paying.autopay
    return np.asarray(drawn & (product != INVOICE) & (willing > given.paying.autopay_from))


def _opened(random: np.random.Generator, rows: int, days: int) -> Ints:
    old = -random.integers(1, OLD_DAYS, rows)
    new = random.integers(1, max(2, int(0.8 * days)), rows)
    return np.where(random.random(rows) < NEW_SHARE, new, old)


def _due(random: np.random.Generator, owing: People, debtor: Ints, product: Ints, given: Parameters) -> Floats:
    level = np.asarray([given.products[name].due_log for name in PRODUCTS])[product]
    spread = np.asarray([given.products[name].due_spread for name in PRODUCTS])[product]
    # Who is willing was also given more: a part of willingness that limits and balances show.
    drawn = 0.3 * owing.willing[debtor] + np.sqrt(1 - 0.3**2) * random.normal(size=len(debtor))
    return np.asarray(np.exp(level + spread * drawn))
