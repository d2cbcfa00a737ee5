"""What every command's `--json` prints: one document that any program can read."""

import json

import numpy as np

from commands.context import emit


def printed(document, capsys):
    emit(document, as_json=True, human=lambda console: console.print("never"))
    return capsys.readouterr().out


def test_a_number_that_cannot_be_told_is_null(capsys):
    told = printed({"auc": float("nan"), "deep": [{"gain": np.float64("inf")}], "rows": np.int64(3)}, capsys)
    assert json.loads(told, parse_constant=str) == {"auc": None, "deep": [{"gain": None}], "rows": 3}


def test_a_document_is_one_line(capsys):
    assert printed({"name": "two\nlines", "city": "臺北"}, capsys) == '{"name": "two\\nlines", "city": "臺北"}\n'
