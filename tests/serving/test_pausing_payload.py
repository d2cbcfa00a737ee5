"""A pause names its client; programs that still say `work_group` for it are understood, and nobody may say both."""

import pytest
from pydantic import ValidationError

from serving.api.supervise_payloads import ItemFilter, Pausing


@pytest.mark.parametrize("name", ["client", "work_group"])
@pytest.mark.parametrize("client", ["bank", "", None])
def test_either_name_is_the_clients(name, client):
    assert Pausing(because="audit", **{name: client}).of_client == client


@pytest.mark.parametrize("other", ["bank", "shop", None])
def test_both_names_are_refused(other):
    with pytest.raises(ValidationError, match="name the client once"):
        Pausing(because="audit", client="bank", work_group=other)


def test_without_a_name_every_client_is_meant():
    assert Pausing(because="audit").of_client is None


def test_items_are_found_by_client_and_by_the_key_of_a_group():
    assert ItemFilter(client="bank", work_group="bank/USD").model_dump(exclude_none=True) == {
        "client": "bank",
        "work_group": "bank/USD",
    }
