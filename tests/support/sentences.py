"""The sentences of the protocol and the client that a page of the desk may show.

They stand in the source as literals: the message and the hint of an error, the pattern of
``worded`` and ``counted`` (:mod:`paraph.protocol.sentences`). What is no literal there is found.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from paraph.client.web.spoken import is_command
from paraph.protocol import errors

ROOT: Final = Path(__file__).parents[2]
EXEMPT: Final = {
    "protocol/paraph/protocol": (
        "buckets", "checkpoint", "documents", "evidence", "keys", "log", "note", "proof", "schema",
        "signed", "state", "tiles", "tree", "wire", "sealed/*", "statements/clear",
        "statements/envelope", "delivery",
    ),
    "client/paraph/client": (
        "keys/cards", "log/conflicts", "keys/founding", "keys/trust", "channel/granting",
        "channel/joining", "keys/members", "sending/outbox", "keys/passphrase", "channel/revoking",
        "transport/__init__", "transport/pinning", "audit/*", "bot/*",
        "cli/*", "demo/*", "scenario/*",
    ),
}  # fmt: skip
"""What no page says in full, for two reasons. The protocol's: bytes, proofs and keys; a page says
in its language what kind of thing is wrong, and the detail in English, marked as such
(``spoken.KINDS``). The client's: files and programs of the command line, which no page opens."""
SECOND: Final = frozenset({"fail", "not_head"})
"""Helpers whose second argument is the sentence."""
FIRST: Final = frozenset(
    {"built_on", "_recipients", "_entry", "_document", "state_lost"}
    | {name for name, each in vars(errors).items() if isinstance(each, type)}
) - {"MisuseError"}
"""What takes the sentence first: errors, and helpers that make one. A misuse is our own mistake:
the page says that, and no more."""
OF_FILES: Final = {"fail": 1, "complain": 2}
"""Methods that tell of a mistake in a file (:mod:`paraph.client.writing.blocks`), and the place of
the argument from which on the sentence and the hint stand."""
Message = str | tuple[str, str]


class Spoken(ast.NodeVisitor):
    """What one file says.

    Attributes:
        found: Its messages; a pair where the number matters.
        made: Lines in which a sentence is put together so that nobody can look it up.
    """

    def __init__(self) -> None:
        self.found: list[Message] = []
        self.made: list[int] = []

    def visit_Call(self, node: ast.Call) -> None:
        """Take the sentences of one call."""
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "counted" and len(node.args) >= 3:
            one, many = (getattr(each, "value", "") for each in node.args[1:3])
            self.found.append((one, many))
        elif name in FIRST | {"worded"}:
            self._take(node.args[0] if node.args else None)
        elif isinstance(node.func, ast.Name) and name in SECOND and len(node.args) > 1:
            self._take(node.args[1])
        elif isinstance(node.func, ast.Attribute) and name in OF_FILES:
            for words in node.args[OF_FILES[name] :]:
                self._take(words)
        if name in FIRST | SECOND:
            for each in node.keywords:
                if each.arg == "hint":
                    self._take(each.value)
        self.generic_visit(node)

    def _take(self, node: ast.expr | None) -> None:
        match node:
            case ast.Constant(value=str(words)) if _is_said(words):
                self.found.append(words)
            case ast.IfExp(body=one, orelse=other):
                self._take(one)
                self._take(other)
            case ast.JoinedStr() | ast.BinOp():
                self.made.append(node.lineno)
            case _:
                pass


def _is_said(pattern: str) -> bool:
    # One value alone is no words; of two the order may differ. A command is for a terminal.
    bare, values = re.subn(r"%\(\w+\)s", "", pattern)
    return (values > 1 or re.search(r"\w", bare) is not None) and not is_command(pattern)


def files() -> Iterator[Path]:
    """Yield the files whose errors and lines a page may show."""
    for folder, names in EXEMPT.items():
        exempt = {each for name in names for each in _named(ROOT / folder, name)}
        yield from (each for each in sorted((ROOT / folder).rglob("*.py")) if each not in exempt)


def _named(folder: Path, name: str) -> Iterator[Path]:
    if name.endswith("/*"):
        yield from (folder / name[:-2]).rglob("*.py")
    else:
        yield folder / f"{name}.py"


@functools.cache
def spoken_by(path: Path) -> Spoken:
    """Return what the file at *path* says."""
    found = Spoken()
    found.visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


def gathered() -> Iterator[tuple[str, Message]]:
    """Yield every message with the file in which it stands."""
    for path in files():
        for message in spoken_by(path).found:
            yield str(path.relative_to(ROOT)), message
