"""Concluding at a desk: what stands open, the records of powers, initials and signatures.

The gate of the fold (SPEC 7.15) is the same for everybody. What only this desk knows comes on
top: whether somebody compared the other side's roots, whether the record is final where the
charter asks for cosigners, whether log time stands still, and whether everything was read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.keys import founding
from paraph.client.keys.home import Book
from paraph.client.log.cosigners import final_below
from paraph.client.negotiating.newcomers import newcomers
from paraph.client.negotiating.roots import unverified
from paraph.client.writing import composing
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MisuseError, RefusedError
from paraph.protocol.keys import Signer
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation.gate import Open, Person, Purpose, gate, powers_of
from paraph.protocol.negotiation.phase import Phase, phase
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.negotiation.state.conclusion import Act, Alternat
from paraph.protocol.sentences import counted, worded
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.conclusion import (
    NO_ORIGINAL,
    ConcludingAct,
    FullPowersShown,
    Initialled,
    PartyRoots,
    Signed,
    sign_act,
)
from paraph.protocol.statements.envelope import ClearContent
from paraph.protocol.statements.header import (
    NO_NEGOTIATION,
    ContentHeader,
    to_digests,
    to_wordings,
)

STALLED_MS: Final = 2 * 3_600_000
"""Two heartbeats: further behind, log time is said to stand still, and nothing is concluded."""
_LOOK_BACK: Final = 4_096
_HINTS: Final[Mapping[str, str]] = {
    "roots-unverified": "call them, and type the words that they read out: paraph party verify",
    "key-unaccepted": "call them, and ask whose it is; then accept it on the page of trust, or with"
    " paraph party accept",
    "key-misused": "call them: they revoke the key, and say in the log what happened",
    "log-time-stalled": "ask both sides to look after their bots; paraph sync",
    "not-final": "both sides' cosigners must sign a note that covers the text; paraph sync",
    "not-read": "paraph sync, and let somebody grant what does not open here",
}


def here(desk: Desk, book: Book, version: Version) -> Iterator[Open]:
    """Yield what bars *version* from being concluded at this desk, whatever the fold says."""
    for code in unverified(desk, book):
        yield Open(
            "roots-unverified",
            "",
            worded("expected somebody here to compare %(party)s's words", party=code),
        )
    for each in newcomers(desk):
        if each.spoke:
            yield Open(
                "key-unaccepted",
                "",
                worded(
                    "expected somebody here to accept key %(key)s of %(party)s, which is new",
                    key=each.member.id.hex()[:16],
                    party=each.member.party,
                ),
            )
    for member in desk.screen.held.misused:
        yield Open(
            "key-misused",
            "",
            worded(
                "expected %(party)s to answer in the log for its key %(key)s, which signed two"
                " statements under one number",
                party=member.party,
                key=member.id.hex()[:16],
            ),
        )
    if desk.reader.halt is not None:
        yield Open(
            "not-read",
            "",
            worded("expected all of the log to be read: %(state)s", state=desk.reader.up_to),
        )
    if desk.replica.log.charter.quorum == "all":
        final = final_below(desk.replica)
        if version.index >= final:
            yield Open(
                "not-final",
                "",
                worded(
                    "expected entry %(index)s below %(final)s", index=version.index, final=final
                ),
            )
    behind = _behind(desk)
    if behind > STALLED_MS:
        yield Open(
            "log-time-stalled",
            "",
            counted(
                behind // 60_000,
                "log time is %(n)s minute behind",
                "log time is %(n)s minutes behind",
            ),
        )


def _behind(desk: Desk) -> int:
    # In an exercise the year is played: there the newest claim in the log is the clock.
    log = desk.replica.log
    now = _newest_beat(desk) if desk.is_exercise else desk.header(NO_NEGOTIATION).dated
    return max(0, now - log.log_time)


def _newest_beat(desk: Desk) -> int:
    size = desk.replica.size
    newest, missing = 0, set(desk.replica.log.trust.parties)
    for index in range(size - 1, max(0, size - _LOOK_BACK) - 1, -1):
        entry = desk.replica.entry(index)
        content = entry.statement.content if entry.statement and not entry.void else None
        if isinstance(content, ClearContent) and isinstance(content.payload, Heartbeat):
            newest = max(newest, content.payload.dated)
            missing -= {entry.member.party} if entry.member else set()
        if not missing:
            break
    return newest


# ------------------------------------------------------------------ which version, who


def version_to(talks: Negotiation, purpose: Purpose, wanted: bytes | None = None) -> Version:
    """Return the version meant: the one named, the head to initial, the text in force to sign.

    Raises:
        InputError: There is none, or several heads.
    """
    if wanted is not None:
        return composing.version_of(talks, wanted)
    settled = concluded.in_force(talks)
    if purpose == "sign" and settled is not None:
        return settled
    if len(talks.heads) == 1:
        return composing.version_of(talks, talks.heads[0])
    raise InputError(
        worded(
            "expected one head of the text, found %(count)s",
            count=len(talks.heads) or worded("none"),
        ),
        code="unknown-version",
        hint="name the version; paraph log shows them",
    )


def person_of(desk: Desk) -> Person:
    """Return who this desk concludes as."""
    return Person(desk.party, desk.member.holder)


@dataclasses.dataclass(frozen=True, slots=True)
class Checklist:
    """What a version still needs before it can be initialled or signed.

    Attributes:
        version: The version.
        purpose: What for.
        phase: How far the instrument has come.
        open: What the fold refuses it for.
        here: What this desk refuses it for.
        acts: Initials, then signatures that stand.
        needed: Distinct persons that must initial and sign, by party.
        alternat: The originals that both agreed to, if any.
    """

    version: Version
    purpose: Purpose
    phase: Phase
    open: tuple[Open, ...]
    here: tuple[Open, ...]
    acts: tuple[Act, ...]
    needed: Mapping[str, tuple[int, int]]
    alternat: Alternat | None

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands open."""
        return not self.open and not self.here


def checklist(
    desk: Desk,
    book: Book,
    identity: bytes,
    purpose: Purpose = "initial",
    wanted: bytes | None = None,
) -> Checklist:
    """Return what stands open at this desk for its own person.

    Raises:
        InputError: No such negotiation or version.
    """
    state = desk.state
    talks = composing.negotiation_of(state, identity)
    version = version_to(talks, purpose, wanted)
    return Checklist(
        version=version,
        purpose=purpose,
        phase=phase(state, talks, desk.replica.log.log_time),
        open=gate(state, talks, version, purpose, person_of(desk)),
        here=tuple(here(desk, book, version)),
        acts=(*talks.conclusion.initials, *talks.conclusion.signatures),
        needed={
            code: (terms.initiallers, terms.signatories) for code, terms in version.terms.items()
        },
        alternat=concluded.alternat(state, talks, version.statement),
    )


def require(desk: Desk, book: Book, version: Version) -> None:
    """Refuse to conclude at this desk while something only it knows stands open.

    Raises:
        RefusedError: With the rule as its code, and what to do.
    """
    for each in here(desk, book, version):
        raise RefusedError(each.expected, code=each.rule, hint=_HINTS[each.rule])


# ------------------------------------------------------------------ the records


def powers_shown(
    header: ContentHeader,
    holder: bytes,
    purpose: str,
    capacity: Mapping[str, str],
    issued_by: str,
) -> FullPowersShown:
    """Return the record that shows full powers.

    Raises:
        InputError: Something is out of its bounds.
    """
    try:
        return FullPowersShown(
            header=header,
            holder=holder,
            purpose=purpose,
            capacity=to_wordings(capacity),
            issued_by=issued_by,
        )
    except MisuseError as error:
        raise InputError(error.words, hint="give --capacity LANG=TEXT and --issued-by") from error


def initialled(
    desk: Desk, signer: Signer, book: Book, header: ContentHeader, wanted: bytes | None = None
) -> Initialled:
    """Return the initial of this desk's person on a version; the head, if none is named.

    Args:
        desk: Whose.
        signer: The key of the desk: the act is signed by itself too.
        book: Whose roots were verified.
        header: The common header.
        wanted: Statement id of the version.

    Raises:
        RefusedError: Not for this role, or something only this desk knows stands open.
        InputError: No such version.
    """
    talks = composing.negotiation_of(desk.state, header.negotiation)
    roles.require(desk.role, "initial")
    version = version_to(talks, "initial", wanted)
    require(desk, book, version)
    act = _act(desk, signer, talks, version, version.digests, version.text.languages)
    return Initialled(header=header, act=act, signature=sign_act(Initialled, act, signer))


def signed(desk: Desk, signer: Signer, book: Book, header: ContentHeader, original: str) -> Signed:
    """Return the signature of this desk's person on the original that a party keeps.

    Args:
        desk: Whose.
        signer: The key of the desk: the act is signed by itself too.
        book: Whose roots were verified.
        header: The common header.
        original: Code of the party that keeps the original.

    Raises:
        RefusedError: Not for this role, or something only this desk knows stands open.
        InputError: No such original, or none was agreed.
    """
    state = desk.state
    talks = composing.negotiation_of(state, header.negotiation)
    roles.require(desk.role, "sign")
    version = version_to(talks, "sign")
    require(desk, book, version)
    agreed = concluded.alternat(state, talks, version.statement)
    copy = alternats.original_of(agreed.content, original) if agreed is not None else None
    if agreed is None or copy is None:
        raise InputError(
            worded(
                "expected originals that both parties agreed to, one of them of %(original)s",
                original=original,
            ),
            code="no-alternat",
            hint="paraph alternat set proposes them, the other side runs paraph agree",
        )
    digests = {
        language: alternats.digest_original(version.text, language, agreed.content, original)
        for language in version.text.languages
    }
    act = _act(
        desk,
        signer,
        talks,
        version,
        digests,
        copy.languages,
        original=original,
        alternat=agreed.said.statement,
    )
    return Signed(header=header, act=act, signature=sign_act(Signed, act, signer))


def _act(
    desk: Desk,
    signer: Signer,
    talks: Negotiation,
    version: Version,
    digests: Mapping[str, bytes],
    languages: tuple[str, ...],
    *,
    original: str = NO_ORIGINAL,
    alternat: bytes = ZERO,
) -> ConcludingAct:
    if signer.public.id != desk.member.id:
        raise MisuseError("an act is signed by the key of the desk")
    parties = desk.replica.log.trust.parties
    shown = powers_of(talks, person_of(desk))
    if not shown.capacity:
        raise RefusedError(
            worded(
                "no full powers were shown for %(person)s of %(party)s",
                person=desk.member.holder.hex()[:8],
                party=desk.party,
            ),
            code="no-powers",
            hint="a desk officer runs paraph powers first; paraph gate shows what else is open",
        )
    return ConcludingAct(
        channel=desk.channel,
        roots=tuple(
            PartyRoots(party=code, digest=founding.root_digest(parties[code].manifest))
            for code in sorted(parties)
        ),
        version=version.statement,
        texts=to_digests(digests),
        languages=languages,
        original=original,
        alternat=alternat,
        party=desk.party,
        signer=desk.member.id,
        holder=desk.member.holder,
        capacity=shown.capacity,
    )


def act_line(desk: Desk, act: Act) -> str:
    """Return an initial or a signature on one line: who, in which capacity, on what, when."""
    what = f"signed the original of {act.act.original}" if act.act.original else "initialled"
    capacity = next((each.words for each in act.act.capacity), "")
    at = when(act.said.log_time) or "before log time began"
    name = views.name_of(desk, act.act.version)
    return f"{act.act.party} {act.act.holder.hex()[:8]} ({capacity}) {what} {name}, {at}"
