"""What the internal side says of what is about to leave: mandate and clearance (SPEC 7.18).

Everything here reads and computes; nothing leaves and nobody is asked. What a person then does is
in :mod:`paraph.client.negotiating.leaving`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Sequence
from typing import cast

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.negotiating import leaks
from paraph.client.negotiating import mandate as mandates
from paraph.client.negotiating.attachments import Plain
from paraph.client.reading import summaries
from paraph.protocol import roles
from paraph.protocol.errors import MalformedError
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.state import Clearance, State
from paraph.protocol.statements.content import Content, decode_content, encode_content
from paraph.protocol.statements.header import NO_NEGOTIATION
from paraph.protocol.statements.internal import (
    AUTHORITY,
    LEGAL,
    ClearanceAsked,
    MandateSet,
    TripHit,
    draft_digest,
)
from paraph.protocol.statements.versions import NegotiationOpened


@dataclasses.dataclass(frozen=True, slots=True)
class Judgement:
    """What the internal side says of an outgoing text.

    Attributes:
        hits: Trip words and subjects out of scope in its own new words.
        authority: Roles whose confirmation they ask for.
        needs: What must be said beside a release: ``authority``, ``legal``.
        must_release: Whether the mandate asks for a release.
        clearance: The newest one asked for exactly these words, if any.
        cleared: The records as they were cleared: these bytes are to leave.
        traces: Internal things that stand in the text.
    """

    hits: tuple[TripHit, ...] = ()
    authority: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    must_release: bool = False
    clearance: Clearance | None = None
    cleared: tuple[Content, ...] = ()
    traces: tuple[str, ...] = ()

    @property
    def lacks(self) -> tuple[str, ...]:
        """What keeps it from leaving: ``release``, ``authority``, ``refused``; empty if nothing."""
        found = self.clearance
        if found is not None and found.standing == "refused":
            return ("refused",)
        missing = []
        if self.must_release and (found is None or found.standing != "released"):
            missing.append("release")
        if self.hits and (found is None or not found.is_confirmed):
            missing.append(AUTHORITY)
        return tuple(missing)


def judge(
    desk: Desk,
    contents: Sequence[Content],
    inside: State | None,
    mandate: MandateSet | None = None,
    attached: Sequence[Plain] = (),
) -> Judgement:
    """Hold what is about to leave against the mandate and the clearances of the internal channel.

    Args:
        desk: In the shared channel.
        contents: The records.
        inside: State of the internal channel; nothing where the party has none.
        mandate: A mandate kept in this home alone; the internal channel's goes before it.
        attached: Files that are to be sealed with the last record.
    """
    negotiation = contents[-1].header.negotiation
    standing = mandate_of(inside, negotiation) if inside is not None else None
    rule = standing.content if standing is not None else mandate
    clearance, cleared, traces = None, cast("tuple[Content, ...]", ()), cast("tuple[str, ...]", ())
    if inside is not None:
        clearance, cleared = find_clearance(inside, desk.channel, contents, attached)
        traces = tuple(leaks.traces(inside, contents))
    if rule is None:
        return Judgement(clearance=clearance, cleared=cleared, traces=traces)
    state = desk.state
    hits = tuple(
        hit
        for content in contents
        for hit in mandates.hits(rule, mandates.passages(state, content, desk.party))
    )
    kinds = {kind for each in contents for kind in mandates.kinds_of(each)}
    legal = bool(kinds & set(rule.legal_first))
    return Judgement(
        hits=hits,
        authority=rule.final or tuple(sorted(roles.MAY["clear"])),
        needs=tuple(each for each, is_so in ((AUTHORITY, hits), (LEGAL, legal)) if is_so),
        must_release=legal or bool(kinds & set(rule.clear_first)),
        clearance=clearance,
        cleared=cleared,
        traces=traces,
    )


def find_clearance(
    inside: State, target: bytes, contents: Sequence[Content], attached: Sequence[Plain] = ()
) -> tuple[Clearance | None, tuple[Content, ...]]:
    """Return the newest clearance of these words for *target*, and the records as cleared.

    The same words made a second time differ in what this desk draws or reads from its clock: the
    claimed time, the id of a new negotiation, the keys of attachments. These are the cleared
    ones'; a difference of one byte anywhere else is another text, for which nobody cleared.
    """
    wanted = _comparable(contents, attached)
    newest = sorted((each for _, each in inside.clearances.items()), key=lambda each: -each.index)
    for each in newest:
        if each.content.target == target and len(each.content.parts) == len(contents):
            try:
                cleared = tuple(decode_content(part) for part in each.content.parts)
            except MalformedError:
                continue  # a colleague's software made what no channel would take
            if _comparable(cleared) == wanted:
                return each, cleared
    return None, ()


def _comparable(contents: Sequence[Content], attached: Sequence[Plain] = ()) -> tuple[object, ...]:
    fresh = isinstance(contents[0], NegotiationOpened)
    found: list[object] = []
    for at, each in enumerate(contents):
        files = [Plain(key.name, key.size, key.digest) for key in each.header.attachments]
        files += attached if at == len(contents) - 1 else ()
        header = dataclasses.replace(
            each.header,
            dated=0,
            attachments=(),
            negotiation=NO_NEGOTIATION if fresh else each.header.negotiation,
        )
        found.append((dataclasses.replace(each, header=header), sorted(files)))
    return tuple(found)


def asking(
    contents: Sequence[Content], desk: Desk, inside: Desk, judged: Judgement
) -> ClearanceAsked:
    """Return the record that asks in the internal channel for exactly these bytes to leave.

    Raises:
        RefusedError: Code ``oversize``.
    """
    parts = tuple(encode_content(each) for each in contents)
    subject = summaries.all_of(contents, functools.partial(views.name_of, desk))
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", subject).split()) or contents[-1].KIND
    return ClearanceAsked(
        header=inside.header(contents[-1].header.negotiation),
        parts=parts,
        digest=draft_digest(parts),
        target=desk.channel,
        subject=line[:500],
        hits=judged.hits,
        needs=judged.needs,
    )
