"""What can go wrong, sorted by who has to act. Imports sentences alone (SPEC 1.4).

ParaphError                 never raised itself
├─ MisuseError              our own caller broke a rule: a bug, never sent to a peer
├─ InputError               what the user gave cannot be used: mend it and try again
├─ PeerError                the other side's bytes or order are not allowed
│  ├─ MalformedError        not a canonical record, or over a limit
│  ├─ UnsupportedError      a version or suite we do not speak
│  ├─ ForgedError           a signature, proof or key is not acceptable
│  ├─ OutOfTurnError        not allowed in this state; stale or repeated
│  └─ EquivocationError     two signed histories; carries the evidence; always alarms
├─ UnreadableError          sealed to somebody else: try the next key
├─ LockedError              the key file did not open: wrong passphrase
├─ RefusedError             a rule said no, with a code and what would be accepted
├─ UnavailableError         network or disk: outcome unknown, try later with the same bytes
└─ IntegrityError           our own state is no longer known: stop, recover at start

A message is lower case, without a full stop, says what was expected and its bound, and never
holds a secret or a peer's bytes. ``hint`` says what to do next. ``code`` is stable, kebab-case,
and is what crosses the wire and stands in exit texts. ``words`` is the message as a sentence that
can be said in another language; whoever raises another error in its place passes that on.
"""

from __future__ import annotations

from paraph.protocol.sentences import Sentence, sentence


class ParaphError(Exception):
    """Base of every error of this project; never raised itself.

    Args:
        message: What was expected, and its bound.
        code: Stable kebab-case code; the class has a default.
        hint: What to do next; shown on a line of its own.

    Attributes:
        words: The message, with the values in it.
    """

    code: str = "error"

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(str(message))
        self.words: Sentence = sentence(message)
        self.code = code or type(self).code
        self.hint = hint


class MisuseError(ParaphError):
    """Our own caller broke a rule."""

    code = "misuse"


class InputError(ParaphError):
    """What the user gave cannot be used as it is."""

    code = "input"


class PeerError(ParaphError):
    """What the other side sent is not allowed; never raised itself."""

    code = "peer"


class MalformedError(PeerError):
    """The bytes are not the canonical encoding of a record of the expected kind."""

    code = "malformed"


class UnsupportedError(PeerError):
    """A version or suite that this software does not speak."""

    code = "unsupported"


class ForgedError(PeerError):
    """A signature, proof, digest or key is not acceptable."""

    code = "forged"


class OutOfTurnError(PeerError):
    """Not allowed in the current state."""

    code = "out-of-turn"


class EquivocationError(PeerError):
    """Two signed histories that cannot both be true.

    Args:
        message: What was expected.
        evidence: The notes or envelopes, as received, that prove it.
    """

    code = "equivocation"

    def __init__(
        self, message: str, *, evidence: tuple[bytes, ...] = (), code: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.evidence = evidence


class UnreadableError(ParaphError):
    """Sealed to somebody else."""

    code = "unreadable"


class LockedError(ParaphError):
    """The key file did not open with this passphrase."""

    code = "locked"


class RefusedError(ParaphError):
    """A rule said no; nothing changed.

    Args:
        message: Which rule, and what would be accepted.
        code: The rule's stable code (SPEC 5.5).
        retry_after_s: Seconds after which the same bytes may be sent again; 0 = not a matter
            of waiting.
    """

    code = "refused"

    def __init__(
        self, message: str, *, code: str = "", hint: str = "", retry_after_s: int = 0
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.retry_after_s = retry_after_s


class UnavailableError(ParaphError):
    """Network or disk failed: the outcome is unknown, the same bytes may be tried again."""

    code = "unavailable"


class IntegrityError(ParaphError):
    """Our own state is not what it must be: stop, and recover at start."""

    code = "integrity"
