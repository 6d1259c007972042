"""The command line: serve, web, media, migrate, first-office, doctor."""

import argparse
import sys
from typing import TYPE_CHECKING

from server import logs, migrations
from server.config import TABLE, BadSettings, Settings, load

if TYPE_CHECKING:
    from server.media_worker import WorkerSettings


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 2 when it was refused with one sentence."""
    parser = argparse.ArgumentParser(prog="tiepdan")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("serve", "web", "media", "migrate", "first-office", "doctor"):
        command = commands.add_parser(name)
        command.add_argument("--data", default=None)
        command.add_argument("--host", default=None)
        command.add_argument("--port", type=int, default=None)
        command.add_argument("--demo", action="store_true")
        command.add_argument("--name", default="m1")
        command.add_argument("--parent", type=int, default=0)
    given = parser.parse_args(arguments)
    if given.parent:
        logs.die_with(given.parent)
    overrides = {name: value for name in ("data", "host", "port") if (value := getattr(given, name)) is not None}
    try:
        settings = load(overrides)
        logs.set_up(as_json=settings.log_format == "json", process=given.command)
        return COMMANDS[given.command](settings, given)
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _serve(settings: Settings, given: argparse.Namespace) -> int:
    from server.supervisor import serve

    return serve(settings, is_demo=given.demo)


def _web(settings: Settings, _: argparse.Namespace) -> int:
    from aiohttp import web

    from server import app

    migrations.upgrade(settings.database_url)
    web.run_app(
        app.build(app.build_house(settings)),
        host=settings.host,
        port=settings.port,
        print=None,
        access_log=None,
        shutdown_timeout=5,
        reuse_address=True,
    )
    return 0


def _media(settings: Settings, given: argparse.Namespace) -> int:
    from server import media_worker
    from server.clock import Clock

    media_worker.run(_worker_settings(settings, given.name), Clock().now)
    return 0


def _worker_settings(settings: Settings, name: str) -> "WorkerSettings":
    from server.adapters.media_nodes import socket_path
    from server.media_worker import WorkerSettings, own_addresses
    from signaling.ice import Relay

    number = int(name.lstrip("m") or "1") - 1
    return WorkerSettings(
        name=name,
        socket_path=socket_path(settings.folder, name),
        recordings_path=settings.folder / "recordings",
        spool_path=settings.folder / "spool" / name,
        ticket_key=settings.key("tickets"),
        web_url=f"http://{'127.0.0.1' if settings.host in {'0.0.0.0', ''} else settings.host}:{settings.port}",  # noqa: S104 compared, not bound
        media_host=settings.media_host,
        media_port=settings.media_port + number if settings.media_port else 0,
        announced=_parts(settings.media_announced) or own_addresses(),
        free_bytes_floor=settings.free_megabytes * 1024 * 1024,
        relay=Relay(turn=_parts(settings.turn_urls), secret=settings.turn_secret.encode()),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    changed = migrations.upgrade(settings.database_url)
    print(f"{migrations.newest()} {'+' if changed else '='}")
    return 0


def _first_office(settings: Settings, given: argparse.Namespace) -> int:
    from server.founding import found_by_hand

    return found_by_hand(settings, is_demo=given.demo)


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    for name, variable, default, says, is_secret in TABLE:
        value = getattr(settings, name)
        print(f"{variable}={'…' if is_secret and value else value}  ({'=' if value == default else 'set'}) {says}")
    return 0


COMMANDS = {
    "serve": _serve,
    "web": _web,
    "media": _media,
    "migrate": _migrate,
    "first-office": _first_office,
    "doctor": _doctor,
}

if __name__ == "__main__":
    sys.exit(main())
