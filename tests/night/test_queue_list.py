"""Lists of queues and nights are drawn whole at 80 columns and in a pipe, with a sentence where nothing is ready."""

import io

import pytest
from rich.console import Console

from commands.context import emit
from commands.queue import _draw_list

QUEUE = {
    "lane": "pay",
    "currency": "TWD",
    "ready": 105_129,
    "balance_minor": 12_345_678_901,
    "value_minor": 1.0,
    "expected_minutes": 36_000.0,
    "next_roll": "2005-10-29",
}
NIGHT = {
    "night_id": 1_204,
    "as_of": "2005-09-30",
    "state": "superseded",
    "strategy": "value_at_risk/1",
    "scored_by": "models",
    "past_due": 106_818,
    "held": 1_689,
    "served": 105_129,
}


def at_80_columns(document):
    drawn = io.StringIO()
    _draw_list(Console(file=drawn, width=80, highlight=False), document)
    return drawn.getvalue()


def in_a_pipe(document, capsys):
    emit(document, as_json=False, human=lambda console: _draw_list(console, document))
    return capsys.readouterr().out


@pytest.mark.parametrize("where", ["terminal", "pipe"])
def test_nothing_is_cut(where, capsys):
    document = {"queues": [QUEUE], "nights": [NIGHT]}
    told = at_80_columns(document) if where == "terminal" else in_a_pipe(document, capsys)
    assert told.split() == [
        *("queue", "ready", "balance", "hours", "next", "roll"),
        *("pay", "105,129", "NT$123,456,789.01", "600", "2005-10-29"),
        *("night", "as", "of", "state", "strategy", "by", "past", "due", "held", "served"),
        *("1,204", "2005-09-30", "superseded", "value_at_risk/1", "models", "106,818", "1,689", "105,129"),
    ]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"queues": [], "nights": []}, "No night yet. Run one: arrears night --as-of DAY."),
        ({"queues": [], "nights": [NIGHT]}, "No item is ready in any queue"),
    ],
)
def test_where_nothing_is_ready_a_sentence_says_so(document, sentence):
    assert at_80_columns(document).startswith(sentence)
