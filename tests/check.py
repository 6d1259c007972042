"""The one command behind `./tiepdan check` and `./tiepdan test`.

check                  format, lint, types, contracts, JavaScript
test                   all of those and every test but the slow ones, two at a time
test --all             the slow ones too
test -k name, paths …  straight to pytest, without the checks above
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests import parts
from tests.steps import STEPS, Broken, Missing, Nothing, Step

ALONE = ("tests/journeys/test_main_job.py", "tests/journeys/test_killed.py")
"""Three browsers with fake devices stutter beside other tests: these have the machine to themselves."""


def carry_out(step: Step) -> bool:
    """Prints the step's outcome and time; whether it may pass."""
    began = time.monotonic()
    outcome, told = "ok", ""
    try:
        step.check()
    except Broken as broken:
        outcome, told = "FAILED", str(broken)
    except Missing as missing:
        outcome, told = ("FAILED" if parts.is_ci() else "SKIPPED"), f"missing: {missing}"
    except Nothing as nothing:
        outcome, told = "NOTHING", f"not there yet: {nothing}"
    taken = time.monotonic() - began
    print(f"{told}\n{step.name:<18} {outcome:<8} {taken:6.1f} s".lstrip("\n"), flush=True)
    return outcome != "FAILED"


def check() -> int:
    with ThreadPoolExecutor(max_workers=2) as lanes:
        passed = list(lanes.map(carry_out, STEPS))
    return 0 if all(passed) else 1


def test(arguments: list[str]) -> None:
    """Becomes pytest, so that its closing line and exit code are the last word."""
    parts.install_missing()
    command = [sys.executable, "-m", "pytest"]
    others = [argument for argument in arguments if argument != "--all"]
    if "--all" not in arguments:
        command += ["-m", "not slow"]
    if not others:
        first = subprocess.run([*command, *ALONE], check=False).returncode
        if first:
            sys.exit(first)
        command += [f"--ignore={path}" for path in ALONE]
        workers = str(max(2, os.cpu_count() or 2))
        command += ["-n", workers, "--dist", "loadgroup", "--no-loadscope-reorder"]
        command += ["--durations=10", "--durations-min=5"]
    sys.stdout.flush()
    os.execv(sys.executable, command + others)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["test"]:
        test(arguments[1:])
    if arguments == ["check"]:
        return check()
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
