"""A service whose night nobody has worked yet, with collectors who have keys and links of their own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from arrears.clock import SystemClock
from arrears.lake import Lake
from models.registry import Registry
from serving.people import access
from serving.people.people import add_person
from tests.served import Served, serving


@dataclass
class Collector:
    """Somebody who works a list: their name, the row of `collectors` they stand for, and a program's way in."""

    name: str
    collector_id: str
    client: httpx.Client
    desks: Desks

    def claim(self, queue: str = "next") -> dict[str, Any]:
        """Claim the next item."""
        answer = self.client.post(f"/v1/queues/{queue}/claim")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def post(self, item: int, act: str, document: dict[str, Any], *, key: str | None = None) -> httpx.Response:
        """Do something with an item."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.client.post(f"/v1/items/{item}/{act}", json=document, headers=headers)

    def link(self) -> str:
        """A link that signs them in."""
        engine = self.desks.served.engine
        token = access.new_link_token(engine, now=SystemClock().now(), person=self.name)
        return f"{self.desks.served.address}/sign-in?token={token}"


@dataclass
class Desks:
    """The service and its collectors."""

    served: Served
    _clients: ExitStack
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def engine(self) -> Engine:
        """Its database."""
        return self.served.engine

    def collector(self) -> Collector:
        """A collector whom no other test has."""
        number = next(self._numbers)
        name, collector_id = f"Collector {number}", f"C{number:02d}"
        now = SystemClock().now()
        add_person(self.engine, name, "collector", collector_id=collector_id, who="test", now=now)
        key = access.new_key(self.engine, now=now, person=name)
        headers = {"Authorization": f"Bearer {key}"}
        client = self._clients.enter_context(httpx.Client(base_url=self.served.address, headers=headers, timeout=60))
        return Collector(name, collector_id, client, self)

    def rows(self, sql: str, **values: object) -> list[Any]:
        """What the database holds."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), values))


@pytest.fixture(scope="session")
def desks(
    postgres: str,
    night_template: str,
    demo_lake: Lake,
    no_registry: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desks]:
    """One service for all tests of the desk: what they claim no other test sees."""
    from tests.conftest import _fresh

    for engine in _fresh(postgres, night_template):
        folder = tmp_path_factory.mktemp("desks")
        with serving(engine, demo_lake.root, no_registry, folder) as running, ExitStack() as clients:
            yield Desks(running, clients)
