"""Letters by e-mail: over SMTP, or written to a folder. Both are real; neither raises but SendFailed."""

import asyncio
import contextlib
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib


class SendFailed(Exception):
    """The letter did not leave; ``is_final`` says that trying again is of no use."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


_PERMANENT = 500
PATIENCE = 15.0
"""Seconds for one letter. A server that is there answers within two; others wait behind this one."""
FAREWELL = 2.0


class Mailer(Protocol):
    """Sends one letter; returning means that the next hop, or the disk, has it."""

    async def send(self, to: str, subject: str, body: str, message_id: str) -> None: ...


def letter(sender: str, to: str, subject: str, body: str, message_id: str) -> EmailMessage:
    """Return the message. Raises SendFailed for an address or subject with line ends in it."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"], message["To"], message["Subject"] = sender, to, subject
        # A colon would end the id early for the library that writes it.
        message["Message-ID"] = f"<{message_id.replace(':', '.')}@tiepdan>"
    except ValueError as error:
        raise SendFailed("line end in a header", is_final=True) from error
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    return message


class SmtpMailer:
    """Sends through ``smtp://`` or ``smtps://``. The same letter sent twice has one Message-ID."""

    def __init__(self, url: str, sender: str, patience: float = PATIENCE) -> None:
        self._at = urlsplit(url)
        self._sender = sender
        self._patience = patience

    async def send(self, to: str, subject: str, body: str, message_id: str) -> None:
        """Hand the letter to the SMTP server within the patience, however many steps that takes."""
        written = letter(self._sender, to, subject, body, message_id)
        server = aiosmtplib.SMTP(
            hostname=self._at.hostname,
            port=self._at.port,
            use_tls=self._at.scheme == "smtps",
            username=unquote(self._at.username) if self._at.username else None,
            password=unquote(self._at.password) if self._at.password else None,
            timeout=self._patience,
        )
        try:
            # The library's own limit is for each step: a server that says a line now and then would hold us for long.
            async with asyncio.timeout(self._patience):
                await server.connect()
                await server.send_message(written)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                # The letter is taken by now; a server that hangs at the farewell does not make it a second one.
                await server.quit(timeout=FAREWELL)
        except aiosmtplib.SMTPRecipientsRefused as error:
            # 4xx, a full mailbox or greylisting, passes (RFC 5321, 4.2.1).
            is_final = all(refused.code >= _PERMANENT for refused in error.recipients)
            raise SendFailed(type(error).__name__, is_final=is_final) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailed(type(error).__name__) from error
        finally:
            server.close()


class FolderMailer:
    """Writes each letter as an ``.eml`` file."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender
        folder.mkdir(parents=True, exist_ok=True)

    async def send(self, to: str, subject: str, body: str, message_id: str) -> None:
        """Write the letter; a second sending overwrites the first."""
        content = letter(self._sender, to, subject, body, message_id).as_bytes()
        path = self._folder / f"{message_id.replace(':', '-').replace('/', '-')}.eml"
        try:
            await asyncio.to_thread(path.write_bytes, content)
        except OSError as error:
            raise SendFailed(type(error).__name__) from error
