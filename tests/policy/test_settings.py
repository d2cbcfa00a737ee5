"""Settings that cannot mean anything are refused where they are written, not in the night that first needs them."""

from datetime import date
from pathlib import Path

import pytest

from arrears.errors import BadInput
from arrears.settings import default_settings, read_settings, settings_of


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[portfolio]\ncountry = "ZZ"', "portfolio.country"),
        ("[delinquency]\nedges = [1, 30, 30, 90, 120, 150, 180]", "delinquency.edges"),
        ("[delinquency]\nedges = [0, 30, 60, 90, 120, 150, 180]", "delinquency.edges"),
        ("[clients.shop.delinquency]\nedges = [60, 30, 90, 100, 120, 150, 180]", "delinquency.edges"),
        ("[delinquency]\nedgez = 1", "delinquency.edgez"),
        ("[value.rates.worth]\nUSD = 1.0", "value.rates"),
        ('[value.rates]\non = "2026-06-30"\nworth = {USD = 0.0}', "value.rates.worth.USD"),
        ('[value.rates]\non = "2026-06-30"\nworth = {USD = inf}', "value.rates.worth.USD"),
        ('[value.rates]\non = "2026-06-30"\nworth = {YEN = 1.0}', "value.rates.worth"),
        ('[clients.shop.value.rates]\non = "2026-06-30"\nworth = {USD = 1.0}', "clients"),
    ],
)
def test_a_setting_that_means_nothing_is_named(tmp_path: Path, text, named):
    file = tmp_path / "portfolio.toml"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        read_settings(file)
    assert named in refused.value.found


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    file = tmp_path / "portfolio.toml"
    file.write_bytes('# Zürich\n[portfolio]\nzone = "UTC"\n'.encode("latin-1"))
    with pytest.raises(BadInput):
        read_settings(file)


def test_edges_of_a_clients_own_are_taken(tmp_path: Path):
    file = tmp_path / "portfolio.toml"
    file.write_text('[portfolio]\ncountry = "TW"\n[clients.shop.delinquency]\nedges = [5, 31, 61, 91, 121, 151, 181]')
    assert read_settings(file).for_client("shop").delinquency.edges[0] == 5


@pytest.mark.parametrize("day", ['"2026-06-30"', "2026-06-30"])
def test_house_rates_are_taken_with_their_day_and_outlive_a_record(tmp_path: Path, day):
    file = tmp_path / "portfolio.toml"
    file.write_text(
        f"[value.rates]\non = {day}\nworth = {{USD = 1.0, JPY = 0.0064}}\n[clients.shop.value]\nfee_share = 0.3"
    )
    found = read_settings(file)
    assert (found.value.rates.on, found.value.rates.worth) == (date(2026, 6, 30), {"USD": 1.0, "JPY": 0.0064})
    assert found.for_client("shop").value.rates == found.value.rates
    assert settings_of(found.model_dump(mode="json"), where="a night") == found


def test_settings_recorded_before_there_were_rates_have_none():
    recorded = default_settings().model_dump(mode="json")
    del recorded["value"]["rates"]
    assert settings_of(recorded, where="a night").value.rates.worth == {}
