"""The generator's C half: compiled when it is needed, driven through ctypes."""

import ctypes
import hashlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

HERE = Path(__file__).parent
SOURCES = tuple(HERE / name for name in ("engine.c", "sending.c", "receiving.c"))
HEADER = HERE / "engine.h"
FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread")
MOST_SAMPLES = 1 << 20
_NOTE = 4 + 4 + 2

COUNTED = (
    "sent", "received", "received_octets", "lost", "flowing",
    "checked", "wrong", "unauthentic", "early", "unsent",
    "key_frames_asked", "nacks", "late", "spilled", "samples",
)  # fmt: skip

Address = tuple[str, int]
Take = Callable[[bytes, Address], None]


class NoCompiler(Exception):
    """There is no C compiler, or it does not take our file; the text says which."""


class Publishing(NamedTuple):
    """Numbers a client sends under."""

    audio_ssrc: int
    audio_type: int
    video_ssrc: int
    video_type: int
    level_id: int
    time_id: int
    mid_id: int


class Film(NamedTuple):
    """One second of real sound and picture: a packet of Opus, and VP8 frames from a key frame on."""

    sound: bytes
    pictures: tuple[bytes, ...]


class _Film(ctypes.Structure):
    """As in engine.h."""

    _fields_ = [
        ("frames", ctypes.c_int),
        ("sound_size", ctypes.c_int),
        ("starts", ctypes.c_void_p),
        ("pictures", ctypes.c_char_p),
        ("sound", ctypes.c_char_p),
    ]


class Counts(ctypes.Structure):
    """What happened since the window was opened; as in engine.h."""

    _fields_ = [(name, ctypes.c_int64) for name in COUNTED]

    def read(self) -> dict[str, int]:
        return {name: int(getattr(self, name)) for name in COUNTED}


def compiler() -> str:
    """Return the path of a C compiler. Raises NoCompiler."""
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        raise NoCompiler("no C compiler (sudo apt-get install gcc libc6-dev)")
    return found


def build() -> Path:
    """Return the compiled engine; compiled once for each content of the sources."""
    texts = b"".join(path.read_bytes() for path in (*SOURCES, HEADER))
    name = hashlib.sha256(texts + " ".join(FLAGS).encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"tiepdan-bench-{name}"
    made = folder / "engine.so"
    if made.exists():
        return made
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        new = Path(fresh) / "engine.so"
        command = [compiler(), *FLAGS, "-o", str(new), *map(str, SOURCES)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoCompiler(f"the C compiler refused the generator:\n{done.stderr}")
        new.rename(made)
    return made


def _address(name: str) -> int:
    return int(ffi.cast("uintptr_t", ffi.addressof(lib, name)))


def _pointer(session: Session) -> int:
    return int(ffi.cast("uintptr_t", session._srtp[0]))


def _load(path: Path) -> ctypes.CDLL:
    loaded = ctypes.CDLL(str(path))
    engine, number = ctypes.c_void_p, ctypes.c_int
    loaded.engine_open.restype = engine
    loaded.engine_open.argtypes = [engine, number]
    for name, kinds in {
        "engine_play": (engine,),
        "engine_start": (),
        "engine_close": (),
        "engine_add": (number,),
        "engine_keys": (number, engine, engine),
        "engine_publish": (number, engine),
        "engine_send": (number, ctypes.c_bool),
        "engine_window": (),
        "engine_read": (engine, engine),
    }.items():
        getattr(loaded, name).argtypes = [engine, *kinds]
    return loaded


class Engine:
    """One thread that sends and receives the media of every client. Close it.

    What is neither RTP nor RTCP is given to the client's `take` by `deliver`, to be called
    when `fileno` is readable.
    """

    def __init__(self) -> None:
        self._loaded = _load(build())
        self._inside, self._outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._outside.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        self._inside.setblocking(False)
        names = ("srtp_protect", "srtp_unprotect", "srtp_protect_rtcp", "srtp_unprotect_rtcp")
        crypto = (ctypes.c_void_p * len(names))(*map(_address, names))
        self._engine = self._loaded.engine_open(crypto, self._outside.fileno())
        self._takers: list[Take] = []
        self._kept: list[object] = []
        self._loaded.engine_start(self._engine)

    def fileno(self) -> int:
        return self._inside.fileno()

    def deliver(self) -> None:
        """Hand out what is not media."""
        while True:
            try:
                note = self._inside.recv(4096)
            except BlockingIOError:
                return
            address = (socket.inet_ntoa(note[4:8]), int.from_bytes(note[8:10], "big"))
            self._takers[int.from_bytes(note[:4], "big")](note[_NOTE:], address)

    def add(self, sock: socket.socket, take: Take) -> int:
        """Read `sock` from now on; return the client's index."""
        # Noted first: the thread may have something for it at once.
        self._takers.append(take)
        index = int(self._loaded.engine_add(self._engine, sock.fileno()))
        assert index == len(self._takers) - 1
        return index

    def keys(self, index: int, rx: Session, tx: Session) -> None:
        """Media flows from now on; nobody else may use these sessions."""
        self._kept += [rx, tx]
        self._loaded.engine_keys(self._engine, index, _pointer(rx), _pointer(tx))

    def publish(self, index: int, numbers: Publishing) -> None:
        """Say under which numbers the client will send."""
        self._loaded.engine_publish(self._engine, index, (ctypes.c_uint32 * len(numbers))(*numbers))

    def play(self, film: Film) -> None:
        """Let everybody send this instead of noise; before the first one sends."""
        starts = list(accumulate((len(each) for each in film.pictures), initial=0))
        table = (ctypes.c_uint32 * len(starts))(*starts)
        whole = _Film(len(film.pictures), len(film.sound), ctypes.addressof(table), b"".join(film.pictures), film.sound)
        self._kept += [table, whole]
        self._loaded.engine_play(self._engine, ctypes.byref(whole))

    def send(self, index: int, *, on: bool) -> None:
        """Begin or stop to send."""
        self._loaded.engine_send(self._engine, index, on)

    def window(self) -> None:
        """Begin to count anew."""
        self._loaded.engine_window(self._engine)

    def counts(self) -> dict[str, int]:
        """Return what happened since `window`."""
        counts = Counts()
        self._loaded.engine_read(self._engine, ctypes.byref(counts), None)
        return counts.read()

    def latencies(self) -> list[int]:
        """Return the nanoseconds from sending to arrival of every checked packet, in order of size."""
        counts, samples = Counts(), (ctypes.c_uint32 * MOST_SAMPLES)()
        self._loaded.engine_read(self._engine, ctypes.byref(counts), samples)
        return sorted(samples[: counts.samples])

    def close(self) -> None:
        """Stop the thread. Only once."""
        self._loaded.engine_close(self._engine)
        self._inside.close()
        self._outside.close()
