"""Whether the relay answers a bot, and when it is tried again if it does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from paraph.client.backoff import Backoff
from paraph.client.clock import Clock
from paraph.protocol.errors import OutOfTurnError, RefusedError, UnavailableError


class Reach:
    """Lets work meet the relay, and leaves a relay alone that did not answer.

    Args:
        clock: POSIX ms.
        tell: Takes a kind of notice and its words: once when the relay is missed, once when it
            answers again.

    Attributes:
        missed: Why the relay was not met the last time; nothing if it was.
    """

    def __init__(self, clock: Clock, tell: Callable[[str, str], Awaitable[None]]) -> None:
        self.missed: UnavailableError | RefusedError | None = None
        self._clock: Final = clock
        self._tell: Final = tell
        self._backoff: Final = Backoff()
        self._not_before = 0

    @property
    def next_try(self) -> int | None:
        """When it is tried again, POSIX ms; nothing if nothing holds it back."""
        return self._not_before or None

    async def wait(self) -> None:
        """Wait as long as one should between two attempts."""
        await self._backoff.wait()

    async def meet(self, work: Callable[[], Awaitable[bool]]) -> None:
        """Do *work*, unless it is too early; note it if the relay does not answer.

        Args:
            work: Says whether it met the relay.

        Raises:
            RefusedError: The relay refuses, and names no time to wait.
            OutOfTurnError: As *work* does, but for what is not settled yet.
        """
        if self._clock() < self._not_before:
            return
        try:
            met = await work()
        except UnavailableError as error:
            await self._note(error, 0)
        except RefusedError as error:
            if not error.retry_after_s:
                raise
            await self._note(error, error.retry_after_s)
        except OutOfTurnError as error:
            if error.code != "not-settled":
                raise
        else:
            self._not_before = 0  # also where nothing was left to do: it is not due any more
            if met and self.missed is not None:
                self.missed = None
                self._backoff.succeeded()
                await self._tell("reachable", "the relay answers again")

    async def _note(self, error: UnavailableError | RefusedError, retry_after_s: float) -> None:
        if self.missed is None:
            kind = "unreachable" if isinstance(error, UnavailableError) else "refused-for-now"
            await self._tell(kind, f"{error.code}: {error}")
        self.missed = error
        delay_s = self._backoff.next_delay(retry_after_s)
        self._not_before = self._clock() + max(1, int(delay_s * 1000))
