"""The deployment that this process serves: opened when BentoML makes the service, closed when it lets it go."""

from __future__ import annotations

from collections.abc import Mapping

from serving.deployment import Deployment, open_deployment
from serving.problems import Problem

_held: list[Deployment] = []


def start(environ: Mapping[str, str]) -> Deployment:
    """Serve the deployment that the environment names, unless whoever started this process has opened it already."""
    return _held[-1] if _held else hold(open_deployment(environ))


def hold(opened: Deployment) -> Deployment:
    """Serve an opened deployment from here on."""
    _held.append(opened)
    return opened


def deployment() -> Deployment:
    """The deployment that answers.

    Raises
    ------
    Problem : the service is still starting, or already stopping.
    """
    if not _held:
        raise Problem("not-ready", "The service is starting or stopping. Try again in a few seconds.")
    return _held[-1]


def stop() -> None:
    """Close it; stopping twice changes nothing."""
    if _held:
        _held.pop().close()
