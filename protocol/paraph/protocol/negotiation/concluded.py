"""What has been concluded: derived from the state, never typed in (SPEC 7.15, 7.16)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.joint import is_agreed
from paraph.protocol.negotiation.state import APPLIED, Negotiation, Said, State, Version
from paraph.protocol.negotiation.state.conclusion import Act, Alternat, Effect, Note

RECTIFIED: Final = "rectified"
"""Kind of a version that corrects an initialled or signed text."""


def holders(acts: Iterable[Act], party: str, original: str = "") -> frozenset[bytes]:
    """Return which persons of *party* stand in *acts* on an original, or on the text."""
    return frozenset(
        each.act.holder
        for each in acts
        if each.act.party == party and each.act.original == original
    )


def initialled(talks: Negotiation) -> Version | None:
    """Return the version on which every required initial stands, or nothing."""
    acts = talks.conclusion.initials
    version = talks.versions.get(acts[0].act.version) if acts else None
    if version is not None and all(
        len(holders(acts, party)) >= terms.initiallers for party, terms in version.terms.items()
    ):
        return version
    return None


def is_frozen(talks: Negotiation, version: Version) -> bool:
    """Tell whether every required initial stands on *version*."""
    frozen = initialled(talks)
    return frozen is not None and frozen.statement == version.statement


def is_signed(talks: Negotiation) -> bool:
    """Tell whether every required signature stands on every original."""
    version = initialled(talks)
    return version is not None and all(
        len(holders(talks.conclusion.signatures, party, original)) >= terms.signatories
        for original in version.terms
        for party, terms in version.terms.items()
    )


def is_confirmed(version: Version) -> bool:
    """Tell whether every party stands behind *version*, by sending or by confirming it."""
    return {version.party, *version.confirmed} >= version.terms.keys()


def in_force(talks: Negotiation) -> Version | None:
    """Return the text that was initialled, with the corrections that both sides confirmed.

    Of two corrections of one text the one that both confirmed first counts; the other one then
    corrects a text that is no longer in force.
    """
    version = initialled(talks)
    if version is None:
        return None
    confirmed: dict[bytes, Version] = {}
    for each in _after(talks, version):
        parent = each.content.parents[0]
        if is_confirmed(each) and _comes_first(each, confirmed.get(parent)):
            confirmed[parent] = each
    while version.statement in confirmed:
        version = confirmed[version.statement]
    return version


def correcting(talks: Negotiation) -> Version | None:
    """Return a correction of the text in force that is not confirmed by both, or nothing."""
    settled = in_force(talks)
    if settled is None:
        return None
    parents = (settled.statement,)
    open_ = (each for each in _after(talks, settled) if each.content.parents == parents)
    return next((each for each in open_ if not is_confirmed(each)), None)


def _comes_first(one: Version, two: Version | None) -> bool:
    return two is None or max(one.confirmed.values()) < max(two.confirmed.values())


def _after(talks: Negotiation, version: Version) -> Iterator[Version]:
    # What was made from it, newest first along each line; no line is longer than its corrections.
    for head in reversed(talks.heads):
        each = talks.versions.get(head)
        while each is not None and each.index > version.index:
            yield each
            each = talks.versions.get(each.content.parents[0]) if each.content.parents else None


def alternat(state: State, talks: Negotiation, version: bytes) -> Alternat | None:
    """Return the alternat of *version* that both agreed to: the signed one, or else the newest."""
    signatures = talks.conclusion.signatures
    if signatures:
        return talks.conclusion.alternats.get(signatures[0].act.alternat)
    return max(
        (
            each
            for statement, each in talks.conclusion.alternats.items()
            if each.content.version == version and is_agreed(state, talks, statement)
        ),
        key=lambda each: each.said.index,
        default=None,
    )


def effect(state: State, talks: Negotiation) -> Effect | None:
    """Return when the initialled text is to come into effect, as both last agreed, or nothing."""
    texts = {each.statement for each in (initialled(talks), in_force(talks)) if each is not None}
    return max(
        (
            each
            for statement, each in talks.conclusion.effects.items()
            if each.content.version in texts and is_agreed(state, talks, statement)
        ),
        key=lambda each: each.said.index,
        default=None,
    )


def notes(talks: Negotiation) -> tuple[Note, ...]:
    """Return the notes on the effect of the text, in the order of the log."""
    found = (each for _, each in talks.conclusion.notes.items())
    return tuple(sorted(found, key=lambda each: each.said.index))


def is_contested(state: State, talks: Negotiation, statement: bytes) -> bool:
    """Tell whether a statement is contested: by a key said to be compromised when it was used.

    It is not where its party stands by it with another key that is not contested itself.
    """
    entry = state.entries.get(statement)
    if entry is None or entry.outcome != APPLIED or not _compromised(state, entry.said):
        return False
    by = talks.conclusion.stood_by.get(statement)
    return by is None or _compromised(state, by)


def _compromised(state: State, said: Said) -> bool:
    since = state.contested.get(said.key) if said.key != ZERO else None
    return since is not None and said.index >= since
