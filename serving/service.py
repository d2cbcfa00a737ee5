"""The service as BentoML hosts it: one scoring call over arrays, batched adaptively, behind one public door.

Everything that people and programs see is the FastAPI application of `serving.api`, mounted here; the scoring call
below answers to it alone. `arrears serve` starts this module; `bentoml serve serving.service:arrears` does the same.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

# BentoML and MLflow would report every start to their makers; both read these when they are imported.
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

import bentoml
import numpy as np
from bentoml.validators import DType
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

from serving import running
from serving.api.application import make_app
from serving.console.frame import turned_away
from serving.opening import open_deployment
from serving.people.door import Behind, Door, Fold
from serving.scores.explained import SCORING_CALL, explained_rows

Rows = Annotated[np.ndarray, DType("float64")]
"""One account a row; NaN where a feature is null. What the columns are, `serving.scores.explained` says."""

LONGEST_WAIT_MS = 10_000
"""A request may wait this long in a crowd before it is turned away; alone it does not wait."""
MOST_ROWS = 4096


class FoldedService(bentoml.Service):  # type: ignore[misc] # bentoml is untyped here
    """A BentoML service whose metrics never see an id: addresses are folded before anything counts them."""

    def to_asgi(self, is_main: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - as BentoML calls it
        """BentoML's application, with folded addresses, and without traces: nobody collects them."""
        made = running.host(super().to_asgi(is_main=is_main))
        tracing: Any = OpenTelemetryMiddleware
        made.user_middleware = [each for each in made.user_middleware if each.cls is not tracing]
        return Fold(made)


class Scoring:
    """Scores and reasons from the champions of the registry."""

    def __init__(self) -> None:
        if not running.is_held():  # whoever started this process may have opened it already
            running.hold(open_deployment(os.environ))

    @bentoml.on_shutdown  # type: ignore[untyped-decorator] # BentoML's decorators have no types here
    def close(self) -> None:
        """Leave the database and stop watching the registry."""
        running.stop()

    @bentoml.api(batchable=True, max_batch_size=MOST_ROWS, max_latency_ms=LONGEST_WAIT_MS)  # type: ignore[untyped-decorator] # as above
    def explained(self, rows: Rows) -> Rows:
        """Explain each row with the champion, and there with the booster, that answers for it."""
        return explained_rows(running.deployment().champions, rows)


arrears: Any = bentoml.service(
    name="arrears",
    service_class=FoldedService,
    workers=1,
    threads=2,
    traffic={"timeout": 60},
    http={"host": "127.0.0.1"},
    logging={"access": {"enabled": False}},  # the door keeps a log without ids
)(Scoring)
arrears.mount_asgi_app(Behind(make_app()), path="/")
arrears.add_asgi_middleware(
    Door, deployment=running.deployment, shut=frozenset({SCORING_CALL}), turned_away=turned_away
)
