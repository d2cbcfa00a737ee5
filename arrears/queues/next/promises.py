"""What the desk does with promises as their days pass: a message by the day, a call once grace and law allow.

Columns in, columns out: the night asks for a whole book and an outcome for one promise, by the same code. Whether a
promise was kept is told by `features.promises`; what a plan's instalments come to is in `plans`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from arrears.clock import add_business_days, is_business_day
from arrears.policy.codes import Coded, Codes
from arrears.policy.columns import Flags, Rows
from arrears.policy.limits import read_limits
from arrears.policy.zonetime import Days
from arrears.settings import Settings

STATUS = Codes("promise status", ("open", "kept", "partly_kept", "broken"))
"""As `features.promises` tells it."""

SINGLE = -1
"""The arrangement of a promise that is no instalment."""

_MILLION = 1_000_000
_DAY = np.timedelta64(1, "D")
_LONG_AGO = np.datetime64("0001-01-01", "D")

Amounts = NDArray[np.int64]


@dataclass(frozen=True)
class Promises:
    """The promises of a book, of one client's terms.

    Attributes
    ----------
    group : (n,) which work group each is of, a row of `Talks`.
    made_on, due_on, grace_ends_on : (n,) days.
    amount_minor, kept_minor : (n,) what was promised, and what came in for it by the end of its grace.
    status : (n,) codes of `STATUS`.
    arrangement : (n,) which plan each is an instalment of, or `SINGLE`.
    """

    group: Rows
    made_on: Days
    due_on: Days
    grace_ends_on: Days
    amount_minor: Amounts
    kept_minor: Amounts
    status: Coded
    arrangement: Rows

    @property
    def is_open(self) -> Flags:
        """(n,) its grace is not over."""
        return np.asarray(self.status == STATUS.of("open"))

    @property
    def is_short(self) -> Flags:
        """(n,) its grace is over and it was not kept, or only in part."""
        return STATUS.among(self.status, "partly_kept", "broken")


@dataclass(frozen=True)
class Talks:
    """What is known of each work group's debtor.

    Attributes
    ----------
    last_talk_on : (groups,) the last day on which the debtor was spoken with; NaT: never.
    consented_on : (groups,) the last day on which the debtor agreed to be called again; NaT: never, or taken back.
    """

    last_talk_on: Days
    consented_on: Days


@dataclass(frozen=True)
class Reminders:
    """Whom to remind today.

    Attributes
    ----------
    promise : (k,) rows of the promises.
    is_due_today : (k,) True on the day itself, False before it.
    by_call : (k,) True where the debtor agreed to a call and the law lets one be made; else a message goes.
    """

    promise: Rows
    is_due_today: Flags
    by_call: Flags


@dataclass(frozen=True)
class Shortfalls:
    """Promises that were not kept and that nobody has spoken of since.

    Attributes
    ----------
    promise : (k,) rows of the promises.
    called_from : (k,) the first day on which each may be spoken of.
    remainder_minor : (k,) what is still to come of it.
    """

    promise: Rows
    called_from: Days
    remainder_minor: Amounts

    def on(self, day: date) -> Shortfalls:
        """Those that may be spoken of on a day: the items of the lane `promise`."""
        now = self.called_from <= np.datetime64(day, "D")
        return Shortfalls(self.promise[now], self.called_from[now], self.remainder_minor[now])


def reminders(promises: Promises, talks: Talks, on: date, settings: Settings) -> Reminders:
    """Whom to remind on a day: of what is due that day, and of what is due before the end of the next business day.

    A promise whose money is there is left alone, and what falls on a weekend is told on the business day before it.

    Parameters
    ----------
    on : the day; a night that runs for a day off reminds only of that day's.

    Notes
    -----
    A message is the rule, because a call within days of the talk is barred (12 CFR 1006.14(b)(2)(i)(B)); consent given
    in the talk, or at any time since the promise, opens it (12 CFR 1006.14(b)(3)(i)).
    """
    country = settings.portfolio.country or None
    today = np.datetime64(on, "D")
    ahead = np.datetime64(add_business_days(on, 1, country) if is_business_day(on, country) else on, "D")
    needed = kept_at(promises.amount_minor, settings)
    waits = promises.is_open & (promises.kept_minor < needed)
    chosen = np.flatnonzero(waits & (promises.due_on >= today) & (promises.due_on <= ahead))
    talked, agreed = talks.last_talk_on[promises.group[chosen]], talks.consented_on[promises.group[chosen]]
    past_talk = ~(today < talked + talk_days(settings) * _DAY)
    by_consent = ~(agreed < talked) & (today < agreed + consent_days(settings) * _DAY)
    by_call = (agreed >= promises.made_on[chosen]) & (past_talk | by_consent)
    return Reminders(chosen, promises.due_on[chosen] == today, by_call)


def shortfalls(promises: Promises, talks: Talks, settings: Settings) -> Shortfalls:
    """Promises broken or kept in part, until the debtor is spoken with or promises anew.

    Another promise of the debtor that is still open does not stay them: it holds the lane `pay`.
    """
    group = promises.group
    talked = talks.last_talk_on[group] > promises.grace_ends_on
    newest = np.full(len(talks.last_talk_on), _LONG_AGO)
    np.maximum.at(newest, group, promises.made_on)
    stands = promises.is_short & ~talked & ~(newest[group] > promises.grace_ends_on)
    chosen = np.flatnonzero(stands)
    country = settings.portfolio.country or None
    from_ = called_from(promises.grace_ends_on[chosen], talks.last_talk_on[group[chosen]], country, settings)
    return Shortfalls(chosen, from_, (promises.amount_minor - promises.kept_minor)[chosen])


def called_from(grace_ends_on: Days, last_talk_on: Days, country: str | None, settings: Settings) -> Days:
    """(n,) the first business day on which a promise that was not kept may be spoken of: past grace, and past the talk.

    Parameters
    ----------
    grace_ends_on : (n,) the last day of each promise's grace.
    last_talk_on : (n,) the last day on which the debtor was spoken with; NaT: never.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> grace, talk = np.array(["2026-06-03", "2026-06-11"], "M8[D]"), np.array(["2026-05-29", "2026-05-29"], "M8[D]")
    >>> called_from(grace, talk, None, default_settings()).astype(str).tolist()
    ['2026-06-05', '2026-06-12']
    """
    past_grace = grace_ends_on + _DAY
    past_talk = last_talk_on + talk_days(settings) * _DAY
    return business_day_from(np.fmax(past_grace, past_talk), country)


def kept_at(amount_minor: Amounts, settings: Settings) -> Amounts:
    """(n,) the least amount by which each promise counts as kept, rounded up as `features.promises` does.

    Examples
    --------
    >>> from arrears.settings import default_settings
    >>> kept_at(np.array([10_000, 101]), default_settings()).tolist()
    [9500, 96]
    """
    parts = round(settings.promises.kept_share * _MILLION)
    rest = amount_minor % _MILLION
    kept: Amounts = (amount_minor - rest) // _MILLION * parts - ((-rest * parts) // _MILLION)
    return kept


def business_day_from(days: Days, country: str | None) -> Days:
    """(n,) each day itself, or the next business day where it is none.

    Examples
    --------
    >>> business_day_from(np.array(["2026-07-02", "2026-07-03"], "M8[D]"), "US").astype(str).tolist()
    ['2026-07-02', '2026-07-06']
    """
    told, which = np.unique(days, return_inverse=True)
    found: Days = np.array([_business_day_from(each, country) for each in told.tolist()], "M8[D]")[which]
    return found


def talk_days(settings: Settings) -> int:
    """Days from a talk on, its own included, on which nobody calls again without consent; 0 where no limit says so.

    Where files differ the longest counts: the conduct gate asks the limit that applies at the claim.
    """
    return _values("cooldown_days", settings)[-1]


def consent_days(settings: Settings) -> int:
    """Days, the first included, for which an agreed call may be made; where files differ the shortest counts."""
    return _values("consent_days", settings)[0]


def _values(name: str, settings: Settings) -> list[int]:
    """What the limits of RF-02 and the house's own say under a name, rising; 0 where none does."""
    files = _in_files(name, settings.conduct.profiles)
    own = [each.value for each in settings.conduct.limits if (each.rule, each.name) == ("RF-02", name)]
    return sorted([*files, *(each for each in own if isinstance(each, int))]) or [0]


@lru_cache(maxsize=64)
def _in_files(name: str, profiles: tuple[str, ...]) -> tuple[int, ...]:
    told = (limit for _, limit in read_limits(profiles).all if (limit.rule, limit.name) == ("RF-02", name) and limit.on)
    return tuple(limit.value for limit in told if isinstance(limit.value, int))


@lru_cache(maxsize=65_536)
def _business_day_from(day: date, country: str | None) -> date:
    return day if is_business_day(day, country) else add_business_days(day, 1, country)
