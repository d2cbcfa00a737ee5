"""The measures on Models: the model beside what it had to beat, every one explained, and what the difference says."""

import re

from serving.console.measures import MEASURES, measured

METRICS = {"test_log_loss": 0.25, "test_auc": 0.81, "test_slope": 0.98, "test_difference": -0.03}
REPORT = {
    "test": {
        "log_loss": {"estimate": 0.25, "low": 0.24, "high": 0.26},
        "auc": {"estimate": 0.81, "low": 0.80, "high": 0.82},
        "slope": {"estimate": 0.98, "low": 0.93, "high": 1.01},
    },
    "baselines": {
        "rule of thumb: days_past_due": {"auc": 0.66, "log_loss": 0.31},
        "scorecard": {"auc": 0.74, "log_loss": 0.28},
    },
    "best_baseline": "scorecard",
    "differences": {
        "rule of thumb: days_past_due": {"estimate": -0.06, "low": -0.065, "high": -0.057},
        "scorecard": {"estimate": -0.03, "low": -0.037, "high": -0.023},
    },
    "recovery_at_capacity": {"capacity": 5365, "propensity": 0.44, "scorecard": 0.433, "balance": 0.43},
}


def found(**other):
    return measured("propensity", METRICS, REPORT | other)


def test_the_rule_of_thumb_and_the_scorecard_stand_beside_the_model():
    rows = {row.name: dict(zip([m.name for m in found().measures], row.cells, strict=True)) for row in found().rows}
    assert list(rows) == ["Propensity", "Scorecard", "Rule of thumb by days past due", "Largest balance first"]
    assert [rows[name]["log_loss"].estimate for name in list(rows)[:3]] == [0.25, 0.28, 0.31]
    assert rows["Largest balance first"]["log_loss"] is None
    assert rows["Largest balance first"]["recovery_at_capacity"].estimate == 0.43


def test_an_interval_stands_where_the_record_has_one():
    model, scorecard, *_ = found().rows
    assert (model.cells[0].low, model.cells[0].high) == (0.24, 0.26)
    assert scorecard.cells[0].low is None
    assert (scorecard.difference.estimate, scorecard.difference.high) == (-0.03, -0.023)
    assert model.difference is None


def test_the_best_baseline_is_marked():
    assert [row.name for row in found().rows if row.is_best_baseline] == ["Scorecard"]


def test_every_measure_is_explained_in_one_sentence():
    for measure in MEASURES.values():
        assert re.fullmatch(r"[A-Z][^.]*(?:\d\.\d[^.]*)*\.", measure.meant), measure.name


def test_every_name_of_the_table_is_in_its_legend_once():
    told = found()
    assert {measure.label for measure in told.measures} | {"Model less this", "Scorecard"} <= told.legend.keys()
    assert "Rule of thumb by one column" in told.legend
    assert len(set(told.legend.values())) == len(told.legend)


def test_money_found_names_the_capacity():
    (told,) = [each.meant for each in found().measures if each.name == "recovery_at_capacity"]
    assert "5,365" in told


def test_a_difference_below_zero_throughout_beats_the_baseline():
    assert found().verdict == (
        "It beats the best baseline, the scorecard: its log loss is 11 % lower, "
        "and the whole interval of the difference lies below zero."
    )


def test_a_difference_that_touches_zero_does_not():
    even = {"scorecard": {"estimate": -0.03, "low": -0.06, "high": 0.0}}
    assert found(differences=even).verdict == (
        "It does not beat the best baseline, the scorecard: the interval of the difference in log loss reaches zero, "
        "so chance alone could explain it."
    )


def test_a_difference_above_zero_is_worse():
    worse = {"scorecard": {"estimate": 0.03, "low": 0.01, "high": 0.06}}
    assert found(differences=worse).verdict == (
        "It does worse than the best baseline, the scorecard: the whole interval of the difference lies above zero."
    )


def test_calibration_stands_alone_with_its_interval():
    ((measure, slope),) = found().single
    assert (measure.name, slope.low, slope.high) == ("slope", 0.93, 1.01)


def test_metrics_alone_make_the_table_of_a_version_without_a_report():
    told = measured("roll_rate", {"test_rps": 0.04, "test_markov_matrix_rps": 0.045, "test_row_count": 3.0}, {})
    assert [(row.name, row.cells[0].estimate) for row in told.rows] == [("Roll rate", 0.04), ("Markov matrix", 0.045)]
    assert (told.single, told.verdict) == ((), None)


def test_a_record_of_roll_rates_tells_its_differences_too():
    report = {
        "best_baseline": "Markov matrix",
        "differences": {
            "log_loss less Markov matrix": {"estimate": -0.02, "low": -0.03, "high": -0.01},
            "rps less Markov matrix": {"estimate": -0.5, "low": -0.6, "high": -0.4},
        },
    }
    metrics = {"test_log_loss": 0.28, "test_markov_matrix_log_loss": 0.30}
    told = measured("roll_rate", metrics, report)
    assert told.rows[1].difference.estimate == -0.02
    assert told.verdict.startswith("It beats the best baseline, the Markov matrix: its log loss is 7 % lower")


def test_numbers_that_nobody_could_tell_leave_a_gap():
    told = measured("propensity", {"test_log_loss": 0.3}, {"baselines": {"scorecard": {"log_loss": None}}})
    assert told.rows[1].cells == (None,)
