"""The command line: serve, web, media, migrate, first-office, units, doctor, relay-config."""

import argparse
import contextlib
import gc
import os
import sys

from server import logs, migrations
from server.config import TABLE, BadSettings, Settings, load

MEDIA_FIRST = -10


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it went well, 2 when it was refused with one sentence."""
    parser = argparse.ArgumentParser(prog="tiepdan")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("serve", "web", "media", "migrate", "first-office", "units", "doctor", "relay-config"):
        command = commands.add_parser(name)
        command.add_argument("--data", default=None)
        command.add_argument("--host", default=None)
        command.add_argument("--port", type=int, default=None)
        command.add_argument("--demo", action="store_true")
        command.add_argument("--name", default="m1")
        command.add_argument("--parent", type=int, default=0)
        for option in ("--relay-ip", "--certificate", "--key"):
            command.add_argument(option, default="")
        if name == "units":
            command.add_argument("list")
            command.add_argument("--apply", action="store_true")
            command.add_argument("--skip-bad", action="store_true")
    given = parser.parse_args(arguments)
    if given.parent:
        logs.die_with(given.parent)
    overrides = {name: value for name in ("data", "host", "port") if (value := getattr(given, name)) is not None}
    try:
        if given.command == "media":
            return _media()
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
    # Nothing of the office's own modules is garbage: not looking for any makes the start shorter.
    gc.disable()
    from aiohttp import web

    from server import app

    gc.freeze()
    gc.enable()
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


def _media() -> int:
    # Pages may wait for a moment, a voice may not; where it is not allowed, it goes without.
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, MEDIA_FIRST)
    from server import media_worker, worker_settings
    from server.clock import Clock

    told = worker_settings.read(sys.stdin.buffer.readline())
    logs.set_up(as_json=told.log_format == "json", process=told.name)
    media_worker.run(told, Clock().now)
    return 0


def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    changed = migrations.upgrade(settings.database_url)
    print(f"{migrations.newest()} {'+' if changed else '='}")
    return 0


def _first_office(settings: Settings, given: argparse.Namespace) -> int:
    from server.founding import found_by_hand

    return found_by_hand(settings, is_demo=given.demo)


def _units(settings: Settings, given: argparse.Namespace) -> int:
    from server.founding_list import units_by_hand

    return units_by_hand(settings, given.list, is_real=given.apply, skips_bad=given.skip_bad)


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    from signaling.passthrough import hot as hot_path

    for name, variable, default, says, is_secret in TABLE:
        value = getattr(settings, name)
        print(f"{variable}={'…' if is_secret and value else value}  ({'=' if value == default else 'set'}) {says}")
    choice = hot_path.choose(settings.hot_path)
    print(f"hot path: {choice.path} ({choice.why})")
    return 0


def _relay_config(settings: Settings, given: argparse.Namespace) -> int:
    from server import relay_config

    print(relay_config.write(settings, relay_ip=given.relay_ip, certificate=given.certificate, key=given.key), end="")
    return 0


COMMANDS = {
    "serve": _serve,
    "web": _web,
    "migrate": _migrate,
    "first-office": _first_office,
    "units": _units,
    "doctor": _doctor,
    "relay-config": _relay_config,
}

if __name__ == "__main__":
    sys.exit(main())
