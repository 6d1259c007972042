"""Both ways a letter can leave keep the same promises: a real SMTP server, and a folder."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from server.adapters.mail import FolderMailer, Mailer, SendFailed, SmtpMailer
from tests.office_process import free_port

SENDER = "tiepdan@example.invalid"
SUBJECT = "Giấy hẹn tiếp công dân"
BODY = "Kính gửi bà Nguyễn Thị Lan,\nlúc 08:30 ngày 06/7/2026.\n"


@dataclass
class Sink:
    """What an SMTP server took, and what it answers."""

    taken: list[tuple[list[str], bytes]] = field(default_factory=list[tuple[list[str], bytes]])
    recipient_answer: str = "250 OK"
    data_answer: str = "250 taken"

    async def handle_RCPT(self, _: object, __: object, envelope: Any, address: str, ___: object) -> str:  # noqa: N802 aiosmtpd's name
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, _: object, __: object, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        if self.data_answer.startswith("250"):
            self.taken.append((list(envelope.rcpt_tos), bytes(envelope.content)))
        return self.data_answer


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def smtp(sink: Sink) -> Iterator[str]:
    """The address of a running SMTP server."""
    server = Controller(sink, hostname="127.0.0.1", port=free_port())
    server.start()
    yield f"smtp://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture(params=["smtp", "folder"])
async def mailer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Mailer]:
    if request.param == "smtp":
        yield SmtpMailer(request.getfixturevalue("smtp"), SENDER)
    else:
        yield FolderMailer(tmp_path / "letters", SENDER)


def received(sink: Sink, tmp_path: Path) -> list[EmailMessage]:
    """Every letter that arrived, whichever way."""
    raw = [content for _, content in sink.taken]
    raw += [path.read_bytes() for path in sorted((tmp_path / "letters").glob("*.eml"))]
    return [email.message_from_bytes(each, policy=email.policy.default) for each in raw]


async def test_a_letter_arrives_as_written(mailer: Mailer, sink: Sink, tmp_path: Path) -> None:
    await mailer.send("lan@example.invalid", SUBJECT, BODY, "slip-1:mail")
    (letter,) = received(sink, tmp_path)
    assert letter["To"] == "lan@example.invalid"
    assert letter["From"] == SENDER
    assert letter["Subject"] == SUBJECT
    assert letter.get_content().replace("\r\n", "\n") == BODY
    assert letter["Auto-Submitted"] == "auto-generated"


async def test_the_same_letter_sent_twice_has_one_name(mailer: Mailer, sink: Sink, tmp_path: Path) -> None:
    for _ in range(2):
        await mailer.send("lan@example.invalid", SUBJECT, BODY, "slip-1:mail")
    assert {letter["Message-ID"] for letter in received(sink, tmp_path)} == {"<slip-1.mail@tiepdan>"}


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("lan@example.invalid\nBcc: all@example.invalid", SUBJECT),
        ("lan@example.invalid", "a\r\nBcc: all@example.invalid"),
    ],
)
async def test_a_line_end_in_a_header_never_leaves(
    mailer: Mailer, sink: Sink, tmp_path: Path, to: str, subject: str
) -> None:
    with pytest.raises(SendFailed) as failed:
        await mailer.send(to, subject, BODY, "k:mail")
    assert failed.value.is_final
    assert received(sink, tmp_path) == []


async def test_a_mailbox_that_does_not_exist_is_final(smtp: str, sink: Sink) -> None:
    sink.recipient_answer = "550 no such mailbox"
    with pytest.raises(SendFailed) as failed:
        await SmtpMailer(smtp, SENDER).send("nobody@example.invalid", SUBJECT, BODY, "k:mail")
    assert failed.value.is_final


async def test_a_server_that_is_busy_is_asked_again_later(smtp: str, sink: Sink) -> None:
    sink.data_answer = "451 try later"
    with pytest.raises(SendFailed) as failed:
        await SmtpMailer(smtp, SENDER).send("lan@example.invalid", SUBJECT, BODY, "k:mail")
    assert not failed.value.is_final


async def test_a_mailbox_that_is_full_for_now_is_asked_again_later(smtp: str, sink: Sink) -> None:
    sink.recipient_answer = "452 mailbox full"
    with pytest.raises(SendFailed) as failed:
        await SmtpMailer(smtp, SENDER).send("lan@example.invalid", SUBJECT, BODY, "k:mail")
    assert not failed.value.is_final


async def test_no_server_at_all_is_asked_again_later() -> None:
    with pytest.raises(SendFailed) as failed:
        await SmtpMailer(f"smtp://127.0.0.1:{free_port()}", SENDER).send("lan@example.invalid", SUBJECT, BODY, "k")
    assert not failed.value.is_final


async def test_a_folder_that_cannot_be_written_is_asked_again_later(tmp_path: Path) -> None:
    folder = FolderMailer(tmp_path / "letters", SENDER)
    (tmp_path / "letters").rmdir()
    with pytest.raises(SendFailed) as failed:
        await folder.send("lan@example.invalid", SUBJECT, BODY, "k:mail")
    assert not failed.value.is_final


async def test_a_server_that_never_answers_is_waited_for_no_longer_than_told() -> None:
    async def say_a_line_and_hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 slow\r\n")
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_a_line_and_hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SendFailed) as failed:
            await SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER, 0.2).send("lan@example.invalid", SUBJECT, BODY, "k")
    assert not failed.value.is_final
