"""Whatever happens, in whatever order: deadlines settle, and a room's notes rebuild it. The long way: test_walks."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from signaling.effects import Note, NoteKind
from signaling.events import (
    Announced,
    Arrived,
    Draining,
    Event,
    FileBroken,
    FileClosed,
    FileOpened,
    FileProven,
    MediaAnswered,
    MediaDown,
    MediaUp,
    OfficeClosed,
    RecorderFailed,
    RecorderStopped,
    Restored,
    Said,
    SecondPassed,
    SocketLost,
    TimePassed,
)
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    Begin,
    Command,
    End,
    Hand,
    Leave,
    Media,
    MemberStatus,
    Mute,
    Offer,
    Pause,
    Phase,
    Ping,
    ReadBack,
    RecordingStart,
    RecordingStop,
    RecordingWaive,
    Refuse,
    Remove,
    Resume,
)
from signaling.room import Room
from tests.playbook import BINH, HANH, LAN, MINH, START, TU, VY
from tests.truths import check_truths

PEOPLE = (HANH, TU, LAN, MINH, VY, BINH)
codes = st.sampled_from([each.member for each in PEOPLE])
small = st.integers(1, 4)
grounds = st.sampled_from(["", "lý do"])
flags = st.booleans()

commands: st.SearchStrategy[Command] = st.one_of(
    st.sampled_from([AcknowledgeRecording(), AcknowledgeRecording(id="a"), Begin(), Resume(), Ping()]),
    st.sampled_from([RecordingStart(), RecordingStart(id="r"), Begin(id="b")]),
    st.builds(Offer, sdp=st.just("offer"), connection=small),
    st.builds(Media, mic=flags, camera=flags, screen=flags),
    st.builds(Hand, up=flags),
    st.builds(Admit, member=codes),
    st.builds(Admit, member=codes),
    st.builds(Refuse, member=codes, ground=grounds),
    st.builds(Remove, member=codes, ground=grounds),
    st.builds(Mute, member=codes, kind=st.sampled_from(["audio", "video"])),
    st.builds(RecordingStop, ground=grounds),
    st.builds(RecordingWaive, ground=grounds),
    st.builds(Pause, ground=grounds),
    st.builds(ReadBack, on=flags),
    st.just(Leave()),
    st.sampled_from([End(), Ping(), Ping(), Ping()]),
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Arrived, ticket=st.sampled_from(PEOPLE), link=st.integers(1, 9)),
    st.builds(Arrived, ticket=st.sampled_from(PEOPLE), link=st.integers(1, 9)),
    st.builds(Said, member=codes, link=st.just(0), message=commands),
    st.builds(Said, member=st.just("hanh"), link=st.just(0), message=commands),
    st.builds(Said, member=codes, link=st.just(0), message=commands),
    st.builds(SocketLost, member=codes, link=st.integers(1, 9)),
    st.builds(MediaAnswered, member=codes, connection=small, sdp=st.just("answer")),
    st.builds(MediaUp, member=codes, connection=small),
    st.builds(MediaDown, member=codes, connection=small, reason=st.just("failed")),
    st.builds(FileOpened, member=codes, segment=small),
    st.builds(FileProven, member=codes, segment=small, bytes=st.just(1)),
    st.builds(FileClosed, member=codes, segment=small, facts=st.just({"segment": 1})),
    st.builds(FileBroken, member=codes, reason=st.just("disk")),
    st.sampled_from([RecorderStopped(), RecorderFailed("disk"), TimePassed(), Restored()]),
    st.builds(Announced, topic=st.just("minutes"), version=small),
    st.builds(SecondPassed, heard=st.frozensets(codes)),
    st.sampled_from([OfficeClosed("giờ hành chính"), Draining(), TimePassed(), TimePassed()]),
)
script = st.lists(st.tuples(events, st.sampled_from([0, 0, 0.2, 1, 4, 70])), max_size=60)


def run(steps: list[tuple[Event, float]]) -> tuple[Room, list[Note]]:
    """Play a script into a fresh room, checking every truth on the way."""
    room, at, notes = Room("P-1"), START, list[Note]()
    last_link = 0
    for event, seconds in steps:
        at += timedelta(seconds=seconds)
        match event:
            case Arrived():
                last_link += 1
                happening: Event = Arrived(event.ticket, last_link, event.device)
            case Said() if event.member in room.state.members:
                link = room.state.members[event.member].link or 0
                happening = Said(event.member, link, event.message)
            case _:
                happening = event
        removed = {each.code for each in room.state.members.values() if each.must_ask}
        was_over = room.state.phase == Phase.ENDED
        effects = room.handle(happening, at)
        check_truths(room, effects)
        fresh = [each for each in effects if isinstance(each, Note)]
        notes += fresh
        admitted = {each.member for each in fresh if each.kind == NoteKind.ADMITTED and each.facts["by"]}
        inside = {each.code for each in room.state.inside}
        assert not (removed - admitted) & inside
        assert not was_over or room.state.phase == Phase.ENDED
    return room, notes


@settings(max_examples=70, deadline=None)
@given(script)
def test_deadlines_settle(steps: list[tuple[Event, float]]) -> None:
    room, _ = run(steps)
    at = START + timedelta(hours=3)
    for _ in range(20):
        room.handle(TimePassed(), at)
        due = room.next_deadline()
        if due is None:
            return
        assert due > at, "a deadline that has come must be dealt with"
        at = due
    # Only a recorder that keeps failing may keep asking.
    assert room.state.recording.is_wanted


@settings(max_examples=70, deadline=None)
@given(script)
def test_notes_rebuild_the_room(steps: list[tuple[Event, float]]) -> None:
    room, notes = run(steps)
    again = Room.from_notes("P-1", [*notes, *notes])
    before, after = room.state, again.state
    assert after.phase == before.phase
    assert after.note_seq == before.note_seq
    assert after.began_at == before.began_at
    assert after.ended_at == before.ended_at
    assert {each.code for each in after.inside} == {each.code for each in before.inside}
    assert [each.code for each in after.waiting] == [each.code for each in before.waiting]
    for code, member in after.members.items():
        known = before.members[code]
        assert member.acknowledged == known.acknowledged
        assert member.must_ask == known.must_ask
        assert member.was_admitted == known.was_admitted
        assert member.status in (MemberStatus.WAITING, MemberStatus.LOST, MemberStatus.GONE)
    assert after.recording.waived_ground == before.recording.waived_ground
    if before.resumed_by is None:
        assert after.recording.is_wanted == before.recording.is_wanted
