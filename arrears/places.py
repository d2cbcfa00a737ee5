"""Where a deployment keeps its things: lake, state, models' tracking store.

A flag wins over an environment variable, which wins over a folder beneath the project's root. All places are absolute:
a relative tracking address would silently make an empty store wherever a command is started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The three places of a deployment.

    `database_url` is None where PostgreSQL is embedded, with its data beneath `state`.
    """

    root: Path
    lake: Path
    state: Path
    database_url: str | None
    tracking_uri: str
    artifacts: Path


def find_places(
    environ: Mapping[str, str],
    *,
    lake: Path | None = None,
    database: str | None = None,
    tracking: str | None = None,
    root: Path | None = None,
) -> Places:
    """The places that flags and environment name, with the project's own folders as defaults.

    Parameters
    ----------
    environ : looked up for `ARREARS_ROOT`, `ARREARS_LAKE`, `DATABASE_URL`, `MLFLOW_TRACKING_URI`.
    root : the project's folder; by default `ARREARS_ROOT`, else the one that holds this code, or the working folder
        where the code was installed elsewhere.

    Examples
    --------
    >>> places = find_places({"ARREARS_LAKE": "/srv/lake"}, root=Path("/srv"))
    >>> str(places.lake), places.tracking_uri, places.database_url
    ('/srv/lake', 'sqlite:////srv/mlruns/mlflow.db', None)
    """
    base = (root or _root(environ)).resolve()
    return Places(
        root=base,
        lake=(lake or Path(environ.get("ARREARS_LAKE", base / "data" / "lake"))).resolve(),
        state=base / "data" / "state",
        database_url=database or environ.get("DATABASE_URL"),
        tracking_uri=tracking or environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{base / 'mlruns' / 'mlflow.db'}",
        artifacts=base / "mlruns" / "artifacts",
    )


def _root(environ: Mapping[str, str]) -> Path:
    if "ARREARS_ROOT" in environ:
        return Path(environ["ARREARS_ROOT"])
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "pyproject.toml").exists() else Path.cwd()
