"""Writes the field tables of protocol/SPEC.md from the records themselves: ``make spec``.

A table stands between two marks, and what stands between them is replaced:

    <!-- fields of seen -->                                 one record, by its kind
    <!-- fields in paraph.protocol.statements.clear -->     every record of a module, in order
    <!-- end of fields -->

The word lists of the lint stand between marks of their own (:mod:`tests.support.word_lists`).
Run it with ``--write`` to write, without to be told what is out of date.
"""

import argparse
import dataclasses
import re
import sys
from pathlib import Path
from typing import Final

from paraph.protocol.schema import Record
from tests.support import state_values, word_lists
from tests.support.records import every_kind

SPEC: Final = Path(__file__).parents[2] / "protocol" / "SPEC.md"
BLOCK: Final = re.compile(
    r"(?P<open><!-- fields (?P<how>of|in) (?P<name>[\w.-]+) -->\n)"
    r"(?P<table>.*?)"
    r"(?P<close><!-- end of fields -->)",
    re.DOTALL,
)


def table(kind: type[Record]) -> str:
    """Return the description and the field table of one record."""
    rows = [
        f"| {number} | `{field.name}` | {_cell(field.metadata['codec'].name)} |"
        f" {_cell(field.metadata['about'])} |"
        for number, field in enumerate(dataclasses.fields(kind), start=1)  # type: ignore[arg-type]
    ]
    about = (kind.__doc__ or "").strip().splitlines()[0]
    head = [f"**`{kind.KIND}`** {about}", "", "| | field | form | meaning |", "|---|---|---|---|"]
    return (
        "\n".join([*head, "| 0 | `kind` | " + f'"{kind.KIND}" | the record\'s kind |', *rows])
        + "\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def chosen(how: str, name: str) -> list[type[Record]]:
    """Return the records that a mark names.

    Raises:
        LookupError: There is none.
    """
    found = [
        kind for kind in every_kind() if name == (kind.KIND if how == "of" else kind.__module__)
    ]
    if not found:
        raise LookupError(f"no record for the mark: fields {how} {name}")
    return found


def renew(spec: str) -> str:
    """Return *spec* with every table as the records are now."""

    def fill(match: re.Match[str]) -> str:
        tables = [table(kind) for kind in chosen(match["how"], match["name"])]
        return match["open"] + "\n" + "\n".join(tables) + "\n" + match["close"]

    return state_values.renew(word_lists.renew(BLOCK.sub(fill, spec)))


def missing(spec: str) -> list[str]:
    """Return the kinds that no table of *spec* describes."""
    told = {
        kind.KIND for match in BLOCK.finditer(spec) for kind in chosen(match["how"], match["name"])
    }
    return [kind.KIND for kind in every_kind() if kind.KIND not in told]


def main() -> int:
    """Write or compare, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.spec_tables")
    parser.add_argument("--write", action="store_true", help="write protocol/SPEC.md")
    arguments = parser.parse_args()
    old = SPEC.read_text(encoding="utf-8")
    new = renew(old)
    if arguments.write:
        SPEC.write_text(new, encoding="utf-8")
    left = missing(new)
    if left:
        sys.stdout.write("in no table: " + ", ".join(left) + "\n")
    if old != new and not arguments.write:
        sys.stdout.write("out of date: run make spec\n")
    return 1 if left or (old != new and not arguments.write) else 0


if __name__ == "__main__":
    sys.exit(main())
