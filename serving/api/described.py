"""The problems that every call of the API may answer with, as its OpenAPI document describes them."""

from __future__ import annotations

from typing import Any

from serving.api.payloads import ProblemDocument

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": title,
        "content": {"application/problem+json": {"schema": ProblemDocument.model_json_schema()}},
    }
    for status, title in (
        (401, "Not signed in"),
        (403, "Not for this role"),
        (404, "Not known"),
        (422, "Does not fit"),
        (503, "No night, or not ready"),
    )
}
