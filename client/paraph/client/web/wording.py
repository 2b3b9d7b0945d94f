"""How values are said in templates: instants, spans, marks. Filters, in the page's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from gettext import NullTranslations
from typing import Any, Final

import jinja2

from paraph.client.clock import when
from paraph.client.reading.visible import one_line, visible
from paraph.client.web import language, spoken
from paraph.client.web.office import Room
from paraph.client.web.words import VOCABULARIES
from paraph.protocol.sentences import Sentence
from paraph.protocol.statements.header import Wording


def filters(catalogue: NullTranslations, chosen: str) -> Mapping[str, Callable[..., Any]]:
    """Return the filters of every template, for the language *chosen* and its *catalogue*."""

    def span(ms: int) -> str:
        """A length of time, in its largest whole unit."""
        minutes = ms // 60_000
        if minutes < 60:
            return catalogue.ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        hours = minutes // 60
        if hours < 48:
            return catalogue.ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
        days = hours // 24
        return catalogue.ngettext("%(n)s day", "%(n)s days", days) % {"n": days}

    def called(code: str, vocabulary: str) -> str:
        """What people call a code of the protocol; the code itself, if it is a newer one."""
        return catalogue.gettext(VOCABULARIES[vocabulary].get(code, code))

    def reached(state: str, *, here: bool = False) -> str:
        """How far an entry has come; of one that counts for nothing, the code of why as well.

        Args:
            state: A rung, or what else became of it.
            here: It came with us, since the other side said it; otherwise with them.
        """
        code, opens, why = state.partition("(")
        return f"{called(code, 'rung-here' if here else 'rung')}{' ' if opens else ''}{opens}{why}"

    def role(code: str) -> str:
        """What people call a role."""
        return called(code, "role")

    @jinja2.pass_context
    def own(context: jinja2.runtime.Context, wordings: Sequence[Wording]) -> Wording | None:
        """What people wrote in several languages: the person's own, or the channel's first."""
        room = context.get("room")
        languages = room.state.languages if isinstance(room, Room) else ()
        return language.own(wordings, chosen, *languages)

    def shown(words: str) -> str:
        """What somebody wrote, visible; a line of our own in its place in the page's language."""
        return visible(spoken.spoken(catalogue, words) if isinstance(words, Sentence) else words)

    def line(words: str, most: int = 0) -> str:
        """The same on one line, cut at *most* characters if that is not 0."""
        return one_line(shown(words), most)

    return {
        "iso": when,
        "instant": instant,
        "direction": direction,
        "due": due,
        "local": local,
        "span": span,
        "hex": bytes.hex,
        "short": short,
        "called": called,
        "reached": reached,
        "role": role,
        "told": partial(spoken.told, catalogue),
        "detail": partial(spoken.detail, catalogue),
        "next_step": partial(spoken.next_step, catalogue),
        "spoken": partial(spoken.spoken, catalogue),
        "own": own,
        "opening": opening,
        "party": party,
        "shown": shown,
        "line": line,
    }


FROM_THE_RIGHT: Final = frozenset({"ar", "arc", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur"})
"""Languages that are written from right to left, as a rule."""


def direction(language: str) -> str:
    """Return the direction of a text in *language*.

    One from the right is known by its language, whatever it begins with: a bracket's holder is
    in Latin letters. Any other is seen by its words.
    """
    return "rtl" if language in FROM_THE_RIGHT else "auto"


def opening(words: str) -> str:
    """Return *words* as a sentence that stands by itself: a great letter, and a full stop."""
    ended = words if words[-1:] in ".!?…»”" else f"{words}."
    return ended[:1].upper() + ended[1:]


def instant(at_ms: int) -> str:
    """Return an instant as people compare it, to the minute, in UTC; nothing for 0."""
    if not at_ms:
        return ""
    try:
        return f"{dt.datetime.fromtimestamp(at_ms / 1000, tz=dt.UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError):  # an instant that no calendar has: a peer may say any
        return when(at_ms)


def due(words: str) -> str:
    """Return by when something is due as people say it: an instant, or a name as it is."""
    try:
        at = dt.datetime.strptime(words, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except ValueError:
        return one_line(words)
    return instant(int(at.timestamp() * 1000))


def local(at_ms: int) -> str:
    """Return an instant in the zone of this machine, the zone named; nothing for 0."""
    if not at_ms:
        return ""
    try:
        at = dt.datetime.fromtimestamp(at_ms / 1000, tz=dt.UTC).astimezone()
    except (ValueError, OverflowError):
        return when(at_ms)
    return f"{at:%Y-%m-%d %H:%M} {at.tzname()}"


def short(data: bytes) -> str:
    """Return the beginning of a digest, as people read it out."""
    return data.hex()[:12]


@jinja2.pass_context
def party(context: jinja2.runtime.Context, code: str) -> str:
    """Return the class of a party's code where it is printed; see Room.party_class."""
    room = context.get("room")
    return room.party_class(code) if isinstance(room, Room) else ""
