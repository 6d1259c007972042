"""Real aiortc clients talk through the port on loopback."""

import asyncio
import gc
import os
import socket
import weakref
from collections.abc import AsyncIterator

import pytest

from signaling.passthrough.line import Line
from signaling.peer import Peer
from signaling.tracks import RtpPacket, Source
from tests.signaling.both_paths import either_path
from tests.signaling.loopback_client import Client, Talk, open_files, until
from tests.signaling.nat import Nat

__all__ = ["either_path"]
pytestmark = pytest.mark.usefixtures("either_path")


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with await Talk.open() as opened:
        yield opened


class Ear:
    """A sink that counts."""

    def __init__(self) -> None:
        self.packets = 0
        self.sequences: set[int] = set()
        self.reports = 0
        self.has_ended = False

    def push(self, source: Source, packet: RtpPacket) -> None:
        self.packets += 1
        self.sequences.add(packet.sequence)

    def has_no_holes(self) -> bool:
        return len(self.sequences) == max(self.sequences) - min(self.sequences) + 1

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None:
        self.reports += 1

    def ended(self, source: Source) -> None:
        self.has_ended = True


async def test_two_see_and_hear_each_other(talk: Talk) -> None:
    ana, ana_peer = await talk.join("ana", 60)
    binh, binh_peer = await talk.join("binh", 180)
    ana_peer.seat(0, binh_peer.audio, binh_peer.video)
    await talk.reach(ana_peer, "connected")
    await talk.reach(binh_peer, "connected")
    binh_peer.seat(1, ana_peer.audio, ana_peer.video)
    await ana.see_brightness(0, 180)
    await binh.see_brightness(1, 60)
    assert await ana.hear(0) > 0.05
    assert await binh.hear(1) > 0.05
    assert binh_peer.audio.level < 60
    assert ana_peer.stats()["cipher"] == "SRTP_AEAD_AES_256_GCM"
    assert talk.port.counts["strangers"] == 0
    assert ana_peer.last_packet_at > 0


async def test_a_slot_changes_its_occupant(talk: Talk) -> None:
    _, one = await talk.join("one", 60)
    _, two = await talk.join("two", 180)
    watcher, watching = await talk.join("watcher", 120)
    watching.seat(0, one.audio, one.video)
    await watcher.see_brightness(0, 60)
    watching.seat(0, two.audio, two.video)
    await watcher.see_brightness(0, 180)
    watching.seat(0, None, None)
    assert one.video.sinks == two.video.sinks == ()
    watching.seat(0, one.audio, one.video)
    await watcher.see_brightness(0, 60)
    assert await watcher.hear(0) > 0.05


async def test_a_new_connection_takes_the_place_of_the_old_one(talk: Talk) -> None:
    watcher, watching = await talk.join("watcher", 120)
    first, first_peer = await talk.join("ana", 60)
    watching.seat(0, first_peer.audio, first_peer.video)
    await watcher.see_brightness(0, 60)
    _, second_peer = await talk.join("ana", 180)
    watching.seat(0, second_peer.audio, second_peer.video)
    await first.pc.close()
    await watcher.see_brightness(0, 180)
    await talk.reach(first_peer, "closed")
    assert first_peer.video.has_ended


async def test_sinks_hear_packets_clocks_and_the_end(talk: Talk) -> None:
    client, peer = await talk.join("ana")
    ear = Ear()
    peer.audio.subscribe(ear)
    peer.video.subscribe(ear)
    await until(lambda: ear.packets > 60 and ear.reports > 1)
    await client.pc.close()
    await until(lambda: ear.has_ended)


async def test_strangers_cannot_kill_a_join(talk: Talk) -> None:
    stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    hello = b"\x16\xfe\xff\0\0\0\0\0\0\0\0\0\x20" + os.urandom(32)
    alert = b"\x15\xfe\xff\0\0\0\0\0\0\0\0\0\2\2\0"
    client, peer = Client(), Peer("ana", 1, talk.port, talk.note)
    talk.members.append((client, peer))
    answer = await peer.answer(await client.offer())

    async def attack() -> None:
        while True:
            for packet in (hello, alert, b"\x80" * 30, os.urandom(40)):
                stranger.sendto(packet, talk.port.address)
            await asyncio.sleep(0.002)

    async with asyncio.TaskGroup() as group:
        attacking = group.create_task(attack())
        await client.accept(answer)
        await talk.reach(peer, "connected")
        await until(lambda: int(peer.stats()["video_in"]) > 5)
        attacking.cancel()
    assert talk.port.counts["strangers"] > 10
    stranger.close()


async def test_forged_media_from_the_right_address_is_dropped(talk: Talk) -> None:
    client, peer = await talk.join("ana")
    await talk.reach(peer, "connected")
    for packet in (b"\x80\x60" + bytes(40), b"\x80\xc8" + bytes(40), b"\x16\xfe", b"\x50", b"\x80"):
        await client.connection.send(packet)
    before = int(peer.stats()["video_in"])
    await until(lambda: int(peer.stats()["video_in"]) > before + 5)
    assert int(peer.stats()["unauthentic"]) == 3
    assert int(peer.stats()["unexpected"]) == 1


async def test_lost_packets_are_repaired_both_ways(talk: Talk) -> None:
    nat = await Nat.open(talk.port.address)
    client, peer = Client(60), Peer("ana", 1, talk.port, talk.note)
    talk.members.append((client, peer))
    await client.accept(nat.before(await peer.answer(nat.behind(await client.offer()))))
    await talk.reach(peer, "connected")
    peer.seat(0, peer.audio, peer.video)
    await client.see_brightness(0, 60)
    ear = Ear()
    peer.video.subscribe(ear)
    nat.loss = 0.2
    await until(lambda: int(peer.stats()["video_repaired"]) > 2)
    await until(lambda: int(peer.stats()["out_repeated"]) > 2)
    nat.loss = 0.0
    # What the client itself makes of it says nothing: aiortc loses repetitions as soon as it
    # receives two pictures on one connection. The browser test looks at a picture.
    await until(ear.has_no_holes)
    nat.close()


async def test_closing_leaves_nothing_behind() -> None:
    tasks, files = asyncio.all_tasks(), open_files()
    gone: list[weakref.ref[object]] = []
    async with await Talk.open() as talk:
        one, two = (await talk.join("one"))[1], (await talk.join("two"))[1]
        one.seat(0, two.audio, two.video)
        await talk.reach(one, "connected")
        await talk.reach(two, "connected")
        await one.close()
        await one.close()
        assert two.video.sinks == ()
        gone += [weakref.ref(one), weakref.ref(one._line), weakref.ref(one._line._inside)]
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    assert not talk.port.callers
    assert open_files() <= files
    talk.members.clear()
    talk.states.clear()
    del one, two, talk
    await asyncio.sleep(0.05)
    gc.collect()
    assert [each() for each in gone] == [None] * 3


async def test_closing_while_connecting_leaves_nothing_behind(talk: Talk) -> None:
    tasks = asyncio.all_tasks()
    for pause in (0.0, 0.01, 0.05):
        client, peer = Client(), Peer("ana", 1, talk.port, talk.note)
        await peer.answer(await client.offer())
        await asyncio.sleep(pause)
        await peer.close()
        await client.pc.close()
        assert peer.state == "closed"
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == tasks
    never = Peer("binh", 1, talk.port, talk.note)
    await never.close()
    assert not talk.port.callers


async def test_who_never_comes_has_failed(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.passthrough.line.CONNECT_WITHIN", 0.2)
    client, peer = Client(), Peer("ana", 1, talk.port, talk.note)
    talk.members.append((client, peer))
    await peer.answer(await client.offer())
    await talk.reach(peer, "failed")
    assert talk.states[peer] == ["failed"]


async def test_a_wrong_certificate_has_failed(talk: Talk) -> None:
    client, peer = Client(), Peer("ana", 1, talk.port, talk.note)
    talk.members.append((client, peer))
    lines = (await client.offer()).split("\r\n")
    forged = ["a=fingerprint:sha-256 " + ":".join(["AB"] * 32)]
    kept = [line for line in lines if not line.startswith("a=fingerprint")]
    at = next(i for i, line in enumerate(kept) if line.startswith("a=setup"))
    await client.accept(await peer.answer("\r\n".join(kept[:at] + forged + kept[at:])))
    await talk.reach(peer, "failed")


async def test_a_browser_that_vanishes_has_failed(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.CONSENT_INTERVAL", 0.1)
    nat = await Nat.open(talk.port.address)
    client, peer = Client(), Peer("ana", 1, talk.port, talk.note)
    talk.members.append((client, peer))
    await client.accept(nat.before(await peer.answer(nat.behind(await client.offer()))))
    await talk.reach(peer, "connected")
    nat.loss = 1.0
    await talk.reach(peer, "failed")
    assert peer.video.has_ended
    nat.close()


def test_a_line_is_what_the_port_expects() -> None:
    for name in ("take", "take_media", "take_stun", "hold", "asked", "tick"):
        assert callable(getattr(Line, name))
