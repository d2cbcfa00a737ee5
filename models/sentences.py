"""Says a feature's value as a sentence that a collector can read aloud: the fact, and whether it counts for or against.

How each feature is put is in `models.phrases`; money is written as people of the portfolio's language write it. No
sentence tells how an account was chosen or what a model computed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum

from arrears.money import say_money
from features.catalog import CATALOG
from models.phrases import PHRASES, Phrase


class Tone(Enum):
    """Whether a fact counts in an account's favour or against it."""

    GOOD = "which counts in its favour"
    BAD = "which counts against it"


UNITS = {feature.name: feature.unit for feature in CATALOG}
MEASURES = (("past_due_minor", "against {} past due"), ("bill_last_minor", "against a last bill of {}"))
"""What the payments of the last month or two are measured against: the first that is known."""
MEASURED = ("paid_30d_minor", "paid_60d_minor")


def sentence(feature: str, known: Mapping[str, float], tone: Tone, *, currency: str, locale: str = "en") -> str:
    """One feature of one account as a sentence.

    Parameters
    ----------
    known : feature -> value of this account, NaN where null; may name others, to measure payments against.
    tone : which way its concept counts.

    Examples
    --------
    >>> sentence("paid_30d_minor", {"paid_30d_minor": 4210, "past_due_minor": 6100}, Tone.BAD, currency="USD")
    'Paid only $42.10 in the last 30 days, against $61.00 past due.'
    >>> sentence("balance_minor", {"balance_minor": 120000}, Tone.GOOD, currency="USD")
    'Owes $1,200.00 in all, which counts in its favour.'
    """
    phrase, value = PHRASES.get(feature), known.get(feature, math.nan)
    if phrase is None:
        return _from_the_catalog(feature, value, tone, currency, locale)
    words, usual = _words(phrase, value, is_tiny=UNITS.get(feature) == "share" and _is_tiny(value))
    beside, is_more = _beside(feature, known, currency, locale)
    is_whole = UNITS.get(feature) == "share" and value >= 1
    adverb = _adverb(words, tone) if usual is not tone and not is_more and not is_whole else ""
    said = words.format(v=_value(phrase, feature, value, currency, locale), only=adverb, most=adverb) + beside
    told = said[0].upper() + said[1:]
    return f"{told}." if usual is tone or adverb else f"{told}, {tone.value}."


def _words(phrase: Phrase, value: float, *, is_tiny: bool) -> tuple[str, Tone | None]:
    """The words for such a value, and which way such values usually count; None where that depends.

    A tiny share counts as none would: it is said as less than one per cent.
    """
    if math.isnan(value):
        return phrase.null, _nothing_known(phrase)
    is_much = value > 0 and not is_tiny
    usual = None if phrase.good == "either" else Tone.GOOD if (phrase.good == "high") is is_much else Tone.BAD
    if value == 0 and phrase.zero is not None:
        return phrase.zero, usual
    if value < 0 and phrase.below is not None:
        return phrase.below, usual
    return phrase.some, usual


def _nothing_known(phrase: Phrase) -> Tone | None:
    if phrase.null_says:
        return Tone.GOOD if phrase.null_says == "good" else Tone.BAD
    if phrase.null != phrase.zero or phrase.good == "either":
        return None
    return Tone.BAD if phrase.good == "high" else Tone.GOOD


def _adverb(words: str, tone: Tone) -> str:
    if "{only}" in words and tone is Tone.BAD:
        return "only "
    return "no more than " if "{most}" in words and tone is Tone.GOOD else ""


def _beside(feature: str, known: Mapping[str, float], currency: str, locale: str) -> tuple[str, bool]:
    """What a payment is measured against, and whether it reaches that."""
    if feature not in MEASURED or not known.get(feature, 0) > 0:
        return "", False
    for name, words in MEASURES:
        measure = known.get(name, math.nan)
        if measure > 0:
            said = words.format(say_money(round(measure), currency, locale=locale))
            return f", {said}", known[feature] >= measure
    return "", False


def _value(phrase: Phrase, feature: str, value: float, currency: str, locale: str) -> str:
    if math.isnan(value):
        return ""
    size = abs(value)
    match UNITS.get(feature):
        case "minor units":
            return say_money(round(size), currency, locale=locale)
        case "share":
            return _share(size)
    whole = round(size)
    return f"{whole:,}" if phrase.noun is None else f"{whole:,} {phrase.noun[whole != 1]}"


def _share(size: float) -> str:
    return "less than 1%" if _is_tiny(size) else f"{round(100 * size):,}%"


def _is_tiny(share: float) -> bool:
    return share > 0 and round(100 * share) == 0


def _from_the_catalog(feature: str, value: float, tone: Tone, currency: str, locale: str) -> str:
    """A feature nobody has put into words yet: its sentence in the catalog, and its value."""
    named = {one.name: one.sentence.rstrip(".") for one in CATALOG}.get(feature, feature.replace("_", " "))
    plain = Phrase("either", "{v}", "not known")
    said = _value(plain, feature, value, currency, locale) or plain.null
    return f"{named[0].upper()}{named[1:]}: {said}, {tone.value}."
