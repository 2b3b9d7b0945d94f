"""Load a scenario: read it, then see that its parts fit together."""

from __future__ import annotations

import importlib.resources
from collections.abc import Collection, Iterable
from typing import Any, Final

from paraph.client.scenario.model import Dispatch, Scenario
from paraph.client.scenario.reader import read_scenario
from paraph.client.writing import blocks
from paraph.protocol.errors import InputError, MalformedError
from paraph.protocol.negotiation.text import Text, find_quote
from paraph.protocol.roles import AUDITOR
from paraph.protocol.schema import Codec
from paraph.protocol.schema import text as text_codec
from paraph.protocol.statements.exchanges import MOST_BODY, MOST_QUOTE
from paraph.protocol.statements.header import JOINT, MOST_WORDS, named

SCHEMA: Final = "desk-scenario/1"
SHIPPED: Final = "syria-flight-safety.yaml"
BOTH: Final = "both"
KIND: Final = blocks.Kind(
    most_bytes=8 * 1024 * 1024,
    hint=f"paraph demo --example prints a file of schema {SCHEMA}",
    excess=lambda message: InputError(
        message, code="scenario", hint="a scenario is no larger than what crosses the wire"
    ),
    code="scenario",
    decoration=frozenset({"provenance", "src"}),  # where a fact comes from
)


def shipped() -> bytes:
    """Return the sample that comes with the program."""
    return (
        importlib.resources.files("paraph.client")
        .joinpath("samples")
        .joinpath(SHIPPED)
        .read_bytes()
    )


def load(data: bytes) -> Scenario:
    """Read a scenario file.

    Args:
        data: The bytes of the file.

    Raises:
        InputError: ``scenario``: not a file of this schema; says line and field, or the ids of
            what does not fit together.
    """
    block = blocks.read(data, KIND)
    block.word("schema", [SCHEMA])
    made = read_scenario(block)
    _Fit(made).check()
    return made


class _Fit:
    # Whether what the parts of a file name is there, and fits into what crosses the wire.
    def __init__(self, scenario: Scenario) -> None:
        self.made = scenario
        self.codes = tuple(scenario.parties)
        self.authors = (*self.codes, JOINT)
        self.ids = {
            name: self.unique(name, [each.id for each in getattr(scenario, name)])
            for name in (
                "versions",
                "proposals",
                "comments",
                "dispatches",
                "conferences",
                "silences",
                "findings",
                "side_documents",
            )
        }
        self.minutes = self.unique(
            "minutes", [each.minutes.id for each in scenario.conferences if each.minutes]
        )

    def need(self, ok: object, where: str, problem: str) -> None:
        if not ok:
            raise InputError(
                f"{where}: {problem}",
                code="scenario",
                hint="mend the file where this id stands",
            )

    def known(self, value: str, allowed: Collection[str], where: str, name: str) -> None:
        self.need(
            not value or value in allowed, where, f'"{name}" names "{value}", which is not there'
        )

    def unique(self, name: str, ids: list[str]) -> frozenset[str]:
        for each in ids:
            self.need(ids.count(each) == 1, name, f'the id "{each}" stands twice')
        return frozenset(ids)

    def size(self, codec: Codec[Any], value: str, where: str, name: str) -> None:
        try:
            codec.load(value)
        except MalformedError:
            self.need(ok=False, where=where, problem=f'"{name}": expected {codec.name}')

    def check(self) -> None:
        self.people()
        self.versions()
        line = self.made.lineage()
        self.comments(line)
        for dispatch in self.made.dispatches:
            self.dispatch(dispatch)
        self.rest(line)

    def people(self) -> None:
        everybody = [each for party in self.made.parties.values() for each in party.people]
        self.unique("people", [each.id for each in everybody])
        made = self.made
        speaking = {
            *(each.by for each in made.comments),
            *(reply.by for each in made.comments for reply in each.replies),
            *(each.receipt.by for each in made.dispatches if each.receipt),
            *(each.by for each in made.ceremony.authentication),
            *(signer for each in made.ceremony.originals for signer in each.signatures),
        }
        for each in everybody:
            self.need(
                each.id not in speaking or each.role == each.described != AUDITOR,
                each.id,
                f'a person of the role "{each.described}" cannot say anything',
            )
        for name, value in (*self.made.titles.items(), *self.made.banner.items()):
            self.size(text_codec(MOST_WORDS), value, "instrument and marking", name)
        self.size(named, self.made.instrument, "instrument", "kind")

    def versions(self) -> None:
        above: set[str] = set()
        for each in self.made.versions:
            self.known(each.parent, above, each.id, "parent")
            self.known(each.author, self.authors, each.id, "author_party")
            self.known(each.sent_by, self.ids["dispatches"], each.id, "sent_by")
            for code in each.confirmed_by:
                self.known(code, self.codes, each.id, "confirmed_by")
            for name, value in (("kind", each.kind), *each.language_status.items()):
                self.size(named, value, each.id, name)
            above.add(each.id)

    def comments(self, line: dict[str, Text]) -> None:
        quote, body = text_codec(MOST_QUOTE), text_codec(MOST_BODY)
        for each in self.made.comments:
            self.known(each.version, line, each.id, "version")
            self.known(each.language, self.made.languages, each.id, "lang")
            for by in (each.by, *(reply.by for reply in each.replies)):
                self.known(by, self.made.people, each.id, "by")
            for said in (each.body, *(reply.body for reply in each.replies)):
                self.size(body, said, each.id, "body")
            for part in (each.exact, each.prefix, each.suffix):
                self.size(quote, part, each.id, "exact")
            if each.cid:
                clause = line[each.version].find(each.cid)
                self.need(clause, each.id, f'there is no clause "{each.cid}" in {each.version}')
                words = clause.words.get(each.language, "") if clause else ""
                self.need(
                    find_quote(words, each.prefix, each.exact, each.suffix),
                    each.id,
                    f'the quoted words do not stand in clause "{each.cid}"',
                )

    def dispatch(self, each: Dispatch) -> None:
        internal = {comment.id for comment in self.made.comments if comment.internal}
        enclosures = {
            *(id_ for name in self.ids for id_ in self.ids[name]),
            *self.minutes,
            *(f"{minutes}-draft" for minutes in self.minutes),
        } - internal
        self.known(each.author, self.authors, each.id, "from")
        for code in each.to:
            self.known(code, self.codes, each.id, "to")
        for carried in each.carries:
            self.known(carried, enclosures, each.id, "carries")
            self.size(named, carried, each.id, "carries")
        self.known(each.in_reply_to, self.ids["dispatches"], each.id, "in_reply_to")
        self.known(each.breaks_silence, self.ids["silences"], each.id, "breaks_silence")
        self.size(text_codec(MOST_BODY), each.body, each.id, "body")
        if each.receipt:
            person = self.made.people.get(each.receipt.by)
            self.need(
                person and person.party in each.to, each.id, "expected a receipt by the receiver"
            )

    def rest(self, line: dict[str, Text]) -> None:
        everyone = (*self.codes, BOTH)
        for proposal in self.made.proposals:
            self.known(proposal.by, self.codes, proposal.id, "by")
            for step in proposal.history:
                self.known(step.by, everyone, proposal.id, "history")
        for version, parties in self.made.positions.items():
            self.known(version, line, "positions", version)
            for code in parties:
                self.known(code, self.codes, f"positions {version}", code)
        for conference in self.made.conferences:
            self.known(conference.basis, line, conference.id, "basis")
            for action in conference.actions:
                self.known(action.owner, everyone, action.id, "owner")
                if isinstance(action.due, str):
                    self.known(action.due, self.ids["conferences"], action.id, "due")
        for silence in self.made.silences:
            self.known(silence.proposed_by, self.codes, silence.id, "proposed_by")
        for finding in self.made.findings:
            self.known(finding.version, line, finding.id, "version")
        self.ceremony(line)

    def ceremony(self, line: dict[str, Text]) -> None:
        people: Iterable[str] = self.made.people
        for initials in self.made.ceremony.authentication:
            self.known(initials.by, tuple(people), "ceremony", "by")
            self.known(initials.version, line, "ceremony", "version")
        for original in self.made.ceremony.originals:
            self.known(original.kept_by, self.codes, "ceremony", "kept_by")
            for signer in original.signatures:
                self.known(signer, tuple(people), "ceremony", "signatures")
