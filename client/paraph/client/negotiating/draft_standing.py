"""How far a kept draft is from the table: not sent yet, sent, overtaken, or not to be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

from paraph.client.negotiating import drafting
from paraph.client.negotiating.drafting import Drafted
from paraph.client.negotiating.kept_drafts import DraftFolder, Kept, read_text
from paraph.protocol.errors import ParaphError
from paraph.protocol.negotiation.state import State, Version
from paraph.protocol.sentences import Sentence, counted, sentence, worded


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """A kept draft beside what was sent.

    Attributes:
        draft: The draft.
        word: Not sent, the words of its parent, sent, made on a version that is no head any
            more, or one that does not read.
        detail: In words: what it changes, or as which version it was sent, or why it is broken.
        version: The version that it was sent as, or that it changes, if it does either.
        changes: Operations on it.
    """

    draft: Kept
    word: Literal["unsent", "unchanged", "sent", "overtaken", "broken"]
    detail: Sentence
    version: Version | None = None
    changes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether somebody may still mean to send it."""
        return self.word not in ("sent", "unchanged")


def standings(folder: DraftFolder, state: State) -> Iterator[Standing]:
    """Yield every draft of *folder* with its standing, by number."""
    for kept in folder.kept(state.languages):
        yield standing(kept, state)


def standing(kept: Kept, state: State) -> Standing:
    """Return a kept draft with its standing."""
    if kept.problem:
        return Standing(kept, "broken", sentence(kept.problem))
    try:
        drafted = drafting.checked(read_text(kept.path), state)
    except ParaphError as error:
        return Standing(kept, "broken", error.words)
    is_joining = len(drafted.draft.parents) > 1
    if drafted.parent is not None and not drafted.draft.operations and not is_joining:
        same = worded("the words of version %(number)s", number=drafted.parent.number)
        return Standing(kept, "unchanged", same, drafted.parent)
    sent = sent_as(drafted, state)
    if sent is not None:
        return Standing(
            kept,
            "sent",
            worded("as version %(number)s (#%(index)s)", number=sent.number, index=sent.index),
            sent,
        )
    if drafted.parent is None:
        whole = counted(
            len(drafted.text.parts),
            "%(n)s clause, a whole text",
            "%(n)s clauses, a whole text",
        )
        return Standing(kept, "unsent", whole)
    count = len(drafted.draft.operations)
    made = counted(
        count,
        "%(n)s operation on version %(number)s",
        "%(n)s operations on version %(number)s",
        number=drafted.parent.number,
    )
    heads = heads_of(drafted, state)
    standing_still = {each.statement for each in heads}
    if not standing_still.issuperset(drafted.draft.parents):
        newest = tuple(each.number for each in heads) or worded("none")
        behind = worded("%(made)s; the head is %(newest)s", made=made, newest=newest)
        return Standing(kept, "overtaken", behind, drafted.parent, count)
    return Standing(kept, "unsent", made, drafted.parent, count)


def sent_as(drafted: Drafted, state: State) -> Version | None:
    """Return the version that a draft was sent as: of the same parent, and the same words."""
    return next(_as_sent(drafted, state), None)


def heads_of(drafted: Drafted, state: State) -> Sequence[Version]:
    """Return the versions that stand at the end of a draft's negotiation now."""
    talks = drafting.negotiation_of(drafted.written, state)
    return [found for each in talks.heads if (found := talks.versions.get(each))]


def _as_sent(drafted: Drafted, state: State) -> Iterator[Version]:
    parents = drafted.draft.parents
    for talks in state.negotiations.values():
        for version in talks.versions.values():
            if version.content.parents == parents and version.text.parts == drafted.text.parts:
                yield version
