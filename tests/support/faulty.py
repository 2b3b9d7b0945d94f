"""A store that fails at a step of the ledger, before or after it did its work."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from typing_extensions import override

from paraph.protocol.errors import UnavailableError
from paraph.server.store import Growth, NoteRow
from paraph.server.store.sqlite import SqliteStore


class FaultyStore(SqliteStore):
    """Fails once at the step that :attr:`fails_at` names, and then works again."""

    fails_at = ""
    code = "unknown-outcome"
    commits: list[int]

    def _step(self, name: str) -> None:
        if self.fails_at == name:
            self.fails_at = ""
            raise UnavailableError("a fault that the test asked for", code=self.code)

    @override
    async def commit(self, growths: Sequence[Growth]) -> None:
        self.commits = [*getattr(self, "commits", []), sum(len(each.entries) for each in growths)]
        self._step("before-commit")
        await super().commit(growths)
        self._step("after-commit")

    @override
    async def journal(self, sign: Callable[[], Sequence[NoteRow]]) -> Sequence[NoteRow]:
        self._step("before-journal")
        notes = await super().journal(sign)
        self._step("after-journal")
        return notes
