"""Compiled SQL kept on disk: seconds of compiling are paid once a book and version of this code, not once a command.

A text is found again only under everything that it follows from: the question's name, the code that asks, the
compilers, the clients' names, and what was asked about the book's tables while it was made. Where nothing can be kept,
everything is compiled anew and nobody is told.
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
from typing import TypedDict

from arrears.settings import Settings, default_settings
from features.watched import Watched, would_answer

Present = Mapping[str, frozenset[str]]
Texts = dict[str, str]

MOST = 1_000
"""So many answers are kept, some 40 kB each; the ones that were not asked for longest go first."""

_CODE = ("arrears", "features", "models", "serving")
_COMPILERS = ("ibis-framework", "sqlglot", "duckdb")


def kept_texts(name: str, present: Present, settings: Settings, make: Callable[[Present, Settings], Texts]) -> Texts:
    """The SQL texts of a question, by their names.

    Parameters
    ----------
    name : of the question; two questions of one name would be taken for each other.
    present : tables and columns that the book has.
    settings : the texts read the names of their clients alone; the numbers are joined as `features.terms`.
    make : compiles them, where they are not at hand, of what it is given: the book's tables to be asked by name, and
        settings that hold nothing but the clients' names.
    """
    clients = list(settings.clients)
    told = json.dumps([name, clients, code_fingerprint()])
    question = hashlib.sha256(told.encode()).hexdigest()[:40]
    found = _found(question, present)
    if found is None:
        watched = Watched(present)
        named = default_settings().model_copy(update={"clients": {client: {} for client in clients}})
        with _uncollected():
            found = make(watched, named)
        _keep(question, watched, found)
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


def _found(question: str, present: Present) -> Texts | None:
    for file in folder().glob(f"{question}-*.json"):
        told = _read(file)
        if told is not None and would_answer(present, told["answers"]):
            with contextlib.suppress(OSError):
                os.utime(file)
            return told["texts"]
    return None


class _Kept(TypedDict):
    answers: dict[str, object]
    texts: Texts


def _read(file: Path) -> _Kept | None:
    try:
        match json.loads(file.read_text(encoding="utf-8")):
            case {"answers": dict(answers), "texts": dict(texts)} if all(
                isinstance(each, str) for each in texts.values()
            ):
                return _Kept(answers=answers, texts=texts)
    except (OSError, ValueError):
        pass
    return None


def _keep(question: str, watched: Watched, texts: Texts) -> None:
    """Whole or not at all: another process may read it at this moment."""
    answers = json.dumps(watched.answers, sort_keys=True)
    kept = folder()
    with contextlib.suppress(OSError):
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=kept, suffix=".new", delete=False, encoding="utf-8") as new:
            json.dump({"answers": watched.answers, "texts": texts}, new)
        Path(new.name).replace(kept / f"{question}-{hashlib.sha256(answers.encode()).hexdigest()[:20]}.json")
        _forget(kept)


def _forget(kept: Path) -> None:
    files = sorted(kept.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in files[MOST:]:
        old.unlink(missing_ok=True)
