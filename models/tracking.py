"""The door to MLflow: one client per address, telemetry off, and a short patience with a server that is away.

Importing MLflow costs seconds, so it happens here, at the first call, and nowhere on the way to `arrears --help`.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from sqlalchemy.engine import make_url

from arrears.errors import ArrearsError


class RegistryUnreachable(ArrearsError):
    """MLflow did not answer; a queue can still be served from the rules."""


_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    # A morning's queue cannot wait the minutes that MLflow would go on trying for.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
}


@dataclass(frozen=True)
class Tracking:
    """An MLflow store by its address.

    Parameters
    ----------
    uri : `sqlite:////absolute/path/mlflow.db`, or the address of an MLflow server.
    """

    uri: str

    @property
    def file(self) -> Path | None:
        """The SQLite file, where the store is one."""
        if not self.uri.startswith("sqlite:"):
            return None
        return Path(str(make_url(self.uri).database))

    @property
    def exists(self) -> bool:
        """False where the store is a file that nobody has written yet: asking must not create it."""
        return self.file is None or self.file.exists()

    @property
    def client(self) -> Any:  # noqa: ANN401 - mlflow is untyped here
        """The `MlflowClient` of this store, made once.

        Raises
        ------
        RegistryUnreachable : the store cannot be opened.
        """
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        return _client(self.uri)

    def experiment(self, name: str) -> str:
        """Id of the experiment of this name, made with an absolute place for its artifacts if it is new."""
        found = self.client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        beside = None if self.file is None else (self.file.parent / "artifacts").resolve().as_uri()
        return str(self.client.create_experiment(name, artifact_location=beside))

    def local(self, artifact_uri: str) -> Path:
        """The artifact's folder on this machine; fetched only if the store is elsewhere."""
        address = urlparse(artifact_uri)
        if address.scheme in ("", "file"):
            return Path(address.path)
        from mlflow.artifacts import download_artifacts

        return Path(download_artifacts(artifact_uri=artifact_uri, tracking_uri=self.uri))


def quiet_mlflow() -> None:
    """Switch off what MLflow would send or print, before it is imported; the user's own choice stands."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    for chatty in ("mlflow", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@lru_cache(maxsize=8)
def _client(uri: str) -> Any:  # noqa: ANN401 - mlflow is untyped here
    quiet_mlflow()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        return MlflowClient(tracking_uri=uri, registry_uri=uri)
    except (MlflowException, OSError) as problem:
        raise unreachable(uri, problem) from problem


def unreachable(uri: str, problem: BaseException) -> RegistryUnreachable:
    """The error that says MLflow is away, without the address's password."""
    return RegistryUnreachable(
        asked=f"reach MLflow at {_shown(uri)}",
        found=type(problem).__name__,
        do="Start that server or correct MLFLOW_TRACKING_URI; meanwhile rules score the book.",
    )


def lost(uri: str) -> RegistryUnreachable:
    """The error that says a store's file is gone, though models served from it: its champions are not unregistered."""
    return RegistryUnreachable(
        asked=f"reach MLflow at {_shown(uri)}",
        found="its file is gone, though the history of aliases says that models served from it",
        do="Put the file back or correct MLFLOW_TRACKING_URI; meanwhile rules score the book.",
    )


def _shown(uri: str) -> str:
    return make_url(uri).render_as_string(hide_password=True) if "://" in uri else uri
