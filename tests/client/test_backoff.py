"""Waiting: longer each time, at random, and never less than the relay asks for."""

from paraph.client.backoff import Backoff


def test_the_longest_wait_doubles_up_to_its_cap_and_begins_again_after_success() -> None:
    backoff = Backoff(1, 10, fraction=lambda: 1.0)
    assert [backoff.next_delay() for _ in range(6)] == [1, 2, 4, 8, 10, 10]
    backoff.succeeded()
    assert backoff.next_delay() == 1


def test_a_wait_is_anywhere_between_nothing_and_the_longest() -> None:
    delays = [Backoff(8, 8).next_delay() for _ in range(200)]
    assert all(0 <= each <= 8 for each in delays)
    assert min(delays) < 2
    assert max(delays) > 6


def test_what_the_relay_asks_for_is_the_least() -> None:
    assert Backoff(1, 10, fraction=lambda: 0.0).next_delay(7) == 7


def test_many_failures_do_not_overflow() -> None:
    backoff = Backoff(1, 30, fraction=lambda: 1.0)
    backoff.failures = 10_000
    assert backoff.next_delay() == 30


async def test_waiting_waits() -> None:
    waits: list[float] = []

    async def sleep(delay_s: float) -> None:
        waits.append(delay_s)

    await Backoff(1, 10, sleep=sleep, fraction=lambda: 0.5).wait(3)
    assert waits == [3.5]
