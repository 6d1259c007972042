"""What a browser may offer, and what it is told in return."""

import pytest

from signaling.errors import BrokenProtocol
from signaling.ice import MOST_CANDIDATES, dialable
from signaling.passthrough import MediaPort, offer
from signaling.peer import Peer
from tests.signaling.loopback_client import Client, Talk

AUDIO = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
)
VIDEO = (
    "m=video 9 UDP/TLS/RTP/SAVPF 98 96 97\r\na=rtcp-mux\r\na=rtpmap:98 VP9/90000\r\n"
    "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 transport-cc\r\na=rtcp-fb:* nack pli\r\n"
    "a=extmap:15 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
)
HEAD = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AA"] * 32) + "\r\n"
)


def sections(*directions: str) -> str:
    made = ""
    for index, direction in enumerate(directions):
        made += (VIDEO if index % 2 else AUDIO) + f"a=mid:{index}\r\na={direction}\r\n"
    return made


GOOD = HEAD + sections("sendonly", "sendonly", "recvonly", "recvonly")

BROKEN = {
    "too long": (GOOD + "a=x\r\n" * 100_000, "sdp_too_long"),
    "too many lines": (GOOD + "\r\n" * 7000, "sdp_too_long"),
    "empty": ("", "sdp_no_fingerprint"),
    "not sdp": ("hello", "sdp_no_fingerprint"),
    "no fingerprint": (GOOD.replace("a=fingerprint:", "a=x:"), "sdp_no_fingerprint"),
    "weak fingerprint": (GOOD.replace("sha-256", "sha-1"), "sdp_no_fingerprint"),
    "no ice": (GOOD.replace("a=ice-pwd:", "a=x:"), "sdp_malformed"),
    "short ice": (GOOD.replace("a=ice-pwd:abcdefgh", "a=ice-pwd:"), "sdp_malformed"),
    "wrong role": (GOOD.replace("actpass", "passive"), "sdp_malformed"),
    "no number": (GOOD.replace("rtpmap:96", "rtpmap:nine"), "sdp_malformed"),
    "payload type": (GOOD.replace(" 98 96", " 980 96"), "sdp_malformed"),
    "m-line": (GOOD + "m=\r\n", "sdp_malformed"),
    "twice": (GOOD.replace("a=mid:1", "a=mid:0"), "sdp_malformed"),
    "injected": (GOOD.replace("a=mid:1", "a=mid:1 x"), "sdp_malformed"),
    "no mux": (GOOD.replace("a=rtcp-mux\r\n", ""), "sdp_wrong_lines"),
    "one line": (HEAD + sections("sendonly"), "sdp_wrong_lines"),
    "odd": (HEAD + sections("sendonly", "sendonly", "recvonly"), "sdp_wrong_lines"),
    "direction": (HEAD + sections("recvonly", "sendonly"), "sdp_wrong_lines"),
    "slot direction": (HEAD + sections(*["sendonly"] * 4), "sdp_wrong_lines"),
    "eight slots": (HEAD + sections(*["sendonly"] * 2, *["recvonly"] * 16), "sdp_wrong_lines"),
    "camera and screen": (
        HEAD + AUDIO + "a=mid:0\r\n" + VIDEO + "a=mid:1\r\n" + VIDEO + "a=mid:2\r\n",
        "sdp_wrong_lines",
    ),
    "data": (GOOD + "m=application 9 X y\r\na=rtcp-mux\r\na=mid:9\r\n", "sdp_wrong_lines"),
    "no opus": (GOOD.replace("opus", "g722"), "sdp_no_opus"),
    "mono opus": (GOOD.replace("opus/48000/2", "opus/48000"), "sdp_no_opus"),
    "no vp8": (GOOD.replace("VP8", "H264"), "sdp_no_vp8"),
}


@pytest.mark.parametrize(("sdp", "code"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_offer_is_refused_by_code(sdp: str, code: str) -> None:
    port = await MediaPort.open()
    peer = Peer("m", 1, port, lambda *_: None)
    with pytest.raises(BrokenProtocol) as refused:
        await peer.answer(sdp)
    assert refused.value.code == code
    await peer.close()
    assert not port.callers
    port.close()


async def test_the_answer_takes_vp8_opus_and_nothing_else() -> None:
    port = await MediaPort.open("127.0.0.1", 0, ("127.0.0.1", "127.0.0.9"))
    peer = Peer("m", 1, port, lambda *_: None)
    answer = await peer.answer(GOOD)
    assert peer.slots == 1
    lines = answer.split("\r\n")
    assert [line for line in lines if line.startswith("m=")] == [
        f"m={kind} {port.address[1]} UDP/TLS/RTP/SAVPF {numbers}"
        for kind, numbers in [("audio", "111"), ("video", "96 97")] * 2
    ]
    directions = [line for line in lines if line in {"a=recvonly", "a=sendonly"}]
    assert directions == ["a=recvonly"] * 2 + ["a=sendonly"] * 2
    assert lines.count("a=setup:passive") == 4
    assert lines.count("a=fmtp:111 minptime=10;useinbandfec=1") == 2
    assert "usedtx" not in answer
    assert "transport-cc" not in answer
    assert lines.count("a=rtcp-fb:96 nack") == lines.count("a=rtcp-fb:96 nack pli") == 2
    assert "goog-remb" not in answer
    assert "sdes:mid" not in answer
    candidates = [line for line in lines if line.startswith("a=candidate")]
    assert [line.split()[4] for line in candidates] == ["127.0.0.1", "127.0.0.9"] * 4
    assert "a=msid:slot0 slot0-audio" in lines
    assert "a=msid:slot0 slot0-video" in lines
    await peer.close()
    port.close()


async def test_an_offer_is_taken_once() -> None:
    port = await MediaPort.open()
    peer = Peer("m", 1, port, lambda *_: None)
    await peer.answer(GOOD)
    with pytest.raises(BrokenProtocol, match="offered_twice"):
        await peer.answer(GOOD)
    await peer.close()
    port.close()


async def test_the_answer_holds_no_address_but_ours() -> None:
    async with await Talk.open() as talk:
        client, peer = Client(), Peer("m", 1, talk.port, talk.note)
        talk.members.append((client, peer))
        offered = (await client.offer()).replace(" 127.0.0.1 ", " 127.0.0.77 ")
        assert "127.0.0.77" in offered
        assert "127.0.0.77" not in await peer.answer(offered)


def test_reading_is_linear() -> None:
    many = GOOD + "".join(f"a=fmtp:96 x{each}\r\n" for each in range(5000))
    assert len(offer.read(many).sections) == 4


def dialled(*addresses: str, ours: str = "1.1.1.1") -> list[str]:
    texts = [f"1 1 udp 1 {each} {5000 + at} typ host" for at, each in enumerate(addresses)]
    return [each.ip for each in dialable(texts, [ours])]


def test_only_plain_addresses_are_dialled() -> None:
    special = ["127.0.0.1", "x.local", "0.0.0.0", "224.0.0.1", "169.254.1.1", "10.0.0.1", "::1"]
    assert dialled(*special, "8.8.8.8") == ["8.8.8.8"]
    assert dialled(*special, ours="127.0.0.1") == ["127.0.0.1", "10.0.0.1"]
    assert dialled("10.0.0.1", "127.0.0.1", ours="10.1.1.1") == ["10.0.0.1"]


def test_few_addresses_are_dialled() -> None:
    assert len(dialled(*["8.8.8.8"] * 100)) == MOST_CANDIDATES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 1 tcp 1 8.8.8.8 9 typ host",
        "1 2 udp 1 8.8.8.8 9 typ host",
        "x " * 9,
        "1 1 udp 1 8.8.8.8 99999 typ host",
    ],
)
def test_broken_candidates_are_left_out(text: str) -> None:
    assert dialable([text], ["203.0.113.1"]) == []
