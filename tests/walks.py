"""Random walks through a room's life: seeded, long, and shrunk when one finds a broken promise.

A walk is a list of steps that can be played again without its dice, so a failing one is cut
down to the few steps that matter before it is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from signaling.answers import Done, Refused
from signaling.effects import Effect, Follow, Note, NoteKind, OpenMedia, StopRecording, Tell, Untap
from signaling.events import (
    Announced,
    Arrived,
    Device,
    Draining,
    Event,
    FileBroken,
    FileClosed,
    FileOpened,
    FileProven,
    LinkWithdrawn,
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
    Untapped,
)
from signaling.messages import (
    AcknowledgeRecording,
    Admit,
    Begin,
    Choose,
    Command,
    Consult,
    ConsultAnswer,
    ConsultEnd,
    ConsultInvite,
    ConsultLeave,
    ConsultRule,
    End,
    Floor,
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
    SendToWait,
    StopHere,
    Watch,
)
from signaling.messages_captions import Caption
from signaling.presence import stays
from signaling.room import Room
from signaling.room_state import Turn
from signaling.room_views import view_of
from tests.playbook import BINH, HANH, LAN, MINH, START, TU, VY
from tests.privacy import Privacy
from tests.truths import check_truths

PEOPLE = (HANH, TU, LAN, MINH, VY, BINH)
CODES = [each.member for each in PEOPLE]
GAPS = (0,) * 12 + (0.2,) * 4 + (1,) * 8 + (2, 2, 4, 4, 31, 70)
OLD, NOW, ASIDE = range(3)
RULES: tuple[ConsultRule, ...] = ("recorded", "sealed", "unrecorded")
HERE = (MemberStatus.ADMITTED, MemberStatus.CONNECTED)
Step = tuple[Event, float]


def commands(dice: Random) -> list[tuple[float, Callable[[], Command]]]:
    """What can be said, and how often it is."""

    def code() -> str:
        return dice.choice(CODES)

    def flag() -> bool:
        return dice.choice([True, False])

    def ground() -> str:
        return dice.choice(["lý do", "lý do", ""])

    return [
        (6, lambda: AcknowledgeRecording(id=dice.choice([None, "a"]))),
        (8, lambda: Offer(sdp="offer", connection=dice.randint(1, 30))),
        (3, lambda: Media(mic=flag(), camera=flag(), screen=flag(), id="m")),
        (1, lambda: Watch(pictures=flag())),
        (2, lambda: Hand(up=flag(), id="h")),
        (10, lambda: Admit(member=code(), id="i")),
        (0.5, lambda: Refuse(member=code(), ground=ground(), id="j")),
        (0.5, lambda: Remove(member=code(), ground=ground())),
        (1.5, lambda: SendToWait(member=code(), ground=ground(), id="k")),
        (2, lambda: Mute(member=code(), kind=dice.choice(["audio", "video"]), lock=flag(), id="l")),
        (2, lambda: Floor(member=dice.choice([*CODES, None]), id="n")),
        (8, lambda: RecordingStart(id="o")),
        (0.5, lambda: RecordingStop(ground=ground())),
        (0.5, lambda: RecordingWaive(ground=ground(), id="p")),
        (8, lambda: Begin(id="q", ground=ground())),
        (2, lambda: Pause(ground=ground(), id="r")),
        (4, lambda: Resume(id="s")),
        (1, lambda: ReadBack(on=flag(), id="t")),
        (2, lambda: Choose(choice=dice.choice(["go_on", "sound_only", "telephone"]), ground=ground(), id="u")),
        (0.05, lambda: Choose(choice=dice.choice(["adjourn", "paper"]), ground=ground())),
        (0.15, lambda: StopHere(ground=dice.choice(["denunciation", "secret"]), id="v")),
        *asides(dice),
        (9, lambda: Caption(member=code(), words="lời nói", id=dice.choice([None, None, None, "z"]))),
        (0.5, lambda: Leave(id="w")),
        (0.03, lambda: End(id="x")),
        (6, lambda: Ping(id="y")),
    ]


def asides(dice: Random) -> list[tuple[float, Callable[[], Command]]]:
    """What can be said about a private consultation."""
    return [
        (4, lambda: Consult(rule=dice.choice(RULES), ground=dice.choice(["lý do", ""]), id="1")),
        (8, lambda: ConsultInvite(member=dice.choice(CODES), id="2")),
        (12, lambda: ConsultAnswer(yes=dice.random() < 0.8, id="3")),
        (0.7, lambda: ConsultLeave(id="4")),
        (0.5, lambda: ConsultEnd(id="5")),
    ]


def happenings(dice: Random) -> list[tuple[float, Callable[[], Event]]]:
    """What can happen, and how often it does."""

    def code() -> str:
        return dice.choice(CODES)

    def near() -> int:
        return dice.randint(1, 30)

    def segment() -> int:
        return dice.randint(1, 4)

    said = commands(dice)

    def command() -> Command:
        return dice.choices([make for _, make in said], [weight for weight, _ in said])[0]()

    return [
        (8, lambda: Arrived(dice.choice(PEOPLE), 0, device(dice))),
        (20, lambda: Said(dice.choice(["hanh", "hanh", "tu"]), NOW, command())),
        (25, lambda: Said(code(), NOW, command())),
        (2, lambda: Said(code(), ASIDE, command())),
        (3, lambda: SocketLost(code(), dice.choice([OLD, NOW, ASIDE]))),
        (2, lambda: MediaAnswered(code(), near(), "answer")),
        (12, lambda: MediaUp(code(), 0)),
        (2, lambda: MediaDown(code(), dice.choice([0, near()]), "failed")),
        (5, lambda: FileOpened(code(), segment(), dice.random() < 0.1)),
        (10, lambda: FileProven(code(), segment(), 4096)),
        (1, lambda: FileClosed(code(), segment(), {"segment": 1})),
        (0.5, lambda: FileBroken(code(), "disk")),
        (0.5, lambda: RecorderFailed("disk")),
        (1, RecorderStopped),
        (1, lambda: Untapped(code(), dice.randint(1, 9))),
        (0.5, lambda: Announced("minutes", 3)),
        (30, lambda: SecondPassed(frozenset(dice.sample(CODES, dice.randint(3, 6))), dice.choice([None, *CODES]))),
        (3, TimePassed),
        (0.03, lambda: OfficeClosed("hết giờ")),
        (0.1, lambda: LinkWithdrawn(dice.choice(["minh", "vy"]), START)),
        (0.1, Draining),
        (0.3, Restored),
    ]


def device(dice: Random) -> Device:
    """A telephone or a computer, opened by somebody or back by itself; now and then one that does not say which."""
    return Device("", dice.choice(["phone", "phone", "phone", "computer", "computer", ""]), dice.random() < 0.5)


def opening() -> list[Step]:
    """The way most receptions begin: chair, clerk, citizen and interpreter inside, recorded, begun."""
    guests, steps = (HANH, TU, LAN, VY), list[Event]()
    for each in guests:
        steps += [Arrived(each, 0, Device("Phone", "phone")), Said("hanh", NOW, Admit(member=each.member))]
        steps += [Said(each.member, NOW, AcknowledgeRecording()), Said(each.member, NOW, Offer(sdp="o", connection=1))]
    steps += [Said("hanh", NOW, RecordingStart()), Said("hanh", NOW, Begin())]
    return [(each, 0.2) for each in steps]


def aside(dice: Random) -> list[Step]:
    """The chair calls the citizen or the clerk aside, and they come."""
    code = dice.choice(["lan", "tu"])
    call = Consult(rule=dice.choice(RULES), ground="lý do")
    says: list[tuple[str, Command]] = [
        ("hanh", call),
        ("hanh", ConsultInvite(member=code)),
        (code, ConsultAnswer(yes=True)),
    ]
    return [(Said(who, NOW, message), 0.2) for who, message in [*says, ("vy", ConsultAnswer(yes=True))]]


def walk(dice: Random, length: int) -> list[Step]:
    """A fresh walk; two of three begin as receptions do, and some of these go aside or are stopped half way."""
    table = happenings(dice)
    makes, weights = [make for _, make in table], [weight for weight, _ in table]
    fresh = [(make(), float(dice.choice(GAPS))) for make in dice.choices(makes, weights, k=length)]
    if dice.random() < 1 / 3:
        return fresh
    stop: Step = (Said("hanh", NOW, StopHere(ground="secret")), 0.2)
    fresh[length // 2 : length // 2] = [stop] if dice.random() < 1 / 3 else []
    fresh[:0] = aside(dice)
    fresh[length // 4 : length // 4] = aside(dice)
    return (opening() + fresh)[:length]


@dataclass
class Life:
    """A room, its clock, all it ever noted, and a presence clock kept beside it.

    Its driver is willing: media comes up, files are proven. Every seventh time it is not.
    """

    room: Room = field(default_factory=lambda: Room("P-1"))
    at: datetime = START
    notes: list[Note] = field(default_factory=list)
    here_for: dict[str, float] = field(default_factory=dict)
    links: int = 0
    asked: int = 0
    happened: int = 0
    segments: int = 0
    privacy: Privacy = field(default_factory=Privacy)

    def play(self, steps: Sequence[Step]) -> None:
        """Let everything happen; AssertionError names the first broken promise."""
        for event, seconds in steps:
            self._pass(seconds)
            if isinstance(event, Restored) or self.room.state.is_draining:
                # The worker was killed, or stopped; the next one has the notes alone.
                self.room = Room.from_notes("P-1", self.notes)
                self.privacy.restart()
                self._happen(Restored())
            else:
                self._happen(event)
        self._presence_adds_up()

    def _pass(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        if self.room.state.phase != Phase.ENDED:
            for each in self.room.state.members.values():
                if each.status in HERE:
                    self.here_for[each.code] = self.here_for.get(each.code, 0.0) + seconds

    def _happen(self, event: Event) -> None:
        event = self._resolved(event)
        state = self.room.state
        shut = {each.code for each in state.members.values() if each.must_ask}
        before = state.phase
        before_links = {each.code: (each.link, each.browser) for each in state.members.values()}
        effects = self.room.handle(event, self.at)
        check_truths(self.room, effects)
        self.privacy.see(event, effects, self.at)
        fresh = [each for each in effects if isinstance(each, Note)]
        self.notes += fresh
        let_in = {each.member for each in fresh if each.kind == NoteKind.ADMITTED and each.facts["by"]}
        assert not (shut - let_in) & {each.code for each in state.inside}, "came in without being let in"
        assert before != Phase.ENDED or state.phase == Phase.ENDED, "an end that did not hold"
        out = [each for each in state.members.values() if each.code in state.withdrawn]
        assert all(each.status == MemberStatus.GONE and each.link is None for each in out), "in by a dead link"
        assert before != Phase.STOPPED or state.phase in (Phase.STOPPED, Phase.ENDED), "a stop that did not hold"
        self._is_answered(event, effects)
        self._newest_wins(event, before_links)
        self._views_are_fresh()
        for effect in effects:
            for answer in self._answers(effect):
                self._happen(answer)

    def _answers(self, effect: Effect) -> list[Event]:
        self.asked += isinstance(effect, (OpenMedia, Follow))
        # An opening of four people takes eight, and has to come off for anything to follow.
        is_willing = self.asked % 7 > 0 or self.asked <= 8
        match effect:
            case OpenMedia(member, connection, _) if is_willing:
                return [MediaAnswered(member, connection, "answer"), MediaUp(member, connection)]
            case Follow(member, _, under_seal) if is_willing:
                self.segments += 1
                opened = FileOpened(member, self.segments, under_seal)
                return [opened, FileProven(member, self.segments, 4096)]
            case Untap(member, number) if is_willing:
                return [Untapped(member, number)]
            case StopRecording():
                return [RecorderStopped()]
            case _:
                return []

    def _resolved(self, event: Event) -> Event:
        members = self.room.state.members
        match event:
            case Arrived(ticket):
                self.links += 1
                return Arrived(ticket, self.links, event.device)
            case Said(code, which, message):
                return Said(code, self._link(code, which), message)
            case SocketLost(code, which) if which != OLD:
                return SocketLost(code, self._link(code, which))
            case MediaUp(code, 0) if code in members:
                return MediaUp(code, members[code].offered)
            case MediaDown(code, 0, reason) if code in members:
                return MediaDown(code, members[code].connection, reason)
            case _:
                return event

    def _views_are_fresh(self) -> None:
        # Costly, so not at every step; a view that was forgotten stays stale and is found later.
        self.happened += 1
        if self.happened % 10:
            return
        turn = Turn(self.room.state, self.at)
        for each in self.room.state.members.values():
            if each.link is not None and each.told is not None:
                assert each.told[1] == view_of(turn, each), "a stale view"

    def _is_answered(self, event: Event, effects: list[Effect]) -> None:
        if not isinstance(event, Said) or event.message.id is None or event.link == 0:
            return
        answers = [
            each
            for each in effects
            if isinstance(each, Tell)
            and isinstance(each.message, (Done, Refused))
            and each.message.re == event.message.id
        ]
        assert len(answers) <= 1, "answered twice"
        if self.room.state.members[event.member].link == event.link:
            assert len(answers) == 1, "not answered"

    def _link(self, code: str, which: int) -> int:
        member = self.room.state.members.get(code)
        if member is None or which == NOW:
            return (member and member.link) or 0
        return member.parked.link if member.parked else 0

    def _newest_wins(self, event: Event, before: Mapping[str, tuple[int | None, str]]) -> None:
        if not isinstance(event, Arrived) or event.ticket.member not in self.room.state.members:
            return
        member, device = self.room.state.members[event.ticket.member], event.device
        link, browser = before.get(member.code, (None, ""))
        is_other = bool(device.browser and browser) and device.browser != browser
        if device.is_again and is_other and link is not None:
            assert member.link == link, "took the place by itself"
        elif member.link is not None:
            assert (member.link, member.browser) == (event.link, device.browser), "the newest does not win"

    def _presence_adds_up(self) -> None:
        told = stays(self.notes)
        for found in told.values():
            for one, then in pairwise(found):
                assert one.until is not None, "a stay that lasts is the last one"
                assert one.until <= then.came_at, "stays overlap"
        for code in set(told) | set(self.here_for):
            total = sum(((each.until or self.at) - each.came_at).total_seconds() for each in told.get(code, ()))
            assert abs(total - self.here_for.get(code, 0.0)) < 0.001, f"presence of {code}"


def breaks(steps: Sequence[Step]) -> bool:
    """Whether a walk breaks a promise."""
    try:
        Life().play(steps)
    except AssertionError:
        return True
    return False


def shrunk(steps: Sequence[Step]) -> list[Step]:
    """The walk without all that it breaks without."""
    left, size = list(steps), len(steps) // 2
    while size:
        at = 0
        while at < len(left):
            shorter = left[:at] + left[at + size :]
            if breaks(shorter):
                left = shorter
            else:
                at += size
        size //= 2
    return left
