"""Compiled SQL kept on disk: seconds of compiling are paid once a book and version of this code, not once a command.

A text is found again only under everything that it follows from: the question's name, the book's tables, the settings,
the code that asks and the compilers. Where nothing can be kept, everything is compiled anew and nobody is told.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from arrears.settings import Settings

Texts = dict[str, str]

MOST = 1_000
"""So many answers are kept, some 40 kB each; the ones that were not asked for longest go first."""

_CODE = ("arrears", "features", "models", "serving")
_COMPILERS = ("ibis-framework", "sqlglot", "duckdb")


def kept_texts(
    name: str, present: Mapping[str, frozenset[str]], settings: Settings, make: Callable[[], Texts]
) -> Texts:
    """The SQL texts of a question, by their names.

    Parameters
    ----------
    name : of the question; two questions of one name would be taken for each other.
    present : tables and columns that the book has.
    make : compiles them, where they are not at hand.
    """
    book = {table: sorted(columns) for table, columns in sorted(present.items())}
    told = json.dumps([name, book, settings.model_dump_json(), code_fingerprint()])
    file = folder() / f"{hashlib.sha256(told.encode()).hexdigest()[:40]}.json"
    found = _read(file)
    if found is None:
        with _uncollected():
            found = make()
        _write(file, found)
    return found


def folder() -> Path:
    """Where texts are kept: the user's own cache, as the XDG base directory specification names it."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".cache") / "arrears" / "sql"


@cache
def code_fingerprint() -> str:
    """Changes with any line of the rooms that ask, and with the compilers."""
    root = Path(__file__).resolve().parents[1]
    whole = hashlib.sha256(" ".join(version(each) for each in _COMPILERS).encode())
    for room in _CODE:
        for file in sorted((root / room).rglob("*.py")):
            whole.update(file.relative_to(root).as_posix().encode())
            whole.update(file.read_bytes())
    return whole.hexdigest()


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be looked for meanwhile.

    Compiling makes millions of small things that live to its end; looking through them and all libraries again and
    again took two fifths of its time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _read(file: Path) -> Texts | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        os.utime(file)
    except (OSError, ValueError):
        return None
    is_whole = isinstance(found, dict) and all(isinstance(each, str) for each in found.values())
    return found if is_whole else None


def _write(file: Path, texts: Texts) -> None:
    """Whole or not at all: another process may read it at this moment."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, suffix=".new", delete=False, encoding="utf-8") as new:
            json.dump(texts, new)
        Path(new.name).replace(file)
        _forget(file.parent)


def _forget(kept: Path) -> None:
    files = sorted(kept.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in files[MOST:]:
        old.unlink(missing_ok=True)
