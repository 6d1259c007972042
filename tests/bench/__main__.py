"""`./tiepdan bench WORD …`: each word is a measurement of its own, with its own options."""

import sys

from tests.bench import join, lines, media, office, search

WORDS = {"join": join.main, "lines": lines.main, "media": media.main, "office": office.main, "search": search.main}


def main(arguments: list[str]) -> int:
    word, *rest = arguments or [""]
    if word not in WORDS:
        print(f"./tiepdan bench {'|'.join(WORDS)}")
        return 2
    return WORDS[word](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
