"""Opening a deployment: in order, with what watches over it while it runs, and closed in the other order.

The environment says where everything is (`arrears.places`), so a process that BentoML starts finds the same deployment
as the command that started it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from arrears.places import find_places
from arrears.policy.lawless import refuse_lawless
from arrears.state.server import opened
from models.lawful import approvals_of
from models.registry import Registry
from serving.console.portfolio import forecast_of, months_of
from serving.console.registry import registry_of
from serving.console.story import warm_questions
from serving.deployment import Deployment, Forecaster
from serving.events.sweep import Sweep
from serving.gate.may_we import lawless_of
from serving.present import Present
from serving.scores.champion import Champions

_log = logging.getLogger("arrears.service")


def open_deployment(environ: Mapping[str, str], *, forecaster: Forecaster | None = None) -> Deployment:
    """Open the deployment that the environment names, and begin to watch its champions.

    Raises
    ------
    BadInput : somebody lives in a country whose law nobody has switched on.
    """
    places = find_places(environ)
    closing = ExitStack()
    try:
        engine = closing.enter_context(opened(places))
        present = Present(places.lake, engine)
        if present.lake.exists():
            refuse_lawless("serve this portfolio", lawless_of(present.lake))
        _log.info("service.opened lake=%s day=%s", "present" if present.lake.exists() else "absent", present.day)
        registry = Registry(places.tracking_uri, engine)
        champions = Champions(registry, day=lambda: present.day, approvals=lambda: approvals_of(present.lake))
    except BaseException:
        closing.close()
        raise
    deployment = Deployment(
        places=places,
        engine=engine,
        registry=registry,
        champions=champions,
        present=present,
        forecaster=forecaster,
        closing=closing,
    )
    closing.callback(deployment.live.close)
    champions.start()
    closing.callback(champions.stop)
    sweep = Sweep(deployment)
    sweep.start()
    closing.callback(sweep.stop)
    threading.Thread(target=_settle_aliases, args=[champions], name="aliases", daemon=True).start()
    threading.Thread(target=_warm, args=[deployment], name="warm", daemon=True).start()
    return deployment


def _settle_aliases(champions: Champions) -> None:
    """Finish what a process left open that died while it moved an alias; the models that serve come first."""
    champions.wait()
    try:
        settled = champions.registry.reconcile()
    except Exception as problem:  # noqa: BLE001 - the next start, or the next promotion, settles it
        _log.warning("aliases.not_settled error=%s", type(problem).__name__)
    else:
        _log.info("aliases.settled moves=%d", len(settled))


def _warm(deployment: Deployment) -> None:
    """Work out early what the first page or call would have to wait for; without a lake there is nothing to do."""
    if not deployment.lake.exists():
        return
    steps: tuple[Callable[[], object], ...] = (
        months_of(deployment).now,
        warm_questions,
        lambda: deployment.live.warm(deployment.lake),
        registry_of(deployment).latest,
        deployment.champions.wait,
        lambda: (kept := forecast_of(deployment)) and kept.ask(),
        _set_aside_what_stays,
    )
    for step in steps:
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - warming is a comfort: whoever asks later meets the problem itself
            _log.warning("service.not_warmed error=%s", type(problem).__name__)


def _set_aside_what_stays() -> None:
    """Spare the garbage collector the models and libraries: walking through them cost a quarter of each request."""
    gc.collect()
    gc.freeze()
