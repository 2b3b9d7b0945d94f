"""A posted form, read field by field: what is wrong is said at its field, and nothing is lost.

    form = await Posted.read(request)
    body = form.words("body", most=4000)
    until = form.instant("reply_by")
    if form.faults:
        return page(request, "comments.html", room, form=form, status=400)

Templates show ``form.values[name]`` and ``form.faults.get(name)`` (macros in parts/fields.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Final, Self

from aiohttp import web

from paraph.client.web import language, spoken, typed
from paraph.client.writing.blocks import instant
from paraph.protocol.errors import ParaphError
from paraph.protocol.negotiation.unicode14 import first_unassigned
from paraph.protocol.sentences import Sentence, worded

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What nobody sees and no keyboard makes; line feeds and tabs are words of their own."""


class Posted:
    """What a person filled in.

    Args:
        values: By field; the first of several.
        many: By field, all of them.
        tell: Says a message in the page's language.
        refusal: Says an error so, with what to do next.
        again: Id of kept fields that these are; empty for what was posted now.

    Attributes:
        faults: What is wrong, by field; a page is shown again as long as there is one.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        many: Mapping[str, list[str]] | None = None,
        tell: Callable[[str | Sentence], str] = str,
        refusal: Callable[[ParaphError], str] = str,
        again: str = "",
    ) -> None:
        self.again: Final = again
        self.values: Final = dict(values)
        self.faults: Final[dict[str, str]] = {}
        self._many: Final = many or {}
        self._tell: Final = tell
        self._refusal: Final = refusal

    @classmethod
    async def read(cls, request: web.Request) -> Self:
        """Read the form of *request*, or the kept one that it names; files are left out.

        Raises:
            InputError: Code ``unknown-typed``.
        """
        form = await request.post()
        named = form.get(typed.AGAIN)
        again = named if isinstance(named, str) else ""
        fields = request.app[typed.TYPED].find(again).fields if again else typed.texts(form)
        many: dict[str, list[str]] = {}
        for name, value in fields:
            many.setdefault(name, []).append(value)
        values = {name: found[0] for name, found in many.items()}
        tongue = language.words(request)
        tell, refusal = partial(spoken.spoken, tongue), partial(spoken.refusal, tongue)
        return cls(values, many, tell, refusal, again)

    @property
    def fields(self) -> typed.Fields:
        """Name and value of everything that was filled in."""
        return tuple((name, value) for name, found in self._many.items() for value in found)

    @classmethod
    def empty(cls, **values: str) -> Self:
        """Return a form nobody filled in yet, with what it begins with."""
        return cls(values)

    def fault(self, name: str, message: str | Sentence) -> None:
        """Say what is wrong with a field; the first message stands."""
        self.faults.setdefault(name, self._tell(message))

    def refused(self, name: str, error: ParaphError) -> None:
        """Say at a field why it was refused, and what to do next."""
        self.faults.setdefault(name, self._refusal(error))

    def words(self, name: str, *, most: int = 20_000, needed: bool = True) -> str:
        """Return a text without the blanks around it."""
        found = self.values.get(name, "").strip()
        if needed and not found:
            self.fault(name, "Please fill this in.")
        self._refuse(name, found, _CONTROL.search(found))
        if len(found) > most:
            self.fault(
                name,
                worded(
                    "This is too long: %(count)s characters, and %(most)s at most.",
                    count=len(found),
                    most=most,
                ),
            )
        return found

    def stable(self, name: str, *, most: int) -> str:
        """Return words of a text that both sides sign: every character is one that both know."""
        found = self.words(name, most=most, needed=False)
        self._refuse(name, found, first_unassigned(found))
        return found

    def _refuse(self, name: str, words: str, at: re.Match[str] | int | None) -> None:
        place = at.start() if isinstance(at, re.Match) else -1 if at is None else at
        if place >= 0:
            self.fault(
                name,
                worded(
                    "Character %(at)s, U+%(point)s, is none that may stand here: take it out.",
                    at=place + 1,
                    point=f"{ord(words[place]):04X}",
                ),
            )

    def choice(self, name: str, allowed: Collection[str], *, otherwise: str = "") -> str:
        """Return one of *allowed*."""
        found = self.values.get(name, otherwise)
        if found not in allowed:
            self.fault(name, "Please choose one.")
        return found

    def several(self, name: str) -> tuple[str, ...]:
        """Return everything that was filled in under *name*, in the order of the form."""
        return tuple(self._many.get(name, ())) or tuple(filter(None, (self.values.get(name),)))

    def chosen(self, name: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Return those of *allowed* that are ticked, in the order of the form."""
        return tuple(each for each in self._many.get(name, ()) if each in allowed)

    def ticked(self, name: str) -> bool:
        """Tell whether a box is ticked."""
        return bool(self.values.get(name))

    def instant(self, name: str) -> int:
        """Return an instant, POSIX ms; 0 for nothing. A time without a zone is UTC."""
        found = self.values.get(name, "").strip()
        if not found:
            return 0
        zoned = (
            found if found[-1:] in "Zz" or "+" in found[10:] or "-" in found[10:] else f"{found}Z"
        )
        try:
            return instant(zoned)
        except ValueError:
            self.fault(name, "Please give date and time as 2015-10-14T13:00Z.")
            return 0
