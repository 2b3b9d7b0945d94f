"""From the blocks of a file to a scenario: one function a block (schema ``desk-scenario/1``)."""

from __future__ import annotations

import re

from paraph.client.scenario import moves
from paraph.client.scenario.model import (
    Ceremony,
    Party,
    Person,
    Scenario,
    SideDocument,
    Version,
)
from paraph.client.writing.blocks import Block
from paraph.client.writing.clauses import ClauseReader
from paraph.protocol import roles
from paraph.protocol.statements.versions import Clause, Operation


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
        self.text = ClauseReader(self.languages)

    def scenario(self) -> Scenario:
        block = self.block
        for decoration in ("defaults", "conventions", "sources"):
            block.take(decoration)
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
        made = self.version(block, clauses=block.each("clauses", self.text.clause))
        if not made.clauses:
            block.fail("clauses", "expected at least one clause")
        block.close()
        return made

    def later(self, block: Block) -> Version:
        return self.version(
            block,
            parent=block.text("parent"),
            operations=block.each("ops", self.text.operation),
        )

    def version(
        self,
        block: Block,
        *,
        clauses: tuple[Clause, ...] = (),
        parent: str = "",
        operations: tuple[Operation, ...] = (),
    ) -> Version:
        return Version(
            id=block.text("id"),
            label=block.maybe_text("label"),
            kind=block.text("kind"),
            author=block.text("author_party"),
            at=block.instant("at"),
            language_status=self.text.status(block),
            clauses=clauses,
            parent=parent,
            operations=operations,
            round=block.integer("round", 0) if parent else 0,
            sent_by=block.maybe_text("sent_by") if parent else "",
            confirmed_by=block.texts("confirmed_by", needed=False) if parent else (),
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
