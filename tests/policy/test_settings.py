"""Settings that cannot mean anything are refused where they are written, not in the night that first needs them."""

from pathlib import Path

import pytest

from arrears.errors import BadInput
from arrears.settings import read_settings


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[portfolio]\ncountry = "ZZ"', "portfolio.country"),
        ("[delinquency]\nedges = [1, 30, 30, 90, 120, 150, 180]", "delinquency.edges"),
        ("[delinquency]\nedges = [0, 30, 60, 90, 120, 150, 180]", "delinquency.edges"),
        ("[clients.shop.delinquency]\nedges = [60, 30, 90, 100, 120, 150, 180]", "delinquency.edges"),
        ("[delinquency]\nedgez = 1", "delinquency.edgez"),
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
