"""From the blocks of a file to a scenario: one function a block (schema ``desk-scenario/1``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from paraph.client.scenario import moves
from paraph.client.scenario.model import (
    Ceremony,
    Party,
    Person,
    Scenario,
    SideDocument,
    Version,
)
from paraph.client.scenario.yaml_blocks import Block
from paraph.protocol import roles
from paraph.protocol.errors import InputError, MisuseError
from paraph.protocol.statements.header import Mention, NamedMention, to_wordings
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

R = TypeVar("R")


def read_scenario(block: Block) -> Scenario:
    """Return what the file *block* says.

    Raises:
        InputError: A field is missing, unknown or not of its form.
    """
    made = _Reader(block).scenario()
    block.close()
    return made


class _Reader:
    # Reads the head first: parties and languages decide which fields there are below.
    def __init__(self, block: Block) -> None:
        self.block = block
        tongues = block.block("languages")
        self.languages = tongues.texts("working")
        self.authentic = tongues.texts("authentic")
        self.prevailing = tongues.maybe_text("prevailing")
        tongues.close()
        codes = r"(?!id$|to$)[a-z]{2,3}"
        if len(set(self.languages)) < 2 or len(set(self.languages)) != len(self.languages):
            block.fail("languages", "expected two or more different working languages")
        for each in self.languages:
            if not re.fullmatch(codes, each):
                block.fail("languages", "a language is two or three letters, not id or to")
        if not {*self.authentic, *filter(None, [self.prevailing])} <= set(self.languages):
            block.fail("languages", "authentic and prevailing must be working languages")

    def scenario(self) -> Scenario:
        block = self.block
        for decoration in ("defaults", "conventions", "sources"):
            block.decoration(decoration)
        marking, instrument = block.block("marking"), block.block("instrument")
        parties = block.mapping("parties", self.party)
        if len(parties) != 2:
            block.fail("parties", "expected exactly two parties")
        made = Scenario(
            id=block.text("id"),
            banner=marking.by_language(self.languages, "banner_", needed=True),
            classification=marking.text("classification"),
            releasable_to=marking.texts("releasable_to"),
            languages=self.languages,
            authentic=self.authentic,
            prevailing=self.prevailing,
            instrument=instrument.text("kind"),
            legal_character=instrument.word("legal_character", ("non_binding", "binding")),
            titles=instrument.by_language(self.languages, "title_", needed=True),
            parties=parties,
            versions=(self.base(block.block("base_version")), *block.each("versions", self.later)),
            proposals=block.each("proposals", moves.proposal),
            positions=block.mapping("positions", moves.positions),
            comments=block.each("comments", moves.comment),
            dispatches=block.each("dispatches", moves.dispatch),
            conferences=block.each("conferences", moves.conference),
            silences=block.each("silence_procedures", moves.silence),
            findings=block.each("concordance_findings", moves.finding),
            side_documents=block.each("side_documents", self.side_document, needed=False),
            ceremony=self.ceremony(block.block("ceremony")),
            script=block.each("script", moves.beat),
            people={each.id: each for party in parties.values() for each in party.people},
        )
        block.block("positions")
        marking.close()
        instrument.close()
        return made

    def party(self, parties: Block, code: str) -> Party:
        if not re.fullmatch("[A-Z]{2,8}", code):
            parties.fail(code, "a party's code is 2 to 8 capital letters")
        block = parties.block(code)
        made = Party(
            code=code,
            ministry=block.by_language(self.languages, "ministry_", needed=True),
            own_language=block.word("own_language", self.languages),
            mandate=block.maybe("mandate", moves.mandate),
            people=block.each(
                "people",
                lambda each: _person(each, code),
            ),
        )
        block.close()
        return made

    def base(self, block: Block) -> Version:
        made = self.version(block, clauses=block.each("clauses", self.clause))
        if not made.clauses:
            block.fail("clauses", "expected at least one clause")
        block.close()
        return made

    def later(self, block: Block) -> Version:
        return self.version(
            block,
            parent=block.text("parent"),
            operations=block.each("ops", self.operation),
        )

    def version(
        self,
        block: Block,
        *,
        clauses: tuple[Clause, ...] = (),
        parent: str = "",
        operations: tuple[Operation, ...] = (),
    ) -> Version:
        status = block.mapping("language_status", lambda inner, name: inner.text(name))
        if not status.keys() <= set(self.languages):
            block.fail("language_status", '"language_status" must name working languages')
        return Version(
            id=block.text("id"),
            label=block.maybe_text("label"),
            kind=block.text("kind"),
            author=block.text("author_party"),
            at=block.instant("at"),
            language_status=status,
            clauses=clauses,
            parent=parent,
            operations=operations,
            round=block.integer("round", 0) if parent else 0,
            sent_by=block.maybe_text("sent_by") if parent else "",
            confirmed_by=block.texts("confirmed_by", needed=False) if parent else (),
        )

    def clause(self, block: Block) -> Clause:
        cid, role = _cid(block, "cid"), block.word("role", ROLES_OF_CLAUSES)
        words = block.by_language(self.languages)
        headings = block.by_language(self.languages, "heading_")
        handling = block.maybe_text("handling")
        return _record(
            block,
            lambda: Clause(
                cid=cid,
                role=role,
                texts=to_wordings(words),
                headings=to_wordings(headings),
                handling=handling,
            ),
        )

    def operation(self, block: Block) -> Operation:
        makers: Mapping[str, Callable[[Block, OpNotes], Operation]] = {
            "replace": self.replace,
            "insert_after": self.insert_after,
            "delete": _delete,
            "move_after": _move_after,
            "split": self.split,
            "merge": self.merge,
        }
        make = makers[block.word("op", makers)]
        proposal, finding = _mention(block, "proposal"), _mention(block, "finding")
        result = block.maybe_text("result")
        return _record(
            block,
            lambda: make(block, OpNotes(proposal=proposal, finding=finding, result=result)),
        )

    def replace(self, block: Block, notes: OpNotes) -> Operation:
        words = to_wordings(block.by_language(self.languages))
        return Replace(cid=_cid(block, "cid"), texts=words, notes=notes)

    def insert_after(self, block: Block, notes: OpNotes) -> Operation:
        return InsertAfter(after=_cid(block, "after"), clause=self.clause(block), notes=notes)

    def split(self, block: Block, notes: OpNotes) -> Operation:
        return Split(
            cid=_cid(block, "cid"),
            texts=to_wordings(block.by_language(self.languages)),
            new_cid=_cid(block, "new_cid"),
            new_texts=to_wordings(block.by_language(self.languages, "new_")),
            new_headings=to_wordings(block.by_language(self.languages, "heading_")),
            notes=notes,
        )

    def merge(self, block: Block, notes: OpNotes) -> Operation:
        cids = block.texts("cids")
        if len(set(cids)) != len(cids) or len(cids) < 2:
            block.fail("cids", "expected two or more different clauses")
        return Merge(
            cids=tuple(sorted(cids)),
            into=block.word("into", cids),
            texts=to_wordings(block.by_language(self.languages)),
            headings=to_wordings(block.by_language(self.languages, "heading_")),
            notes=notes,
        )

    def side_document(self, block: Block) -> SideDocument:
        return SideDocument(
            id=block.text("id"),
            kind=block.text("kind"),
            at=block.instant("at"),
            words=block.by_language(self.languages, needed=True),
        )

    def ceremony(self, block: Block) -> Ceremony:
        signature = block.block("signature")
        public, line = block.maybe("disclosure", moves.disclosure) or (None, {})
        made = Ceremony(
            authentication=block.each("authentication", moves.initialling),
            originals=block.each("originals", moves.original),
            substitutions=block.mapping("alternat_substitutions", moves.pairs),
            signed_at=signature.instant("at"),
            effect=signature.text("effect"),
            text_public=public,
            public_line=line,
            epilogue=block.each("epilogue", moves.epilogue, needed=False),
        )
        block.block("alternat_substitutions")
        signature.close()
        block.close()
        return made


def _person(block: Block, code: str) -> Person:
    described = block.text("role")
    return Person(
        id=block.text("id"),
        name=block.text("name"),
        role=described if described in roles.ROLES else roles.AUDITOR,
        described=described,
        party=code,
    )


def _record(block: Block, make: Callable[[], R]) -> R:
    # What the wire would refuse is told with the line of the file.
    try:
        return make()
    except MisuseError as error:
        raise InputError(
            f"line {block.node.start_mark.line + 1}: {block.where}: {error}",
            code="scenario",
            hint="what is in the file must fit into one statement",
        ) from error


def _cid(block: Block, name: str) -> str:
    return block.pattern(
        name, "[A-Za-z0-9_-]{1,64}", "a clause id: 1 to 64 latin letters, digits, - and _"
    )


def _mention(block: Block, name: str) -> tuple[Mention, ...]:
    value = block.maybe_text(name)
    return (_record(block, lambda: NamedMention(name=value)),) if value else ()


def _delete(block: Block, notes: OpNotes) -> Operation:
    return Delete(cid=_cid(block, "cid"), to=_mention(block, "to"), notes=notes)


def _move_after(block: Block, notes: OpNotes) -> Operation:
    return MoveAfter(cid=_cid(block, "cid"), after=_cid(block, "after"), notes=notes)
