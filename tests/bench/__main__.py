"""`./tiepdan bench PART …`: what this machine carries."""

import sys

from tests.bench import media

PARTS = {"media": media.main}


def main(arguments: list[str]) -> int:
    """Hand over to the part that is named."""
    if not arguments or arguments[0] not in PARTS:
        print(f"./tiepdan bench {' | '.join(PARTS)}", file=sys.stderr)
        return 2
    return PARTS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
