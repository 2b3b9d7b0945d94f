"""Comments, dispatches, receipts, proposals, positions, packages (SPEC 7.5, 7.9, 7.10)."""

from __future__ import annotations

from typing import Any

from paraph.protocol.names import Label, labelled
from tests.support.model.lines import Lines, find, words_of
from tests.support.model.talk import ZERO, Placed, need

AFTER = {
    "tabled": "accepted_ad_ref countered reserved rejected under_consideration",
    "under_consideration": "accepted_ad_ref countered reserved rejected",
    "countered": "accepted_ad_ref countered rejected under_consideration",
    "reserved": "accepted_ad_ref countered rejected under_consideration",
    "rejected": "countered",
    "accepted_ad_ref": "countered accepted",
    "accepted": "",
    "withdrawn": "",
}
BOTH_SAY = {"accepted_ad_ref", "reserved", "rejected", "withdrawn"}
RUNGS = ["fetched", "displayed", "in_charge", "understood", "answered"]


def wording(clause: dict[str, Any] | None) -> bytes:
    if clause is None:
        return ZERO
    parts = [part.encode() for pair in sorted(clause["words"].items()) for part in pair]
    return labelled(Label.WORDING, *parts)


class Trading(Lines):
    """What moves between the parties."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.comments: dict[bytes, dict[str, Any]] = {}
        self.dispatches: dict[bytes, dict[str, Any]] = {}
        self.numbers: dict[str, int] = {}
        self.proposals: dict[bytes, dict[str, Any]] = {}
        self.stances: list[tuple[str, bytes, bytes, dict[str, str]]] = []
        self.packages: dict[bytes, dict[str, Any]] = {}

    # comments and dispatches

    def thread(self, statement: bytes) -> bytes:
        need(statement in self.comments, "unknown-comment")
        before: bytes = self.comments[statement]["replies_to"]
        return statement if before == ZERO else self.thread(before)

    def comment_made(self, content: Any, by: Placed) -> None:
        need(content.comment_kind not in ("instruction", "fallback"), "internal-only")
        self.mentions(*content.resolved_by)
        for each in (content.in_reply_to, content.resolves):
            need(each not in self.gone, "recalled")
            if each != ZERO:
                self.thread(each)
        anchor = content.anchor
        if anchor.version != ZERO:
            need(not anchor.language or anchor.language in self.languages, "unknown-language")
            version = self.known(self.versions, anchor.version)
            if anchor.cid:
                clause = find(version, anchor.cid)
                need(clause, "unknown-clause")
                assert clause is not None
                quote = anchor.prefix + anchor.exact + anchor.suffix
                need(quote in clause["words"].get(anchor.language, ""), "quote-not-found")
        closes = self.thread(content.resolves) if content.resolves != ZERO else ZERO
        need(closes == ZERO or self.comments[closes]["closed_by"] == ZERO, "closed-before")
        begins = content.in_reply_to == ZERO
        self.comments[by.id] = {
            "party": by.party,
            "replies_to": content.in_reply_to,
            "resolves": content.resolves,
            "closed_by": ZERO,
            "number": begins + max((e["number"] for e in self.comments.values()), default=0)
            if begins
            else 0,
        }
        if closes != ZERO:
            self.comments[closes]["closed_by"] = by.id

    def dispatch_sent(self, content: Any, by: Placed) -> None:
        need(content.author in (by.party, "joint"), "author-differs")
        need(content.number == self.numbers.get(content.author, 0) + 1, "number-differs")
        if content.in_reply_to != ZERO:
            self.known(self.dispatches, content.in_reply_to)
        self.mentions(*content.carries, *content.breaks_silence)
        breaks = [each.statement for each in content.breaks_silence if hasattr(each, "statement")]
        ends = [self.breakable(each, by.party) for each in breaks]
        for each in ends:
            each["ended"] = "broken"
        self.numbers[content.author] = content.number
        self.dispatches[by.id] = {
            "party": by.party,
            "answers": content.in_reply_to,
            "breaks": bool(content.breaks_silence),
        }

    def acknowledgement_given(self, content: Any, by: Placed) -> None:
        for each in content.subjects:
            entry = self.entries.get(each)
            need(entry and entry["party"] != by.party and entry["role"] != "bot", "subject")
            need(entry and entry["kind"] != "acknowledgement-given", "subject")
        for each in content.subjects:
            rungs = self.receipts.setdefault(each, {})
            before = rungs.setdefault(by.party, "")
            if content.outcome == "ok" and (
                not before or RUNGS.index(content.rung) > RUNGS.index(before)
            ):
                rungs[by.party] = content.rung

    # proposals

    def proposal_made(self, content: Any, by: Placed) -> None:
        self.speaks(*content.titles, *content.rationale)
        cid = content.clause
        if content.version == ZERO:
            need(not cid or self.in_some_head(cid), "unknown-clause")
        else:
            version = self.known(self.versions, content.version)
            made = self.operate(version["clauses"], set(version["used"]), content.operations)
            there = find(version, cid) or find({"clauses": made}, cid)
            need(not cid or there, "unknown-clause")
        self.proposals[by.id] = {
            "party": by.party,
            "clause": cid,
            "standing": "tabled",
            "turn": self.other(by.party),
            "number": len(self.proposals) + 1,
            "behind": set(),
            "accepting": {},
            "steps": [by.party],
        }

    def proposal_answered(self, content: Any, by: Placed) -> None:
        proposal = self.known(self.proposals, content.proposal)
        if content.operations:
            version = self.known(self.versions, content.version)
            self.operate(version["clauses"], set(version["used"]), content.operations)
        now, to = proposal["standing"], content.to
        if to == now and to in BOTH_SAY and by.party not in proposal["behind"]:
            proposal["behind"].add(by.party)
            proposal["steps"].append(by.party)
            return
        if to == "withdrawn":
            need(now not in ("accepted", "withdrawn"), "no-such-step")
            need(by.party == proposal["party"], "out-of-turn")
        else:
            need(to in AFTER[now].split(), "no-such-step")
            need(proposal["turn"] in ("", by.party), "out-of-turn")
        if to == "accepted":
            cid = proposal["clause"]
            heads = [self.versions[each] for each in self.heads()]
            words = {wording(find(each, cid)) for each in heads} or {ZERO}
            need(content.wording in words, "wording-gone")
            accepting = proposal["accepting"]
            need(accepting.get(by.party) != content.wording, "accepted-before")
            accepting[by.party] = content.wording
            proposal["steps"].append(by.party)
            if accepting.keys() != set(self.parties) or len(set(accepting.values())) > 1:
                return
        else:
            proposal["steps"].append(by.party)
            proposal["accepting"] = {}
        proposal["standing"] = to
        proposal["behind"] = {by.party}
        if to == "countered":
            proposal["turn"] = self.other(by.party)
        elif to not in ("reserved", "under_consideration"):
            proposal["turn"] = ""

    def reopen(self, made: dict[str, Any], parent: dict[str, Any], operations: Any) -> None:
        """Reopen the settled proposals on clauses that a version changes."""
        for statement, proposal in self.proposals.items():
            cid = proposal["clause"]
            if not cid or proposal["standing"] not in ("accepted_ad_ref", "accepted"):
                continue
            was, now = find(parent, cid), find(made, cid)
            if was and now and was["words"] == now["words"]:
                continue
            about = [each for each in operations if cid in _touches(each)]
            if all(_leaves(each, statement, was) for each in about):
                continue
            proposal["standing"], proposal["turn"] = "countered", self.other(made["party"])
            proposal["behind"], proposal["accepting"] = {made["party"]}, {}
            proposal["steps"].append(made["party"])

    # positions

    def takes(self, party: str, statement: bytes, version: bytes, values: dict[str, str]) -> None:
        self.stances.append((party, statement, version, values))

    def position_taken(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        values = {each.cid: each.value for each in content.entries}
        need(all(find(version, cid) for cid in values), "unknown-clause")
        if content.others:
            values = {
                each["cid"]: values.get(each["cid"], content.others) for each in version["clauses"]
            }
        heads = [self.versions[each] for each in self.heads(version["document"])]
        for cid in values:
            words = find(version, cid)
            there = [find(head, cid) for head in heads]
            need(
                any(words and each and each["words"] == words["words"] for each in there),
                "wording-gone",
            )
        self.takes(by.party, by.id, by_version(content), values)

    def marks(self, version: dict[str, Any], party: str) -> dict[str, str]:
        """Return the mark of a party on each clause of a version."""
        found = {}
        for clause in version["clauses"]:
            mark, cid = "none", clause["cid"]
            for whose, statement, about, values in self.stances:
                then = find(self.versions[about], cid)
                if (
                    whose == party
                    and statement not in self.gone
                    and self.versions[about]["document"] == version["document"]
                    and cid in values
                    and then is not None
                ):
                    same = then["words"] == clause["words"]
                    was = values[cid]
                    older = "confirm" if was in ("agree", "ad_referendum") else "none"
                    mark = was if same else older
            found[cid] = mark
        return found

    def package_tied(self, content: Any, by: Placed) -> None:
        self.speaks(*content.titles)
        need(all(self.in_some_head(cid) for cid in content.cids), "unknown-clause")
        self.packages[by.id] = {"cids": content.cids, "untying": ZERO}

    def is_tied(self, statement: bytes) -> bool:
        untying = self.packages[statement]["untying"]
        return self.both(statement) and not (untying != ZERO and self.both(untying))

    def package_untied(self, content: Any, by: Placed) -> None:
        package = self.known(self.packages, content.package)
        need(self.is_tied(content.package), "package-not-tied")
        need(package["untying"] == ZERO or package["untying"] in self.gone, "untying-pending")
        package["untying"] = by.id

    def all_stand(self, version: dict[str, Any], values: set[str]) -> bool:
        """Whether both parties stand so on every clause, and no package waits for one that left."""
        there = {each["cid"] for each in version["clauses"]}
        if any(set(self.marks(version, party).values()) - values for party in self.parties):
            return False
        tied = [self.packages[each]["cids"] for each in self.packages if self.is_tied(each)]
        return all(set(cids) <= there or not set(cids) & there for cids in tied)


def by_version(content: Any) -> bytes:
    version: bytes = content.version
    return version


def _touches(operation: Any) -> set[str]:
    if operation.KIND == "merge":
        return set(operation.cids)
    if operation.KIND == "insert-after":
        return {operation.clause.cid}
    return {operation.cid} | ({operation.new_cid} if operation.KIND == "split" else set())


def _leaves(operation: Any, proposal: bytes, was: dict[str, Any] | None) -> bool:
    noted = [getattr(each, "statement", ZERO) for each in operation.notes.proposal]
    if operation.KIND == "move-after" or proposal in noted:
        return True
    if operation.KIND != "split" or was is None:
        return False
    first, second = words_of(operation.texts), words_of(operation.new_texts)
    words = was["words"]
    return words.keys() == first.keys() == second.keys() and all(
        said.startswith(first[language])
        and second[language].startswith(said[len(first[language]) :].lstrip(" \u00a0\n"))
        for language, said in words.items()
    )
