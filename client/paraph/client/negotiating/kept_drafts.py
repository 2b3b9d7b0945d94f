"""Drafts in the home: numbered here and nowhere else, private, and saved as often as edited."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from paraph.client.files import locked, private_folder, read_private, write_atomically
from paraph.client.negotiating import bilingual, drafting
from paraph.protocol.errors import InputError

FOLDER: Final = "drafts"
_NAME: Final = re.compile(r"([0-9]{4,9})\.draft")
_MARK: Final = re.compile(r"^# local draft ([0-9]{1,9})$", re.MULTILINE)


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A draft of this home.

    Attributes:
        number: Its local number.
        path: The file.
        kind: Kind of version; empty if the file cannot be read.
        clauses: How many it has.
        problem: Why it cannot be read; empty if it can.
    """

    number: int
    path: Path
    kind: str
    clauses: int
    problem: str


class DraftFolder:
    """The drafts of one home.

    Args:
        home: The home folder.
    """

    def __init__(self, home: Path) -> None:
        self._home: Final = home

    @property
    def path(self) -> Path:
        """The folder; made if it is not there."""
        return private_folder(self._home / FOLDER)

    def find(self, name: str) -> Path:
        """Return the file that *name* means: a local number, or a path.

        Raises:
            InputError: No draft has that number.
        """
        if not (name.isascii() and name.isdigit()) or Path(name).exists():
            return Path(name)
        path = self._of(int(name))
        if not path.exists():
            raise InputError(
                f"no draft {int(name)} is kept in this home",
                code="no-file",
                hint="paraph draft list shows them",
            )
        return path

    def save(self, text: str, path: Path | None = None) -> tuple[int, Path, str]:
        """Keep a draft, under the number that it bears or the next.

        Args:
            text: The file.
            path: Where it stands besides, if not in the home alone.

        Returns:
            Its number, the file to edit, and the text with the number in it.
        """
        with locked(self.path / ".lock"):
            mark = _MARK.search(text)
            number = int(mark[1]) if mark else self._number_of(path) or self._next()
            if not mark:
                text = f"# local draft {number}\n{text}"
            write_atomically(self._of(number), text.encode())
        if path is None or path.resolve() == self._of(number).resolve():
            return number, self._of(number), text
        write_atomically(path, text.encode())
        return number, path, text

    def kept(self, languages: Sequence[str]) -> tuple[Kept, ...]:
        """Return every draft, by number."""
        return tuple(self._look(number, languages) for number in self._numbers())

    def _look(self, number: int, languages: Sequence[str]) -> Kept:
        path = self._of(number)
        try:
            data = read_private(path, "a draft", drafting.MOST_BYTES)
            found = bilingual.parse(data.decode(errors="replace"), languages)
        except InputError as error:
            return Kept(number, path, "", 0, str(error))
        return Kept(number, path, found.kind, len(found.entries), "")

    def _numbers(self) -> list[int]:
        names = (_NAME.fullmatch(each.name) for each in self.path.iterdir())
        return sorted(int(found[1]) for found in names if found)

    def _number_of(self, path: Path | None) -> int:
        # An editor may write the whole file anew, without our mark: it stays the same draft.
        found = _NAME.fullmatch(path.name) if path is not None else None
        if path is None or found is None or path.resolve().parent != self.path.resolve():
            return 0
        return int(found[1])

    def _next(self) -> int:
        return max(self._numbers(), default=0) + 1

    def _of(self, number: int) -> Path:
        return self.path / f"{number:04}.draft"
