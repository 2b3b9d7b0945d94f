"""Full powers, initials, signatures, originals, effect, contested statements (SPEC 7.15-7.17)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from paraph.protocol import roles
from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.fold.checks import known_party, version_of, working_language
from paraph.protocol.negotiation.gate import CODE, Person, bars, powers_of
from paraph.protocol.negotiation.state import APPLIED, Negotiation, Said, State, Version
from paraph.protocol.negotiation.state.conclusion import (
    Act,
    Alternat,
    Conclusion,
    Effect,
    Event,
    Note,
    Powers,
)
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.conclusion import (
    AlternatSet,
    ConcludingAct,
    ConclusionWithdrawn,
    EffectNoted,
    EffectStated,
    EventNoted,
    FullPowersShown,
    Initialled,
    Signed,
    StoodBy,
)
from paraph.protocol.statements.versions import VersionTabled

MOST_TOLD: Final = 3
"""How many open things a refusal names."""


def powers_shown(
    state: State, talks: Negotiation, content: FullPowersShown, said: Said
) -> Negotiation:
    """Note for what a person of the author's party may conclude."""
    _shared(state)
    for each in content.capacity:
        working_language(state, each.language)
    shown = talks.conclusion.powers.get(content.holder) or {}
    before = shown.get(said.party, Powers())
    after = Powers(
        initial=said.statement if content.purpose in {"initial", "both"} else before.initial,
        sign=said.statement if content.purpose in {"sign", "both"} else before.sign,
        capacity=content.capacity,
    )
    powers = talks.conclusion.powers.put(content.holder, {**shown, said.party: after})
    return _with(talks, replace(talks.conclusion, powers=powers))


def initialled(state: State, talks: Negotiation, content: Initialled, said: Said) -> Negotiation:
    """Take in an initial, once for each person, while nothing stands open."""
    _shared(state)
    act, before = content.act, talks.conclusion.initials
    version = _version(state, talks, act, said)
    if concluded.initialled(talks) is not None:
        raise OutOfTurnError(
            "every required initial is placed: expected no further one", code="concluded"
        )
    if act.holder in concluded.holders(before, said.party):
        raise OutOfTurnError("this person initialled it before", code="initialled-before")
    _digests(act, version.digests)
    _ready(state, talks, version, act, said)
    placed = Act(said, act)
    return _with(talks, replace(talks.conclusion, initials=(*before, placed)))


def signed(state: State, talks: Negotiation, content: Signed, said: Said) -> Negotiation:
    """Take in a signature on one original, once for each person, while nothing stands open."""
    _shared(state)
    act, before = content.act, talks.conclusion.signatures
    version = _version(state, talks, act, said)
    known_party(state, act.original)
    if concluded.is_signed(talks):
        raise OutOfTurnError(
            "every required signature is placed: expected no further one", code="concluded"
        )
    if act.holder in concluded.holders(before, said.party, act.original):
        raise OutOfTurnError("this person signed this original before", code="signed-before")
    _ready(state, talks, version, act, said)
    agreed = concluded.alternat(state, talks, version.statement)
    if agreed is None or act.alternat != agreed.said.statement:
        raise OutOfTurnError(
            "expected the alternat that both parties agreed to", code="alternat-differs"
        )
    original = alternats.original_of(agreed.content, act.original)
    if original is None or act.languages != original.languages:
        raise OutOfTurnError(
            worded(
                "expected the languages in the order of the original of %(original)s",
                original=act.original,
            ),
            code="alternat-differs",
        )
    _digests(
        act,
        {
            language: alternats.digest_original(
                version.text, language, agreed.content, act.original
            )
            for language in version.text.languages
        },
    )
    return _with(talks, replace(talks.conclusion, signatures=(*before, Act(said, act))))


def withdrawn(
    state: State, talks: Negotiation, content: ConclusionWithdrawn, said: Said
) -> Negotiation:
    """Take an initial or a signature back, before the last required one is placed."""
    del state
    now = talks.conclusion
    for act in (*now.initials, *now.signatures):
        if act.said.statement == content.subject:
            _may_withdraw(talks, act, said)
            kept = replace(
                now,
                initials=tuple(each for each in now.initials if each is not act),
                signatures=tuple(each for each in now.signatures if each is not act),
            )
            return _with(talks, kept)
    raise OutOfTurnError("expected an initial or a signature that stands", code="not-standing")


def _may_withdraw(talks: Negotiation, act: Act, said: Said) -> None:
    if act.act.party != said.party:
        raise OutOfTurnError("a party takes back its own only", code="author-differs")
    if act.act.original and not roles.may(said.role, "sign"):
        raise OutOfTurnError(
            worded("a %(role)s may not take back a signature", role=roles.named(said.role)),
            code="role",
        )
    if concluded.is_signed(talks) if act.act.original else concluded.initialled(talks):
        raise OutOfTurnError(
            "the last required one is placed: nothing is taken back after it", code="concluded"
        )


def alternat_set(state: State, talks: Negotiation, content: AlternatSet, said: Said) -> Negotiation:
    """Note how the originals are to differ; it counts once the other party agrees."""
    _shared(state)
    version = _instrument(version_of(talks, content.version))
    if talks.conclusion.signatures:
        raise OutOfTurnError("an original is signed: its alternat stays", code="frozen-text")
    known_party(state, content.named_first)
    if tuple(each.kept_by for each in content.originals) != state.parties:
        raise OutOfTurnError("expected one original for each party", code="originals-differ")
    for original in content.originals:
        if original.parties[0] != original.kept_by or set(original.parties) != set(state.parties):
            raise OutOfTurnError(
                worded(
                    "expected %(kept_by)s to be named first in the original that it keeps",
                    kept_by=original.kept_by,
                ),
                code="originals-differ",
            )
        if tuple(sorted(original.languages)) != state.languages:
            raise OutOfTurnError(
                worded(
                    "expected %(languages)s, each once, in the original of %(kept_by)s",
                    languages=tuple(state.languages),
                    kept_by=original.kept_by,
                ),
                code="originals-differ",
            )
    for each in content.substitutions:
        working_language(state, each.language)
    alternats.check(version.text, content)
    after = talks.conclusion.alternats.put(said.statement, Alternat(said, content))
    return _with(talks, replace(talks.conclusion, alternats=after))


def effect_stated(
    state: State, talks: Negotiation, content: EffectStated, said: Said
) -> Negotiation:
    """Note when the text is to come into effect; it counts once the other party agrees."""
    _shared(state)
    _instrument(version_of(talks, content.version))
    after = talks.conclusion.effects.put(said.statement, Effect(said, content))
    return _with(talks, replace(talks.conclusion, effects=after))


def effect_noted(state: State, talks: Negotiation, content: EffectNoted, said: Said) -> Negotiation:
    """Take in a note on the effect of a signed text, where it follows the party's last one."""
    _shared(state)
    if not concluded.is_signed(talks):
        raise OutOfTurnError("expected a signed text before a note on it", code="not-signed")
    now = talks.conclusion
    last = now.changes.get(said.party, "")
    if last not in _AFTER[content.change]:
        raise OutOfTurnError(
            worded(
                "%(change)s cannot follow %(last)s of %(party)s",
                change=coded("change-of-effect", content.change),
                last=coded("change-of-effect", last) if last else worded("no note"),
                party=said.party,
            ),
            code="effect-order",
        )
    after = replace(
        now,
        notes=now.notes.put(said.statement, Note(said, content)),
        changes={**now.changes, said.party: content.change},
    )
    return _with(talks, after)


_AFTER: Final[Mapping[str, frozenset[str]]] = {
    "begins": frozenset({""}),
    "suspends": frozenset({"", "begins", "resumes"}),
    "resumes": frozenset({"suspends"}),
    "ends": frozenset({"", "begins", "suspends", "resumes"}),
}
"""A change of effect to the last change by the same party that it may follow."""


def event_noted(state: State, talks: Negotiation, content: EventNoted, said: Said) -> Negotiation:
    """Note something that happened and binds nobody."""
    _shared(state)
    after = talks.conclusion.events.put(said.statement, Event(said, content))
    return _with(talks, replace(talks.conclusion, events=after))


def stood_by(state: State, talks: Negotiation, content: StoodBy, said: Said) -> Negotiation:
    """Clear a contested statement: its own party says with another key that it stands."""
    entry = state.entries.get(content.subject)
    if entry is None or entry.outcome != APPLIED or entry.negotiation != talks.identity:
        raise OutOfTurnError("no such statement stands here", code="unknown-statement")
    if entry.party != said.party:
        raise OutOfTurnError("a party stands by its own statements", code="author-differs")
    if not concluded.is_contested(state, talks, content.subject):
        raise OutOfTurnError("this statement is not contested", code="not-contested")
    after = talks.conclusion.stood_by.put(content.subject, said)
    return _with(talks, replace(talks.conclusion, stood_by=after))


def may_table(state: State, talks: Negotiation, content: VersionTabled) -> None:
    """Refuse a change of the instrument that is frozen, and a correction of what is not.

    Raises:
        OutOfTurnError: ``frozen-text``, ``nothing-to-rectify`` or ``unknown-document``.
    """
    correction = content.version_kind == concluded.RECTIFIED
    settled = concluded.in_force(talks)
    if state.internal or not (correction or talks.conclusion.is_frozen):
        return
    if not correction:
        raise OutOfTurnError(
            "the text is frozen by initials: expected a version of kind rectified, or the initials"
            " to be withdrawn first",
            code="frozen-text",
        )
    if settled is None or content.parents != (settled.statement,):
        raise OutOfTurnError(
            "expected a correction of the text that both sides initialled, as it is in force",
            code="nothing-to-rectify",
        )
    about = content.header.relates_to
    if about.channel != state.channel or about.statement not in talks.side_documents:
        raise OutOfTurnError(
            "expected the correction to relate to a side document: its procès-verbal",
            code="unknown-document",
        )


def may_correct(version: Version, role: str) -> None:
    """Ask for a role that may agree where a correction is put into force (``role``).

    An initialled text took distinct people with full powers: no desk officer changes it alone.
    """
    correction = version.content.version_kind == concluded.RECTIFIED
    if correction and version.document == ZERO and not roles.may(role, "agree"):
        raise OutOfTurnError(
            worded("a %(role)s may not confirm a correction for a party", role=roles.named(role)),
            code="role",
        )


def _shared(state: State) -> None:
    if state.internal:
        raise OutOfTurnError(
            "expected the channel of both parties: nothing is concluded alone", code="shared-only"
        )


def _with(talks: Negotiation, conclusion: Conclusion) -> Negotiation:
    return replace(talks, conclusion=conclusion)


def _instrument(version: Version) -> Version:
    if version.document != ZERO:
        raise OutOfTurnError("expected a version of the instrument", code="document-differs")
    return version


def _version(state: State, talks: Negotiation, act: ConcludingAct, said: Said) -> Version:
    # The act stands by itself for ever: it must say of its author what the log says.
    if (act.channel, act.party, act.signer, act.holder) != (
        state.channel,
        said.party,
        said.key,
        said.holder,
    ):
        raise OutOfTurnError(
            "expected channel, party, key and person of the act to be the author's",
            code="act-differs",
        )
    version = version_of(talks, act.version)
    for each in act.roots:
        terms = state.terms.get(each.party)
        if terms is None or terms.roots != each.digest:
            raise OutOfTurnError(
                worded("the root set of %(party)s is another than the act names", party=each.party),
                code="roots-differ",
            )
    return version


def _digests(act: ConcludingAct, own: Mapping[str, bytes]) -> None:
    if act.digests != own:
        differ = sorted(language for language in own if act.digests.get(language) != own[language])
        raise OutOfTurnError(
            worded(
                "what is concluded is not this text (%(differ)s)",
                differ=tuple(differ) or worded("languages"),
            ),
            code="digest-differs",
        )


def _ready(
    state: State, talks: Negotiation, version: Version, act: ConcludingAct, said: Said
) -> None:
    person = Person(said.party, said.holder)
    found = bars(state, talks, version, "sign" if act.original else "initial", person)
    if first := [each.words for each in itertools.islice(found, MOST_TOLD)]:
        # The others are not looked for: whoever may initial could have them counted for ever.
        raise OutOfTurnError(
            worded("%(open)s; the gate lists them all", open=tuple(first)), code=CODE
        )
    if act.capacity != powers_of(talks, person).capacity:
        raise OutOfTurnError(
            "expected the capacity that the full powers show", code="capacity-differs"
        )
