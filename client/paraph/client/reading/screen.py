"""What one desk shows of its channel: everything that was read, without the words that are held.

The reader folds all of it, as the other side does; whoever shows, lists, searches or exports asks
here. Nothing is decided twice: which words are held says :mod:`paraph.client.reading.held`, what
stands in their place :mod:`paraph.client.reading.masking`.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from typing import Final

from paraph.client.keys.home import Home
from paraph.client.log.replica import Replica
from paraph.client.reading.held import Held, Holding, refusal
from paraph.client.reading.masking import masked, shown_heads
from paraph.client.reading.opened import OpenedEntry, Reader
from paraph.client.reading.resting import rested_on
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.negotiation.fold import side_documents
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.sentences import Sentence
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import CommentMade, DispatchSent
from paraph.protocol.statements.silence import SilenceBroken
from paraph.protocol.statements.versions import VersionTabled

_NO_ACT: Final = (CommentMade, DispatchSent, SilenceBroken)
"""What binds nobody: to ask, to write, and to object before a deadline."""
_RECENT: Final = 2
"""States whose shown form is remembered: as it was read, and with what is queued on top."""


class Screen:
    """Stands between what a desk has read and whoever shows it.

    Args:
        replica: The verified log.
        reader: What could be opened of it, folded.
        party: Own party's code.
        home: Whose book and known keys count.
    """

    def __init__(self, replica: Replica, reader: Reader, party: str, home: Home) -> None:
        self._holding: Final = Holding(replica, party, home)
        self._reader: Final = reader
        self._recent: deque[tuple[Held, State, State]] = deque(maxlen=_RECENT)

    @property
    def held(self) -> Held:
        """What is held now: the same value for as long as nothing changes."""
        return self._holding.now()

    @property
    def read(self) -> State:
        """What was read of the log, as it is shown."""
        return self.of(self._reader.state)

    def of(self, state: State) -> State:
        """Return *state* as it is shown, made once for each; itself where nothing is held."""
        held = self.held
        if not held:
            return state
        for known, before, after in self._recent:
            if known is held and before is state:
                return after
        shown = masked(state, held, self._content)
        self._recent.append((held, state, shown))
        return shown

    def _content(self, index: int) -> Content | None:
        opened = self._reader.again(index)
        return opened.content if opened is not None else None

    def again(self, index: int) -> OpenedEntry | None:
        """Return one entry that was read, opened again; nothing for one that was not read."""
        return shown(self._reader.again(index), self.held)

    def hidden(self, talks: Negotiation) -> tuple[tuple[Version, Sentence], ...]:
        """Return the newest versions of *talks*, as it is shown, that are held; and why each is."""
        state, held = self._reader.state, self.held
        true = state.negotiations.get(talks.identity)
        found = []
        for head in true.heads if true is not None else ():
            version, why = talks.versions.get(head), held.why_said(state, head)
            if version is not None and why is not None:
                found.append((version, why))
        return tuple(found)

    def require_shown(self, state: State, content: Content) -> None:
        """Refuse to act on what nobody here was shown; to comment, to write or to object is no act.

        Args:
            state: What was folded, nothing of it left out.
            content: What is to be said.

        Raises:
            RefusedError: Code ``key-held``.
        """
        held = self.held
        if not held or isinstance(content, _NO_ACT):
            return
        for statement in rested_on(state, content, self._content):
            _require_told(held, state, statement)
        if isinstance(content, VersionTabled):
            _require_newest(held, state, content)

    def require_told(self, state: State, statement: bytes) -> None:
        """Refuse to build on a statement whose words nobody here was shown.

        Args:
            state: What was folded, nothing of it left out.
            statement: Its id.

        Raises:
            RefusedError: Code ``key-held``.
        """
        _require_told(self.held, state, statement)


def _require_told(held: Held, state: State, statement: bytes) -> None:
    why = held.why_said(state, statement)
    if why is not None:
        raise refusal(why)


def _require_newest(held: Held, state: State, content: VersionTabled) -> None:
    # On a version that looks like the newest here, and is not: a second line by accident.
    talks = state.negotiations.get(content.header.negotiation)
    if talks is None:
        return
    lines = {
        statement: why
        for statement, entry in state.entries.items()
        if (why := held.why(entry.said.key, entry.index)) is not None
    }
    try:
        document = side_documents.document_of(state, talks, content)
    except OutOfTurnError:
        return  # the fold says what is wrong with it
    side = talks.side_documents.get(document)
    heads = side.heads if side is not None else talks.heads
    hidden = [lines[each] for each in heads if each in lines]
    seeming = {*shown_heads(talks.versions, heads, lines)} - {*heads}
    if hidden and (not content.parents or seeming & {*content.parents}):
        raise refusal(hidden[0])


def shown(opened: OpenedEntry | None, held: Held) -> OpenedEntry | None:
    """Return what was read of an entry; without its content where that is held."""
    if opened is None or not held or held.why_entry(opened.entry) is None:
        return opened
    return dataclasses.replace(opened, content=None)
