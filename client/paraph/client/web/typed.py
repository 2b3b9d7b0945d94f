"""What was typed in a form and came to nothing yet: kept, and shown in its form once more.

A desk may lock in the middle of a sentence, a rule may refuse a whole page, and whoever looked at
what would leave may want to change a word. The fields are kept in memory, as what a person means to
say is (:mod:`paraph.client.web.acts`); posting to their form ``typed=<id>`` in their place has them
again (:meth:`paraph.client.web.posted.Posted.read`).
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from aiohttp import web

from paraph.client.web.guard import SAFE
from paraph.protocol.errors import InputError

MOST: Final = 64
"""Forms that are kept; then the oldest is dropped, of those that nobody waits for first."""
MOST_SHOWN: Final = 4
AGAIN: Final = "typed"
"""The field that names kept fields in the place of all others."""
WHERE: Final = "typed-for"
"""The field that names the form, where a window saves its fields before it goes."""
LIST: Final = "/typed"
_FORMS: Final = ("/n/", "/inside", "/begin")
"""Where the fields of forms may be posted once more: they are shown again, or go into a draft."""
_CHOICE: Final = re.compile(r"[a-z0-9_.:-]{0,64}|v[0-9]+|[A-Z]{1,8}(-[0-9]+)?")
"""A code, an id, a number, a name as P-3: what a choice or a button says, and nobody wrote."""
_WRITTEN: Final = frozenset({"body", "note", "reason", "detail", "what", "who"})
"""Fields in which one small word is an answer."""
_WAY: Final = "back"
"""The field that says where a form leads to; nobody wrote it."""

Fields = tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Typed:
    """The fields of one form.

    Attributes:
        id: Random; names them.
        path: Where their form is posted.
        fields: Name and value, in their order.
    """

    id: str
    path: str
    fields: Fields

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of it, at most :data:`MOST_SHOWN`: by them a person knows which form it was."""
        found = (value for name, value in self.fields if _is_written(name, value))
        return tuple(itertools.islice(found, MOST_SHOWN))


class Kept:
    """The forms of one running desk that were kept, by id."""

    def __init__(self) -> None:
        self._kept: dict[str, Typed] = {}
        self._waits: set[str] = set()

    def keep(self, path: str, fields: Fields, *, waits: bool) -> Typed:
        """Keep one more.

        Args:
            path: Where its form is posted.
            fields: Name and value.
            waits: Whether its person was cut off, and is to be shown that it is kept.
        """
        for known in self.waiting() if waits else ():
            if (known.path, known.fields) == (path, fields):  # by its window and by its form
                return known
        made = Typed(secrets.token_hex(8), path, fields)
        self.restore(made)
        if waits:
            self._waits.add(made.id)
        return made

    def restore(self, kept: Typed) -> None:
        """Keep one under its own id, where it may have been dropped meanwhile."""
        if len(self._kept) >= MOST and kept.id not in self._kept:
            oldest = min(self._kept, key=lambda each: each in self._waits)
            del self._kept[oldest]
            self._waits.discard(oldest)
        self._kept[kept.id] = kept

    def find(self, identity: str) -> Typed:
        """Return what is kept under that id; nobody waits for it any more.

        Raises:
            InputError: Code ``unknown-typed``.
        """
        found = self._kept.get(identity)
        if found is None:
            raise InputError(
                "what was typed is not kept any more: much was typed since, or the desk was"
                " started anew",
                code="unknown-typed",
                hint="nothing was sent. Say it anew",
            )
        self._waits.discard(identity)
        return found

    def drop(self, kept: Typed) -> None:
        """Forget one: it was sent."""
        self._kept.pop(kept.id, None)
        self._waits.discard(kept.id)

    def waiting(self) -> Sequence[Typed]:
        """Return what somebody was cut off from, oldest first."""
        return [each for each in self._kept.values() if each.id in self._waits]


TYPED: Final = web.AppKey("typed", Kept)


def texts(fields: Mapping[str, object]) -> Fields:
    """Return the texts of a form, as a page shows them again; a file is none."""
    return tuple(
        (name, value.replace("\r\n", "\n"))
        for name, value in fields.items()
        if isinstance(value, str)
    )


def is_written(fields: Collection[tuple[str, str]]) -> bool:
    """Tell whether somebody wrote words; ids, numbers and choices are clicks."""
    return any(_is_written(name, value) for name, value in fields)


def _is_written(name: str, value: str) -> bool:
    if name in _WRITTEN:
        return bool(value.strip())
    return name != _WAY and not _CHOICE.fullmatch(value)


def is_form(path: str) -> bool:
    """Tell whether *path* is where a form stands that may be shown again."""
    return path.startswith(_FORMS)


async def cut_off(request: web.Request) -> Typed | None:
    """Keep what *request* posts, if words were written in it; its person is to be shown that."""
    if request.method in SAFE or request.content_type.startswith("multipart/"):
        return None
    if "HX-Request" in request.headers:  # an autosave: its words stand in their window still
        return None
    form = await request.post()
    if not is_form(request.path):
        return None
    kept, again = request.app[TYPED], form.get(AGAIN)
    fields = kept.find(again).fields if isinstance(again, str) else texts(form)
    if not is_written(fields):
        return None
    return kept.keep(request.path_qs, fields, waits=True)
