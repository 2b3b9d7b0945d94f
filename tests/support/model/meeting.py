"""Conferences, outcomes, actions, findings, scrubs, terms (SPEC 7.8, 7.14)."""

from __future__ import annotations

from typing import Any

from tests.support.model.lines import find
from tests.support.model.talk import ZERO, Placed, need
from tests.support.model.trading import Trading


class Meeting(Trading):
    """What is said at and around conferences, and what people find."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.conferences = {}
        self.schedules: dict[bytes, Any] = {}
        self.outcomes: dict[bytes, dict[str, Any]] = {}
        self.actions: dict[bytes, dict[str, Any]] = {}
        self.findings: dict[bytes, dict[str, Any]] = {}
        self.scrubs: set[tuple[bytes, str, str]] = set()
        self.terms: list[bytes] = []

    def on_the_table(self, version: bytes, cids: Any) -> None:
        found = self.known(self.versions, version)
        need(found["document"] == ZERO, "document-differs")
        need(all(find(found, cid) for cid in cids), "unknown-clause")

    def conference_scheduled(self, content: Any, by: Placed) -> None:
        self.is_party(*filter(None, (content.host,)), *(each.party for each in content.zones))
        cids = [cid for item in content.agenda for cid in item.clauses]
        for item in content.agenda:
            self.mentions(*item.proposals)
        if content.basis != ZERO:
            self.on_the_table(content.basis, cids)
        need(content.basis != ZERO or not cids, "unknown-version")
        if content.replaces != ZERO:
            self.in_force(content)
        else:
            need(content.name not in self.conferences, "conference-exists")
            self.conferences[content.name] = {"schedule": by.id, "basis": content.basis}
        self.schedules[by.id] = content

    def in_force(self, content: Any) -> dict[str, Any]:
        need(content.name in self.conferences, "unknown-conference")
        conference = self.conferences[content.name]
        need(conference["schedule"] == content.replaces, "schedule-replaced")
        return conference

    def outcomes_recorded(self, content: Any, by: Placed) -> None:
        need(content.conference in self.conferences, "unknown-conference")
        basis = self.conferences[content.conference]["basis"]
        version = basis if basis != ZERO else ([ZERO, *self.heads()])[-1]
        cids = [each.cid for each in content.items if each.cid]
        if version != ZERO or cids:
            self.on_the_table(version, cids)
        for each in content.items:
            if each.result.startswith("reserved_by_"):
                self.is_party(each.result.removeprefix("reserved_by_"))
            self.mentions(*each.proposal)
        self.outcomes[by.id] = {"version": version, "items": content.items}

    def agreed_to(self, subject: bytes) -> None:
        """Do what follows once both parties stand behind a joint act."""
        schedule = self.schedules.get(subject)
        if schedule is not None and schedule.replaces != ZERO:
            conference = self.in_force(schedule)
            conference["schedule"], conference["basis"] = subject, schedule.basis
        if subject in self.outcomes:
            outcomes = self.outcomes[subject]
            for party in self.parties:
                values = {
                    each.cid: {"agreed_ad_ref": "ad_referendum"}.get(each.result, "reserve")
                    for each in outcomes["items"]
                    if each.cid and each.result in ("agreed_ad_ref", f"reserved_by_{party}")
                }
                if values:
                    self.takes(party, subject, outcomes["version"], values)

    def action_set(self, content: Any, by: Placed) -> None:
        if content.owner != "joint":
            self.is_party(content.owner)
        need(not content.conference or content.conference in self.conferences, "conference")
        number = len(self.actions) + 1
        self.actions[by.id] = {"owner": content.owner, "number": number, "ending": ""}

    def action_reported(self, content: Any, by: Placed) -> None:
        action = self.known(self.actions, content.action)
        need(action["owner"] in (by.party, "joint"), "not-owner")
        need(action["ending"] in ("", "carried"), "closed-before")
        action["ending"] = content.ending

    # findings

    def finding_made(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        need(not content.cid or find(version, content.cid), "unknown-clause")
        self.findings[by.id] = {
            "party": by.party,
            "version": version,
            "cid": content.cid,
            "number": len(self.findings) + 1,
            "harmless": set(),
            "open": True,
        }

    def finding_settled(self, content: Any, by: Placed) -> None:
        need(content.finding in self.findings, "unknown-finding")
        finding = self.findings[content.finding]
        need(finding["open"], "settled-before")
        own = finding["party"] == by.party
        need(own or content.how != "withdrawn", "not-own-finding")
        if content.how == "mended":
            later, then = self.known(self.versions, content.version), finding["version"]
            need(later["index"] > then["index"], "not-mended")
            need(_words(later, finding["cid"]) != _words(then, finding["cid"]), "not-mended")
        finding["harmless"] -= {by.party}  # what a party says last counts
        if content.how == "harmless":
            finding["harmless"].add(by.party)
        finding["open"] = not (
            finding["harmless"] == set(self.parties) or (own and content.how != "harmless")
        )

    def scrub_confirmed(self, content: Any, by: Placed) -> None:
        self.known(self.versions, content.version)
        need(by.honest, "digest-differs")
        said = content.version, content.sort, by.party
        need(said not in self.scrubs, "confirmed-before")
        self.scrubs.add(said)

    def term_set(self, content: Any, by: Placed) -> None:
        self.speaks(*content.words)
        need(content.replaces in (ZERO, *self.terms), "unknown-term")
        self.terms.append(by.id)


def _words(version: dict[str, Any], cid: str) -> list[Any]:
    return [each["words"] for each in version["clauses"] if cid in ("", each["cid"])]
