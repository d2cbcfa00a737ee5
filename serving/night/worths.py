"""What each account is worth by a strategy, and in which order that puts the items: of the whole book, or by arms.

An arm that is a version of a model has its accounts scored by it before they are valued. A version that fails never
fails a night: the night's own answers for its arm, and the night says so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from arrears.policy.columns import Flags, Numbers, Rows
from arrears.queues import value
from arrears.queues.rank import Ranking, ranked
from arrears.queues.strategy import Strategy
from features.terms import minor
from serving.gate.book import Book
from serving.night.arms import Divided, Part, together, with_minutes
from serving.night.by_part import Parts, whole
from serving.scores.further import CONTACT, UPLIFT, adds_of, right_party_share
from serving.scores.losses import Losses
from serving.scores.scoring import Champion, Scores, scored_anew

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ordered:
    """A book put in order.

    Attributes
    ----------
    scores : of every account by what answered for it.
    terms : (n,) columns of every account by the strategy that it is worked by.
    ranking : the items.
    parts : how items and minutes are divided among arms.
    arms : who is in which; None where no test runs.
    """

    scores: Scores
    terms: dict[str, Numbers]
    ranking: Ranking
    parts: Parts
    arms: Divided | None = None


@dataclass(frozen=True)
class Worths:
    """What any strategy needs to put a book in order.

    Attributes
    ----------
    further : what else was asked beside the two models that every night needs.
    served : (n,) accounts that may be worked.
    """

    book: Book
    scores: Scores
    losses: Losses
    further: Mapping[str, Champion]
    served: Flags

    def by(self, strategy: Strategy) -> Ordered:
        """The whole book by one strategy."""
        terms = self.terms_by(strategy)
        ranking = rank(self.book, terms, self.served, strategy)
        return Ordered(self.scores, terms, ranking, whole(len(ranking)))

    def by_arms(self, arms: Divided, strategy: Strategy, capacity: float | None) -> Ordered:
        """Every arm by its own strategy, and everybody else by the one in force.

        Parameters
        ----------
        strategy : in force.
        capacity : minutes of the whole team; None where there is no team.
        """
        in_force = self.by(strategy)
        arms = with_minutes(arms, in_force.ranking, capacity)
        terms = {name: column.copy() for name, column in in_force.terms.items()}
        worths, parts, rankings = self, [], []
        for place, part in enumerate(arms.parts):
            mine = arms.of_account == place
            worths, own, told = worths.of_part(part, np.flatnonzero(mine)) if place else (self, in_force.terms, part)
            for name, column in own.items():
                terms[name][mine] = column[mine]
            rankings.append(rank(self.book, own, self.served & mine, part.strategy))
            parts.append(told)
        arms = replace(arms, parts=tuple(parts))
        ranking, divided = together(arms, rankings)
        return Ordered(worths.scores, terms, ranking, divided, arms)

    def of_part(self, part: Part, rows: Rows) -> tuple[Worths, dict[str, Numbers], Part]:
        """The same with a part's accounts scored by its own version, the terms of all by it, and what answered."""
        by = part.answers
        if by is not None and part.model is not None:
            try:
                own = self._answered_by(by, rows)
                terms = own.terms_by(part.strategy)
                _refuse_no_worth(by, terms[part.strategy.priority][rows])
                return replace(own, further=self.further), terms, part
            except Exception as problem:  # noqa: BLE001 - a version under test may break in any way; the night goes on
                _log.warning("arm.failed arm=%s model=%s error=%s", part.arm, by.label, type(problem).__name__)
                because = f"{by.label} could not score the book ({type(problem).__name__})."
                part = replace(part, model=part.model.failed(because))
        return self, self.terms_by(part.strategy), part

    def _answered_by(self, by: Champion, rows: Rows) -> Worths:
        own = (self.scores.propensity_by, self.scores.roll_rate_by, *self.further.values())
        if not len(rows) or any(each.loaded is not None and each.label == by.label for each in own):
            return self
        if by.name in (CONTACT, UPLIFT):
            return replace(self, further={**self.further, by.name: by})
        return replace(self, scores=scored_anew(self.book, self.scores, by, rows, self.losses))

    def terms_by(self, strategy: Strategy) -> dict[str, Numbers]:
        """(n,) columns of every account by one strategy."""
        told = worth(self.book, self.scores, self.further.get(CONTACT))
        adds = adds_of(self.book, told, self.further.get(UPLIFT)) if strategy.reads_effect else None
        return value.terms(told, self.losses.by_bucket, adds=adds)


def _refuse_no_worth(by: Champion, priority: Numbers) -> None:
    """Raise where an account has no place in the order: a version of any model may have caused it."""
    if not np.isfinite(priority).all():
        message = f"{by.label} leaves accounts without a priority"
        raise ValueError(message)


def worth(book: Book, scores: Scores, contact: Champion | None = None) -> value.Worth:
    """What the formula reads of each account: where it stands, its scores, and its client's costs.

    Parameters
    ----------
    contact : says how likely an attempt is to reach a liable party, where there is one; else the client's settings do.
    """
    return value.Worth(
        bucket_rank=book.bucket_rank,
        balance_minor=book.balance_minor,
        past_due_minor=book.past_due_minor,
        is_agency=book.is_agency,
        propensity=scores.propensity,
        p_roll=scores.p_roll,
        next_bucket=scores.next_bucket,
        days_to_roll=book.days_to_roll,
        right_party_share=right_party_share(book, contact),
        attempts_per_week=book.of_client(lambda chosen, _: chosen.value.attempts_per_week),
        attempt_minutes=book.of_client(lambda chosen, _: chosen.value.attempt_minutes),
        talk_minutes=book.of_client(lambda chosen, _: chosen.value.talk_minutes),
        minute_cost_minor=book.of_client(lambda chosen, currency: minor(chosen.value.minute_cost, currency)),
        fee_share=book.of_client(lambda chosen, _: chosen.value.fee_share),
    )


def rank(book: Book, terms: dict[str, Numbers], served: Flags, strategy: Strategy) -> Ranking:
    """The items of a night, best first; loss avoided and fees, and two currencies, are never summed."""
    return ranked(
        strategy,
        terms,
        served=served,
        account_id=book.account_id,
        debtor_id=book.debtor_id,
        work_group=book.work_group,
        currency=book.currency,
        basis=np.where(np.isnan(terms["exposure_minor"]), "fee", "loss"),
        worth=book.settings.value.rates.worth,
    )
