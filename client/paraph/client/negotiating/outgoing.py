"""What is about to leave: composed, looked over against the internal channel, listed byte by byte.

Everything here reads and computes; nothing leaves and nobody is asked. The command line shows what
it says and asks (:mod:`paraph.client.cli.leaving`).
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from paraph.client import composing, drafts, views
from paraph.client.blocks import Block
from paraph.client.composing import Manner, VersionDraft
from paraph.client.desk import Desk
from paraph.client.drafts import Draft, Opening
from paraph.client.negotiating import drafting, linting, positions
from paraph.client.negotiating import mandate as mandates
from paraph.client.negotiating.attachments import Plain
from paraph.client.sent import Sent
from paraph.client.summaries import summary
from paraph.protocol import roles
from paraph.protocol.errors import MalformedError, OutOfTurnError
from paraph.protocol.negotiation import glossary, lint, marks
from paraph.protocol.negotiation.fold.internal import mandate_of
from paraph.protocol.negotiation.state import Clearance, Negotiation, State
from paraph.protocol.negotiation.text import Text
from paraph.protocol.schema import Record
from paraph.protocol.statements.content import Content, decode_content, encode_content
from paraph.protocol.statements.header import NO_NEGOTIATION, NO_RELATION
from paraph.protocol.statements.internal import (
    AUTHORITY,
    LEGAL,
    ClearanceAsked,
    MandateSet,
    TripHit,
    draft_digest,
)
from paraph.protocol.statements.versions import NegotiationOpened, VersionTabled

VERSION_KINDS: Final = (
    "tabled_draft", "counter_draft", "consolidated", "proposals", "scrubbed", "authenticated",
    "rectified", "tabled", "counter",
)  # fmt: skip
"""Kinds that have a name in the domain; another word is allowed, a slip of the pen is not meant."""
_TOLD_WITH_THEIR_PLACE: Final = frozenset({"unbalanced_bracket", "bracket_structure_differs"})
_LEAST_TRACE: Final = 12
"""Characters of an internal text that are not met by chance."""


# ------------------------------------------------------------------ a draft becomes records


def read(path: Path) -> Block | Path:
    """Read a draft as far as that needs no channel: YAML and JSON here, an edited file later.

    Raises:
        InputError: The file cannot be read.
        RefusedError: Code ``oversize``.
    """
    return path if linting.is_edited(path) else drafts.read(path)


def compose(
    desk: Desk,
    written: Block | Path,
    negotiation: bytes | None,
    *,
    parent: str = "",
    branch: bool = False,
    manner: Manner,
    anew: bool = False,
) -> tuple[Content, ...]:
    """Return what a draft says: a version, after the opening of its negotiation if that is new.

    Args:
        desk: Who says it.
        written: From :func:`read`.
        negotiation: Which one, if named.
        parent: ``head``, or what names a version; empty for what the file says.
        branch: Whether it may begin another line beside the head.
        manner: What the headers say.
        anew: Open a negotiation although there is one of this title.

    Raises:
        OutOfTurnError: Codes ``parent-not-head``; ``negotiation-exists``: of this title there is
            one with a text already; ``reopens-agreed``: without a reason.
        InputError: It does not fit what stands in the log.
    """
    if isinstance(written, Path):
        file = drafting.read(written, desk.state.languages)
        checked = drafting.check(file, desk.state)
        draft, opening = checked.draft, checked.opening
        if negotiation is None and file.negotiation:
            negotiation = bytes.fromhex(file.negotiation)
        if parent and not draft.clauses:
            draft = dataclasses.replace(draft, parents=_named(desk, parent))
    else:
        read_ = drafts.parse(written, desk.replica.log.charter.languages)
        draft, opening = _version(desk, read_, parent or read_.parent), read_.opening
        if read_.dated and not manner.dated:
            manner = dataclasses.replace(manner, dated=read_.dated)
    state, before = desk.state, cast("tuple[Content, ...]", ())
    if opening is not None and negotiation is None:
        negotiation = None if anew else opened_before(state, opening)
        if negotiation is None:
            first = composing.opened(desk.header(new_negotiation(), manner), opening)
            state, before = desk.foresee(state, first), (first,)
            negotiation = first.header.negotiation
    roles.require(desk.role, "table")
    identity = composing.choose_negotiation(state, negotiation)
    draft = dataclasses.replace(draft, branch=branch)
    content, text = composing.tabled(state, desk.header(identity, manner), draft, desk.party)
    positions.require_reasons(state, content, text)
    return (*before, content)


def _named(desk: Desk, parent: str) -> tuple[bytes, ...]:
    return () if parent == drafts.HEAD else (views.find(desk, parent).id,)


def _version(desk: Desk, draft: Draft, parent: str) -> VersionDraft:
    return VersionDraft(
        clauses=draft.clauses,
        operations=draft.operations,
        parents=() if draft.clauses else _named(desk, parent),
        kind=draft.kind,
        author=draft.author,
        round=draft.round,
        language_status=draft.language_status,
    )


async def send(
    desk: Desk, contents: tuple[Content, ...], *, exclusive: bool, precedence: str
) -> Sent:
    """Let *contents* through the door together, and say them in their order."""
    if desk.door is not None:
        contents = await desk.door(desk, contents)
    for content in contents[:-1]:
        await desk.say(content)
    return await desk.say(contents[-1], exclusive=exclusive, precedence=precedence)


def opened_before(state: State, opening: Opening) -> bytes | None:
    """Return the negotiation that a repeated command has opened: of these titles, without a text.

    Raises:
        OutOfTurnError: Code ``negotiation-exists``: there is one with a text.
    """
    for identity, talks in state.negotiations.items():
        titles = {each.language: each.words for each in talks.opened.titles} if talks.opened else {}
        if titles != opening.titles:
            continue
        if not talks.heads:
            return identity
        raise OutOfTurnError(
            f"a negotiation of this title is open, with {talks.versions_counted} version"
            f"{'s' * (talks.versions_counted > 1)} of its text",
            code="negotiation-exists",
            hint="nothing was sent. Send operations on its head (paraph show), or open another of"
            " the same title on purpose with --new",
        )
    return None


# ------------------------------------------------------------------ what is odd about a draft


def warnings(state: State, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return what somebody should look at before *contents* leave; empty if nothing is odd."""
    found: list[str] = []
    for content in contents:
        if isinstance(content, VersionTabled):
            found += _odd_version(state, content)
            found += _new_findings(state, contents, content)
    return tuple(found)


def _new_findings(
    state: State, contents: Sequence[Content], content: VersionTabled
) -> Iterator[str]:
    # What stood in the parent already is known to both sides; brackets are told in full above.
    talks = state.negotiations.get(content.header.negotiation)
    opened = talks.opened if talks is not None else None
    for said in contents:
        opened = said if isinstance(said, NegotiationOpened) else opened
    character = opened.legal_character if opened is not None else lint.BINDING
    terms = glossary.terms(state, talks) if talks is not None else ()

    def found_in(text: Text) -> tuple[lint.Finding, ...]:
        return lint.findings(text, state.parties, character, terms=terms)

    known = {
        (each.check, each.cid)
        for parent in mandates.parents_of(state, content)
        for each in found_in(parent)
    }
    for each in found_in(mandates.result_of(state, content)):
        if (each.check, each.cid) not in known and each.check not in _TOLD_WITH_THEIR_PLACE:
            means = linting.MEANS.get(each.check, each.check)
            yield f'clause "{each.cid}": {means} ({each.check})'


def _odd_version(state: State, content: VersionTabled) -> Iterator[str]:
    kind = content.version_kind
    if kind not in VERSION_KINDS:
        near = difflib.get_close_matches(kind, VERSION_KINDS, n=1, cutoff=0.75)
        if near:
            yield f'the kind "{kind}" is not known: did you mean {near[0]}?'
    if content.parents and not content.operations:
        yield "the draft holds no operations: it says the words of its parent again"
    parents = mandates.parents_of(state, content)
    text = mandates.result_of(state, content)
    if content.operations and parents and text.parts == parents[0].parts:
        yield "the operations change nothing: every clause stands as in the parent"
    yield from odd_brackets(text, state.parties)


def odd_brackets(text: Text, parties: Sequence[str]) -> Iterator[str]:
    """Yield where brackets do not pair, or differ between the languages of a clause."""
    for part in text.parts:
        shapes = {}
        for language in sorted(part.words):
            try:
                shapes[language] = marks.shape(marks.parse(part.words[language], parties))
            except MalformedError as error:
                yield f'clause "{part.cid}", language {language}: {error}'
        if len(set(shapes.values())) > 1:
            yield f'clause "{part.cid}": the brackets differ between {", ".join(shapes)}'


# ------------------------------------------------------------------ mandate and clearance


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
        traces = tuple(internal_traces(inside, contents))
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
    subject = "; ".join(summary(each, lambda one: views.name_of(desk, one)) for each in contents)
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


# ------------------------------------------------------------------ nothing internal among it


def internal_ids(inside: State, contents: Sequence[Content]) -> tuple[str, ...]:
    """Return what of *contents* names the internal channel or a statement in it: never said."""
    found = []
    for content in contents:
        if content.header.relates_to != NO_RELATION and (
            content.header.relates_to.channel == inside.channel
        ):
            found.append("it relates to a statement of the internal channel")
        found += [
            f"it names {octets.hex()[:12]}, which stands in the internal channel"
            for octets in _octets(content)
            if octets == inside.channel or (len(octets) == 32 and octets in inside.entries)
        ]
    return tuple(dict.fromkeys(found))


def internal_traces(inside: State, contents: Sequence[Content]) -> Iterator[str]:
    """Yield internal words that stand in *contents*: to be looked at, as they may be meant."""
    texts = [_plain(each) for content in contents for each in _strings(content)]
    for name, words in _internal_words(inside):
        wanted = _plain(words)
        if len(wanted) >= _LEAST_TRACE and any(wanted in text for text in texts):
            yield f"{name} stands in it word for word: {words[:60]}"


def _internal_words(inside: State) -> Iterator[tuple[str, str]]:
    for mandate in inside.mandates.values():
        yield "the mandate's name", mandate.content.name
        for scope in mandate.content.scope:
            yield "the mandate's scope", scope.words
    for _, clearance in inside.clearances.items():  # noqa: PERF102 - no dict
        for step in clearance.steps:
            yield f"the note of clearance {clearance.number}", step.note
    for _, talks in inside.negotiations.items():  # noqa: PERF102 - no dict
        yield from _comments(talks)


def _comments(talks: Negotiation) -> Iterator[tuple[str, str]]:
    for _, comment in talks.comments.items():  # noqa: PERF102 - no dict
        yield f"an internal {comment.content.comment_kind}", comment.content.body


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()


def _fields(record: Record) -> Iterator[object]:
    for name in record.CODECS:
        value = getattr(record, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Record):
                yield from _fields(each)
            else:
                yield each


def _strings(record: Record) -> Iterator[str]:
    return (each for each in _fields(record) if isinstance(each, str))


def _octets(record: Record) -> Iterator[bytes]:
    return (each for each in _fields(record) if isinstance(each, bytes))


def new_negotiation() -> bytes:
    """Return a new negotiation id."""
    return os.urandom(len(NO_NEGOTIATION))
