"""What papers look like in text: every accent comes back; numbers, dates, blocks and basis follow the rules."""

import functools
import json
import re
from datetime import date
from itertools import pairwise

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.adapters.pdf import Press
from server.house import WEB
from server.papers import rules, rules_basis
from server.papers.rules_forms import FORMS, forms_for
from server.words import FOR_CITIZENS, Kind, PaperForm, PaperState, PaperVerb, Role
from tests.server.papers import samples

PRESS = Press(WEB)
LINES = rules_basis.load(WEB)


@functools.cache
def text_of(form: PaperForm, *, number: int | None = 5, is_deputy: bool = False) -> str:
    facts = samples.printable(form, number=number, is_deputy=is_deputy)
    made = PRESS._print(f"papers/{form.value}", json.dumps(facts, ensure_ascii=False))
    with pypdfium2.PdfDocument(made) as paper:
        return re.sub(r"\s+", " ", " ".join(page.get_textpage().get_text_range() for page in paper))


@pytest.mark.parametrize("form", list(PaperForm))
def test_every_accent_that_was_typed_comes_back(form: PaperForm) -> None:
    printed = text_of(form)
    for words in (*samples.words_printed(form), "Độc lập - Tự do - Hạnh phúc"):
        assert words in printed, (words, printed)
    if FORMS[form].basis:
        assert "Căn cứ" in printed
    if FORMS[form].type_code:
        assert f"Số: {rules.number_text(form, 5)}" in printed
        assert "Tra cứu bản gốc: mã VB-7K4M-29QX" in printed


def test_f50_a_draft_has_an_empty_number_and_day() -> None:
    printed = text_of(PaperForm.HANDLING_NOTICE, number=None)
    assert "Số: /TB-UBND" in printed
    assert "ngày ..... tháng ....." in printed
    assert "DỰ THẢO" in printed


def test_f51_f52_dates_and_signature_blocks() -> None:
    printed = text_of(PaperForm.REFUSAL)
    assert "ngày 05 tháng 02 năm 2026" in printed
    assert "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH" in printed
    assert "TM. ỦY BAN NHÂN DÂN KT. CHỦ TỊCH PHÓ CHỦ TỊCH" in text_of(PaperForm.REFUSAL, is_deputy=True)
    # A decision is the chair's own: no TM. before it.
    assert "TM." not in text_of(PaperForm.COMPLAINT_VERIFICATION)


def test_f32_the_notice_of_refusal_names_the_prior_decision_and_its_head() -> None:
    assert samples.WORDS["prior_decision"] in text_of(PaperForm.REFUSAL)
    lacking = rules.faults(PaperForm.REFUSAL, samples.typed(PaperForm.REFUSAL) | {"prior_decision": ""}, is_final=True)
    assert set(lacking) == {"prior_decision"}


def test_f49_a_receipt_numbers_each_item_and_says_its_kind() -> None:
    printed = text_of(PaperForm.RECEIPT)
    for line in ("1 Đơn đề ngày 02/02/2026 bản chính 03", "3 Giấy chứng nhận quyền sử dụng đất bản sao chứng thực 04"):
        assert line in printed
    assert PaperForm.RECEIPT in FOR_CITIZENS


def test_papers_to_departments_do_not_name_a_denouncer() -> None:
    for form in (
        PaperForm.DENUNCIATION_ACCEPTANCE,
        PaperForm.DENUNCIATION_VERIFICATION,
        PaperForm.DENUNCIATION_PROPOSAL,
    ):
        assert samples.MATTER.person.name not in text_of(form)


def test_numbers_are_written_as_offices_write_them() -> None:
    assert rules.number_text(PaperForm.HANDLING_NOTICE, 7) == "07/TB-UBND"
    assert rules.number_text(PaperForm.URGING, 354) == "354/UBND-TCD"
    assert rules.number_text(PaperForm.PROTECTION_REQUEST, None) == ""
    assert [rules.given_number(typed) for typed in ("", " 12 ", "012/TB-UBND", "12 /TB-UBND")] == [None, 12, 12, 12]
    for wrong in ("0", "-3", "mười", "12a", "²", "9999999"):
        with pytest.raises(ValueError, match=re.escape(wrong)):
            rules.given_number(wrong)


@given(on=st.dates(date(2014, 1, 1), date(2040, 1, 1)), form=st.sampled_from(list(PaperForm)))
@settings(max_examples=60, deadline=None)
def test_no_paper_quotes_an_act_outside_its_days(on: date, form: PaperForm) -> None:
    quoted = rules_basis.in_force(LINES, FORMS[form].basis, on)
    assert len({one.key for one in quoted}) == len(quoted)
    assert all(one.since <= on and (one.until is None or on <= one.until) for one in quoted)
    if on >= date(2026, 7, 1):
        assert {one.key for one in quoted} == set(FORMS[form].basis)
        assert not [one for one in quoted if re.search(r"75/2012|76/2012|03/2011", one.words)]


def test_wordings_of_one_act_never_overlap() -> None:
    for key in {one.key for one in LINES}:
        versions = sorted((one for one in LINES if one.key == key), key=lambda one: one.since)
        for before, after in pairwise(versions):
            assert before.until is not None
            assert before.until < after.since


def test_f28_outside_competence_a_complaint_is_returned_and_a_denunciation_handed_on() -> None:
    complaint, denunciation = (forms_for(kind, has_case=True) for kind in (Kind.COMPLAINT, Kind.DENUNCIATION))
    assert PaperForm.COMPLAINT_GUIDE in complaint
    assert PaperForm.RETURN_GUIDE in complaint
    assert PaperForm.DENUNCIATION_TRANSFER in denunciation
    assert PaperForm.RETURN_GUIDE not in denunciation
    assert PaperForm.SPLIT_GUIDE in complaint  # F29
    assert not {PaperForm.HANDLING_NOTICE, PaperForm.URGING} & set(forms_for(Kind.COMPLAINT, has_case=False))


def test_only_the_named_signer_issues_what_the_head_signs() -> None:
    for role in Role:
        found = {
            hand: rules.verbs(PaperForm.REFUSAL, PaperState.SUBMITTED, rules.Hand(role, hand)) for hand in (True, False)
        }
        assert PaperVerb.ISSUE not in found[False]
        assert (PaperVerb.ISSUE in found[True]) == (role in rules.SIGNERS)
