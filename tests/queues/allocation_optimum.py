"""The best that any plan could reach: the allocation as a linear program, solved by HiGHS.

Items may be cut into parts and equal lists are not asked for, so no plan of whole items is worth more. Collectors who
may take the same are one, with the sum of their minutes; what an owner makes worth more is held to the owner's minutes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, vstack

from arrears.queues.allocation.problem import Rules, Team, Wanted
from tests.queues.allocation_checker import Asked


class Optimum(NamedTuple):
    """`value` with the owners' bonus; `columns` : size of the program."""

    value: float
    columns: int


class _Parts(NamedTuple):
    """Parts that may be placed: row of the item, cell of its group, of its owner (-1: with anybody), gain of all."""

    item: np.ndarray
    cell: np.ndarray
    owner: np.ndarray
    gain: np.ndarray


def optimum(team: Team, wanted: Wanted, rules: Rules, *, only: np.ndarray | None = None) -> Optimum:
    """Value of the best plan, where nothing has to be worked or is drawn.

    Parameters
    ----------
    only : rows of items that may be placed at all; what no best plan places may be left out beforehand.
    """
    items = np.arange(len(wanted)) if only is None else only
    group, heads = _alike(team)
    parts = _parts(team, wanted, rules, items, group, heads)
    minutes = wanted.minutes[items][parts.item]
    shared = np.zeros((len(heads), len(team.starts)))
    np.add.at(shared, group, team.minutes)
    mine = np.flatnonzero(parts.owner >= 0)
    limits = [
        _sums(parts.item, np.ones(len(minutes)), np.ones(len(items))),
        _sums(parts.cell, minutes, shared.reshape(-1)),
        _sums(parts.owner[mine], minutes[mine], team.minutes.reshape(-1), columns=mine, width=len(minutes)),
    ]
    total = float(team.minutes.sum())
    for lane, quota in rules.quotas.items():
        ours = np.where(wanted.lane[items][parts.item] == lane, minutes, 0.0)
        limits.append(_sums(np.zeros(len(ours), int), ours, np.array([quota.maximum * total])))
        limits.append(_sums(np.zeros(len(ours), int), -ours, np.array([-quota.minimum * total])))
    solved = linprog(
        -parts.gain,
        A_ub=vstack([each for each, _ in limits]),
        b_ub=np.concatenate([most for _, most in limits]),
        method="highs",
    )
    assert solved.success, solved.message
    return Optimum(-float(solved.fun), len(minutes))


def _sums(rows, weights, most, *, columns=None, width=None):
    """One row a limit: the weighted sum of its columns is at most so much."""
    columns = np.arange(len(rows)) if columns is None else columns
    return csr_matrix((weights, (rows, columns)), shape=(len(most), width or len(rows))), most


def _alike(team: Team) -> tuple[np.ndarray, list[int]]:
    """Group of each collector by all that is asked of them, and the first of each group."""
    sets = zip(team.languages, team.licences, team.clients, team.products, team.territories, team.skills, strict=True)
    number: dict[object, int] = {}
    group = np.array([number.setdefault(each, len(number)) for each in sets])
    return group, [int(np.flatnonzero(group == each)[0]) for each in range(len(number))]


def _parts(team: Team, wanted: Wanted, rules: Rules, items: np.ndarray, group: np.ndarray, heads: list[int]) -> _Parts:
    asked, width = Asked(team, wanted, rules), len(team.starts)
    row_of = {one: at for at, one in enumerate(team.collector_id)}
    somebody = [[team.minutes[group == each, block].any() for block in range(width)] for each in range(len(heads))]
    known: dict[object, tuple[list[int], list[int]]] = {}
    found: list[tuple[int, int, int, float]] = []
    for row, item in enumerate(items.tolist()):
        columns = (wanted.language, wanted.region, wanted.client, wanted.product, wanted.territory, wanted.lane)
        key = (*(str(column[item]) for column in columns), bool(wanted.balance[item] <= rules.high_balance))
        key += (str(wanted.opens_at[item]), str(wanted.closes_at[item]))
        if key not in known:
            known[key] = (
                [at for at, head in enumerate(heads) if asked.may(item, head)],
                [block for block in range(width) if asked.inside(item, block)],
            )
        groups, blocks = known[key]
        value, owner = float(wanted.value[item]), row_of.get(str(wanted.owner[item]), -1)
        own = [block for block in blocks if owner >= 0 and group[owner] in groups and team.minutes[owner, block] > 0]
        worth = value + rules.owner_bonus * max(value, 0.0)
        found += [(row, int(group[owner]) * width + block, owner * width + block, worth) for block in own]
        if not (rules.owner_strict and own):
            found += [(row, at * width + block, -1, value) for at in groups for block in blocks if somebody[at][block]]
    item, cell, owners, gain = zip(*found, strict=True)
    return _Parts(np.array(item), np.array(cell), np.array(owners), np.array(gain))
