"""A guest's link is taken back: whoever came by it is out at once, and its ticket opens nothing any more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from signaling.effects import NoteKind
from signaling.events import LinkWithdrawn
from signaling.messages import Admit, ByeCode, MemberStatus
from signaling.room import Room
from tests.playbook import HANH, START, VY, Playbook

WITHDRAWN = LinkWithdrawn("vy", START)
RENEWED = replace(VY, not_before=START + timedelta(seconds=1))


@pytest.fixture
def play() -> Playbook:
    play = Playbook()
    play.enter(HANH)
    play.enter(VY)
    return play


def test_a_guest_inside_is_put_out_and_stays_out(play: Playbook) -> None:
    link = play.links["vy"]
    play.happen(WITHDRAWN)
    assert play.noted() == [(NoteKind.LINK_WITHDRAWN, "vy"), (NoteKind.REMOVED, "vy")]
    assert [(each.link, each.code) for each in play.goodbyes(VY)] == [(link, ByeCode.WITHDRAWN)]
    assert play.closed_media(VY) == [1]
    assert [each.member for each in play.view(HANH).members] == ["hanh"]
    play.arrive(VY)
    assert [each.code for each in play.goodbyes(VY)] == [ByeCode.WITHDRAWN]
    assert play.member(VY).status == MemberStatus.GONE


def test_a_guest_who_waits_is_sent_away() -> None:
    play = Playbook()
    play.enter(HANH)
    play.arrive(VY)
    play.happen(WITHDRAWN)
    assert [each.code for each in play.goodbyes(VY)] == [ByeCode.WITHDRAWN]
    assert play.view(HANH).waiting == ()


def test_a_ticket_on_its_way_comes_too_late() -> None:
    play = Playbook()
    play.enter(HANH)
    play.happen(WITHDRAWN)
    assert play.noted() == [(NoteKind.LINK_WITHDRAWN, "vy")]
    play.arrive(VY)
    assert [each.code for each in play.goodbyes(VY)] == [ByeCode.WITHDRAWN]


def test_a_fresh_link_has_to_be_let_in_anew(play: Playbook) -> None:
    play.happen(WITHDRAWN)
    play.arrive(RENEWED)
    assert [each.member for each in play.view(HANH).waiting] == ["vy"]
    play.say(HANH, Admit(member="vy"))
    assert play.member(VY).is_inside
    play.happen(WITHDRAWN)
    assert play.noted() == [], "twice is once"
    assert play.member(VY).is_inside


def test_a_withdrawal_outlives_the_worker(play: Playbook) -> None:
    play.happen(WITHDRAWN)
    fresh = Playbook(room=Room.from_notes("P-1", play.notes()), at=play.at)
    fresh.arrive(VY)
    assert [each.code for each in fresh.goodbyes(VY)] == [ByeCode.WITHDRAWN]
