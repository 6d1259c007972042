"""Who speaks is told how badly the worst listener hears, so that the codec can help."""

from signaling.passthrough import rtcp, rtp
from signaling.passthrough.incoming import IncomingFormat
from signaling.passthrough.uplink import Uplink
from signaling.tracks import RtpPacket, Source


class Listener:
    """A sink that only listens."""

    def push(self, source: Source, packet: RtpPacket) -> None: ...

    def reported(self, source: Source, rtp_timestamp: int, ntp: float) -> None: ...

    def ended(self, source: Source) -> None: ...


def spoken(uplink: Uplink, numbers: range) -> None:
    for at in numbers:
        uplink.take(rtp.HEADER.pack(0x80, 111, at, at * 960, 7) + b"opus", at * 0.02)


def an_uplink() -> Uplink:
    sources = (Source("m", "audio"), Source("m", "video"))
    return Uplink(sources, (IncomingFormat(111), IncomingFormat(96, 97)), lambda _: True, 1)


def test_the_worst_listener_is_reported_and_the_sums_are_not_touched() -> None:
    uplink, near, far = an_uplink(), Listener(), Listener()
    source = uplink.audio.source
    source.subscribe(near)
    source.subscribe(far)
    spoken(uplink, range(50))
    source.miss(near, 0.02)
    source.miss(far, 0.25)
    [block] = uplink.blocks(1.0)
    assert (block.fraction_lost, block.lost) == (64, 0)
    source.unsubscribe(far)
    spoken(uplink, range(50, 100))
    [block] = uplink.blocks(2.0)
    assert block.fraction_lost == 5


def test_ones_own_loss_counts_when_it_is_worse() -> None:
    uplink, listener = an_uplink(), Listener()
    uplink.audio.source.subscribe(listener)
    uplink.audio.source.miss(listener, 0.02)
    spoken(uplink, range(10))
    spoken(uplink, range(30, 40))
    [block] = uplink.blocks(1.0)
    assert block.lost == 20
    assert block.fraction_lost == 128


def test_looking_back_tells_loss_and_silence_since_the_last_time() -> None:
    uplink = an_uplink()
    spoken(uplink, range(50))
    spoken(uplink, range(60, 100))
    assert uplink.look_back()[0] == 10 / 100
    uplink.tick(99 * 0.02 + 0.7)
    lost, silence = uplink.look_back()
    assert lost == 0
    assert abs(silence - 0.7) < 0.001
    assert uplink.look_back() == (0, 0)


def test_a_round_trip_is_read_from_a_report() -> None:
    now = 1_700_000_000.0
    told = rtcp.to_ntp(now - 0.5) >> 16 & 0xFFFFFFFF
    block = rtcp.Block(1, 0, 0, 0, 0, told, int(0.2 * 65536))
    trip = rtcp.round_trip(block, now)
    assert trip is not None
    assert abs(trip - 0.3) < 0.001
    assert rtcp.round_trip(rtcp.Block(1, 0, 0, 0, 0, 0, 0), now) is None
