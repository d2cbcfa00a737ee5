"""What a program reads when a request fails: RFC 9457 `application/problem+json`, and never a value it sent us.

A stack trace, a database's message or a debtor's data cannot get into one: only the sentences of this file, of
`arrears.errors` and of the contracts in `serving.api.payloads` can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from arrears.errors import ArrearsError, BadInput, Refused, WrongUse

MEDIA_TYPE = "application/problem+json"

TITLES: dict[str, tuple[int, str]] = {
    "not-signed-in": (401, "Sign in first"),
    "other-site": (403, "A form of another site"),
    "not-allowed": (403, "Not for this role"),
    "refused": (409, "Refused"),
    "not-found": (404, "Nothing there"),
    "wrong-method": (405, "Not this way"),
    "wrong-request": (422, "The request does not fit its contract"),
    "too-large": (413, "Too much at once"),
    "no-night": (503, "No night has run yet"),
    "not-ready": (503, "Not ready"),
    "failed": (500, "It failed on our side"),
}
"""Every kind of problem: its status, and what it means in one line."""


class Problem(Exception):
    """A request that cannot be answered, and why.

    Parameters
    ----------
    kind : a key of `TITLES`; the last part of the problem's `type`.
    detail : what stood in the way and what to do, without any value of the request.

    Examples
    --------
    >>> Problem("not-found", "No such account in the night of this queue.").document()["type"]
    'urn:arrears:problem:not-found'
    """

    def __init__(self, kind: str, detail: str, *, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.more = dict(more or {})
        self.status, self.title = TITLES[kind]

    def document(self) -> dict[str, Any]:
        """The members of the problem, as RFC 9457 names them."""
        return {
            "type": f"urn:arrears:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }

    def response(self) -> JSONResponse:
        """The problem as an answer."""
        headers = {"WWW-Authenticate": "Bearer"} if self.kind == "not-signed-in" else None
        return JSONResponse(self.document(), status_code=self.status, media_type=MEDIA_TYPE, headers=headers)


def of_error(problem: ArrearsError) -> Problem:
    """An error of the house as a problem: its three parts carry no data of a debtor by their own rule."""
    kind = {WrongUse: "wrong-request", BadInput: "wrong-request", Refused: "refused"}.get(type(problem), "failed")
    # What was asked is left out: it may repeat what the caller sent.
    return Problem(kind, f"Found {problem.found}. {problem.do}")


def of_status(status: int) -> Problem:
    """The problem behind a bare HTTP status."""
    sentences = {
        404: Problem("not-found", "There is nothing at this address. /v1/openapi.json lists what there is."),
        405: Problem("wrong-method", "This address answers other methods. /v1/openapi.json lists them."),
        413: Problem("too-large", "The request is larger than this address takes."),
    }
    if status in sentences:
        return sentences[status]
    if status < 500:  # noqa: PLR2004 - the caller's side ends there
        return Problem("wrong-request", "The request cannot be read. /v1/openapi.json says what is expected.")
    return Problem("failed", "The service could not answer. Its log names the place; try again, then look there.")


def of_validation(problem: RequestValidationError) -> Problem:
    """Which part of a request broke which rule, and what is allowed there; what stood there is not repeated."""
    faults = [_fault(fault) for fault in problem.errors()]
    wrong = "One part of the request does" if len(faults) == 1 else f"{len(faults)} parts of the request do"
    named = [f"{fault['where'].split('.')[-1]} is one of {fault['allowed']}." for fault in faults if "allowed" in fault]
    expected = " ".join(named) or "/v1/openapi.json says what is expected."
    return Problem("wrong-request", f"{wrong} not fit. {expected}", more={"faults": faults})


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    rule = str(fault["type"])
    told = {"where": _where(fault["loc"], rule), "rule": rule}
    # The words of a closed list are the contract's own.
    return {**told, "allowed": str(fault["ctx"]["expected"])} if rule == "literal_error" else told


def _where(loc: Sequence[int | str], rule: str) -> str:
    # A name that the contract does not know came from the caller, so it is data: say only where it stood.
    known = loc[:-1] if rule == "extra_forbidden" else loc
    return ".".join("[]" if isinstance(part, int) else part for part in known)
