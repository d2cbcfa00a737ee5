"""Why a model answers what it answers for one account: exact SHAP values, grouped by business concept, said in words.

Contributions and base add up to the raw margin of the one booster explained; calibration comes after them as a step of
its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from features.catalog import CATALOG
from features.debtor import OTHERS
from models.artifact import Artifact
from models.contributions import shap_values
from models.roll_rate import explained_booster, share_beyond
from models.scorer import Floats, Ranks, sigmoid
from models.sentences import Tone, sentence

MOST_REASONS = 4
LEAST_CONTRIBUTION = 0.02
"""Log-odds below which a concept is no reason: it would move a chance of one half by half a point."""

ACCOUNT_COUNT = "debtor_account_count"
"""The feature that tells whether the concept `OTHERS` can say anything that the account itself does not."""


@dataclass(frozen=True)
class Reason:
    """One business concept's part in an answer.

    Attributes
    ----------
    code : stable name, `<concept>.<feature>` with underscores.
    concept : the business concept, as the catalog names it.
    feature, value : the feature that weighs most within it, and what it is; None where it is null.
    contribution : of the whole concept, in log-odds of the booster explained.
    sentence : for the collector's eyes.
    """

    code: str
    concept: str
    feature: str
    value: float | None
    contribution: float
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """How one booster came to its answer for one account.

    Attributes
    ----------
    booster : the booster explained.
    base : log-odds before anything is known of the account.
    contributions : log-odds of every concept; with `base` they sum to `margin`.
    margin : raw log-odds of the booster.
    raw : probability of `margin`, before calibration.
    calibrated : after it.
    answer : what the model says; `calibrated`, times the share of moves seen where an edge has no booster of its own.
    reasons : at most four, the strongest first.
    """

    booster: str
    base: float
    contributions: Mapping[str, float]
    margin: float
    raw: float
    calibrated: float
    answer: float
    reasons: tuple[Reason, ...]

    def document(self) -> dict[str, Any]:
        """It as JSON."""
        reasons = tuple(dict(vars(reason)) for reason in self.reasons)
        return {**vars(self), "contributions": dict(self.contributions), "reasons": reasons}


def concepts_of(features: Iterable[str]) -> dict[str, str]:
    """Business concept of each feature, from the catalog; a feature the catalog no longer has speaks for itself."""
    known = {feature.name: feature.concept for feature in CATALOG}
    return {name: known.get(name, name.replace("_", " ")) for name in features}


def explain(
    artifact: Artifact,
    booster: str,
    x: Floats,
    *,
    currencies: Sequence[str],
    locale: str = "en",
    account_counts: Sequence[float] | None = None,
) -> list[Explanation]:
    """Explain one booster's answer for every row.

    Parameters
    ----------
    x : (n, features) in the artifact's order, NaN where null.
    currencies : (n,) ISO codes in which the rows' money is said.
    locale : how money is written.
    account_counts : (n,) `ACCOUNT_COUNT` of each row, NaN where not known; None where nobody knows any. A debtor's only
        account says nothing more through all accounts of the debtor: such a reason is left out, its contribution stays.
    """
    return _explanations(artifact, booster, x, currencies, locale, account_counts, share=1.0)


def explain_roll(
    artifact: Artifact,
    x: Floats,
    ranks: Ranks,
    *,
    currencies: Sequence[str],
    locale: str = "en",
    account_counts: Sequence[float] | None = None,
) -> list[Explanation | None]:
    """Explain each account's chance to roll, by the booster at the bucket it stands in.

    Parameters
    ----------
    x, currencies, locale, account_counts : as `explain` takes them.
    ranks : (n,) positions of the buckets.

    Returns
    -------
    One explanation a row, None for accounts in the oldest bucket, which has no next one.
    """
    found: list[Explanation | None] = [None] * len(x)
    for rank in np.unique(ranks[ranks < len(artifact.document["moves"]["buckets"]) - 1]).tolist():
        rows = np.flatnonzero(ranks == rank)
        booster, share = explained_booster(artifact, rank), share_beyond(artifact, rank)
        chosen = [currencies[row] for row in rows.tolist()]
        counts = None if account_counts is None else [account_counts[row] for row in rows.tolist()]
        explained = _explanations(artifact, booster, x[rows], chosen, locale, counts, share=share)
        for row, told in zip(rows, explained, strict=True):
            found[row] = told
    return found


def _explanations(
    artifact: Artifact,
    booster: str,
    x: Floats,
    currencies: Sequence[str],
    locale: str,
    account_counts: Sequence[float] | None,
    *,
    share: float,
) -> list[Explanation]:
    base, contributions = shap_values(artifact, booster, x)
    return tell(
        artifact,
        booster,
        x,
        base,
        contributions,
        currencies=currencies,
        locale=locale,
        account_counts=account_counts,
        share=share,
    )


def tell(
    artifact: Artifact,
    booster: str,
    x: Floats,
    base: float,
    contributions: Floats,
    *,
    currencies: Sequence[str],
    locale: str = "en",
    account_counts: Sequence[float] | None = None,
    share: float = 1.0,
) -> list[Explanation]:
    """Explanations from contributions already at hand, as the service's scoring calls bring them.

    Parameters
    ----------
    base, contributions : as `shap_values` gives them.
    account_counts : as `explain` takes them.
    share : of moves seen, where the booster's edge is not the account's own (`share_beyond`).
    """
    margins = artifact.margin(x, booster)
    raw, calibrated = sigmoid(margins), artifact.calibrated(margins, booster)
    names, grouped, members = _by_concept(artifact.features, contributions)
    good = -1.0 if artifact.document["kind"] == "chain" else 1.0  # a chain's boosters ask whether it gets worse
    strongest = np.argsort(-np.abs(grouped), axis=1, kind="stable")
    told = []
    for row, currency in enumerate(currencies):
        say = _Teller(artifact.features, x[row], currency, locale, good)
        reasons = (
            say.reason(names[concept], members[concept], contributions[row], float(grouped[row, concept]))
            for concept in strongest[row]
            if abs(grouped[row, concept]) >= LEAST_CONTRIBUTION
            and not (names[concept] == OTHERS and account_counts is not None and account_counts[row] == 1)
        )
        told.append(
            Explanation(
                booster=booster,
                base=base,
                contributions=dict(zip(names, grouped[row].tolist(), strict=True)),
                margin=float(margins[row]),
                raw=float(raw[row]),
                calibrated=float(calibrated[row]),
                answer=float(calibrated[row] * share),
                reasons=tuple(islice(reasons, MOST_REASONS)),
            )
        )
    return told


@dataclass(frozen=True)
class _Teller:
    features: Sequence[str]
    values: Floats
    currency: str
    locale: str
    good: float

    def reason(self, concept: str, members: Sequence[int], contributions: Floats, total: float) -> Reason:
        lead = max(members, key=lambda place: contributions[place] * np.sign(total))
        feature, value = self.features[lead], float(self.values[lead])
        known = dict(zip(self.features, self.values.tolist(), strict=True))
        tone = Tone.GOOD if total * self.good > 0 else Tone.BAD
        return Reason(
            code=f"{concept.replace(' ', '_')}.{feature}",
            concept=concept,
            feature=feature,
            value=None if np.isnan(value) else value,
            contribution=total,
            sentence=sentence(feature, known, tone, currency=self.currency, locale=self.locale),
        )


def _by_concept(features: Sequence[str], contributions: Floats) -> tuple[list[str], Floats, list[list[int]]]:
    concepts = concepts_of(features)
    names = list(dict.fromkeys(concepts.values()))
    members = [[place for place, name in enumerate(features) if concepts[name] == concept] for concept in names]
    grouped = np.column_stack([contributions[:, places].sum(axis=1) for places in members])
    return names, grouped, members
