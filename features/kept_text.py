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
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict

from arrears.settings import Settings
from features.only_clients import only_clients
from features.watched import Watched, would_answer

Present = Mapping[str, frozenset[str]]
Texts = dict[str, str]

MOST = 1_000
"""So many answers are kept, some 40 kB each; the ones that were not asked for longest go first."""

_ABANDONED_AFTER = 3600.0
"""Seconds after which a file that is still being written belongs to a process that died."""

_CODE = ("arrears", "features", "models", "serving")
_READ = (".py", ".toml")
_COMPILERS = ("ibis-framework", "sqlglot", "duckdb")


def kept_texts(name: str, present: Present, settings: Settings, make: Callable[[Present, Settings], Texts]) -> Texts:
    """The SQL texts of a question, by their names.

    Parameters
    ----------
    name : of the question; two questions of one name would be taken for each other.
    present : tables and columns that the book has.
    settings : the texts read the names of their clients alone; the numbers are joined as `features.terms`.
    make : compiles them, where they are not at hand, of what it is given: the book's tables to be asked by name, and
        settings of which anything but the clients' names raises TypeError.

    Notes
    -----
    The code is what lay on disk when this room was first imported, and a text is kept only if it still lies there when
    the text is made: a process under which the product is upgraded keeps nothing. What remains is a process that had
    imported other rooms before this one, was upgraded between the two, and asks with both: restart it after upgrading.
    """
    clients = list(settings.clients)
    question = hashlib.sha256(json.dumps([name, clients, _IMPORTED]).encode()).hexdigest()[:40]
    found = _found(question, present)
    if found is None:
        watched = Watched(present)
        with _uncollected():
            found = make(watched, only_clients(clients))
        if _IMPORTED is not None and code_on_disk() == _IMPORTED:
            _keep(question, watched, found)
    return found


def folder() -> Path:
    """Where texts are kept: the user's own cache, as the XDG base directory specification names it.

    Raises
    ------
    FileNotFoundError : the user has no home.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    try:
        cache = Path(named) if Path(named).is_absolute() else Path.home() / ".cache"
    except RuntimeError as error:
        raise FileNotFoundError(*error.args) from error
    return cache / "arrears" / "sql"


def code_on_disk() -> str | None:
    """Changes with any line of the rooms that ask, and with the compilers; None where there is no code to be read."""
    here = Path(__file__).resolve()
    root = here.parents[1]
    whole = hashlib.sha256(" ".join(version(each) for each in _COMPILERS).encode())
    try:
        files = [file for room in _CODE for file in sorted((root / room).rglob("*")) if file.suffix in _READ]
        for file in files:
            whole.update(file.relative_to(root).as_posix().encode())
            whole.update(file.read_bytes())
    except OSError:
        return None
    return whole.hexdigest() if here in files else None


_IMPORTED = code_on_disk()


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
    with contextlib.suppress(OSError):
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
            case {"answers": dict(answers), "texts": dict(texts)} if texts and all(
                isinstance(each, str) for each in texts.values()
            ):
                return _Kept(answers=answers, texts=texts)
    except (OSError, ValueError):
        pass
    return None


def _keep(question: str, watched: Watched, texts: Texts) -> None:
    """Whole or not at all: another process may read it at this moment."""
    answers = json.dumps(watched.answers, sort_keys=True)
    name = f"{question}-{hashlib.sha256(answers.encode()).hexdigest()[:20]}.json"
    with contextlib.suppress(OSError):
        kept = folder()
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(kept / name, json.dumps({"answers": watched.answers, "texts": texts}))
        _forget(kept)


def _write(file: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _forget(kept: Path) -> None:
    """What was not asked for longest, and what processes that died left half written."""
    times = {file: file.stat().st_mtime for file in kept.iterdir()}
    texts = sorted((file for file in times if file.suffix == ".json"), key=times.__getitem__, reverse=True)
    since = max(times.values(), default=0.0) - _ABANDONED_AFTER
    abandoned = [file for file in times if file.suffix == ".new" and times[file] < since]
    for old in [*texts[MOST:], *abandoned]:
        with contextlib.suppress(OSError):
            old.unlink()
