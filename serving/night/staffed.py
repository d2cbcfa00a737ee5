"""Minutes of arms that have staff of their own: a collector's time for a test goes to one of its arms alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import cast

import numpy as np
from sqlalchemy import Connection, text

from arrears.experiments import life, records
from arrears.experiments.first_collectors import EVER, first_collectors
from arrears.experiments.staff import Staff
from arrears.policy.columns import Flags, Rows, Words
from arrears.queues.allocation.problem import Team
from arrears.queues.holdout import HOLDOUT
from serving.night.by_part import Parts

_KEEP_FROM_OTHERS = """
    UPDATE work_items SET
        -- Who agreed on a callback before the test keeps it; a list of before the test is nobody's claim.
        kept_from = CASE lane WHEN 'callback' THEN array_remove(CAST(:others AS text[]), assigned_to) ELSE :others END,
        assigned_to = CASE WHEN lane <> 'callback' AND assigned_to = ANY (:others) THEN NULL ELSE assigned_to END
    WHERE night_id = :night AND experiment = :test AND arm = :arm AND state <> 'claimed'
"""


def staff_by_test(connection: Connection, keys: Sequence[tuple[str, str]]) -> dict[str, Staff]:
    """Of each test whose arms have staff of their own who works which, by its label.

    Parameters
    ----------
    keys : test and arm of each part; the empty test is none.
    """
    found: dict[str, Staff] = {}
    for name, _, version in dict.fromkeys(test.partition("/") for test, _ in keys if test):
        test = records.find(connection, name, int(version))
        staff = None if test is None else life.staff_of(connection, test)
        if test is not None and staff is not None:
            found[test.label] = staff
    return found


def first_by_test(
    connection: Connection,
    staff: Mapping[str, Staff],
    standing: Mapping[str, tuple[str, str]],
    day: date,
    *,
    before_night: int | None = None,
) -> dict[str, dict[str, str]]:
    """By test the collector of the debtor's own arm who had each debtor first, before a day.

    Parameters
    ----------
    staff : by test.
    standing : by debtor the test and arm.
    before_night : only what was known when that night ran counts; None: all.
    """
    held = EVER if before_night is None else (EVER[0], _ran_at(connection, before_night))
    found = {}
    for test, own in staff.items():
        arms = {debtor: arm for debtor, (label, arm) in standing.items() if label == test}
        begins = own.design.enrolment.starts
        first = first_collectors(connection, arms, own, begins=begins, ends=day, held=held, before_night=before_night)
        works = own.arms(list(first.values()))
        found[test] = {
            debtor: who for (debtor, who), arm in zip(first.items(), works, strict=True) if arm == arms[debtor]
        }
    return found


def keep_apart(
    connection: Connection,
    night_id: int,
    keys: Sequence[tuple[str, str]],
    staff: Mapping[str, Staff],
    collectors: Sequence[str],
) -> None:
    """Let nobody take an item of another arm from the team's list, or when its collector lets it lie.

    What stands in a night for an item in somebody's hands says so, too: that item takes it over when it comes back.

    Parameters
    ----------
    keys, staff : as in `divided_among`.
    collectors : the team's ids.
    """
    for test, own in staff.items():
        for arm in (arm for label, arm in keys if label == test):
            told = {"night": night_id, "test": test, "arm": arm, "others": _others(own, arm, collectors)}
            connection.execute(text(_KEEP_FROM_OTHERS), told)


def kept_from(connection: Connection, test: str | None, arm: str | None, collectors: Sequence[str]) -> list[str]:
    """Who of the team works other arms than an item's; nobody where it is of no test, or everybody works all arms."""
    if test is None or arm is None or test == HOLDOUT:
        return []
    staff = staff_by_test(connection, [(test, arm)])
    return _others(staff[test], arm, collectors) if test in staff else []


def kept_together(
    owner: Words, who: Words, of_item: Rows, keys: Sequence[tuple[str, str]], first: Mapping[str, Mapping[str, str]]
) -> tuple[Words, Flags]:
    """(items,) each one's owner, and whether it is that owner's alone, who had the debtor first in a test.

    Parameters
    ----------
    owner : whose accounts they are; in an arm with staff of its own that counts for nothing.
    who, of_item : debtor and part.
    keys : as in `divided_among`.
    first : by test with staff of its own the collector who had each debtor first.
    """
    tests = np.array([test for test, _ in keys], dtype=np.str_)[of_item]
    ours = np.isin(tests, list(first))
    keepers = [
        first[test].get(debtor, "") for test, debtor in zip(tests[ours].tolist(), who[ours].tolist(), strict=True)
    ]
    widened = owner.astype(np.object_)
    widened[ours] = keepers
    found = np.array(widened.tolist(), dtype=np.str_)
    return found, np.asarray(ours & (found != ""))


def divided_among(parts: Parts, keys: Sequence[tuple[str, str]], staff: Mapping[str, Staff], team: Team) -> Parts:
    """The parts with each collector's own shares.

    Parameters
    ----------
    keys : test and arm of each part, those of nobody first.
    staff : by test.

    Notes
    -----
    What a test gets of everybody's minutes stays what it was. Of each collector's it goes to the collector's own arm;
    of one whose arm was ended, to the debtors in no test. So the arms' minutes stand as their collectors' do.
    """
    if not staff or not team.collector_id:
        return parts
    rows = np.tile(parts.shares, (len(team.collector_id), 1))
    for test, own in staff.items():
        places = {arm: place for place, (label, arm) in enumerate(keys) if label == test}
        ours = list(places.values())
        of_test = parts.shares[ours].sum()
        rows[:, ours] = 0.0
        for collector, arm in enumerate(own.arms(team.collector_id)):
            rows[collector, places.get(arm, 0)] += of_test
    minutes = team.minutes.sum(axis=1)
    shares = minutes @ rows / minutes.sum() if minutes.sum() else rows.mean(axis=0)
    return replace(parts, shares=shares, of_collector=rows)


def _ran_at(connection: Connection, night_id: int) -> datetime:
    asked = text("SELECT ran_at FROM nights WHERE night_id = :night")
    return cast("datetime", connection.execute(asked, {"night": night_id}).scalar_one())


def _others(staff: Staff, arm: str, collectors: Sequence[str]) -> list[str]:
    return [who for who, works in zip(collectors, staff.arms(collectors), strict=True) if works != arm]
