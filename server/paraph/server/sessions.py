"""Sessions by signed challenge: who speaks, in which channel, until when (SPEC 8.2).

Whatever is wrong with a challenge or a token, the answer is one and the same, so that nobody
learns which channels and keys exist. Nonces and tokens live in bounded tables in memory: a
restart ends every session, and a desk opens a new one.
"""

from __future__ import annotations

import collections
import dataclasses
import hashlib
import secrets
from typing import Final

from paraph.protocol.errors import RefusedError
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.wire import SESSION_PROOF_MS, Challenge, Session, SessionRequest
from paraph.server.clock import Clock

MOST_NONCES: Final = 10_000
MOST_SESSIONS: Final = 100_000
MOST_OF_A_KEY: Final = 16
"""Sessions of one key in one channel: a desk, its bot's and a few that broke off."""
LIVES_S: Final = 3600


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """Whose session it is."""

    channel: ChannelId
    key: KeyId


@dataclasses.dataclass(frozen=True, slots=True)
class _Open:
    holder: Holder
    ends_s: float


class Sessions:
    """The tables of challenges and of open sessions.

    Args:
        clock: The steady clock ends things, the wall clock is compared with the peer's.
        lives_s: Seconds a session lives.
        most_nonces: Challenges kept; the oldest goes first.
        most_sessions: Sessions kept; the oldest goes first.
        most_of_a_key: Sessions of one key in one channel; its oldest goes first.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        lives_s: int = LIVES_S,
        most_nonces: int = MOST_NONCES,
        most_sessions: int = MOST_SESSIONS,
        most_of_a_key: int = MOST_OF_A_KEY,
    ) -> None:
        self._clock = clock
        self._lives_s = lives_s
        self._most_nonces = most_nonces
        self._most_sessions = most_sessions
        self._most_of_a_key = most_of_a_key
        self._nonces: collections.OrderedDict[bytes, float] = collections.OrderedDict()
        self._sessions: collections.OrderedDict[bytes, _Open] = collections.OrderedDict()
        self._of: dict[Holder, collections.deque[bytes]] = {}

    @property
    def count(self) -> int:
        """Sessions in the table."""
        return len(self._sessions)

    def challenge(self) -> Challenge:
        """Draw a number that may be used once, within 60 seconds."""
        nonce = secrets.token_bytes(32)
        self._nonces[nonce] = self._clock.steady_s() + SESSION_PROOF_MS / 1000
        while len(self._nonces) > self._most_nonces:
            self._nonces.popitem(last=False)
        return Challenge(nonce=nonce)

    def use_challenge(self, request: SessionRequest) -> None:
        """Spend the nonce of *request*, whether or not the rest of it is right.

        Raises:
            RefusedError: Code ``session``: not drawn here, used, too old, or the peer's clock
                is more than 60 seconds away.
        """
        ends_s = self._nonces.pop(request.nonce, None)
        if ends_s is None or self._clock.steady_s() > ends_s:
            raise no_session()
        if abs(request.time - self._clock.now_ms()) > SESSION_PROOF_MS:
            raise no_session()

    def open(self, holder: Holder) -> Session:
        """Open a session; the holder's signature was checked."""
        token = secrets.token_bytes(32)
        name = _name(token)
        tokens = self._of.setdefault(holder, collections.deque())
        tokens.append(name)
        self._sessions[name] = _Open(holder, self._clock.steady_s() + self._lives_s)
        if len(tokens) > self._most_of_a_key:
            self._end(tokens[0])
        while len(self._sessions) > self._most_sessions:
            self._end(next(iter(self._sessions)))
        return Session(token=token, lives_s=self._lives_s)

    def resume(self, token: bytes) -> Holder:
        """Return whose session *token* is.

        Raises:
            RefusedError: Code ``session``: unknown, or it ended.
        """
        name = _name(token)
        found = self._sessions.get(name)
        if found is None:
            raise no_session()
        if self._clock.steady_s() > found.ends_s:
            self._end(name)
            raise no_session()
        return found.holder

    def _end(self, name: bytes) -> None:
        ended = self._sessions.pop(name)
        tokens = self._of[ended.holder]
        tokens.remove(name)
        if not tokens:
            del self._of[ended.holder]


def no_session() -> RefusedError:
    """Return the one answer to every session that is not to be."""
    return RefusedError(
        "expected a session of a key of this channel",
        code="session",
        hint="check the clock and the channel, ask for a new challenge and sign it",
    )


def _name(token: bytes) -> bytes:
    # The table is searched by digest: how long that takes says nothing about a token.
    return hashlib.sha256(token).digest()
