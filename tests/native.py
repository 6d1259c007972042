"""The one command behind `./tiepdan build-native`.

build-native                    make the native packet path and say where it lies
build-native --asan             its tests, and those it shares with Python, under the address
                                and undefined-behaviour sanitizers
build-native --fuzz SECONDS     mutated packets and control calls in any order, sanitized
"""

import argparse
import os
import subprocess
import sys

from signaling.passthrough import build
from tests.plugin import WATCHED

SHARED = ("test_native_core", "test_native_alike", "test_passthrough_incoming", "test_passthrough_outgoing")
ON_LOOPBACK = ("test_passthrough_port", "test_peer_loopback")


def run_watched() -> int:
    """Gives pytest's exit code; a fault ends the process with the sanitizer's report."""
    compiler = build.find_compiler()
    asked = [str(compiler), "-print-file-name=libasan.so"]
    preload = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    environment = {
        **os.environ,
        WATCHED: "1",
        "LD_PRELOAD": preload,
        # What Python itself never frees is no news.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",
    }
    build.build(build.recipe(build.WATCHED))
    files = [f"tests/signaling/{name}.py" for name in (*SHARED, *ON_LOOPBACK)]
    return subprocess.run([sys.executable, "-m", "pytest", "-q", *files], env=environment, check=False).returncode


def fuzz(seconds: float) -> int:
    """Gives 0 when nothing was found."""
    program = build.build(build.recipe(build.FUZZER))
    return subprocess.run([program, str(seconds)], check=False).returncode


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tiepdan build-native", description=__doc__)
    parser.add_argument("--asan", action="store_true")
    parser.add_argument("--fuzz", type=float, metavar="SECONDS")
    given = parser.parse_args(arguments)
    try:
        if given.asan:
            return run_watched()
        if given.fuzz is not None:
            return fuzz(given.fuzz)
        print(build.build(build.recipe()))
    except build.Unbuilt as unbuilt:
        print(unbuilt, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
