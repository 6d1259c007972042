"""Fields of forms: what is no number is said so, and never taken for something else."""

import pytest

from server.errors import BadForm
from server.office.forms_fields import read_form
from server.petitions.forms import VersionForm, WithdrawForm


@pytest.mark.parametrize("number", ["x", "1x", "-1", "0", "1000", "9" * 5000])
def test_what_is_no_number_of_a_content_never_withdraws_the_whole(number: str) -> None:
    told = {"withdrawn_on": "06/07/2026", "withdrawn_paper": "Đơn rút"}
    assert read_form(WithdrawForm, told).number is None
    assert read_form(WithdrawForm, {**told, "number": " 2 "}).number == 2
    with pytest.raises(BadForm) as bad:
        read_form(WithdrawForm, {**told, "number": number})
    assert set(bad.value.fields) == {"number"}


def test_a_version_that_no_page_shows_is_none() -> None:
    assert read_form(VersionForm, {"version": "12"}).version == 12
    assert read_form(VersionForm, {"version": "9" * 10}).version is None
