"""Drafts in the home: numbered here and nowhere else, private, and saved as often as edited."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from paraph.client.files import (
    locked,
    private_folder,
    read_private,
    sync_folder,
    write_atomically,
)
from paraph.client.negotiating import drafting
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.kept import kept
from paraph.protocol.sentences import worded

FOLDER: Final = "drafts"
THROWN: Final = "thrown-away"
"""Below the folder of drafts: what was thrown away, and may be taken back."""
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
        negotiation: Id of the negotiation that it names, as hex; empty if it names none.
        saved_at: When it was saved last, POSIX ms.
    """

    number: int
    path: Path
    kind: str
    clauses: int
    problem: str
    negotiation: str = ""
    saved_at: int = 0


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
                worded("no draft %(name)s is kept in this home", name=int(name)),
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
        return tuple(_look(path, number, languages) for number, path in self.files())

    def files(self) -> tuple[tuple[int, Path], ...]:
        """Return number and file of every draft, by number; none of them is read."""
        return tuple((number, self._of(number)) for number in self._numbers())

    def look(self, number: int, languages: Sequence[str]) -> Kept:
        """Return one draft.

        Raises:
            InputError: No draft has that number.
        """
        return _look(self.find(str(number)), number, languages)

    def read(self, number: int) -> str:
        """Return what stands in a draft.

        Raises:
            InputError: No draft has that number, or it cannot be read.
        """
        return read_text(self.find(str(number)))

    def change(self, number: int, make: Callable[[str], str], *, step: bool = False) -> str:
        """Put in the place of a draft what *make* makes of it; nobody else writes meanwhile.

        The old file or the new one is there at any moment, and the new one is on the disk when
        this returns. Where *make* raises, nothing is changed.

        Args:
            number: Which.
            make: From the old text to the new one.
            step: Keep the old text beside, for :meth:`undo`.

        Raises:
            InputError: No draft has that number, or it cannot be read.
            UnavailableError: The disk did not take it; the draft is as it was.
        """
        with locked(self.path / ".lock"):
            before = self.read(number)
            after = make(before)
            if after != before:
                if step:
                    write_atomically(self._before(number), f"{_digest(after)}\n{before}".encode())
                write_atomically(self._of(number), after.encode())
            return after

    def may_undo(self, number: int) -> bool:
        """Tell whether the last step can be undone: nothing was changed since."""
        return self._step_before(number) is not None

    def undo(self, number: int) -> None:
        """Put a draft back as it was before the last step.

        Raises:
            InputError: Code ``draft``: something was changed since.
        """
        with locked(self.path / ".lock"):
            before = self._step_before(number)
            if before is None:
                raise InputError(
                    "the draft was changed since that step, so it is not undone",
                    code="draft",
                    hint="nothing was changed",
                )
            write_atomically(self._of(number), before.encode())
            self._before(number).unlink(missing_ok=True)

    def throw_away(self, number: int) -> None:
        """Put a draft away; :meth:`take_back` brings it back.

        Raises:
            InputError: No draft has that number.
        """
        with locked(self.path / ".lock"):
            self._move(self.find(str(number)), self._thrown_path)

    def take_back(self, number: int) -> None:
        """Bring back a draft that was thrown away.

        Raises:
            InputError: None of that number was.
        """
        with locked(self.path / ".lock"):
            path = self._thrown_path / self._of(number).name
            if not path.exists():
                raise InputError(
                    worded("no draft %(number)s was thrown away here", number=number),
                    code="no-file",
                )
            self._move(path, self.path)

    def thrown(self, languages: Sequence[str]) -> tuple[Kept, ...]:
        """Return what was thrown away, by number."""
        folder = self._thrown_path
        return tuple(
            _look(folder / self._of(number).name, number, languages)
            for number in _numbers_in(folder)
        )

    @property
    def _thrown_path(self) -> Path:
        return private_folder(self.path / THROWN)

    def _move(self, path: Path, folder: Path) -> None:
        # First there, then not here: a crash between leaves it in one place at least.
        path.replace(folder / path.name)
        sync_folder(folder)
        sync_folder(path.parent)

    def _step_before(self, number: int) -> str | None:
        path = self._before(number)
        if not path.exists():
            return None
        after, _, before = read_text(path).partition("\n")
        return before if after == _digest(self.read(number)) else None

    def _before(self, number: int) -> Path:
        return self.path / f"{number:04}.before"

    def _numbers(self) -> list[int]:
        return _numbers_in(self.path)

    def _number_of(self, path: Path | None) -> int:
        # An editor may write the whole file anew, without our mark: it stays the same draft.
        found = _NAME.fullmatch(path.name) if path is not None else None
        if path is None or found is None or path.resolve().parent != self.path.resolve():
            return 0
        return int(found[1])

    def _next(self) -> int:
        return max((*self._numbers(), *_numbers_in(self._thrown_path)), default=0) + 1

    def _of(self, number: int) -> Path:
        return self.path / f"{number:04}.draft"


def read_text(path: Path) -> str:
    """Return what stands in the file of a draft, which only its owner may read.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return _decoded(read_private(path, worded("a draft"), drafting.MOST_BYTES))
    except UnicodeDecodeError as error:
        raise InputError(worded("expected UTF-8 in %(path)s", path=path), code="draft") from error


@kept(16)
def _decoded(data: bytes) -> str:
    # The same text is the same object, so that what was made of it is found without reading it.
    return data.decode()


def _look(path: Path, number: int, languages: Sequence[str]) -> Kept:
    saved_at = path.stat().st_mtime_ns // 1_000_000
    try:
        found = drafting.parsed(read_text(path), tuple(languages))
    except InputError as error:
        return Kept(number, path, "", 0, str(error), saved_at=saved_at)
    return Kept(number, path, found.kind, len(found.entries), "", found.negotiation, saved_at)


def _numbers_in(folder: Path) -> list[int]:
    names = (_NAME.fullmatch(each.name) for each in folder.iterdir())
    return sorted(int(found[1]) for found in names if found)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
