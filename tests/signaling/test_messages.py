"""The wire: what is read, what is refused, and that PROTOCOL.md says the same."""

import json
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from signaling import answers, messages
from signaling.answers import Bye, Refused, ServerMessage, write
from signaling.effects import NoteKind
from signaling.errors import BrokenProtocol
from signaling.messages import (
    CLOSE_CODES,
    MAX_MESSAGE,
    ByeCode,
    ClientMessage,
    Hello,
    Mute,
    Offer,
    Ping,
    RefusalCode,
    parse,
)
from signaling.roles import Power, RoomRole
from signaling.wire import Wire

PROTOCOL = Path(messages.__file__).with_name("PROTOCOL.md").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"type":"hello","ticket":"a.b"}', Hello(ticket="a.b")),
        ('{"type":"ping","at":17.5,"id":"x"}', Ping(at=17.5, id="x")),
        ('{"type":"ping"}', Ping()),
        (
            '{"type":"mute","member":"lan","kind":"audio"}',
            Mute(member="lan", kind="audio"),
        ),
        (
            '{"type":"offer","sdp":"v=0","connection":1784509200000}',
            Offer(sdp="v=0", connection=1784509200000),
        ),
    ],
)
def test_reads(text: str, message: ClientMessage) -> None:
    assert parse(text) == message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_json"),
        ("[]", "not_json"),
        ("7", "not_json"),
        ("[" * 60000, "not_json"),
        ('{"type":"ping","at":NaN}', "not_json"),
        ('{"type":"ping","type":"end"}', "not_json"),
        ('{"type":"ping","at":{"a":1,"a":2}}', "not_json"),
        ("{}", "unknown_type"),
        ('{"type":"sudo"}', "unknown_type"),
        ('{"type":"ping","more":1}', "bad_fields"),
        ('{"type":"hand","up":1}', "bad_fields"),
        ('{"type":"hand","up":"true"}', "bad_fields"),
        ('{"type":"admit"}', "bad_fields"),
        ('{"type":"offer","sdp":"v=0","connection":0}', "bad_fields"),
        ('{"type":"offer","sdp":"v=0","connection":true}', "bad_fields"),
        ('{"type":"pause","ground":"\\u0000"}', "bad_fields"),
        ('{"type":"pause","ground":"\\ud800"}', "bad_fields"),
        ('{"type":"pause","ground":"' + "a" * 501 + '"}', "bad_fields"),
        ('{"type":"hello","ticket":"' + "a" * MAX_MESSAGE + '"}', "too_long"),
        ('{"type":"offer","connection":1,"sdp":"' + "a" * 262144 + '"}', "too_long"),
    ],
)
def test_refuses(text: str, code: str) -> None:
    with pytest.raises(BrokenProtocol) as refusal:
        parse(text)
    assert refusal.value.code == code


def test_an_offer_may_be_long() -> None:
    sdp = "a" * (MAX_MESSAGE + 1)
    assert parse(json.dumps({"type": "offer", "sdp": sdp, "connection": 1})) == Offer(sdp=sdp, connection=1)


def test_answers_are_json_with_a_type() -> None:
    assert json.loads(write(Refused(re=None, code=RefusalCode.NOT_NOW))) == {
        "type": "refused",
        "re": None,
        "code": "not_now",
    }


def test_answers_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValidationError):
        Bye.model_validate({"code": ByeCode.ENDED, "why": "x"})


def test_every_goodbye_has_a_close_code() -> None:
    assert set(CLOSE_CODES) == set(ByeCode)


@pytest.mark.parametrize("kind", [*get_args(ClientMessage), *get_args(ServerMessage)])
def test_every_message_and_field_is_documented(kind: type[Wire]) -> None:
    name = kind.model_fields["type"].default
    [line] = [each for each in PROTOCOL.splitlines() if each.startswith(f"| `{name}` | ")][:1]
    fields = set(kind.model_fields) - {"type", "id"}
    assert {each for each in fields if f"`{each}`" not in line} == set()


@pytest.mark.parametrize(
    "word", [*RefusalCode, *ByeCode, *NoteKind, *Power, *RoomRole, *map(str, CLOSE_CODES.values())]
)
def test_every_code_is_documented(word: str) -> None:
    assert f"`{word}`" in PROTOCOL or f"| {word} |" in PROTOCOL


@pytest.mark.parametrize("view", [answers.MemberView, answers.YouView, answers.RecordingView, answers.State])
def test_every_field_of_a_view_is_documented(view: type[Wire]) -> None:
    for name in view.model_fields:
        assert name in PROTOCOL
