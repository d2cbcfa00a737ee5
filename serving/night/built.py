"""A night that was worked out and not yet written: everything that its rows, a replay or a score file are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from arrears.lake import Lake
from arrears.policy.columns import Numbers
from arrears.policy.verdict import Judgement
from arrears.queues.rank import Ranking
from arrears.queues.strategy import Strategy
from serving.gate.book import Book
from serving.night.arms import Divided, Part
from serving.night.by_part import Parts
from serving.night.lanes import Lanes
from serving.night.lists import Lists
from serving.scores.losses import Losses
from serving.scores.scoring import Champion, Scores


@dataclass(frozen=True)
class Built:
    """A whole night before it is written.

    Attributes
    ----------
    served_on : the day that was judged, when the items are worked.
    limits_on : the day whose limits of conduct were in force.
    scores : of every account by what answered for it.
    by_champion : the same by the champions alone; they differ where the arms of a test are versions of a model.
    further : what else was asked beside the two models that every night needs.
    judgement : what the rules say of every account, worked for pay.
    lanes : what each account is worked for.
    parts : how items and minutes are divided among the arms of tests.
    arms : who is in which arm; None where no test runs.
    lists : which collector works each item; a replay asks nobody.
    """

    lake: Lake
    strategy: Strategy
    book: Book
    served_on: date
    limits_on: date
    losses: Losses
    scores: Scores
    by_champion: Scores
    further: Mapping[str, Champion]
    judgement: Judgement
    lanes: Lanes
    terms: dict[str, Numbers]
    ranking: Ranking
    parts: Parts
    arms: Divided | None
    lists: Lists
    feature_fingerprint: str
    features_absent: dict[str, str]
    seconds: float

    @property
    def held(self) -> int:
        """Accounts that at least one rule holds for pay; other lanes may work them."""
        return int(self.judgement.is_held[: len(self.book)].sum())

    def part_of_item(self, place: int) -> Part:
        """The arm, or everybody in none, whose strategy put an item at its rank."""
        return self.arms.parts[int(self.parts.of_item[place])] if self.arms else self._nobody

    def part_of_account(self, row: int) -> Part:
        """The arm, or everybody in none, that an account is worked in."""
        return self.arms.parts[int(self.arms.of_account[row])] if self.arms else self._nobody

    def answering(self, part: Part) -> tuple[Champion, Champion]:
        """What answered of paying and of rolling for the accounts of a part."""
        propensity, roll_rate = self.scores.propensity_by, self.scores.roll_rate_by
        own = part.answers
        if own is None:
            return propensity, roll_rate
        return own if own.name == propensity.name else propensity, own if own.name == roll_rate.name else roll_rate

    @cached_property
    def _nobody(self) -> Part:
        return Part("", "", self.strategy, 0, 0, 1.0)
