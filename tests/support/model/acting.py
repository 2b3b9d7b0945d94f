"""Who may speak, what is taken back, and what stands in the clear (SPEC 5.4, 7.5, 7.11, 7.12)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from tests.support.model.ending import Ending
from tests.support.model.talk import ZERO, No, Placed, need

OFFICERS = {"desk_officer", "head_of_delegation", "legal_adviser", "linguist", "signatory"}
DRAFTERS = {"desk_officer", "head_of_delegation"}
BINDERS = {"head_of_delegation", "signatory"}
MAY = {
    **dict.fromkeys(
        [
            "negotiation-opened",
            "version-tabled",
            "version-confirmed",
            "dispatch-sent",
            "agreed",
            "side-document-opened",
            "conference-scheduled",
            "outcomes-recorded",
            "silence-opened",
            "silence-broken",
            "silence-closed",
            "recalled",
            "proposal-made",
            "proposal-answered",
            "position-taken",
            "package-tied",
            "package-untied",
            "full-powers-shown",
            "alternat-set",
        ],
        DRAFTERS,
    ),
    **dict.fromkeys(
        [
            "comment-made",
            "action-set",
            "action-reported",
            "finding-made",
            "finding-settled",
            "term-set",
            "event-noted",
            "clearance-asked",
        ],
        OFFICERS,
    ),
    **dict.fromkeys(["initialled", "conclusion-withdrawn", "effect-stated", "stood-by"], BINDERS),
    "signed": {"signatory"},
    "effect-noted": {"signatory"},
}
JOINT = {
    "action-set", "alternat-set", "conference-scheduled", "effect-stated", "outcomes-recorded",
    "package-tied", "package-untied", "term-set",
}  # fmt: skip


class Acting(Ending):
    """The door to everything else."""

    def say(self, content: Any, by: Placed) -> bool:
        """Take in a sealed statement; returns whether it counts."""
        self._placed(by)
        if by.id in self.entries:
            return False
        try:
            self._may(content, by)
            if content.KIND != "acknowledgement-given":
                opens = content.KIND == "negotiation-opened"
                need(opens != bool(self.identity), "unknown-negotiation")
                need(opens or content.header.negotiation == self.identity, "unknown-negotiation")
            name = content.KIND.replace("-", "_")
            getattr(self, "agreement" if name == "agreed" else name)(content, by)
        except No:
            applied = False
        else:
            applied = True
        self.entries[by.id] = {
            "kind": content.KIND,
            "party": by.party,
            "role": by.role,
            "index": by.index,
            "applied": applied,
            "here": content.header.negotiation == self.identity != b"",
        }
        if applied and content.KIND == "agreed":
            self.agreed.setdefault(content.subject, set()).add(by.party)
        return applied

    def hear(self, payload: Any, by: Placed, subject: bytes) -> None:
        """Take in a clear statement."""
        self._placed(by)
        if payload.KIND == "heartbeat":
            self.held[by.party] = max(payload.held, self.held.get(by.party, 0))
            self.beat(by.party, payload.held)
        elif payload.KIND == "unopened":
            self.disputes.add((payload.entry, by.party))
        elif payload.KIND == "opened":
            self.disputes.discard((payload.entry, by.party))
        elif payload.KIND == "withdraw":
            counts = (payload.entry, self.other(by.party)) in self.disputes
            self.disputes = {each for each in self.disputes if each[0] != payload.entry}
            if not counts:
                with contextlib.suppress(No):
                    need(not self.authenticated, "concluded")
                    self._take_back(subject, by)
                    counts = True
            self.withdrawals[by.id] = counts

    def _placed(self, by: Placed) -> None:
        self.tick(by.index, by.log_time)
        self.size, self.log_time = by.index + 1, by.log_time

    def _may(self, content: Any, by: Placed) -> None:
        kind, machine = content.KIND, by.role == "bot"
        need(content.header.acting_role == by.role, "role-differs")
        need((content.header.origin == "automatic") == machine, "origin-differs")
        if kind == "acknowledgement-given":
            need((content.rung == "fetched") == machine, "rung")
            need(content.outcome in ("ok", "cannot_open" if machine else "not_taken"), "rung")
            need(machine or by.role in OFFICERS, "role")
            return
        roles = MAY.get(kind, set())
        if kind == "scrub-confirmed":
            roles = BINDERS | {{"legal": "legal_adviser"}.get(content.sort, "linguist")}
        if kind == "position-taken" and "agree" in (
            content.others,
            *(each.value for each in content.entries),
        ):
            roles = BINDERS
        need(by.role in roles, "role")

    def negotiation_opened(self, content: Any, by: Placed) -> None:
        del by
        self.speaks(*content.titles)
        self.identity = content.header.negotiation

    def clearance_asked(self, *_: object) -> None:
        need(False, "internal-only")

    def agreement(self, content: Any, by: Placed) -> None:
        subject = content.subject
        entry = self.stands(subject)
        need(entry["kind"] in JOINT, "not-joint")
        behind = {entry["party"]} | self.agreed.get(subject, set())
        need(by.party not in behind, "agreed-before")
        need(entry["kind"] != "effect-stated" or by.role in BINDERS, "role")
        self.agreed_to(subject)

    def recalled(self, content: Any, by: Placed) -> None:
        self._take_back(content.subject, by)

    def takes_back(self, kind: str) -> Callable[[bytes, Placed], None] | None:
        """Return what takes back a statement of this kind, if anything does."""
        return getattr(self, "_back_" + kind.replace("-", "_"), None)

    def _take_back(self, subject: bytes, by: Placed) -> None:
        entry = self.stands(subject)
        need(entry["party"] == by.party, "not-own-statement")
        rule = self.takes_back(entry["kind"])
        need(rule, "not-recallable")
        assert rule is not None
        need("answered" not in self.receipts.get(subject, {}).values(), "built-on")
        rule(subject, by)
        self.gone.add(subject)
        for each in self.silences.values():
            if each["subject"][0] == subject and not each["ended"]:
                each["ended"] = "recalled"

    def _back_version_tabled(self, subject: bytes, by: Placed) -> None:
        children = [e for e, v in self.versions.items() if subject in v["parents"]]
        need(set(children) <= self.gone, "built-on")
        need(not self.versions[subject]["confirmed"] - {by.party}, "built-on")
        need(all(version != subject for _, _, version in self.initials.values()), "built-on")

    def _back_comment_made(self, subject: bytes, by: Placed) -> None:
        for statement, each in self.comments.items():
            touches = subject in (each["replies_to"], each["resolves"])
            need(not touches or each["party"] == by.party or statement in self.gone, "built-on")
        for each in self.comments.values():
            if each["closed_by"] == subject:
                each["closed_by"] = ZERO

    def _back_dispatch_sent(self, subject: bytes, by: Placed) -> None:
        for statement, each in self.dispatches.items():
            answers = each["answers"] == subject and each["party"] != by.party
            need(not answers or statement in self.gone, "built-on")
        need(not self.dispatches[subject]["breaks"], "built-on")

    def _back_proposal_made(self, subject: bytes, by: Placed) -> None:
        proposal = self.proposals[subject]
        need(set(proposal["steps"]) == {by.party}, "built-on")
        proposal["standing"], proposal["turn"] = "recalled", ""

    def _back_position_taken(self, subject: bytes, by: Placed) -> None:
        """What was said before counts again."""

    def _back_joint(self, subject: bytes, by: Placed) -> None:
        del by
        need(not self.agreed.get(subject), "built-on")

    _back_package_tied = _back_package_untied = _back_outcomes_recorded = _back_joint

    def _back_conference_scheduled(self, subject: bytes, by: Placed) -> None:
        self._back_joint(subject, by)
        need(all(each["schedule"] != subject for each in self.conferences.values()), "built-on")

    def _back_action_set(self, subject: bytes, by: Placed) -> None:
        self._back_joint(subject, by)
        need(not self.actions[subject]["ending"], "built-on")

    def _back_silence_opened(self, subject: bytes, by: Placed) -> None:
        del by
        need(not self.silences[subject]["ended"], "silence-ended")
        self.silences[subject]["ended"] = "recalled"
