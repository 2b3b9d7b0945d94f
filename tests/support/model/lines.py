"""Texts as lists of clauses, versions in lines, and silence over them (SPEC 7.2 to 7.5, 7.19)."""

from __future__ import annotations

import copy
from typing import Any

from tests.support.model.talk import ZERO, No, Placed, Talk, need

Clause = dict[str, Any]


def words_of(wordings: Any) -> dict[str, str]:
    return {each.language: each.words for each in wordings}


def place(clauses: list[Clause], cid: str) -> int:
    for at, clause in enumerate(clauses):
        if clause["cid"] == cid:
            return at
    raise No("unknown-clause")


def find(version: dict[str, Any], cid: str) -> Clause | None:
    return next((each for each in version["clauses"] if each["cid"] == cid), None)


class Lines(Talk):
    """The instrument and side documents: what each version says, and where the lines end."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.versions: dict[bytes, dict[str, Any]] = {}
        self.documents: dict[bytes, dict[str, Any]] = {}
        self.silences: dict[bytes, dict[str, Any]] = {}

    def heads(self, document: bytes = ZERO) -> list[bytes]:
        """Return the versions on which nothing stands that was not recalled."""
        mine = {
            each: version
            for each, version in self.versions.items()
            if version["document"] == document and each not in self.gone
        }
        below = {parent for version in mine.values() for parent in version["parents"]}
        return [each for each in mine if each not in below]

    def in_some_head(self, cid: str) -> bool:
        return any(find(self.versions[each], cid) for each in self.heads())

    # operations

    def operate(self, clauses: list[Clause], used: set[str], operations: Any) -> list[Clause]:
        """Return the clauses after *operations*; adds to *used*."""
        made = copy.deepcopy(clauses)
        for each in operations:
            getattr(self, "_" + each.KIND.replace("-", "_"))(made, used, each)
        return made

    def _write(self, clause: Clause, texts: Any) -> None:
        self.speaks(*texts)
        words = words_of(texts)
        clause["words"] = {**clause["words"], **words}
        clause["stale"] = self.languages - words.keys()

    def _new(self, used: set[str], cid: str) -> None:
        need(cid not in used, "clause-given-twice")
        used.add(cid)

    def _replace(self, made: list[Clause], used: set[str], each: Any) -> None:
        del used
        self._write(made[place(made, each.cid)], each.texts)

    def _insert_after(self, made: list[Clause], used: set[str], each: Any) -> None:
        at = place(made, each.after)
        self._new(used, each.clause.cid)
        made.insert(at + 1, self.clause(each.clause))

    def _delete(self, made: list[Clause], used: set[str], each: Any) -> None:
        del used
        made.pop(place(made, each.cid))

    def _move_after(self, made: list[Clause], used: set[str], each: Any) -> None:
        del used
        need(each.cid != each.after, "clause-follows-itself")
        place(made, each.after)
        clause = made.pop(place(made, each.cid))
        made.insert(place(made, each.after) + 1, clause)

    def _split(self, made: list[Clause], used: set[str], each: Any) -> None:
        at = place(made, each.cid)
        self._new(used, each.new_cid)
        self.speaks(*each.new_texts)
        second = {**made[at], "cid": each.new_cid, "words": words_of(each.new_texts)}
        made.insert(at + 1, {**second, "stale": set()})
        self._write(made[at], each.texts)

    def _merge(self, made: list[Clause], used: set[str], each: Any) -> None:
        del used
        parts = [made[place(made, cid)] for cid in each.cids]
        need(len({part["role"] for part in parts}) == 1, "roles-differ")
        self._write(made[place(made, each.into)], each.texts)
        made[:] = [each_ for each_ in made if each_ not in parts or each_["cid"] == each.into]

    def clause(self, record: Any) -> Clause:
        self.speaks(*record.texts)
        return {
            "cid": record.cid,
            "role": record.role,
            "words": words_of(record.texts),
            "stale": set(),
        }

    # versions

    def version_tabled(self, content: Any, by: Placed) -> None:
        need(content.author in (by.party, "joint"), "author-differs")
        parents = [self.known(self.versions, each) for each in content.parents]
        about = content.header.relates_to
        need(len({each["document"] for each in parents}) <= 1, "document-differs")
        document = parents[0]["document"] if parents else ZERO
        entry = self.entries.get(about.statement) if about.channel == self.channel else None
        if not parents and entry and entry["kind"] == "side-document-opened":
            need(about.statement in self.documents, "unknown-document")
            document = about.statement
        if document == ZERO:
            self.may_table(content)
        used = set(parents[0]["used"]) if parents else set()
        if parents:
            clauses = self.operate(parents[0]["clauses"], used, content.operations)
            used |= {cid for each in parents for cid in each["used"]}
        else:
            clauses = [self.clause(each) for each in content.clauses]
            used = {each["cid"] for each in clauses}
        need(by.honest, "digest-differs")
        made = {
            "id": by.id,
            "index": by.index,
            "party": by.party,
            "parents": content.parents,
            "document": document,
            "clauses": clauses,
            "used": used,
            "confirmed": set(),
            "kind": content.version_kind,
            "number": 1 + sum(each["document"] == document for each in self.versions.values()),
        }
        self.versions[by.id] = made
        for silence in self.silences.values():
            if not silence["ended"] and self._amends(made, silence):
                silence["ended"] = "broken"
        if parents and document == ZERO:
            self.reopen(made, parents[0], content.operations)

    def may_table(self, content: Any) -> None:
        raise NotImplementedError

    def reopen(self, made: dict[str, Any], parent: dict[str, Any], operations: Any) -> None:
        raise NotImplementedError

    def version_confirmed(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        need(by.party not in version["confirmed"], "confirmed-before")
        need(by.honest, "digest-differs")
        self.may_correct(version, by)
        version["confirmed"].add(by.party)

    def may_correct(self, version: dict[str, Any], by: Placed) -> None:
        correction = version["kind"] == "rectified" and version["document"] == ZERO
        need(not correction or by.role in {"head_of_delegation", "signatory"}, "role")

    def is_confirmed(self, version: dict[str, Any]) -> bool:
        return {version["party"], *version["confirmed"]} == set(self.parties)

    def side_document_opened(self, content: Any, by: Placed) -> None:
        self.speaks(*content.titles)
        if content.cid:
            had = {cid for each in self.heads() for cid in self.versions[each]["used"]}
            need(content.cid in had, "unknown-clause")
        if content.conference:
            need(content.conference in self.conferences, "unknown-conference")
        self.documents[by.id] = {"number": len(self.documents) + 1}

    conferences: dict[str, dict[str, Any]]

    # silence

    def tick(self, index: int, log_time: int) -> None:
        """Take in the log time of an entry."""
        for each in self.silences.values():
            if each["ended"]:
                continue
            if each["held"] and not each["received"]:
                each["received"] = log_time
                each["late"] = log_time + 12 * 3_600_000 > each["expires"]
            if each["over"] is None and log_time > each["expires"]:
                each["over"] = index

    def beat(self, party: str, held: int) -> None:
        for each in self.silences.values():
            if not each["ended"] and party != each["party"] and held > each["index"]:
                each["held"] = True

    def silence_opened(self, content: Any, by: Placed) -> None:
        version = self.known(self.versions, content.version)
        need(not content.cid or find(version, content.cid), "unknown-clause")
        need(by.honest, "digest-differs")
        need(0 < by.log_time < content.expires, "expired-before")
        subject = content.version, content.cid
        live = [each for each in self.silences.values() if not each["ended"]]
        need(all(each["subject"] != subject for each in live), "silence-running")
        self.silences[by.id] = {
            "subject": subject,
            "party": by.party,
            "index": by.index,
            "expires": content.expires,
            "held": False,
            "received": 0,
            "late": False,
            "over": None,
            "closed": set(),
            "ended": "",
        }

    def live_silence(self, statement: bytes) -> dict[str, Any]:
        need(statement in self.silences, "unknown-silence")
        need(not self.silences[statement]["ended"], "silence-ended")
        return self.silences[statement]

    def breakable(self, statement: bytes, party: str) -> dict[str, Any]:
        silence = self.live_silence(statement)
        need(silence["party"] != party, "own-silence")
        return silence

    def silence_broken(self, content: Any, by: Placed) -> None:
        self.breakable(content.silence, by.party)["ended"] = "broken"

    def silence_closed(self, content: Any, by: Placed) -> None:
        silence = self.live_silence(content.silence)
        need(by.party not in silence["closed"], "closed-before")
        need((content.size, content.root) == by.seen, "head-differs")
        need(not silence["late"], "received-late")
        over = silence["over"]
        need(silence["received"] and over is not None and content.size >= over, "not-expired")
        self.may_correct(self.known(self.versions, silence["subject"][0]), by)
        need(not silence["closed"] or not self.disputes, "unopened")
        silence["closed"].add(by.party)
        if silence["closed"] == set(self.parties):
            silence["ended"] = "adopted"
            version, cid = silence["subject"]
            if cid:
                for party in self.parties:
                    self.takes(party, by.id, version, {cid: "ad_referendum"})
            else:
                self.versions[version]["confirmed"] |= set(self.parties)

    def takes(self, party: str, statement: bytes, version: bytes, values: dict[str, str]) -> None:
        raise NotImplementedError

    def _amends(self, made: dict[str, Any], silence: dict[str, Any]) -> bool:
        version, cid = silence["subject"]
        waiting, met = [made["id"]], set()
        while waiting:
            each = waiting.pop()
            met.add(each)
            waiting += self.versions[each]["parents"]
        if version not in met:
            return False
        before = self.versions[version]
        if cid:
            now, then = find(made, cid), find(before, cid)
            return now is None or then is None or now["words"] != then["words"]
        return self._reads(made) != self._reads(before)

    @staticmethod
    def _reads(version: dict[str, Any]) -> list[Any]:
        numbered = {"operative", "testimonium"}
        return [(each["role"] in numbered, each["words"]) for each in version["clauses"]]
