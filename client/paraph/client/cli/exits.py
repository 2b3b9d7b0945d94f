"""The one map from an error to an exit code, and the two lines that tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paraph.protocol.errors import (
    EquivocationError,
    ForgedError,
    InputError,
    IntegrityError,
    LockedError,
    MalformedError,
    MisuseError,
    OutOfTurnError,
    ParaphError,
    RefusedError,
    UnavailableError,
    UnreadableError,
    UnsupportedError,
)

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
VERIFICATION: Final = 3
UNREACHABLE: Final = 4
LOCKED: Final = 5
CONFLICT: Final = 6
REFUSED: Final = 7
INTEGRITY: Final = 70
INTERRUPTED: Final = 130

MEANING: Final[Mapping[int, str]] = {
    OK: "done",
    FAILED: "failed for another reason, which is printed",
    USAGE: "usage, or a file that cannot be used as it is",
    VERIFICATION: "verification failed: a signature, digest, proof, pin or word is wrong",
    UNREACHABLE: "the relay cannot be reached; the same command may be repeated",
    LOCKED: "the key file does not open with this passphrase",
    CONFLICT: "conflict: the parent is not the head, or something came in between",
    REFUSED: "refused: role, key that has ended, quota, size",
    INTEGRITY: "the relay or the own store contradicts what was verified before: stop",
    INTERRUPTED: "interrupted from the keyboard",
}
"""What stands in the reference and in `paraph --help`."""

CONFLICTS: Final = frozenset(
    {"exclusive", "double-sequence", "parent-not-head", "previous", "seen-older"}
)
"""Codes of a refusal that mean: somebody else was first."""

_BY_TYPE: Final[tuple[tuple[type[ParaphError], int], ...]] = (
    (InputError, USAGE),
    (EquivocationError, INTEGRITY),
    (IntegrityError, INTEGRITY),
    (ForgedError, VERIFICATION),
    (MalformedError, VERIFICATION),
    (OutOfTurnError, CONFLICT),
    (UnavailableError, UNREACHABLE),
    (LockedError, LOCKED),
    (RefusedError, REFUSED),
    (UnreadableError, FAILED),
    (UnsupportedError, FAILED),
    (MisuseError, FAILED),
)


def code_of(error: ParaphError) -> int:
    """Return the exit code of *error*."""
    if isinstance(error, RefusedError) and error.code in CONFLICTS:
        return CONFLICT
    if isinstance(error, RefusedError) and error.code == "inconsistent":
        return INTEGRITY
    return next((code for kind, code in _BY_TYPE if isinstance(error, kind)), FAILED)


def lines_of(error: ParaphError) -> tuple[str, ...]:
    """Return what is printed on stderr: what was wrong, and what to do."""
    what = " ".join(str(error).split())  # a relay's words begin no line of ours
    lines = [f"error: {what} [{error.code}]"]
    if isinstance(error, EquivocationError):
        lines.insert(0, "alarm: the relay shows another history than the one verified before")
    hint = error.hint or _BY_CODE.get(error.code, "") or _HINT.get(code_of(error), "")
    if isinstance(error, MisuseError):
        hint = hint or "this is a bug of paraph: please report it with the command you gave"
    if hint:
        lines.append(f"hint: {hint}")
    return tuple(lines)


_BY_CODE: Final[Mapping[str, str]] = {
    "not-admitted": "that party must show its enrolment code (--code of paraph channel accept)",
    "code": "ask the relay's operator for a new enrolment code",
    "session": "check that this key is enrolled (paraph member list) and this machine's clock",
    "unknown-channel": "the channel must be founded first: paraph channel accept FILE",
    "unknown-sender": "a colleague with your party's roots runs paraph member add",
    "not-open": "start both parties' bots: paraph bot run",
    "key-ended": "enrol a new key: paraph member add --self --role ROLE",
    "key-expired": "enrol a new key: paraph member add --self --role ROLE",
    "quota": "wait, then repeat the command: nothing is sent twice",
    "busy": "wait, then repeat the command: nothing is sent twice",
    "oversize": "send it in several parts",
    "too-large": "send it in several parts",
    "pin": "the relay's certificate is not the one on its card: ask its operator for a new card",
    "exclusive": "read what came in between (paraph inbox), then send again",
    "double-sequence": "this key signs elsewhere too: enrol a new one for this home",
}
"""Where the error itself, from a relay, says no more than its code."""

_HINT: Final[Mapping[int, str]] = {
    UNREACHABLE: "repeat the command later: nothing is lost, nothing is sent twice",
    LOCKED: "check the passphrase and try again",
    CONFLICT: "read what came (paraph inbox), then decide",
    INTEGRITY: "stop, keep the files, and call the other ministry by another channel",
    VERIFICATION: "do not use this file or this relay before you know why",
}
