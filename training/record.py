"""The validation record: what a model was tested on, how it did beside its baselines, and what was decided, to be read.

Written as Markdown for people and as JSON for programs, both logged with the run; `arrears train` also leaves them in
the open beneath `data/validation`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from training.trained import Trained


def verdict_text(trained: Trained) -> str:
    """The verdict in Markdown: the word, and every question with its answer."""
    lines = [f"# {trained.spec.name}: {trained.verdict.word}", "", trained.spec.question, ""]
    lines += [
        f"- **{check.name.replace('_', ' ')}**: {'yes' if check.passed else 'no'}. {check.sentence}"
        for check in trained.verdict.checks
    ]
    return "\n".join(lines) + "\n"


def card_text(trained: Trained) -> str:
    """The model card: what it is for, and the numbers of this run."""
    return "\n".join([_about(trained.spec.name), "## This version", "", _numbers(trained), verdict_text(trained)[2:]])


def record_text(trained: Trained, *, label: str) -> str:
    """The whole validation record in Markdown.

    Parameters
    ----------
    label : name and version, as `propensity/3`.
    """
    parts = [f"# Validation record of {label}", "", _numbers(trained), verdict_text(trained)[2:]]
    parts += ["## Details", "", *_tables(trained.report)]
    for title, found in trained.truth.items():
        parts += [f"## {title}", "", *_tables(found)]
    return "\n".join(parts)


def write_record(folder: Path, trained: Trained, *, label: str) -> Path:
    """Leave the record in the open as `<model>.md`, `<model>.json` and its charts.

    Returns
    -------
    Path : the Markdown file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = trained.spec.name
    (folder / f"{name}.json").write_text(record_json(trained, label=label), encoding="utf-8")
    for chart, drawn in trained.charts.items():
        (folder / f"{name}-{chart}").write_text(drawn, encoding="utf-8")
    shown = "".join(f"\n![{chart.removesuffix('.svg')}]({name}-{chart})\n" for chart in trained.charts)
    file = folder / f"{name}.md"
    file.write_text(record_text(trained, label=label) + shown, encoding="utf-8")
    return file


def record_json(trained: Trained, *, label: str) -> str:
    """The record as JSON."""
    document = {
        "model": label,
        "question": trained.spec.question,
        "verdict": trained.verdict.document(),
        "metrics": dict(trained.metrics),
        "report": trained.report,
        **trained.truth,
    }
    # JSON has no NaN: a number that cannot be told is null.
    told = json.loads(json.dumps(document, default=str), parse_constant=lambda _: None)
    return json.dumps(told, indent=1)


def _about(name: str) -> str:
    card = files("models").joinpath("cards", f"{name}.md")
    return card.read_text(encoding="utf-8") if card.is_file() else f"# {name}\n"


def _numbers(trained: Trained) -> str:
    rows = [f"| {name.replace('_', ' ')} | {_said(value)} |" for name, value in trained.metrics.items()]
    return "\n".join(["| measure (out of time) | value |", "|---|---|", *rows, ""])


def _tables(found: Mapping[str, Any], level: int = 3) -> list[str]:
    """Every nested mapping as a heading and its plain values as a list."""
    lines = [f"- {key.replace('_', ' ')}: {_said(value)}" for key, value in found.items() if not _nests(value)]
    for key, value in found.items():
        if not _nests(value):
            continue
        lines += ["", f"{'#' * min(level, 6)} {str(key).replace('_', ' ')}", ""]
        each = dict(enumerate(value, start=1)) if isinstance(value, list) else value
        lines += _tables({str(name): inner for name, inner in each.items()}, level + 1)
    return lines


def _nests(value: object) -> bool:
    whole_list = isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)
    return whole_list or (isinstance(value, Mapping) and bool(value))


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return str(value)
