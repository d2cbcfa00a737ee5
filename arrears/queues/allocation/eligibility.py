"""Who may take what: skill groups of equal collectors, classes of equal items, and which may meet in which hours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from arrears.policy.columns import NOBODY, Flags, Rows, Words
from arrears.policy.zonetime import Instants
from arrears.queues.allocation.problem import Rules, Team, Wanted
from arrears.queues.allocation.shifts import HOUR


@dataclass(frozen=True)
class Fit:
    """What of the attributes matters for a plan.

    Attributes
    ----------
    group : (collectors,) skill group of each; groups are numbered by their first collector.
    class_of : (items,) class of each, NOBODY where no collector at work may take it in the debtor's hours.
    may : (classes, groups) whether collectors of the group may take items of the class.
    first, last : (classes,) first and last hour block that lie whole inside the debtor's hours.
    lane : (classes,) number of the class's lane among those with a quota, NOBODY without one.
    anybody : (items,) whether a collector at work may take the item at any hour.
    could : (sorts, groups) whether collectors of the group, at work or not, may take items of a sort.
    sort_of : (items,) sort of each.
    opens, closes : (items,) first and last block inside the debtor's hours, whether anybody works in them or not.
    """

    group: Rows
    class_of: Rows
    may: Flags
    first: Rows
    last: Rows
    lane: Rows
    anybody: Flags
    could: Flags
    sort_of: Rows
    opens: Rows
    closes: Rows


def fit(team: Team, wanted: Wanted, rules: Rules) -> Fit:
    """Sort collectors into skill groups and items into classes, and compare the two."""
    group, heads = _groups(team)
    works = np.zeros((len(heads), len(team.starts)), dtype=bool)
    np.logical_or.at(works, group, team.minutes > 0)
    could, asks = _may(team, wanted, rules, heads)
    may = could & works.any(axis=1)
    first, last = windows(wanted.opens_at, wanted.closes_at, team.starts)
    lane = _codes_of(wanted.lane, list(rules.quotas))
    kinds, row = np.unique(may, axis=0, return_inverse=True) if len(may) else (may, np.zeros(0, np.int64))
    row = row.reshape(-1)[asks]
    blocks = len(team.starts) + 1
    key = ((row * blocks + first) * blocks + last + 1) * (len(rules.quotas) + 1) + lane + 1
    _, heads_of, class_of = np.unique(key, return_index=True, return_inverse=True)
    allowed, opens, closes = kinds[row[heads_of]], first[heads_of], last[heads_of]
    meets = allowed & _works_within(works, opens, closes)
    found = meets.any(axis=1)
    number = np.where(found, np.cumsum(found) - 1, NOBODY)
    return Fit(
        group=group,
        class_of=number[class_of.reshape(-1)],
        may=meets[found],
        first=opens[found],
        last=closes[found],
        lane=lane[heads_of][found],
        anybody=np.asarray(may.any(axis=1))[asks],
        could=could,
        sort_of=asks,
        opens=first,
        closes=last,
    )


def windows(opens_at: Instants, closes_at: Instants, starts: Instants) -> tuple[Rows, Rows]:
    """First and last block that lie whole inside the allowed hours; the first is past the last where there is none.

    Examples
    --------
    >>> starts = np.arange("2026-06-02T13", "2026-06-02T16", dtype="M8[h]")
    >>> opens_at = np.array(["2026-06-02T13:30", "NaT", "2026-06-02T20"], "M8[us]")
    >>> closes_at = np.array(["NaT", "2026-06-02T15:00", "NaT"], "M8[us]")
    >>> [rows.tolist() for rows in windows(opens_at, closes_at, starts)]
    [[1, 0, 3], [2, 1, 2]]
    """
    first = np.where(np.isnat(opens_at), 0, np.searchsorted(starts, opens_at, side="left"))
    last = np.searchsorted(starts + HOUR, closes_at, side="right") - 1
    return first.astype(np.int64), np.where(np.isnat(closes_at), len(starts) - 1, last).astype(np.int64)


def _groups(team: Team) -> tuple[Rows, list[int]]:
    """Group of each collector, and the first collector of each group."""
    columns = (team.languages, team.licences, team.clients, team.products, team.territories, team.skills)
    heads: dict[tuple[frozenset[str], ...], int] = {}
    group = np.zeros(len(team), dtype=np.int64)
    for at in range(len(team)):
        same = tuple(column[at] for column in columns)
        group[at] = heads.setdefault(same, len(heads))
    numbers, firsts = np.unique(group, return_index=True)
    return group, [int(each) for each in firsts[np.argsort(numbers)]]


def _may(team: Team, wanted: Wanted, rules: Rules, heads: list[int]) -> tuple[Flags, Rows]:
    """(kinds, groups) who may take each kind of item, and the kind of each item."""
    high = ~(wanted.balance <= rules.high_balance) & np.isfinite(rules.high_balance)
    asked: list[tuple[Words, Callable[[int, str], bool]]] = [
        (wanted.language, lambda at, word: word in team.languages[at]),
        (wanted.region, lambda at, word: word in team.licences[at] or word.partition("-")[0] in team.licences[at]),
        (wanted.client, lambda at, word: not team.clients[at] or word in team.clients[at]),
        (wanted.product, lambda at, word: not team.products[at] or word in team.products[at]),
        (wanted.territory, lambda at, word: not team.territories[at] or word in team.territories[at]),
        (wanted.lane, lambda at, word: rules.lane_skills.get(word, "") in team.skills[at] | {""}),
        (np.where(high, rules.high_balance_skill, ""), lambda at, word: word in team.skills[at]),
    ]
    key = np.zeros(len(wanted), dtype=np.int64)
    answers = []
    for words, answer in asked:
        codes, distinct = _coded(words)
        answers.append((codes, np.array([[not word or answer(at, word) for at in heads] for word in distinct], bool)))
        key = key * max(len(distinct), 1) + codes
    _, head, kind = np.unique(key, return_index=True, return_inverse=True)
    may = np.ones((len(head), len(heads)), dtype=bool)
    for codes, table in answers:
        may &= table.reshape(len(table), len(heads))[codes[head]]
    return may, kind.reshape(-1)


def _coded(words: Words) -> tuple[Rows, list[str]]:
    """A number for each word in the order of first sight, and the words."""
    given = words.tolist()
    number = {word: at for at, word in enumerate(dict.fromkeys(given))}
    return np.array([number[word] for word in given], dtype=np.int64), list(number)


def _codes_of(words: Words, chosen: list[str]) -> Rows:
    codes, distinct = _coded(words)
    number = {word: at for at, word in enumerate(chosen)}
    found = np.array([number.get(word, NOBODY) for word in distinct], dtype=np.int64)
    return found[codes] if len(codes) else codes


def _works_within(works: Flags, first: Rows, last: Rows) -> Flags:
    """(classes, groups) whether somebody of the group has minutes in the blocks from first to last."""
    until = np.concatenate([np.zeros((len(works), 1), dtype=np.int64), np.cumsum(works, axis=1)], axis=1)
    return np.asarray((until[:, last + 1] > until[:, np.minimum(first, last + 1)]).T)
