"""What programs get of why an account stands where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from serving.api import payloads
from serving.scores import why as scores


class Why(BaseModel):
    """Why an account stands where it stands, as the night recorded it, and what the rules say now."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    account: payloads.Account
    holds: list[payloads.Hold]
    now: Annotated[
        list[payloads.ChannelVerdict] | None, Field(description="Judged anew; null where there is no lake to ask.")
    ]
    scores: dict[str, Any]
    terms: list[payloads.Term]
    item_terms: list[payloads.Term]
    formula: str
    strategy: Annotated[str, Field(description="By which it was worked out: its arm's where a test has it.")]
    models: Annotated[
        dict[str, str], Field(description="By model the version that answered: its arm's where a test has it.")
    ]
    arm_model: Annotated[
        str | None, Field(description="The version that answered as its arm of a test asks; null where none did.")
    ]


def why_of(found: scores.Why, now: Sequence[Mapping[str, Any]] | None) -> Why:
    """Why an account stands where it stands, in the API's words.

    Parameters
    ----------
    now : by channel what the rules say at this moment; None: nobody asked them.
    """
    judged, night = found.account, found.night
    return Why(
        account=payloads.account_of(judged, night, found.item.rank if found.item else None),
        holds=[payloads.Hold.model_validate(dict(hold)) for hold in judged.held_because],
        now=None if now is None else [payloads.ChannelVerdict.model_validate(each) for each in now],
        scores=dict(judged.reasons),
        terms=[payloads.term_of(term) for term in found.terms],
        item_terms=[payloads.term_of(term) for term in found.item_terms],
        formula=str(found.strategy["formula"]),
        strategy=payloads.model_label(found.strategy["name"], found.strategy["version"]),
        models=night.model_labels(judged.arm_model),
        arm_model=judged.arm_model,
    )
