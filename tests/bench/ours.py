"""Our server for the benchmark: the real MediaPort, peers and seats, behind a control socket.

`python -m tests.bench.ours SOCKET HOT_PATH [FOLDER]`; with a folder, rooms can be recorded there. One JSON line in, one out:
{"join": member, "room": room, "sdp": offer} -> {"sdp": answer};
{"seat": true} seats everybody of every room to everybody else -> {};
{"record": true or false} records every room, or no longer -> {};
{"leave": member, "room": room} -> {};
{"stats": true} -> counters of all peers together;
{"held": true} -> what the process holds: descriptors, threads, tasks, connections, bytes of memory.
"""

import asyncio
import gc
import json
import os
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import signaling.passthrough
from recordings.recorder import Recorder
from recordings.shelf import Shelf
from signaling import memory
from signaling.passthrough import MediaPort, choose
from signaling.peer import Peer, PeerState
from tests.bench.processes import own_address, resident


def hot_paths() -> tuple[str, ...]:
    """Return which ways of forwarding this version has."""
    return ("python", "native") if choose("native").path == "native" else ("python",)


async def open_port(hot_path: str) -> MediaPort:
    """Open the media port with one of the hot paths. Raises NotImplementedError without it."""
    if hot_path not in hot_paths():
        raise NotImplementedError(hot_path)
    return await signaling.passthrough.open_port(
        own_address(), 0, hot_path="native" if hot_path == "native" else "python"
    )


class Rooms:
    """Everybody of a room is seated to everybody else."""

    def __init__(self, port: MediaPort, shelf: Shelf | None = None) -> None:
        self._port = port
        self._shelf = shelf
        self._rooms: dict[str, list[Peer]] = {}
        self._recorders: dict[str, Recorder] = {}

    async def join(self, room: str, member: str, offer: str) -> str:
        peer = Peer(member, 1, self._port, self._changed)
        answer = await peer.answer(offer)
        self._rooms.setdefault(room, []).append(peer)
        return answer

    async def leave(self, room: str, member: str) -> None:
        peers = self._rooms[room]
        left = next(each for each in peers if each.member == member)
        peers.remove(left)
        await left.close()

    def seat(self) -> None:
        for peers in self._rooms.values():
            for peer in peers:
                others = [each for each in peers if each is not peer]
                for slot, other in enumerate(others):
                    peer.seat(slot, other.audio, other.video)

    async def record(self, *, on: bool) -> None:
        """Raises NotImplementedError when this process was started without a folder."""
        if self._shelf is None:
            raise NotImplementedError
        for room, peers in self._rooms.items():
            if room not in self._recorders:
                self._recorders[room] = Recorder(self._shelf, room)
            recorder = self._recorders[room]
            if not on:
                await recorder.stop()
                continue
            recorder.start(datetime.now(UTC))
            for peer in peers:
                recorder.follow(peer.member, peer.audio, peer.video)

    def stats(self) -> dict[str, int | float]:
        found: Counter[str] = Counter(self._port.counts)
        for peers in self._rooms.values():
            for peer in peers:
                found.update({k: int(v) for k, v in peer.stats().items() if not isinstance(v, str)})
        found["recorded_seconds"] = int(sum(sum(each.durable().values()) for each in self._recorders.values()))
        return dict(found)

    def _changed(self, peer: Peer, state: PeerState) -> None:
        if state == "failed":
            print(f"{peer.member}: {state}", file=sys.stderr, flush=True)

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "join" in asked:
            return {"sdp": await self.join(asked["room"], asked["join"], asked["sdp"])}
        if "leave" in asked:
            await self.leave(asked["room"], asked["leave"])
            return {}
        if "seat" in asked:
            self.seat()
            return {}
        if "record" in asked:
            await self.record(on=asked["record"])
            return {}
        return held() if "held" in asked else self.stats()


def held() -> dict[str, int]:
    """Return what this process holds, after a collection."""
    gc.collect()
    return {
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "tasks": len(asyncio.all_tasks()),
        "peers": sum(isinstance(each, Peer) for each in gc.get_objects()),
        "memory": resident(os.getpid()),
    }


class Answering(Protocol):
    """What stands behind a control socket."""

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one line."""
        ...


async def serve(path: str, rooms: Answering) -> None:
    """Serve until the one caller hangs up."""
    over = asyncio.Event()

    async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(json.dumps(await rooms.answer(json.loads(line))).encode() + b"\n")
        over.set()

    async with await asyncio.start_unix_server(attend, path, limit=1 << 20):
        await over.wait()


async def main(path: str, hot_path: str, folder: str | None = None) -> None:
    """Serve our rooms."""
    memory.settle()
    shelf = None if folder is None else Shelf(Path(folder), floor=0)
    await serve(path, Rooms(await open_port(hot_path), shelf))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
