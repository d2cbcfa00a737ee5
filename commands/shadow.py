"""What `arrears models shadow` does: a version begins or ends to be scored in the shadow, and is read."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from arrears.lake import Lake
    from models.alias_history import Move
    from models.registry import Registry
    from models.shadow_judged import Judged

_log = logging.getLogger(__name__)
_SHOWN_NIGHTS = 10


def begin(registry: Registry, name: str, version: str | None, *, who: str, why: str | None) -> Move:
    """Let nights score a version in the shadow; no verdict is asked for, as nobody acts on it.

    Raises
    ------
    WrongUse : no such version, no reason, or a model of which nights ask no account's chance.
    """
    from arrears.errors import WrongUse
    from models.registry import SHADOW
    from models.shadow_log import SHADOWED

    asked = f"score {name}/{version} in the shadow"
    if name not in SHADOWED:
        found = f"nights score {' and '.join(SHADOWED)} in the shadow"
        raise WrongUse(asked=asked, found=found, do="Choose one of them.")
    if version is None or registry.champion_version(name) == version:
        raise WrongUse(asked=asked, found="it is the champion", do="Choose another version: `arrears models list`.")
    return registry.promote(name, version, who=who, why=_reason(asked, why), alias=SHADOW)


def finish(registry: Registry, name: str, version: str | None, *, who: str, why: str | None) -> Move:
    """Let nights score no version of a model in the shadow any more; what was written down stays.

    Raises
    ------
    WrongUse : a version is named that is not in the shadow, or no reason.
    Refused : none is in the shadow.
    """
    from arrears.errors import WrongUse
    from models.registry import SHADOW

    asked = f"end the shadow of {name}"
    standing = registry.alias(name, SHADOW)
    if version is not None and standing is not None and version != standing:
        raise WrongUse(asked=asked, found=f"version {standing} is in it, not {version}", do="Leave the version out.")
    return registry.take_away(name, SHADOW, who=who, why=_reason(asked, why))


def read(engine: Engine, registry: Registry, name: str, lake: Path) -> dict[str, Any]:
    """What the newest version in the shadow said, how far it agrees with the champion, and who was right.

    Raises
    ------
    Refused : no version of the model was ever in the shadow.
    """
    from dataclasses import asdict

    from arrears.errors import Refused
    from arrears.lake import Lake
    from models import shadow_log
    from models.registry import SHADOW
    from models.tracking import RegistryUnreachable

    standing = registry.alias(name, SHADOW)
    with engine.connect() as connection:
        nights = shadow_log.nights_of(connection, name, version=standing)
        version = standing or (nights[0].version if nights else None)
        if version is None:
            raise Refused(
                asked=f"read the shadow of {name}",
                found="no version of it was ever scored in the shadow",
                do=f'Begin: arrears models shadow {name} VERSION --why "..."',
            )
        nights = [each for each in nights if each.version == version]
    book = Lake(lake)
    serves = _serves(registry, name)
    judged = _judged(engine, book, name, version, serves)
    try:
        _keep_unless_older(registry, book, name, version, judged, serves)
    except RegistryUnreachable as problem:
        # Whoever may only read the registry gets the reading all the same; a night keeps it.
        _log.info("shadow.not_kept model=%s error=%s", name, problem.found)
    return {
        "model": name,
        "version": version,
        "in_the_shadow": standing is not None,
        "nights": [asdict(each) for each in nights],
        "judged": judged.document(),
    }


def measure(engine: Engine, registry: Registry, lake: Lake, name: str, version: str) -> Judged:
    """How well a version in the shadow said what is known by now, kept beside it for the page Models.

    Only nights on which what serves now stood beside it: an earlier champion's answers tell nothing of this one's.
    """
    from models import shadow_judged

    serves = _serves(registry, name)
    found = _judged(engine, lake, name, version, serves)
    if lake.last_day is not None:
        shadow_judged.keep(registry, name, version, found, known_on=lake.last_day, champion=serves)
    return found


def measure_all(engine: Engine, registry: Registry, lake: Lake) -> None:
    """Measure every version in the shadow that is due; a store that does not answer fails no night."""
    import duckdb
    import psycopg
    import pyarrow as pa
    from sqlalchemy.exc import SQLAlchemyError

    from arrears.errors import ArrearsError
    from models.registry import SHADOW
    from models.shadow_judged import is_due, kept_of
    from models.shadow_log import SHADOWED

    for name in SHADOWED:
        try:
            version = registry.alias(name, SHADOW)
            if version is None or lake.last_day is None:
                continue
            kept = kept_of(registry.version(name, version))
            if is_due(kept, lake.last_day, champion=_serves(registry, name)):
                measure(engine, registry, lake, name, version)
        except (ArrearsError, SQLAlchemyError, psycopg.Error, duckdb.Error, pa.ArrowException, OSError) as problem:
            _log.warning("shadow.unmeasured model=%s error=%s", name, type(problem).__name__)


def draw(document: Mapping[str, Any], console: Console) -> None:
    """The reading as a person reads it."""
    label = f"{document['model']}/{document['version']}"
    console.print(f"[bold]{label}[/bold]" + ("" if document["in_the_shadow"] else ", not in the shadow any more"))
    if not document["nights"]:
        console.print("No night has scored it yet.")
        return
    table = Table("as of", "accounts", "beside", "rank correlation", "shared top tenth", "mean", "champion's", box=None)
    for night in document["nights"][:_SHOWN_NIGHTS]:
        told = night["likeness"]
        numbers = [told.get(each) for each in ("rank_correlation", "shared_top_tenth", "mean", "champion_mean")]
        cells = ["" if each is None else f"{each:.3f}" for each in numbers] if told else [night["because"] or ""]
        table.add_row(str(night["as_of"]), f"{night['accounts']:,}", night["champion"], *cells)
    console.print(table)
    found = document["judged"]
    if not found["accounts"]:
        console.print("No outcome of these nights is known yet: its log loss comes with them.")
        return
    known = f"{found['accounts']:,} accounts of {found['debtors']:,} debtors"
    ends = (found["low"], found["high"])
    between = "too few debtors for an interval yet" if None in ends else "{:+.4f} to {:+.4f}".format(*ends)
    console.print(
        f"On {known} whose outcome is known ({found['days']} days, {found['happened']:.1%} of them): log loss "
        f"{found['log_loss']:.4f}, the champion's {found['champion_log_loss']:.4f}, difference "
        f"{found['difference']:+.4f} ({between}); below 0 is better."
    )


def _judged(engine: Engine, lake: Lake, name: str, version: str, serves: str) -> Judged:
    from models import shadow_log
    from training.shadow import judged

    with engine.connect() as connection:
        said = shadow_log.scores_of(connection, name, version, champion=serves)
    return judged(lake, name, said)


def _keep_unless_older(registry: Registry, lake: Lake, name: str, version: str, found: Judged, serves: str) -> None:
    """What was measured with later outcomes beside the same champion stays: a reading may be of any book."""
    from models import shadow_judged

    if lake.last_day is None:
        return
    kept = shadow_judged.kept_of(registry.version(name, version))
    if kept is None or kept.champion != serves or kept.known_on <= lake.last_day:
        shadow_judged.keep(registry, name, version, found, known_on=lake.last_day, champion=serves)


def _serves(registry: Registry, name: str) -> str:
    """What serves for a model, as nights record it."""
    from serving.scores.scoring import BY_RULES

    return registry.champion_version(name) or BY_RULES


def _reason(asked: str, why: str | None) -> str:
    from arrears.errors import WrongUse

    if not (why or "").strip():
        raise WrongUse(asked=asked, found="no reason", do="Say why: --why.")
    return why or ""
