"""Calls from the service to its own scoring call, without a socket: one ASGI message in, one answer out.

BentoML brings a client for this, but it may start to read a request before the request is written, and then answers
another one; this file waits for nothing that is not already there.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from starlette.types import ASGIApp, Message

from serving.problems import Problem
from serving.scores.explained import Floats


async def call(routes: ASGIApp, path: str, rows: Floats) -> Floats:
    """Ask BentoML's scoring call, where rows of several requests travel together.

    Parameters
    ----------
    routes : BentoML's own, behind the middleware that the request has passed already.

    Raises
    ------
    Problem : the call was turned away, or failed; its own log says why.
    """
    # JSON has no NaN: it travels as null, and the contract of the call makes it NaN again.
    listed = [[None if value != value else value for value in row] for row in rows.tolist()]  # noqa: PLR0124 - NaN alone differs from itself
    body = json.dumps({"rows": listed}).encode()
    sent: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    told: dict[str, Any] = {"status": 0, "body": b""}

    async def receive() -> Message:
        return sent.pop() if sent else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            told["status"] = message["status"]
        elif message["type"] == "http.response.body":
            told["body"] += message.get("body", b"")

    await routes(_scope(path, len(body)), receive, send)
    if told["status"] != 200:  # noqa: PLR2004 - the one way to succeed
        busy = told["status"] == 503  # noqa: PLR2004 - BentoML turns away what it cannot answer in time
        detail = "Too many scores are asked for at once." if busy else "The model could not answer."
        raise Problem("not-ready", f"{detail} Try again in a few seconds.")
    return np.array(json.loads(told["body"]), dtype=np.float64)


def _scope(path: str, length: int) -> dict[str, Any]:
    headers = [(b"host", b"inside"), (b"content-type", b"application/json"), (b"content-length", b"%d" % length)]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": None,
        "server": ("inside", 0),
    }
