"""Two lines of a text made one: a version with two parents, and nothing of either lost unasked.

It is made of the first; what the second changed since the two parted goes along by itself, and
where both changed the same words somebody chooses, clause by clause, as when a draft is rebased.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from paraph.client.negotiating import drafting, rebasing
from paraph.client.negotiating.bilingual import DraftFile, Entry
from paraph.client.negotiating.rebasing import Choice, Crossing
from paraph.protocol.errors import InputError
from paraph.protocol.negotiation.ids import Ids
from paraph.protocol.negotiation.lineage import lineage_of
from paraph.protocol.negotiation.state import Negotiation, State, Version
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.versions import Merge, Split

KIND: Final = "consolidated"
"""Of a version that joins two lines."""


@dataclasses.dataclass(frozen=True, slots=True)
class Fork:
    """Two newest versions of one text.

    Attributes:
        first: What is changed; an operation can take over a clause of the second.
        second: What is consolidated with it.
        base: The newest version that both were made from; nothing for two rival texts.
        crossing: What differs. ``ours`` is the second, ``theirs`` the first.
    """

    first: Version
    second: Version
    base: Version | None
    crossing: Crossing


def base_of(talks: Negotiation, first: Version, second: Version) -> Version | None:
    """Return the newest version that both were made from; nothing where there is none."""
    lineage = lineage_of(talks.versions)
    known = {each.statement for each in lineage.ancestors(first.statement)}
    common = [each for each in lineage.ancestors(second.statement) if each.statement in known]
    return common[-1] if common else None


def newest(talks: Negotiation, heads: Sequence[bytes]) -> list[Version]:
    """Return the newest versions of one text, two at least.

    Raises:
        InputError: Code ``not-forked``: there is one line.
    """
    found = [version for each in heads if (version := talks.versions.get(each)) is not None]
    if len(found) < 2:
        raise InputError(
            "expected two newest versions of one text",
            code="not-forked",
            hint="there is one line, and nothing has to be joined",
        )
    return found


def fork(talks: Negotiation, first: Version, second: Version) -> Fork:
    """Return what two newest versions of one text differ by.

    Raises:
        InputError: They are not two newest versions of one text.
    """
    heads = _heads(talks, first.document)
    if (
        first.statement == second.statement
        or first.document != second.document
        or not {first.statement, second.statement} <= set(heads)
    ):
        raise InputError(
            "expected two newest versions of one text",
            code="not-forked",
            hint="somebody has joined them, or taken one further: look at the versions again",
        )
    base = base_of(talks, first, second)
    crossing = rebasing.crossed(_text(base, first), second.text, first.text)
    return Fork(first, second, base, crossing)


def _heads(talks: Negotiation, document: bytes) -> Sequence[bytes]:
    found = talks.side_documents.get(document)
    return talks.heads if found is None else found.heads


def _text(base: Version | None, first: Version) -> Text:
    return base.text if base is not None else Text(first.text.languages, (), Ids())


def consolidated(
    state: State, talks: Negotiation, found: Fork, choices: Mapping[str, Choice]
) -> DraftFile:
    """Return a draft that joins the two versions of a fork.

    Args:
        state: Of the channel.
        talks: The negotiation.
        found: The fork.
        choices: By clause, for each collision of ``found.crossing``; ``theirs``: as in the first.

    Raises:
        InputError: Code ``unchosen``: a clause where both collide was not chosen about.
    """
    try:
        made = _made(talks, found, choices, _marks(talks, found))
        drafting.check(made, state)
    except InputError as error:
        if error.code == "unchosen":
            raise
        # What was split or merged on one line only cannot always be told as such on the other.
        made = _made(talks, found, choices, _Marks({}, {}))
    return made


@dataclasses.dataclass(frozen=True, slots=True)
class _Marks:
    split_from: Mapping[str, str]
    merges: Mapping[str, tuple[str, ...]]


def _marks(talks: Negotiation, found: Fork) -> _Marks:
    split_from: dict[str, str] = {}
    merges: dict[str, tuple[str, ...]] = {}
    for version in _since(talks, found):
        for operation in version.content.operations:
            if isinstance(operation, Split):
                split_from[operation.new_cid] = operation.cid
            elif isinstance(operation, Merge):
                others = tuple(each for each in operation.cids if each != operation.into)
                merges[operation.into] = (*merges.get(operation.into, ()), *others)
    return _Marks(split_from, merges)


def _since(talks: Negotiation, found: Fork) -> Iterator[Version]:
    # The versions of the second line since the two parted, in the order of the log.
    lineage = lineage_of(talks.versions)
    known = {each.statement for each in lineage.ancestors(found.first.statement)}
    for each in lineage.ancestors(found.second.statement):
        if each.statement not in known:
            yield each


def _made(
    talks: Negotiation, found: Fork, choices: Mapping[str, Choice], marks: _Marks
) -> DraftFile:
    second = found.second.text
    written = DraftFile(
        negotiation=talks.identity.hex(),
        parents=(found.second.statement.hex(),),
        kind=KIND,
        entries=tuple(
            Entry(
                part,
                split_from=marks.split_from.get(part.cid, ""),
                merges=marks.merges.get(part.cid, ()),
            )
            for part in second.parts
        ),
    )
    made = rebasing.brought(
        written,
        _text(found.base, found.first),
        second,
        found.first,
        choices,
        found.second.content.author,
    )
    parents = tuple(each.statement.hex() for each in (found.first, found.second))
    return dataclasses.replace(made, parents=parents)
