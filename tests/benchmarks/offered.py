"""An open loop of collectors: pairs of claim and outcome are offered at a fixed rate, whoever still waits.

A pair whose moment has come and that finds every collector busy waits, and its wait counts. Requests go over plain
sockets, one connection a collector, so that the generator costs the machine little.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from tests.on_a_loop import on_a_loop

CLAIM = "/v1/queues/next/claim"
NOBODY_THERE = (
    {"disposition": "no_answer", "connect": "no_answer"},
    {"disposition": "no_answer", "connect": "no_answer"},
    {"disposition": "no_answer", "connect": "no_answer"},
    {"disposition": "busy", "connect": "busy"},
    {"disposition": "voicemail", "connect": "voicemail"},
)
"""What most calls come to; each as likely as the next."""


@dataclass
class Offered:
    """What was offered, and what came of it; waits in seconds from the moment at which a request was due.

    `nothing_left` counts claims of collectors whose list was worked to its end.
    """

    rate: float
    seconds: float
    claims: list[float] = field(default_factory=list)
    outcomes: list[float] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    nothing_left: int = 0
    strange: list[str] = field(default_factory=list)
    took: float = 0.0

    def slowest(self, share: float) -> float:
        """The wait, in milliseconds, that this share of all requests did not exceed."""
        waits = sorted(self.claims + self.outcomes)
        return 1000 * waits[min(len(waits) - 1, int(share * len(waits)))] if waits else float("nan")

    @property
    def pairs_a_second(self) -> float:
        """Pairs whose outcome was acknowledged, by the time all took."""
        return len(self.acknowledged) / self.took

    def told(self) -> str:
        """The figures in a line."""
        held = f"{len(self.acknowledged)} pairs, {self.pairs_a_second:.1f}/s held"
        waits = f"p50 {self.slowest(0.5):.0f} ms, p99 {self.slowest(0.99):.0f} ms"
        ended = f"{self.nothing_left} lists at their end"
        return f"offered {self.rate:g}/s for {self.seconds:g} s: {held}, {waits}, {ended}"


def offer(host: str, port: int, keys: Sequence[str], *, rate: float, seconds: float, seed: int = 7) -> Offered:
    """Offer `rate` pairs a second for so many seconds, by as many collectors as there are keys."""
    return on_a_loop(_offer, host, port, keys, Offered(rate, seconds), random.Random(seed))


async def _offer(host: str, port: int, keys: Sequence[str], offered: Offered, chance: random.Random) -> Offered:
    idle: asyncio.Queue[_Line] = asyncio.Queue()
    lines = [_Line(host, port, key) for key in keys]
    for line in lines:
        await line.open()
        idle.put_nowait(line)
    pairs = []
    began = perf_counter()
    for number in range(int(offered.rate * offered.seconds)):
        due = began + number / offered.rate
        await asyncio.sleep(max(0.0, due - perf_counter()))
        pairs.append(asyncio.create_task(_pair(idle, offered, due, chance.choice(NOBODY_THERE))))
    await asyncio.gather(*pairs)
    offered.took = perf_counter() - began
    for line in lines:
        line.close()
    return offered


async def _pair(idle: asyncio.Queue[_Line], offered: Offered, due: float, outcome: dict[str, Any]) -> None:
    line = await idle.get()
    try:
        status, claimed = await line.post(CLAIM, {})
        offered.claims.append(perf_counter() - due)
        if status == 204:  # whoever has worked all that was theirs
            offered.nothing_left += 1
            return
        if status != 200:
            offered.strange.append(f"claim {status}")
            return
        item = claimed["work_item_id"]
        offered.served.append(item)
        asked = perf_counter()
        status, stored = await line.post(f"/v1/items/{item}/outcome", outcome | {"channel": "call"})
        offered.outcomes.append(perf_counter() - asked)
        if status in (200, 201):
            offered.acknowledged.append(stored["contact_id"])
        else:
            offered.strange.append(f"outcome {status}")
    finally:
        idle.put_nowait(line)


class _Line:
    """One collector's connection."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._host, self._port, self._key = host, port, key

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        self._writer.close()

    async def post(self, path: str, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self._reader.at_eof():  # the service closes lines that were quiet for long
            await self.open()
        body = json.dumps(document).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        told = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        status = int(told[0].split()[1])
        fields = dict(line.lower().split(b": ", 1) for line in told[1:] if b": " in line)
        length = int(fields.get(b"content-length", 0))
        answer = await self._reader.readexactly(length) if length else b""
        return status, json.loads(answer) if answer else {}
