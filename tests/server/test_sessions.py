"""Sessions by signed challenge: once, in time, and with one answer to every fault (SPEC 8.2)."""

from __future__ import annotations

import secrets

import pytest

from paraph.protocol.errors import RefusedError
from paraph.protocol.names import ChannelId, KeyId
from paraph.protocol.wire import SessionRequest
from paraph.server.sessions import Holder, Sessions
from tests.support.channel import START
from tests.support.clock import FakeClock

HOLDER = Holder(ChannelId(b"c" * 32), KeyId(b"k" * 32))


def request(nonce: bytes, time_ms: int = START) -> SessionRequest:
    return SessionRequest(
        channel=HOLDER.channel, key=HOLDER.key, nonce=nonce, time=time_ms, signature=bytes(3373)
    )


def refusal(sessions: Sessions, asked: SessionRequest) -> tuple[str, str, str]:
    with pytest.raises(RefusedError) as caught:
        sessions.use_challenge(asked)
    return caught.value.code, str(caught.value), caught.value.hint


def test_a_challenge_is_used_once() -> None:
    sessions = Sessions(FakeClock())
    nonce = sessions.challenge().nonce
    sessions.use_challenge(request(nonce))
    assert refusal(sessions, request(nonce))[0] == "session"


def test_a_challenge_is_spent_even_if_the_time_is_wrong() -> None:
    sessions = Sessions(FakeClock())
    nonce = sessions.challenge().nonce
    refusal(sessions, request(nonce, START + 60_001))
    refusal(sessions, request(nonce))


def test_every_fault_has_the_same_answer() -> None:
    clock = FakeClock()
    sessions = Sessions(clock)
    late = sessions.challenge().nonce
    clock.advance(60.001)
    now = clock.now_ms()
    answers = {
        refusal(sessions, request(secrets.token_bytes(32), now)),
        refusal(sessions, request(late, now)),
        refusal(sessions, request(sessions.challenge().nonce, now + 60_001)),
        refusal(sessions, request(sessions.challenge().nonce, now - 60_001)),
    }
    with pytest.raises(RefusedError) as caught:
        sessions.resume(secrets.token_bytes(32))
    answers.add((caught.value.code, str(caught.value), caught.value.hint))
    assert len(answers) == 1


def test_sixty_seconds_are_still_in_time() -> None:
    clock = FakeClock()
    sessions = Sessions(clock)
    nonces = [sessions.challenge().nonce for _ in range(2)]
    clock.advance(60)
    sessions.use_challenge(request(nonces[0], clock.now_ms() + 60_000))
    sessions.use_challenge(request(nonces[1], clock.now_ms() - 60_000))


def test_the_oldest_challenge_makes_room() -> None:
    sessions = Sessions(FakeClock(), most_nonces=2)
    first, second, third = (sessions.challenge().nonce for _ in range(3))
    refusal(sessions, request(first))
    sessions.use_challenge(request(second))
    sessions.use_challenge(request(third))


def test_a_session_ends() -> None:
    clock = FakeClock()
    sessions = Sessions(clock, lives_s=10)
    session = sessions.open(HOLDER)
    assert session.lives_s == 10
    clock.advance(10)
    assert sessions.resume(session.token) == HOLDER
    clock.advance(0.001)
    with pytest.raises(RefusedError):
        sessions.resume(session.token)
    assert sessions.count == 0


def test_a_key_has_a_bounded_number_of_sessions() -> None:
    sessions = Sessions(FakeClock(), most_of_a_key=2)
    first, second, third = (sessions.open(HOLDER).token for _ in range(3))
    other = sessions.open(Holder(HOLDER.channel, KeyId(b"o" * 32))).token
    for token in (second, third, other):
        sessions.resume(token)
    with pytest.raises(RefusedError):
        sessions.resume(first)


def test_the_oldest_session_makes_room() -> None:
    sessions = Sessions(FakeClock(), most_sessions=2)
    tokens = [sessions.open(Holder(HOLDER.channel, KeyId(bytes([n]) * 32))).token for n in range(3)]
    assert sessions.count == 2
    with pytest.raises(RefusedError):
        sessions.resume(tokens[0])
    sessions.resume(tokens[2])
