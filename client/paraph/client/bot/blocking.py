"""The bot for programs without a loop of their own: the same, called plainly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from paraph.client.bot.bot import Bot
from paraph.client.bot.engine import Handler, Where

R = TypeVar("R")


class BlockingBot:
    """A :class:`Bot` whose methods block; its handlers are plain functions, run in a thread.

    Args:
        arguments: As for :class:`Bot`.
        options: The same.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as Bot has them
        self.bot: Final = Bot(*arguments, **options)
        self._runner: Final = asyncio.Runner()

    def on(
        self, kind: type[R], *, where: Where[R] | None = None, name: str = ""
    ) -> Callable[[Handler[R]], Handler[R]]:
        """Register a handler; see :meth:`Bot.on`."""
        return self.bot.on(kind, where=where, name=name)

    def __enter__(self) -> Self:
        """Open the home; see :meth:`Bot.__aenter__`."""
        try:
            self._runner.run(self.bot.__aenter__())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything."""
        try:
            self._runner.run(self.bot.__aexit__(kind, error, trace))
        finally:
            self._runner.close()

    def run(self, *, once: bool = False) -> None:
        """Follow the channel until interrupted; see :meth:`Bot.run`."""
        self._runner.run(self.bot.run(once=once))
