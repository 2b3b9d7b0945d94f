"""The gate of the desk in a browser: nothing is said but what a person was shown and let go.

Every desk of a shared channel has it for its door (``Desk.door``). Only the page of what leaves
(:mod:`paraph.client.web.leaving`) opens it, for the very records that it showed; any other way to
speak, by a mistake in a page, ends here with nothing sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from paraph.client.channel.desk import Desk
from paraph.client.negotiating.leaving import needs_no_look
from paraph.protocol.errors import RefusedError
from paraph.protocol.statements.content import Content


class Gate:
    """Lets through what it was told of, receipts without words, and what stays inside."""

    def __init__(self) -> None:
        self._shown: tuple[Content, ...] = ()

    async def __call__(self, desk: Desk, contents: tuple[Content, ...]) -> tuple[Content, ...]:
        """Return *contents*, if they may be said.

        Raises:
            RefusedError: Code ``unseen``.
        """
        if needs_no_look(desk, contents) or all(each in self._shown for each in contents):
            return contents
        raise RefusedError(
            "nobody was shown what this would send",
            code="unseen",
            hint="nothing was sent. Whatever leaves passes the page that shows it",
        )

    @contextlib.contextmanager
    def letting(self, contents: tuple[Content, ...]) -> Iterator[None]:
        """Let *contents* through, and nothing else, while the block runs."""
        self._shown = contents
        try:
            yield
        finally:
            self._shown = ()
