"""What is left out of a picture is not missed by whoever gets the rest."""

import random
from dataclasses import dataclass, field

from signaling.passthrough import vp8
from signaling.passthrough.sieve import TOP, Kept, Sieve

PATTERN = ((0, False), (2, True), (1, True), (2, False))
"""Layers and sync bits as Chromium's L1T3 has them."""


@dataclass(frozen=True)
class Piece:
    """One packet as it was sent."""

    sequence: int
    picture: int
    layer: int
    is_sync: bool
    is_key: bool
    content: str


def sent(pictures: int, each: int = 3, first: int = 65_000, number: int = 32_700) -> list[Piece]:
    pieces = []
    for at in range(pictures):
        layer, is_sync = PATTERN[at % 4]
        for part in range(each):
            is_key = at == 0 and part == 0
            place = first + at * each + part & 0xFFFF
            pieces.append(Piece(place, number + at & 0x7FFF, layer, is_sync and not is_key, is_key, f"{at}.{part}"))
    return pieces


def described(piece: Piece) -> vp8.Picture:
    at = piece.picture
    layer = piece.layer << 6 | piece.is_sync << 5
    start = 0x10 if piece.content.endswith(".0") else 0
    head = bytes((0x80 | start, 0xE0, 0x80 | at >> 8, at & 0xFF, 7, layer, 0x00 if piece.is_key else 0x01, 0))
    return vp8.look(head)


@dataclass
class Receiver:
    """What one gets: content by sequence number, and the pictures."""

    sieve: Sieve = field(default_factory=Sieve)
    got: dict[int, Piece | None] = field(default_factory=dict)
    pictures: dict[int, set[int]] = field(default_factory=dict)
    """Numbers of the source under each number of the receiver."""

    def push(self, piece: Piece) -> Kept | None:
        kept = self.sieve.sift(piece.sequence, described(piece))
        if kept is not None:
            place = piece.sequence - kept.sequence_by & 0xFFFF
            assert self.got.get(place, piece) in (piece, None)
            self.got[place] = None if kept.is_empty else piece
            if not kept.is_empty:
                self.pictures.setdefault(piece.picture - kept.picture_by & 0x7FFF, set()).add(piece.picture)
        return kept

    @property
    def layers(self) -> set[int]:
        return {each.layer for each in self.got.values() if each}

    def is_whole(self, first: int = 65_000) -> bool:
        return set(self.got) == {first + at & 0xFFFF for at in range(len(self.got))}


def test_the_descriptor_tells_layer_and_sync() -> None:
    looked = [described(each) for each in sent(4, 1)]
    assert [(each.layer, each.is_sync) for each in looked] == [(0, False), (2, True), (1, True), (2, False)]
    assert vp8.look(b"\x10\x00").layer == -1
    assert vp8.look(b"\x80\x20") == vp8.NOTHING


def test_everything_goes_through_untouched() -> None:
    receiver = Receiver()
    assert {receiver.push(each) for each in sent(40)} == {Kept()}
    assert receiver.sieve.is_open


def test_without_the_upper_layers_no_number_is_missing() -> None:
    for wanted, layers in ((1, {0, 1}), (0, {0})):
        receiver = Receiver(Sieve(wanted))
        for each in sent(400):
            receiver.push(each)
        assert receiver.layers == layers
        assert receiver.is_whole()
        assert sorted(receiver.pictures) == sorted(32_700 + at & 0x7FFF for at in range(len(receiver.pictures)))
        assert all(len(each) == 1 for each in receiver.pictures.values())
        assert len(receiver.pictures) == 400 * (wanted + 1) // 4


def test_a_layer_is_taken_up_only_where_a_receiver_can_begin_it() -> None:
    receiver = Receiver(Sieve(0))
    pieces = sent(24, 1)
    for at, each in enumerate(pieces):
        if at == 11:
            # The picture numbered 11 is of layer 2 without sync; 13 begins the layer.
            receiver.sieve.wanted = 2
        kept = receiver.push(each)
        if at in {11, 13}:
            assert kept is None
    assert receiver.is_whole()
    contents = [int(each.content.split(".")[0]) for each in receiver.got.values() if each]
    assert contents == [0, 4, 8, 12, 14, 16, 17, 18, 19, 20, 21, 22, 23]
    assert receiver.sieve.is_open


def test_a_picture_is_never_cut_in_the_middle() -> None:
    receiver = Receiver()
    for at, each in enumerate(sent(200, 4)):
        if at % 7 == 0:
            receiver.sieve.wanted = at // 7 % 3
        receiver.push(each)
    whole: dict[int, list[str]] = {}
    for got in receiver.got.values():
        assert got is not None
        whole.setdefault(got.picture, []).append(got.content)
    assert {len(each) for each in whole.values()} == {4}
    assert receiver.is_whole()


def test_what_comes_late_and_doubled_keeps_its_place() -> None:
    chance = random.Random(7)
    for wanted in (0, 1, TOP):
        receiver = Receiver(Sieve(wanted))
        pieces = sent(1200)
        late: list[tuple[int, Piece]] = []
        for at, each in enumerate(pieces):
            if at and chance.random() < 0.1:
                late.append((at + chance.randrange(1, 30), each))
            else:
                receiver.push(each)
                if chance.random() < 0.05:
                    receiver.push(each)
            for due in [both for both in late if both[0] <= at]:
                receiver.push(due[1])
                late.remove(due)
        for _, each in late:
            receiver.push(each)
        assert receiver.is_whole()
        assert receiver.layers == set(range(wanted + 1))
        lowest = [each for each in pieces if each.layer <= wanted]
        assert [each for each in lowest if each not in receiver.got.values()] == []
        assert all(len(each) == 1 for each in receiver.pictures.values())


def test_a_key_frame_brings_every_wanted_layer() -> None:
    sieve = Sieve(0)
    sieve.wanted = 2
    piece = Piece(10, 5, 0, is_sync=False, is_key=True, content="0.0")
    assert sieve.sift(10, described(piece)) == Kept()
    assert sieve.sift(11, described(Piece(11, 6, 2, is_sync=False, is_key=False, content="1.0"))) == Kept()
