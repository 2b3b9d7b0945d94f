"""Token buckets: just below passes, just above waits (SPEC 5.5)."""

from __future__ import annotations

import pytest

from paraph.protocol.errors import RefusedError
from paraph.server.quotas import Quotas, Rate
from tests.support.clock import FakeClock


def test_a_burst_passes_and_the_next_one_waits() -> None:
    clock = FakeClock()
    quotas = Quotas(clock, Rate(per_s=0.5, burst=3))
    for _ in range(3):
        quotas.take(b"channel", b"key")
    with pytest.raises(RefusedError) as caught:
        quotas.take(b"channel", b"key")
    assert (caught.value.code, caught.value.retry_after_s) == ("quota", 2)
    clock.advance(1.99)
    with pytest.raises(RefusedError) as caught:
        quotas.take(b"channel", b"key")
    assert caught.value.retry_after_s == 1
    clock.advance(0.01)
    quotas.take(b"channel", b"key")


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = FakeClock()
    quotas = Quotas(clock, Rate(per_s=10, burst=2))
    clock.advance(1000)
    quotas.take(b"k")
    quotas.take(b"k")
    with pytest.raises(RefusedError):
        quotas.take(b"k")


def test_keys_do_not_share_a_bucket() -> None:
    quotas = Quotas(FakeClock(), Rate(per_s=1, burst=1))
    quotas.take(b"a", b"b")
    quotas.take(b"a", b"c")
    with pytest.raises(RefusedError):
        quotas.take(b"a", b"b")


def test_a_refusal_costs_nothing() -> None:
    clock = FakeClock()
    quotas = Quotas(clock, Rate(per_s=1, burst=1))
    quotas.take(b"k")
    for _ in range(100):
        with pytest.raises(RefusedError):
            quotas.take(b"k")
    clock.advance(1)
    quotas.take(b"k")


def test_the_bucket_used_longest_ago_makes_room() -> None:
    quotas = Quotas(FakeClock(), Rate(per_s=1, burst=1), most=2)
    for key in (b"a", b"b", b"c"):
        quotas.take(key)
    quotas.take(b"a")  # forgotten, so full again
    with pytest.raises(RefusedError):
        quotas.take(b"c")
