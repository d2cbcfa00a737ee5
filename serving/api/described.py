"""The problems that calls of the API may answer with, as its OpenAPI document describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.api.payloads import ProblemDocument

Responses = dict[int | str, dict[str, Any]]


def _described(titles: Mapping[int, str]) -> Responses:
    schema = ProblemDocument.model_json_schema()
    return {
        status: {"description": title, "content": {"application/problem+json": {"schema": schema}}}
        for status, title in titles.items()
    }


_ANY = {401: "Not signed in", 403: "Not for this role", 404: "Not known", 422: "Does not fit"}

PROBLEMS = _described({**_ANY, 503: "No night, or not ready"})
"""Of a call that reads."""

SCORE_PROBLEMS = _described({413: "Too much at once"})
"""Of a call that reads and works something out for each row, beside the others."""

ACT_PROBLEMS = _described({**_ANY, 403: "Not for whoever asks", 409: "Refused", 503: "No night, or not ready"})
"""Of a call that changes something, and may come too late."""

BULK_PROBLEMS = _described({**_ANY, 409: "Refused", 413: "Too much at once", 503: "Not ready"})
"""Of a call that brings many rows."""
