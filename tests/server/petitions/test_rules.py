"""The law of petitions as pure rules: competence, eligibility, groups, agents, refusal, withdrawal in part."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.cases.rules import CASE_FLOW, OVER
from server.cases.rules import moved as case_moved
from server.errors import NotYours, OfficeError, Refused
from server.intake.rules import REQUEST_FLOW, decline_faults, representatives_allowed
from server.intake.rules import moved as request_moved
from server.office.rules import Calendar
from server.petitions import rules
from server.petitions.rules_competence import Matter, gaps_that_count, is_nameless, propose
from server.petitions.rules_people import (
    Crowd,
    Joining,
    NewStanding,
    Standing,
    is_same,
    joining_faults,
    missing,
    reopening_faults,
)
from server.who import Who
from server.words import (
    CaseState,
    CaseVerb,
    DeclineGround,
    Direction,
    Gap,
    Instance,
    Kind,
    PetitionPart,
    PetitionState,
    PetitionVerb,
    RequestState,
    RequestVerb,
    Role,
    Target,
)

ON = date(2026, 7, 1)
WEEK = Calendar()
TU = Who(Role.RECEPTION_OFFICER, 1, "", "Tú", officer_id=1)
HANH = Who(Role.WARD_CHAIR, 1, "", "Hạnh", officer_id=2)


def test_f21_seven_people_name_two() -> None:
    assert representatives_allowed(7) == (1, 2)


@pytest.mark.parametrize(("size", "most"), [(5, 2), (10, 2), (11, 5), (30, 5), (4, 2), (1, 0)])
def test_f22_how_many_may_speak(size: int, most: int) -> None:
    assert representatives_allowed(size)[1] == most
    people = [Standing(PetitionPart.PETITIONER, f"Người {n}") for n in range(min(size, 6))]
    people += [Standing(PetitionPart.REPRESENTATIVE, f"Người {n}") for n in range(most)]
    new = Joining(PetitionPart.REPRESENTATIVE, "Người 5", paper="Văn bản cử ngày 1/7/2026")
    fault = joining_faults(Crowd(Kind.COMPLAINT, size, people), new)
    assert {each.code for each in fault.values()} == {"representatives_many" if most else "no_group"}


def test_f23_a_representative_is_one_of_them_and_appointed_in_writing() -> None:
    crowd = Crowd(Kind.COMPLAINT, 6, [Standing(PetitionPart.PETITIONER, "Trần Văn Minh")])
    strange = Joining(PetitionPart.REPRESENTATIVE, "Phạm Kiều Oanh", "Văn bản cử")
    assert joining_faults(crowd, strange)["name"].code == "representative_not_among"
    unwritten = Joining(PetitionPart.REPRESENTATIVE, "tran van minh")
    assert joining_faults(crowd, unwritten)["paper"].code == "appointment_paper_needed"
    assert not joining_faults(crowd, Joining(PetitionPart.REPRESENTATIVE, "Trần Văn Minh", "Văn bản cử"))
    assert missing(crowd) == ("representatives", "appointment")
    one = Standing(PetitionPart.REPRESENTATIVE, "Trần Văn Minh")
    assert missing(replace(crowd, people=[*crowd.people, one])) == ("appointment",)
    assert missing(replace(crowd, people=[*crowd.people, one], has_appointment=True)) == ()
    assert missing(Crowd(Kind.COMPLAINT, 4)) == ()


def test_a_person_added_twice_is_one_and_namesakes_are_two() -> None:
    hoa = NewStanding(Joining(PetitionPart.PETITIONER, "Trần Thị Hòa"), phone="0912000111", address="Tổ 2")
    assert is_same(hoa, replace(hoa, joining=Joining(PetitionPart.PETITIONER, "tran thi hoa")))
    assert not is_same(hoa, replace(hoa, address="Tổ 9"))
    agent = NewStanding(Joining(PetitionPart.AGENT, "Vũ An", "Giấy số 5", is_certified=True, content=1))
    assert is_same(agent, replace(agent, phone="0912000111"))
    assert not is_same(agent, replace(agent, joining=replace(agent.joining, content=2)))
    assert not is_same(agent, replace(agent, joining=replace(agent.joining, part=PetitionPart.REPRESENTATIVE)))


def test_f25_one_certified_agent_for_one_content_and_none_for_a_denunciation() -> None:
    agent = Joining(PetitionPart.AGENT, "Lê Quý Tâm", "Giấy ủy quyền số 5", is_certified=True, content=1)
    assert not joining_faults(Crowd(Kind.COMPLAINT, 1, contents=2), agent)
    taken = Crowd(Kind.COMPLAINT, 1, [Standing(PetitionPart.AGENT, "Vũ An", 1)], contents=2)
    assert joining_faults(taken, agent)["content"].code == "one_agent_only"
    bare = Joining(PetitionPart.AGENT, "Lê Quý Tâm", "Giấy ủy quyền số 5", content=1)
    assert joining_faults(Crowd(Kind.COMPLAINT, 1), bare)["is_certified"].code == "agent_certified_needed"
    assert joining_faults(Crowd(Kind.DENUNCIATION, 1), agent)["part"].code == "no_agent_in_denunciation"
    parent = Joining(PetitionPart.LEGAL_REPRESENTATIVE, "Mẹ", "Giấy khai sinh")
    assert not joining_faults(Crowd(Kind.DENUNCIATION, 1), parent)


def test_f28_a_complaint_goes_back_and_a_denunciation_is_passed_on_in_five_working_days() -> None:
    complaint = propose(Matter(Kind.COMPLAINT, Target.DEPARTMENT), ON, WEEK)
    assert (complaint.direction, complaint.by) == (Direction.GUIDE, None)
    denunciation = propose(Matter(Kind.DENUNCIATION, Target.OTHER_WARD), ON, WEEK)
    assert (denunciation.direction, denunciation.by) == (Direction.TRANSFER, date(2026, 7, 8))


def test_f27_a_denunciation_of_the_chair_is_for_the_city_alone() -> None:
    for target in (Target.WARD_CHAIR, Target.RECEPTION_STAFF):
        assert [role for role in Role if rules.may_open(role, Kind.DENUNCIATION, target)] == [Role.CITY_BOARD_MEMBER]
        assert propose(Matter(Kind.DENUNCIATION, target), ON, WEEK).direction is Direction.TRANSFER


def test_f30_anonymous_information_with_evidence_is_checked_and_without_it_is_filed() -> None:
    found = propose(Matter(Kind.DENUNCIATION, Target.WARD_STAFF, is_anonymous=True), ON, WEEK)
    assert (found.direction, found.promises_notice) == (Direction.VERIFY, False)
    bare = Matter(Kind.DENUNCIATION, Target.WARD_STAFF, is_anonymous=True, gaps=frozenset({Gap.NO_EVIDENCE}))
    assert propose(bare, ON, WEEK).direction is Direction.FILE


@pytest.mark.parametrize("kind", Kind)
def test_f30_a_denunciation_without_a_name_is_filed_only_without_evidence(kind: Kind) -> None:
    nameless = frozenset({Gap.NO_NAME, Gap.UNSIGNED, Gap.NO_CONTACT})
    found = propose(Matter(kind, Target.WARD_STAFF, gaps=nameless), ON, WEEK)
    bare = propose(Matter(kind, Target.WARD_STAFF, gaps=nameless | {Gap.NO_EVIDENCE}), ON, WEEK)
    assert bare.direction is Direction.FILE
    if kind is Kind.DENUNCIATION:
        assert (found.direction, found.promises_notice) == (Direction.VERIFY, False)
        assert not gaps_that_count(kind, nameless, is_anonymous=False)
    else:
        assert found.direction is Direction.FILE


@pytest.mark.parametrize("ground", [DeclineGround.NO_CONTROL, DeclineGround.DISORDER])
def test_f31_the_receiver_refuses_at_once_and_says_why(ground: DeclineGround) -> None:
    assert set(decline_faults(TU, ground, "", "")) == {"decline_words"}
    assert not decline_faults(TU, ground, "Công dân say rượu, không làm chủ hành vi.", "")


def test_f32_the_head_alone_refuses_what_was_resolved_and_names_the_decision() -> None:
    words = "Việc đã giải quyết đúng và đã thông báo."
    with pytest.raises(NotYours):
        decline_faults(TU, DeclineGround.ALREADY_RESOLVED, words, "12/QĐ-UBND")
    assert set(decline_faults(HANH, DeclineGround.ALREADY_RESOLVED, words, "")) == {"prior_decision"}
    assert not decline_faults(HANH, DeclineGround.ALREADY_RESOLVED, words, "12/QĐ-UBND")


def test_f69_what_was_withdrawn_comes_back_only_when_it_was_forced() -> None:
    assert set(reopening_faults(is_forced=False, grounds="")) == {"is_forced", "grounds"}
    assert set(reopening_faults(is_forced=True, grounds="")) == {"grounds"}
    assert not reopening_faults(is_forced=True, grounds="Có đơn trình báo bị đe dọa.")


def test_a_second_complaint_goes_to_the_city() -> None:
    assert propose(Matter(Kind.COMPLAINT, Target.WARD, instance=Instance.SECOND), ON, WEEK).why == "second_complaint"


def test_only_what_the_law_asks_of_a_kind_counts_against_it() -> None:
    gaps = frozenset({Gap.NO_DEMAND, Gap.NO_EVIDENCE})
    assert gaps_that_count(Kind.COMPLAINT, gaps, is_anonymous=False) == {Gap.NO_DEMAND}
    assert not gaps_that_count(Kind.FEEDBACK, gaps, is_anonymous=False)


matters = st.builds(
    Matter,
    kind=st.sampled_from(Kind),
    target=st.sampled_from(Target),
    instance=st.sampled_from(Instance),
    is_anonymous=st.booleans(),
    is_pending_elsewhere=st.booleans(),
    is_repeat=st.booleans(),
    gaps=st.frozensets(st.sampled_from(Gap)),
)


@given(matters)
@settings(max_examples=60, deadline=None)
def test_no_proposal_breaks_the_law(matter: Matter) -> None:
    found = propose(matter, ON, WEEK)
    ineligible = gaps_that_count(matter.kind, matter.gaps, is_anonymous=matter.is_anonymous)
    if found.direction is Direction.ACCEPT:
        assert not ineligible
        assert not matter.is_anonymous
        assert matter.target not in {Target.OTHER_WARD, Target.CITY, Target.DEPARTMENT, Target.OTHER_BODY}
        assert not rules.is_hidden_from_ward(matter.kind, matter.target)
    if matter.kind is Kind.COMPLAINT and not matter.is_anonymous:
        assert found.direction is not Direction.TRANSFER
    nameless = is_nameless(matter.kind, matter.gaps, is_anonymous=matter.is_anonymous)
    assert (found.direction is Direction.VERIFY) <= nameless
    assert (found.direction is Direction.ACCEPT) <= (not nameless)
    assert found.promises_notice is not nameless


@given(st.lists(st.tuples(st.sampled_from(PetitionVerb), st.sampled_from(Role)), max_size=25))
@settings(max_examples=60, deadline=None)
def test_a_petition_never_leaves_its_table_and_what_ended_stays_ended(walk: list[tuple[PetitionVerb, Role]]) -> None:
    state = PetitionState.RECEIVED
    for verb, role in walk:
        ended = not rules.PETITION_FLOW[state]
        try:
            after = rules.moved(state, verb, role)
        except OfficeError:
            continue
        assert not ended
        assert verb in rules.verbs(state, role)
        state = after
        assert state in rules.PETITION_FLOW


@given(st.lists(st.tuples(st.sampled_from(RequestVerb), st.sampled_from(CaseVerb)), max_size=25))
@settings(max_examples=40, deadline=None)
def test_requests_and_cases_stay_ended(walk: list[tuple[RequestVerb, CaseVerb]]) -> None:
    request, case = RequestState.RECEIVED, CaseState.OPEN
    for request_verb, case_verb in walk:
        ended = not REQUEST_FLOW[request], case in OVER - {CaseState.CLOSED}
        try:
            request = request_moved(request, request_verb, HANH)
            assert not ended[0]
        except (Refused, NotYours):
            pass
        try:
            case = case_moved(case, case_verb, Role.WARD_CHAIR)
            assert not ended[1]
        except (Refused, NotYours):
            pass
        assert request in REQUEST_FLOW
        assert case in CASE_FLOW


def test_every_state_but_the_ends_is_left_by_somebody() -> None:
    reached = {move.to for verbs in rules.PETITION_FLOW.values() for move in verbs.values()} | {PetitionState.RECEIVED}
    assert reached == set(rules.PETITION_FLOW) == set(PetitionState)
