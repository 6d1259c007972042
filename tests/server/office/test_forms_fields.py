"""Fields of forms: what is no number and no day is said so, and never taken for something else."""

import pytest
from pydantic_core import PydanticCustomError

from server.errors import BadForm
from server.office.forms_fields import day, read_form
from server.petitions.forms import VersionForm, WithdrawForm
from server.scheduling import forms as scheduling


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


@pytest.mark.parametrize("written", ["01/01/0001", "31/12/1899", "0001-01-01", "2026-13-01"])
def test_a_day_before_anybody_lived_is_none(written: str) -> None:
    with pytest.raises(PydanticCustomError):
        day(written)
    with pytest.raises(BadForm) as bad:
        scheduling.read(scheduling.PostponeForm, {"ground": "Bão", "new_on": written, "key": "0" * 32})
    assert bad.value.fields["new_on"].code == "date_shape"
