"""What a paper does to the terms of its matter, and what is left when it is taken back."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from server.book import rules as book
from server.cases import rules, rules_papers, rules_terms
from server.cases.rules_papers import Answer
from server.papers.rules_forms import FORMS
from server.words import Instance, Kind, PaperForm

RECEIVED = date(2026, 7, 1)
PAPERS = st.lists(
    st.builds(
        Answer,
        st.integers(1, 50),
        st.just(""),
        st.dates(RECEIVED - timedelta(5), RECEIVED + timedelta(30)),
        st.sampled_from([form.meets for form in FORMS.values()]),
    ),
    max_size=6,
    unique_by=lambda paper: paper.paper_id,
)


@given(papers=PAPERS, rule=st.sampled_from(sorted(rules_terms.RULES)))
@settings(max_examples=80)
def test_a_term_stays_met_only_by_a_paper_in_force_and_by_the_first_of_them(papers: list[Answer], rule: str) -> None:
    found = rules_papers.still_met(rule, RECEIVED, papers)
    able = [one for one in papers if rule in one.meets and one.issued_on >= RECEIVED]
    assert (found is None) == (not able)
    if found is not None:
        assert found in able
        assert found.issued_on == min(one.issued_on for one in able)
        # Without that paper another one meets it, or nothing does.
        rest = [one for one in papers if one is not found]
        assert rules_papers.still_met(rule, RECEIVED, rest) is not found


def test_papers_meet_and_start_only_terms_of_their_own_kind_of_matter() -> None:
    for name, form in FORMS.items():
        for rule in (*form.meets, *form.starts):
            assert rules_terms.RULES[rule].kinds & form.kinds, (name, rule)


def test_d12_and_d13_belong_to_their_papers() -> None:
    transfer, acceptance = FORMS[PaperForm.DENUNCIATION_TRANSFER], FORMS[PaperForm.DENUNCIATION_ACCEPTANCE]
    assert "D12" in transfer.meets
    assert "D12" in transfer.starts
    assert rules.TRANSFER_TERM == "D12"
    assert acceptance.starts == ("D13", "D14")
    assert "D13" in FORMS[PaperForm.DENUNCIATION_NOTICE].meets
    paper = Answer(1, "", date(2026, 7, 3))
    # The transfer counts from receipt, the notice of acceptance from the decision (domain.md 2.4).
    assert rules_papers.started_on("D12", RECEIVED, paper) == RECEIVED
    assert rules_papers.started_on("D13", RECEIVED, paper) == paper.issued_on
    assert not rules_papers.ends_with_paper("D12")
    assert rules_papers.ends_with_paper("D13")
    # Every other term of a denunciation that runs by itself has a paper that ends it.
    met = {rule for form in FORMS.values() for rule in form.meets}
    assert set(rules.terms_at_opening(Kind.DENUNCIATION)) <= met


def test_f57_f59_the_resolution_runs_from_the_paper_of_acceptance_at_its_instance() -> None:
    accepted, asked_anew = FORMS[PaperForm.COMPLAINT_ACCEPTANCE], FORMS[PaperForm.COMPLAINT_REFUSAL]
    paper = Answer(1, "", date(2026, 7, 3))
    assert rules_papers.of_instance(accepted.starts, Instance.FIRST) == ("D3",)
    assert rules_papers.of_instance(accepted.starts, Instance.SECOND) == ("D5",)
    assert rules_papers.of_instance(("D13", "D14"), Instance.SECOND) == ("D13", "D14")
    for rule in ("D3", "D5", "D14"):
        assert rules_papers.started_on(rule, RECEIVED, paper) == paper.issued_on
        assert rules_papers.ends_with_paper(rule)
    # Not accepting answers the same terms and starts none.
    assert asked_anew.meets == accepted.meets
    assert not asked_anew.starts


ENTRIES = st.lists(
    st.from_regex(r"(Sở [A-D], )?[0-9]{2,3}/TB-UBND \(0[1-9]/07/2026\)", fullmatch=True), max_size=4, unique=True
)


@given(entries=ENTRIES, wanted=st.data())
@settings(max_examples=60)
def test_an_entry_taken_out_of_the_book_leaves_every_other_one(entries: list[str], wanted: st.DataObject) -> None:
    cell = ""
    for entry in entries:
        cell = book.added(cell, entry)
    assert cell == "; ".join(entries)
    if entries:
        gone = wanted.draw(st.sampled_from(entries))
        assert book.removed(cell, gone) == "; ".join(entry for entry in entries if entry != gone)
    assert book.removed(cell, "5/TB-UBND") == cell
