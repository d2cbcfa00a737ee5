"""From a ranking to lists: the lots are drawn, what each item asks is told, and collectors get their items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pyarrow as pa

from arrears.policy import codes
from arrears.policy.columns import Days, Flags, Numbers, Rows, Words
from arrears.policy.rule import PAY
from arrears.policy.verdict import Judgement
from arrears.policy.zonetime import Instants
from arrears.queues.currencies import comparable, way
from arrears.queues.holdout import held_out
from arrears.queues.lanes import WITHOUT_WAYS
from arrears.queues.lot import BY_CHOICE, Bound, Lot, Shares
from arrears.queues.rank import Ranking
from arrears.queues.strategy import Strategy
from serving.gate.book import Book
from serving.night.allocate import Allocation, AtWork, Given, unallocated
from serving.night.by_part import Parts, allocated_by_part, drawn_by_part, part_of
from serving.night.lanes import Lanes
from serving.night.needs import Needs, needs_of
from serving.night.staffed import divided_among, kept_together
from serving.night.worths import Ordered

_DAY = np.timedelta64(1, "D")
_NEVER, _EARLY, _LATE = (np.datetime64(each, "us") for each in ("NaT", "0001-01-01", "9999-12-31"))


@dataclass(frozen=True)
class Lists:
    """Who works which item, item by item in the order of their ranks.

    Attributes
    ----------
    lot : about which items chance decides, and with which probability each is worked.
    held_out : its debtor is in the random holdout.
    began_on : the first day of its debtor's episode, NaT where nobody knows it.
    needs : what each asks of its collector.
    allocation : who has it.
    """

    lot: Lot
    held_out: Flags
    began_on: Days
    needs: Needs
    allocation: Allocation


def lists_of(
    book: Book,
    strategy: Strategy,
    ordered: Ordered,
    lanes: Lanes,
    asks: pa.Table,
    began_on: Mapping[str, date],
    work: AtWork,
    day: date,
    *,
    allocate: bool,
) -> Lists:
    """The lists of a day.

    Parameters
    ----------
    asks : rows of `questions.DeskQuestions.needs`.
    began_on : since when each debtor is past due; who is not in it is in no holdout.
    allocate : False leaves every item on the team's list, by rank.
    """
    ranking, parts = ordered.ranking, _staffed(ordered, work)
    lead, minutes = ranking.lead, ranking.terms["expected_minutes"]
    desk, who = book.settings.desk, book.debtor_id[lead]
    began = np.array([began_on.get(debtor) for debtor in who.tolist()], dtype="M8[D]")
    held = held_out(who, began, day, share=desk.holdout_share, days=desk.holdout_days)
    must, duty = _must(book, lanes, ranking, day), ~np.isin(lanes.lane[lead], BY_CHOICE)
    shares = Shares(desk.random_slice_share, desk.edge_share)
    lot = drawn_by_part(parts, who, minutes, day, shares, capacity=work.capacity, bound=Bound(must, duty, held))
    needs = needs_of(book, asks, lead, lanes.lane[lead], ranking.terms["balance_minor"], work.members)
    needs, kept = _with_first(needs, ordered, who)
    left_off = lot.explores & ~lot.chosen  # comes last, however valuable
    if not allocate:
        return Lists(lot, held, began, needs, unallocated(lot.place))
    opens_at, closes_at = _hours(lanes, ranking)
    given = Given(
        value=np.zeros(len(ranking)),
        minutes=minutes,
        client=book.client[lead],
        lane=lanes.lane[lead],
        needs=needs,
        opens_at=opens_at,
        closes_at=closes_at,
        must=must,
        explores=lot.explores & lot.chosen,
        kept=kept & ~left_off,
        unit="",
    )
    by_part = [_valued(given, rows, book, by, ranking, left_off) for rows, by in _parts(ordered, strategy)]
    return Lists(
        lot,
        held,
        began,
        needs,
        allocated_by_part(parts, by_part, lot.place, work, book.settings, seed=day.toordinal()),
    )


def _with_first(needs: Needs, ordered: Ordered, who: Words) -> tuple[Needs, Flags]:
    """Needs in which a debtor of an arm with staff of its own is their first collector's; and where nobody else's."""
    if ordered.arms is None or not ordered.arms.staff:
        return needs, np.zeros(len(who), dtype=np.bool_)
    keys = [(part.test, part.arm) for part in ordered.arms.parts]
    owner, kept = kept_together(needs.owner, who, ordered.parts.of_item, keys, ordered.arms.first)
    return replace(needs, owner=owner), kept


def _staffed(ordered: Ordered, work: AtWork) -> Parts:
    """How items and minutes are divided, the staff of arms that have their own considered."""
    if ordered.arms is None:
        return ordered.parts
    keys = [(part.test, part.arm) for part in ordered.arms.parts]
    return divided_among(ordered.parts, keys, ordered.arms.staff, work.team)


def _parts(ordered: Ordered, strategy: Strategy) -> list[tuple[Rows, Strategy]]:
    """Of each part its items and the strategy that ranks them."""
    strategies = [part.strategy for part in ordered.arms.parts] if ordered.arms else [strategy]
    return [(np.flatnonzero(ordered.parts.of_item == place), by) for place, by in enumerate(strategies)]


def _valued(given: Given, rows: Rows, book: Book, strategy: Strategy, ranking: Ranking, left_off: Flags) -> Given:
    """A part's items with what a plan is to make most of."""
    value, unit = _value(book, strategy, ranking, rows)
    return replace(part_of(given, rows), value=np.where(left_off[rows], 0.0, value), unit=unit)


def _value(book: Book, strategy: Strategy, ranking: Ranking, rows: Rows) -> tuple[Numbers, str]:
    """(rows,) of the items money where the strategy ranks by it, else places; and the unit of that."""
    worth, currency = book.settings.value.rates.worth, book.currency[ranking.lead[rows]]
    told = way(currency, worth)
    if strategy.is_money(strategy.priority) and told != "shares":
        unit = "worth" if told == "rates" else str(currency[0]) if len(currency) else ""
        return comparable(ranking.terms["value_minor"][rows], currency, worth), unit
    ahead = np.arange(len(rows), 0, -1, dtype=np.float64)
    return ahead * ranking.terms["expected_minutes"][rows], "places"


def _item_of(ranking: Ranking) -> tuple[Rows, Rows]:
    """Every account in an item, and which item that is."""
    if not len(ranking):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    counts = np.array([len(each) for each in ranking.members])
    return np.concatenate(list(ranking.members)), np.repeat(np.arange(len(counts)), counts)


def _hours(lanes: Lanes, ranking: Ranking) -> tuple[Instants, Instants]:
    """(items,) from when to when somebody may call; NaT where nothing bounds the hours, as of a letter."""
    rows, item = _item_of(ranking)
    opens_at, closes_at = np.full((2, len(ranking)), _NEVER)
    for lane, judgement in lanes.judgements.items():
        ours = lanes.lane[rows] == lane
        if lane in WITHOUT_WAYS or not ours.any():
            continue
        first, last = _of_accounts(judgement)
        opens, closes = np.full(len(ranking), _LATE), np.full(len(ranking), _EARLY)
        np.minimum.at(opens, item[ours], first[rows[ours]])
        np.maximum.at(closes, item[ours], last[rows[ours]])
        spoken = np.unique(item[ours])
        opens_at[spoken] = np.where((opens[spoken] == _EARLY) | (opens[spoken] == _LATE), _NEVER, opens[spoken])
        closes_at[spoken] = np.where((closes[spoken] == _LATE) | (closes[spoken] == _EARLY), _NEVER, closes[spoken])
    return opens_at, closes_at


def _of_accounts(judgement: Judgement) -> tuple[Instants, Instants]:
    """(accounts,) when the first call about each may be made, and when the last must be over."""
    asks = judgement.facts.asks
    open_ = np.flatnonzero(~judgement.held & codes.CHANNEL.among(asks.channel, "call", "visit"))
    first, last = np.full(len(judgement.facts.accounts), _LATE), np.full(len(judgement.facts.accounts), _EARLY)
    opens, closes = judgement.opens_at[open_], judgement.allowed_until[open_]
    np.minimum.at(first, asks.account[open_], np.where(np.isnat(opens), _EARLY, opens))
    np.maximum.at(last, asks.account[open_], np.where(np.isnat(closes), _LATE, closes))
    return first, last


def _must(book: Book, lanes: Lanes, ranking: Ranking, day: date) -> Flags:
    """(items,) with an account that its client wants touched, and nobody has for so many days."""
    most = book.of_client(lambda chosen, _: chosen.desk.coverage_days)
    found = np.zeros(len(ranking), dtype=np.bool_)
    if not most.any():
        return found
    facts = lanes.judgements[PAY].facts
    mentions = facts.mentions
    ours = (mentions.account < len(book)) & (facts.contacts.direction == codes.DIRECTION.of("out"))[mentions.contact]
    touched = np.full(len(book), np.datetime64("0001-01-01", "D"))
    np.maximum.at(touched, mentions.account[ours], facts.contact_days[mentions.contact[ours]])
    stale = (most > 0) & (touched + most.astype(np.int64) * _DAY <= np.datetime64(day, "D"))
    rows, item = _item_of(ranking)
    found[item[stale[rows]]] = True
    return found
