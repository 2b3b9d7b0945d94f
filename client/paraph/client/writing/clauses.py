"""Clauses and operations as people write them, in drafts and in scenarios.

The words stand under their language code, a heading under ``heading_`` and the code, the words
that a split makes anew under ``new_`` and the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from paraph.client.writing.blocks import Block
from paraph.protocol.sentences import worded
from paraph.protocol.statements.header import Mention, NamedMention, Wording, to_wordings
from paraph.protocol.statements.versions import (
    ROLES_OF_CLAUSES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    OpNotes,
    Replace,
    Split,
)


class ClauseReader:
    """Reads the blocks that make a text.

    Args:
        languages: Languages that words may stand in.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)

    def status(self, block: Block) -> dict[str, str]:
        """Read what each language text is."""
        return block.maybe("language_status", self._status) or {}

    def words(self, block: Block, prefix: str = "") -> dict[str, str]:
        """Read words, in one language at least."""
        found = block.by_language(self.languages, prefix)
        if not found:
            names = tuple(prefix + each for each in self.languages)
            block.fail("", worded("expected words under one of %(names)s", names=names))
        return found

    def clause(self, block: Block) -> Clause:
        """Read a clause; a language may be missing."""
        return block.record(
            lambda: Clause(
                cid=_cid(block, "cid"),
                role=block.word("role", ROLES_OF_CLAUSES),
                texts=to_wordings(block.by_language(self.languages)),
                headings=self._headings(block),
                handling=block.label("handling"),
            )
        )

    def operation(self, block: Block) -> Operation:
        """Read an operation."""
        makers: Mapping[str, Callable[[Block, OpNotes], Operation]] = {
            "replace": self._replace,
            "insert_after": self._insert_after,
            "delete": self._delete,
            "move_after": self._move_after,
            "split": self._split,
            "merge": self._merge,
        }
        make = makers[block.word("op", makers)]
        return block.record(
            lambda: make(
                block,
                OpNotes(
                    proposal=_mention(block, "proposal"),
                    finding=_mention(block, "finding"),
                    result=block.label("result"),
                ),
            )
        )

    def _status(self, block: Block) -> dict[str, str]:
        return {each: block.label(each) for each in self.languages if block.has(each)}

    def _texts(self, block: Block, prefix: str = "") -> tuple[Wording, ...]:
        return to_wordings(self.words(block, prefix))

    def _headings(self, block: Block) -> tuple[Wording, ...]:
        return to_wordings(block.by_language(self.languages, "heading_"))

    def _replace(self, block: Block, notes: OpNotes) -> Replace:
        return Replace(cid=_cid(block, "cid"), texts=self._texts(block), notes=notes)

    def _insert_after(self, block: Block, notes: OpNotes) -> InsertAfter:
        return InsertAfter(after=_cid(block, "after"), clause=self.clause(block), notes=notes)

    def _delete(self, block: Block, notes: OpNotes) -> Delete:
        return Delete(cid=_cid(block, "cid"), to=_mention(block, "to"), notes=notes)

    def _move_after(self, block: Block, notes: OpNotes) -> MoveAfter:
        return MoveAfter(cid=_cid(block, "cid"), after=_cid(block, "after"), notes=notes)

    def _split(self, block: Block, notes: OpNotes) -> Split:
        return Split(
            cid=_cid(block, "cid"),
            texts=self._texts(block),
            new_cid=_cid(block, "new_cid"),
            new_texts=self._texts(block, "new_"),
            new_headings=self._headings(block),
            notes=notes,
        )

    def _merge(self, block: Block, notes: OpNotes) -> Merge:
        cids, into = block.texts("cids"), _cid(block, "into")
        if len(cids) < 2 or len(set(cids)) != len(cids) or into not in cids:
            block.fail("cids", "expected two or more different clauses, `into` among them")
        return Merge(
            cids=tuple(sorted(cids)),
            into=into,
            texts=self._texts(block),
            headings=self._headings(block),
            notes=notes,
        )


def _cid(block: Block, name: str) -> str:
    return block.pattern(
        name,
        "[A-Za-z0-9_-]{1,64}",
        worded("expected a clause id: 1 to 64 of the characters A-Z a-z 0-9 _ -"),
    )


def _mention(block: Block, name: str) -> tuple[Mention, ...]:
    value = block.label(name)
    return (NamedMention(name=value),) if value else ()
