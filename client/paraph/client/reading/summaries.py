"""What each kind of statement says, on one line: for the log, the inbox and receipts.

A function for each kind, in one table; the caller cuts the line and makes it visible.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from paraph.client.clock import when
from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import Record
from paraph.protocol.sentences import (
    Multilingual,
    Sentence,
    all_coded,
    coded,
    counted,
    multilingual,
    worded,
)
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
    FullPowersShown,
    Initialled,
    Signed,
    StoodBy,
)
from paraph.protocol.statements.conferences import (
    RESERVED_BY,
    ActionReported,
    ActionSet,
    ConferenceScheduled,
    Due,
    OutcomesRecorded,
)
from paraph.protocol.statements.content import Content, decode_content
from paraph.protocol.statements.exchanges import AcknowledgementGiven, CommentMade, DispatchSent
from paraph.protocol.statements.header import Wording
from paraph.protocol.statements.internal import ClearanceAsked, ClearanceGiven, MandateSet
from paraph.protocol.statements.joint import AgreedTo
from paraph.protocol.statements.positions import PackageTied, PackageUntied, PositionTaken
from paraph.protocol.statements.proposals import ProposalAnswered, ProposalMade
from paraph.protocol.statements.recall import Recalled
from paraph.protocol.statements.scrutiny import (
    FindingMade,
    FindingSettled,
    ScrubConfirmed,
    TermSet,
)
from paraph.protocol.statements.side_documents import SideDocumentOpened
from paraph.protocol.statements.silence import SilenceBroken, SilenceClosed, SilenceOpened
from paraph.protocol.statements.versions import NegotiationOpened, VersionConfirmed, VersionTabled

Name = Callable[[bytes], str]
"""How people call a statement: its index, or the start of its id."""

MOST_NAMED: Final = 8
"""Statements that a line names; the rest is told by the statement itself."""


def summary(content: Content, name: Name) -> Sentence:
    """Return what *content* says, on one line.

    Args:
        content: The record.
        name: Gives the name of a statement.
    """
    return _SUMMARIES[type(content)](content, name)


def _with(line: Sentence, words: str) -> Sentence:
    return worded("%(line)s: %(words)s", line=line, words=words) if words else line


def _titles(titles: Iterable[Wording]) -> Multilingual:
    return multilingual({each.language: each.words for each in titles})


def _opened(content: NegotiationOpened, name: Name) -> Sentence:
    del name
    return worded("%(words)s", words=_titles(content.titles))


def _tabled(content: VersionTabled, name: Name) -> Sentence:
    kind = coded("version", content.version_kind)
    if content.clauses:
        count = len(content.clauses)
        return counted(count, "%(kind)s: %(n)s clause", "%(kind)s: %(n)s clauses", kind=kind)
    return counted(
        len(content.operations),
        "%(kind)s: %(n)s operation on %(parents)s",
        "%(kind)s: %(n)s operations on %(parents)s",
        kind=kind,
        parents=tuple(map(name, content.parents)),
    )


def _confirmed(content: VersionConfirmed, name: Name) -> Sentence:
    return worded("confirms %(version)s", version=name(content.version))


def _commented(content: CommentMade, name: Name) -> Sentence:
    kind = coded("comment", content.comment_kind)
    line = worded("%(kind)s", kind=kind)
    if content.in_reply_to != ZERO:
        line = worded("%(kind)s to %(comment)s", kind=kind, comment=name(content.in_reply_to))
    elif content.anchor.cid:
        line = worded("%(kind)s on %(cid)s", kind=kind, cid=content.anchor.cid)
    return _with(line, content.body)


def _dispatched(content: DispatchSent, name: Name) -> Sentence:
    del name
    line = counted(
        len(content.carries),
        "%(kind)s %(author)s-%(number)s, %(n)s enclosure",
        "%(kind)s %(author)s-%(number)s, %(n)s enclosures",
        kind=coded("dispatch-kind", content.dispatch_kind),
        author=content.author,
        number=content.number,
    )
    return _with(line, content.body)


def _acknowledged(content: AcknowledgementGiven, name: Name) -> Sentence:
    named = tuple(name(each) for each in content.subjects[:MOST_NAMED])
    rung = coded("rung-said", content.rung)
    line = worded("%(rung)s: %(statements)s", rung=rung, statements=named)
    if content.outcome != "ok":
        line = worded(
            "%(rung)s, %(outcome)s: %(statements)s",
            rung=rung,
            outcome=coded("rung-said", content.outcome),
            statements=named,
        )
    return _with(line, content.reason)


def _silence_opened(content: SilenceOpened, name: Name) -> Sentence:
    version = name(content.version)
    what = worded("%(version)s", version=version)
    if content.cid:
        what = worded("%(cid)s of %(version)s", cid=content.cid, version=version)
    return worded("silence on %(what)s until %(at)s", what=what, at=when(content.expires))


def _silence_broken(content: SilenceBroken, name: Name) -> Sentence:
    return _with(
        worded("breaks silence %(silence)s", silence=name(content.silence)), content.reason
    )


def _silence_closed(content: SilenceClosed, name: Name) -> Sentence:
    return worded(
        "closes silence %(silence)s at size %(size)s",
        silence=name(content.silence),
        size=content.size,
    )


def _proposed(content: ProposalMade, name: Name) -> Sentence:
    del name
    where = worded("proposes")
    if content.clause:
        where = worded("proposes on %(cid)s", cid=content.clause)
    return _with(where, _titles(content.titles))


def _answered(content: ProposalAnswered, name: Name) -> Sentence:
    to, proposal = coded("standing", content.to), name(content.proposal)
    return _with(worded("%(to)s %(proposal)s", to=to, proposal=proposal), content.note)


def _position(content: PositionTaken, name: Name) -> Sentence:
    taken = [
        worded("%(cid)s %(position)s", cid=each.cid, position=coded("position", each.value))
        for each in content.entries[:MOST_NAMED]
    ]
    if content.others:
        others = coded("position", content.others)
        taken.append(worded("all others %(position)s", position=others))
    return worded("on %(version)s: %(taken)s", version=name(content.version), taken=tuple(taken))


def _tied(content: PackageTied, name: Name) -> Sentence:
    del name
    return worded("ties %(cids)s", cids=tuple(content.cids[:MOST_NAMED]))


def _untied(content: PackageUntied, name: Name) -> Sentence:
    return worded("unties %(package)s", package=name(content.package))


def _recalled(content: Recalled, name: Name) -> Sentence:
    return _with(worded("recalls %(statement)s", statement=name(content.subject)), content.reason)


def _powers(content: FullPowersShown, name: Name) -> Sentence:
    del name
    return worded(
        "full powers for %(person)s: %(purpose)s",
        person=content.holder.hex()[:8],
        purpose=coded("powers-to", content.purpose),
    )


def _concluded(content: Initialled | Signed, name: Name) -> Sentence:
    act = content.act
    person, version, languages = act.holder.hex()[:8], name(act.version), tuple(act.languages)
    if act.original:
        return worded(
            "%(person)s signs the original of %(party)s of %(version)s in %(languages)s",
            person=person,
            party=act.original,
            version=version,
            languages=languages,
        )
    return worded(
        "%(person)s initials %(version)s in %(languages)s",
        person=person,
        version=version,
        languages=languages,
    )


def _conclusion_withdrawn(content: ConclusionWithdrawn, name: Name) -> Sentence:
    return _with(
        worded("takes back %(statement)s", statement=name(content.subject)), content.reason
    )


def _alternat(content: AlternatSet, name: Name) -> Sentence:
    return counted(
        len(content.substitutions),
        "originals of %(version)s, %(n)s substitution",
        "originals of %(version)s, %(n)s substitutions",
        version=name(content.version),
    )


def _effect(content: EffectStated, name: Name) -> Sentence:
    line = worded(
        "effect of %(version)s: %(effect)s",
        version=name(content.version),
        effect=coded("effect", content.effect),
    )
    return _with(line, when(content.instant) if content.instant else "")


def _effect_noted(content: EffectNoted, name: Name) -> Sentence:
    del name
    line = worded(
        "note: %(change)s at %(at)s, %(zone)s",
        change=coded("change-of-effect", content.change),
        at=when(content.effective),
        zone=content.zone,
    )
    return _with(line, content.note)


def _event(content: EventNoted, name: Name) -> Sentence:
    del name
    event = coded("event", content.event)
    return _with(worded("%(event)s at %(at)s", event=event, at=when(content.at)), content.note)


def _stood_by(content: StoodBy, name: Name) -> Sentence:
    return _with(worded("stands by %(statement)s", statement=name(content.subject)), content.note)


def _agreed(content: AgreedTo, name: Name) -> Sentence:
    return worded("agrees to %(statement)s", statement=name(content.subject))


def _document(content: SideDocumentOpened, name: Name) -> Sentence:
    del name
    about = tuple(filter(None, (content.cid, content.conference)))
    kind = coded("document", content.document_kind)
    line = worded("%(kind)s on %(about)s", kind=kind, about=about)
    if not about:
        line = worded("%(kind)s", kind=kind)
    return _with(line, _titles(content.titles))


def _scheduled(content: ConferenceScheduled, name: Name) -> Sentence:
    line = counted(
        len(content.agenda),
        "%(conference)s at %(at)s, %(n)s point",
        "%(conference)s at %(at)s, %(n)s points",
        conference=content.name,
        at=when(content.at),
    )
    if content.replaces == ZERO:
        return line
    return worded("%(line)s, replaces %(schedule)s", line=line, schedule=name(content.replaces))


def _outcomes(content: OutcomesRecorded, name: Name) -> Sentence:
    del name
    results = tuple(
        worded(
            "%(about)s %(result)s",
            about=each.cid or worded("proposal"),
            result=_result(each.result),
        )
        for each in content.items[:MOST_NAMED]
    )
    return worded(
        "outcomes of %(conference)s: %(results)s", conference=content.conference, results=results
    )


def _result(code: str) -> Sentence:
    if code.startswith(RESERVED_BY):
        return worded("reserved by %(party)s", party=code.removeprefix(RESERVED_BY))
    return worded("%(result)s", result=coded("result", code))


def due(by: Due) -> str:
    """Return by when something is due, as people say it."""
    return by.conference or when(by.at)


def _action(content: ActionSet, name: Name) -> Sentence:
    del name
    line = worded("action of %(owner)s by %(due)s", owner=content.owner, due=due(content.due))
    return _with(line, content.what)


def _reported(content: ActionReported, name: Name) -> Sentence:
    action, ending = name(content.action), coded("action", content.ending)
    at, to = when(content.at), tuple(due(each) for each in content.due)
    line = worded("action %(action)s %(ending)s at %(at)s", action=action, ending=ending, at=at)
    if to:
        line = worded(
            "action %(action)s %(ending)s to %(to)s at %(at)s",
            action=action,
            ending=ending,
            to=to,
            at=at,
        )
    return _with(line, content.note)


def _found(content: FindingMade, name: Name) -> Sentence:
    kind, version = coded("finding", content.finding_kind), name(content.version)
    line = worded("%(kind)s in %(version)s", kind=kind, version=version)
    if content.cid:
        line = worded(
            "%(kind)s in %(cid)s of %(version)s", kind=kind, cid=content.cid, version=version
        )
    return _with(line, content.detail)


def _settled(content: FindingSettled, name: Name) -> Sentence:
    finding, how = name(content.finding), coded("settled", content.how)
    line = worded("finding %(finding)s %(how)s", finding=finding, how=how)
    if content.version != ZERO:
        line = worded(
            "finding %(finding)s %(how)s in %(version)s",
            finding=finding,
            how=how,
            version=name(content.version),
        )
    return _with(line, content.note)


def _scrubbed(content: ScrubConfirmed, name: Name) -> Sentence:
    return worded(
        "%(sort)s scrub of %(version)s",
        sort=coded("scrub-sort", content.sort),
        version=name(content.version),
    )


def _term(content: TermSet, name: Name) -> Sentence:
    words = tuple(f"{each.language}: {each.words}" for each in content.words)
    line = worded("term %(words)s", words=words) if words else worded("term dropped")
    if content.replaces == ZERO:
        return line
    return worded("%(line)s in place of %(term)s", line=line, term=name(content.replaces))


def _mandate(content: MandateSet, name: Name) -> Sentence:
    del name
    return worded("%(words)s", words=content.name)


def all_of(contents: Sequence[Content], name: Name) -> Sentence:
    """Return what several records say, on one line; see :func:`summary`."""
    first, *rest = (summary(each, name) for each in contents)
    return functools.reduce(
        lambda line, each: worded("%(line)s; %(then)s", line=line, then=each), rest, first
    )


def subject(content: ClearanceAsked, name: Name) -> Sentence:
    """Return what is asked to leave, made of its records anew.

    The line in *content* is in the language of whoever asked, and stands only where its records
    do not read.
    """
    try:
        return all_of([decode_content(each) for each in content.parts], name)
    except MalformedError:
        return worded("%(words)s", words=content.subject)


def _asked(content: ClearanceAsked, name: Name) -> Sentence:
    line = worded("asks to let leave")
    if content.needs:
        needs = all_coded("needs", content.needs)
        line = worded("asks to let leave (needs %(needs)s)", needs=needs)
    return _with(line, subject(content, name))


def _given(content: ClearanceGiven, name: Name) -> Sentence:
    line = worded(
        "%(step)s %(asked)s", step=coded("clearing", content.step), asked=name(content.asked)
    )
    return _with(line, content.note)


_SUMMARIES: Final[Mapping[type[Record], Callable[[Any, Name], Sentence]]] = {
    NegotiationOpened: _opened,
    VersionTabled: _tabled,
    MandateSet: _mandate,
    ClearanceAsked: _asked,
    ClearanceGiven: _given,
    VersionConfirmed: _confirmed,
    CommentMade: _commented,
    DispatchSent: _dispatched,
    AcknowledgementGiven: _acknowledged,
    AgreedTo: _agreed,
    SideDocumentOpened: _document,
    ConferenceScheduled: _scheduled,
    OutcomesRecorded: _outcomes,
    ActionSet: _action,
    ActionReported: _reported,
    SilenceOpened: _silence_opened,
    SilenceBroken: _silence_broken,
    SilenceClosed: _silence_closed,
    Recalled: _recalled,
    ProposalMade: _proposed,
    ProposalAnswered: _answered,
    PositionTaken: _position,
    PackageTied: _tied,
    PackageUntied: _untied,
    FullPowersShown: _powers,
    Initialled: _concluded,
    Signed: _concluded,
    ConclusionWithdrawn: _conclusion_withdrawn,
    AlternatSet: _alternat,
    EffectStated: _effect,
    EffectNoted: _effect_noted,
    EventNoted: _event,
    StoodBy: _stood_by,
    FindingMade: _found,
    FindingSettled: _settled,
    ScrubConfirmed: _scrubbed,
    TermSet: _term,
}
