"""Which version a page is about, and in which order its languages stand."""

from __future__ import annotations

from collections.abc import Iterable

from paraph.client.channel import views
from paraph.client.negotiating.runs import numbered
from paraph.client.web.office import Room
from paraph.client.web.wording import FROM_THE_RIGHT
from paraph.client.writing import composing
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.state import Version
from paraph.protocol.negotiation.text import Part


def head(room: Room) -> Version | None:
    """Return the newest head of the instrument, or nothing where no text was tabled."""
    return room.talks.versions.get(room.talks.heads[-1]) if room.talks.heads else None


def named(room: Room, ref: str) -> Version:
    """Return the version that *ref* names: v3, head, #12, an index, the start of an id.

    Raises:
        InputError: There is none, or it is another negotiation's.
    """
    found = room.talks.versions.get(views.find(room.desk, ref).id)
    if found is None:
        raise InputError(
            "expected a version of this negotiation",
            code="unknown-version",
            hint="the list of versions has them all",
        )
    return found


def chosen(room: Room, ref: str) -> Version | None:
    """Return the version that *ref* names; the newest head without one, or nothing at all.

    Raises:
        InputError: There is no such version.
    """
    return named(room, ref) if ref else head(room)


def as_read(version: Version, part: Part) -> dict[str, str]:
    """Return the words of a clause by language, as they read: references as numbers."""
    number = numbered(version.text.numbers())
    return {each: marks.resolve(words, number) for each, words in part.words.items()}


def parent(room: Room, version: Version) -> Version | None:
    """Return the version that *version* changes, or nothing where it was tabled whole."""
    parents = version.content.parents
    return composing.version_of(room.talks, parents[0]) if parents else None


def every(room: Room) -> tuple[Version, ...]:
    """Return every version of the instrument, newest first."""
    found = (each for _, each in room.talks.versions.items() if each.document == ZERO)
    return tuple(sorted(found, key=lambda each: -each.index))


def unread(room: Room, versions: Iterable[Version]) -> frozenset[bytes]:
    """Return which of *versions* are held here: their words are not shown."""
    held = room.desk.screen.held
    found = (each.statement for each in versions if held)
    return frozenset(each for each in found if held.why_said(room.state, each) is not None)


def in_order(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Return *languages* as columns: those written from right to left stand right."""
    return tuple(sorted(languages, key=lambda each: (each in FROM_THE_RIGHT, each)))


def ours_first(room: Room) -> tuple[str, ...]:
    """Return the codes of the parties, our own first."""
    return tuple(sorted(room.state.parties, key=lambda code: (code != room.desk.party, code)))
