"""What an error of the fold means to the person who was about to say something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paraph.protocol.errors import (
    InputError,
    MalformedError,
    OutOfTurnError,
    ParaphError,
    RefusedError,
)

CONFLICTS: Final = frozenset(
    {
        "parent-not-head",
        "confirmed-before",
        "closed-before",
        "number-differs",
        "negotiation-exists",
        "clearance-over",
        "placed-before",
        "silence-ended",
        "silence-running",
        "agreed-before",
        "conference-exists",
        "schedule-replaced",
        "built-on",
        "out-of-turn",
        "no-such-step",
        "accepted-before",
        "wording-gone",
        "untying-pending",
        "recalled",
        "not-ready",
        "frozen-text",
        "concluded",
        "initialled-before",
        "signed-before",
        "not-standing",
        "not-signed",
        "effect-order",
        "nothing-to-rectify",
        "not-contested",
        "settled-before",
    }
)
"""Codes of the fold that mean: somebody was first."""
REFUSALS: Final = frozenset(
    {"role", "role-differs", "origin-differs", "rung", "own-statement", "machine-statement"}
    | {"own-draft", "release-role", "legal-first", "not-the-authority", "internal-only"}
    | {"not-own-finding", "own-silence", "not-own-statement", "not-recallable", "not-owner"}
)
"""Codes of the fold that mean: not for this role or party."""
HINTS: Final[Mapping[str, str]] = {
    "own-draft": "let a colleague review and release it: paraph clear list shows what waits",
    "release-role": "paraph member list shows who has such a role",
    "legal-first": "a legal adviser runs paraph clear review",
    "not-the-authority": "paraph mandate show names the roles",
    "unknown-clearance": "paraph clear list --all shows them",
    "clearance-over": "ask anew: paraph clear ask FILE",
    "internal-only": "give the internal channel with --channel; paraph channel list shows it",
    "unknown-clause": "paraph text show VERSION lists the clauses and their ids; paraph text"
    " history ID tells what became of one",
    "clause-given-twice": "choose an id that this text has never had",
    "unknown-language": "paraph channel list shows the languages",
    "unassigned-code-point": "retype that character",
    "too-many-heads": "join two of them first: a version with two parents",
    "crowded-marks": "retype that letter with the marks that it is written with",
    "quote-not-found": "quote the words exactly as they stand in that version",
    "unknown-comment": "paraph log shows the comments",
    "unknown-version": "v1, v2 and so on name versions, a bare number an entry of the log: paraph"
    " text ledger shows both",
    "unknown-dispatch": "paraph log shows the dispatches",
    "own-statement": "paraph inbox shows what waits for you",
    "unknown-negotiation": "paraph log shows the negotiations",
    "confirmed-before": "nothing is left to do",
    "closed-before": "nothing is left to do",
    "number-differs": "run the command again: the number is taken from the log",
    "agreed-before": "nothing is left to do",
    "not-joint": "paraph log shows what waits to be agreed to",
    "unknown-party": "paraph channel list shows the parties",
    "unknown-document": "paraph document list shows them",
    "document-differs": "the instrument and each side document have lines of their own",
    "unknown-conference": "paraph vc list shows them; paraph vc schedule announces one",
    "conference-exists": "choose another name, or change it: paraph vc schedule FILE --change",
    "schedule-replaced": "paraph vc list shows the schedule in force; ask for the change anew",
    "unknown-action": "paraph vc actions shows them",
    "not-owner": "the owner's side reports it",
    "silence-ended": "paraph silence list shows what ended it",
    "not-expired": "log time follows the heartbeats of both sides: close it after the next ones",
    "received-late": "put the words under silence anew, with more time",
    "unopened": "the other side's bot says which entry it cannot open: grant it, or withdraw it",
    "no-log-time": "log time begins with a heartbeat of each side's bot",
    "foreign-reference": "refer to a statement of this channel, or say it in an internal one",
    "head-differs": "run the command again: the head is taken from the log",
    "out-of-turn": "paraph propose list shows whose turn it is",
    "no-such-step": "paraph propose show has its history",
    "unknown-proposal": "paraph propose list shows them",
    "accepted-before": "nothing is left to do",
    "wording-gone": "read the words as they are now (paraph text show), then say it of those",
    "unknown-package": "paraph log shows the packages",
    "package-not-tied": "it takes effect once both sides agree (paraph agree)",
    "untying-pending": "agree to it (paraph agree), or recall it first",
    "built-on": "say what has changed instead: a counter-draft, a reply, a withdrawal",
    "not-own-statement": "ask the other side to recall it, or answer it",
    "recalled": "paraph log shows what stands",
    "not-ready": "paraph gate shows everything that stands open",
    "frozen-text": "take the initials back first (paraph unsign), or send a correction",
    "concluded": "nothing is left to do; paraph gate shows who has initialled and signed",
    "initialled-before": "another person of your party may have to initial: paraph gate shows it",
    "signed-before": "sign the other original, or let another person sign: paraph gate shows it",
    "not-standing": "paraph gate shows the initials and signatures that stand",
    "not-signed": "a note on the effect follows the last signature",
    "effect-order": "paraph gate shows the notes that were given",
    "nothing-to-rectify": "paraph gate shows the text in force: take it as the parent",
    "not-contested": "nothing is left to do",
    "roots-differ": "paraph sync, then verify the root set anew: paraph party verify",
    "alternat-differs": "paraph alternat show has the alternat that both agreed to",
    "substitution-differs": "paraph alternat show VERSION has the rendering: quote it exactly",
    "originals-differ": "in the original that a party keeps it is named first",
    "shared-only": "give the shared channel with --channel; paraph channel list shows it",
    "act-differs": "run the command again with the key of this desk",
    "text-too-large": "split the text, or send part of it as an attachment",
    "unknown-finding": "paraph finding list shows them",
    "settled-before": "nothing is left to do; make a finding anew if it is not mended",
    "not-own-finding": "say that it is mended or harmless; its side withdraws it",
    "not-mended": "name the version in which those words were changed",
    "unknown-term": "paraph term list shows them",
}
"""Codes of the fold to what to do next."""


def translated(error: OutOfTurnError | MalformedError) -> ParaphError:
    """Return what *error* of the fold means to the person who was about to say it."""
    hint = error.hint or HINTS.get(error.code, "")
    if error.code == "text-too-large":
        return RefusedError(error.words, code="oversize", hint=hint)
    if error.code in REFUSALS:
        return RefusedError(error.words, code=error.code, hint=hint)
    if error.code in CONFLICTS:
        return OutOfTurnError(error.words, code=error.code, hint=hint)
    return InputError(error.words, code=error.code, hint=hint)
