"""Settings: one frozen record, read once from the environment and one TOML file.

Nothing else reads the environment. README's table of settings is made from ``TABLE``
and a test keeps the two together. ``doctor`` prints what is in force.
"""

import hashlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "TIEPDAN_"


class BadSettings(Exception):
    """A setting cannot be used; the text names it and says why."""


def _setting(default: str, says: str, *, secret: bool = False, one_of: tuple[str, ...] = ()) -> str:
    return field(default=default, repr=not secret, metadata={"help": says, "secret": secret, "one_of": one_of})


def _number(default: int, says: str, least: int, most: int) -> int:
    return field(default=default, metadata={"help": says, "secret": False, "least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the office was told at start. Paths are absolute; secrets never reach a log."""

    data: str = _setting("data", "Folder for database, papers, recordings, letters and spools.")
    database: str = _setting(
        "",
        "Database address; empty means SQLite in the data folder, postgresql+psycopg://… a PostgreSQL server.",
        secret=True,
    )
    host: str = _setting("127.0.0.1", "Address the web process listens on.")
    port: int = _number(8080, "Port the web process listens on.", 1, 65535)
    public_url: str = _setting(
        "", "Address that citizens open, as printed on slips; empty means http://localhost:<port>."
    )
    trusted_proxies: int = _number(0, "How many reverse proxies stand in front and set X-Forwarded-For.", 0, 10)
    secret: str = _setting(
        "",
        "Key from which all signing keys are made; empty means one is made and kept in the data folder.",
        secret=True,
    )
    media_workers: int = _number(
        -1, "How many media worker processes to start on this machine (-1: one per core but one, 0: none).", -1, 64
    )
    media_host: str = _setting("0.0.0.0", "Address on which media workers receive sound and picture.")  # noqa: S104 media must be reachable; the packet filter guards it
    media_port: int = _number(
        40000, "First UDP port of the media workers, the next use the next ports (0: any free port).", 0, 65535
    )
    media_announced: str = _setting(
        "", "Addresses told to browsers for media, comma-separated; empty means those of this machine."
    )
    hot_path: str = _setting(
        "auto",
        "What forwards sound and picture: auto (C where a compiler can make it, else Python), native (C) or python.",
        one_of=("auto", "native", "python"),
    )
    metrics_port: int = _number(
        0, "Port on 127.0.0.1 where Prometheus reads figures without names (0: none).", 0, 65535
    )
    turn_urls: str = _setting("", "TURN addresses given to browsers, comma-separated.")
    turn_secret: str = _setting("", "Shared secret for short-lived TURN credentials.", secret=True)
    smtp_url: str = _setting(
        "",
        "smtp://user:password@host:port or smtps://…; empty means letters are written to the folder data/letters.",
        secret=True,
    )
    mail_from: str = _setting("tiepdan@localhost", "Sender address of letters.")
    sms_url: str = _setting(
        "",
        "HTTPS address of the SMS provider; empty means messages are written to the folder data/letters.",
        secret=True,
    )
    upload_megabytes: int = _number(10, "Largest single file a citizen may hand in, in megabytes.", 1, 1000)
    free_megabytes: int = _number(
        500, "Below this much free disk no new recording starts and the desk is warned.", 0, 10_000_000
    )
    log_format: str = _setting("text", "How logs are written: text or json.", one_of=("text", "json"))

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data)

    @property
    def announced(self) -> tuple[str, ...]:
        """Addresses told to browsers for media; empty means those of this machine."""
        return _parts(self.media_announced)

    @property
    def turn(self) -> tuple[str, ...]:
        """TURN addresses given to browsers."""
        return _parts(self.turn_urls)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database or f"sqlite:///{self.folder / 'tiepdan.sqlite3'}"

    def recording(self, room: str) -> Path:
        """Where a room's recording lies on this machine."""
        return self.folder / "recordings" / room

    @property
    def base_url(self) -> str:
        """What stands before a path in letters and slips; without a slash at the end."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people reach us over TLS (then cookies are Secure and carry ``__Host-``)."""
        return self.base_url.startswith("https://")

    def key(self, purpose: str) -> bytes:
        """Return the 32-byte key for one purpose, derived from the secret."""
        key = hashlib.sha512(self.secret.encode()).digest()
        return hashlib.blake2b(purpose.encode(), key=key, digest_size=32).digest()


TABLE = tuple(
    (f.name, PREFIX + f.name.upper(), f.default, str(f.metadata["help"]), bool(f.metadata["secret"]))
    for f in fields(Settings)
)
"""(name, environment variable, default, help, is secret) for every setting."""


def load(overrides: Mapping[str, str | int] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read settings: defaults, then ``tiepdan.toml`` in the data folder, then the environment, then overrides.

    Raises BadSettings naming the setting. Makes the data folder and, at first start, the secret.
    """
    env = os.environ if environment is None else environment
    given: dict[str, str | int] = {name: env[variable] for name, variable, *_ in TABLE if variable in env}
    given.update(overrides or {})
    folder = Path(str(given.get("data", Settings.__dataclass_fields__["data"].default))).resolve()
    values: dict[str, str | int] = {**_from_file(folder / "tiepdan.toml"), **given, "data": str(folder)}
    checked = {f.name: _typed(f, values[f.name]) for f in fields(Settings) if f.name in values}
    settings = Settings(**checked)  # type: ignore[arg-type]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return settings if settings.secret else Settings(**{**checked, "secret": _kept_secret(folder)})  # type: ignore[arg-type]
    except OSError as error:
        raise BadSettings(f"data: {folder}: {error.strerror}") from error


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def bare_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment without the office's settings, for a process that must not know them."""
    env = os.environ if environment is None else environment
    return {name: value for name, value in env.items() if not name.startswith(PREFIX)}


def _from_file(path: Path) -> dict[str, str | int]:
    if not path.exists():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path.name}: {error}") from error
    known = {name for name, *_ in TABLE}
    for name in found:
        if name not in known:
            raise BadSettings(f"{path.name}: {name}: unknown setting")
    return found


def _typed(setting: Field[object], value: object) -> str | int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadSettings(f"{setting.name}: {value!r} is not a text or a whole number")
    if isinstance(setting.default, str):
        return _text(setting, str(value))
    least, most = setting.metadata["least"], setting.metadata["most"]
    try:
        number = int(value)
    except ValueError:
        raise BadSettings(f"{setting.name}: {value!r} is not a whole number") from None
    if not least <= number <= most:
        raise BadSettings(f"{setting.name}: {number} is not between {least} and {most}")
    return number


def _text(setting: Field[object], value: str) -> str:
    one_of = setting.metadata["one_of"]
    if one_of and value not in one_of:
        raise BadSettings(f"{setting.name}: {value!r} is none of {', '.join(one_of)}")
    if setting.name == "public_url" and value:
        there = urlsplit(value)
        if there.scheme not in {"http", "https"} or not there.netloc or there.path.strip("/"):
            raise BadSettings(f"{setting.name}: {value!r} is not an address like https://tiepdan.example")
    return value


def _kept_secret(folder: Path) -> str:
    path = folder / "secret"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()
