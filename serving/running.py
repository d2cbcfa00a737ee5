"""The deployment that this process serves: opened when BentoML makes the service, closed when it lets it go."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import Router

from serving.deployment import Deployment
from serving.problems import Problem

_held: list[Deployment] = []
_apps: list[Starlette] = []


def hold(opened: Deployment) -> Deployment:
    """Serve an opened deployment from here on."""
    _held.append(opened)
    return opened


def is_held() -> bool:
    """Whether a deployment is served already."""
    return bool(_held)


def deployment() -> Deployment:
    """The deployment that answers.

    Raises
    ------
    Problem : the service is still starting, or already stopping.
    """
    if not _held:
        raise Problem("not-ready", "The service is starting or stopping. Try again in a few seconds.")
    return _held[-1]


def host(app: Starlette) -> Starlette:
    """Remember the application that BentoML made of us, so that we can reach our own scoring call."""
    _apps.append(app)
    return app


def hosted() -> Router | None:
    """The routes of BentoML's application, behind its middleware; None in a process that it does not host."""
    return _apps[-1].router if _apps else None


def stop() -> None:
    """Close it; stopping twice changes nothing."""
    if _held:
        _held.pop().close()
