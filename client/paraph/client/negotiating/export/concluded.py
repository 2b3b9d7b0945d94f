"""The concluded package: what is kept of a text that both sides initialled or signed (SPEC 7.17).

A folder of plain files: the text in force and the originals in every language, side documents and
minutes, the register of dispatches, who initialled and signed in which capacity. Each act comes
with its signature and public key, so that it can be checked without log or key file. People's
names are not in it: they were never on the wire.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from paraph.client.channel import views
from paraph.client.channel.desk import Desk
from paraph.client.clock import when
from paraph.client.files import private_folder, write_atomically
from paraph.client.writing import composing
from paraph.protocol.errors import InputError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import alternat as alternats
from paraph.protocol.negotiation import concluded
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.phase import phase
from paraph.protocol.negotiation.side_documents import standing_of
from paraph.protocol.negotiation.state import Negotiation, Version
from paraph.protocol.negotiation.state.conclusion import Act
from paraph.protocol.sentences import worded
from paraph.protocol.statements.conclusion import CONTEXT_OF, Initialled, Signed
from paraph.protocol.statements.header import Mention, StatementMention

SUMMARY: Final = "conclusion.json"
REGISTER: Final = "dispatches.json"
SUMS: Final = "SHA256SUMS"

Files = Iterator[tuple[str, bytes]]


@dataclasses.dataclass(frozen=True, slots=True)
class Package:
    """What was written.

    Attributes:
        folder: Where.
        files: Name to SHA-256, in the order of the names.
        phase: How far the instrument had come.
    """

    folder: Path
    files: Mapping[str, bytes]
    phase: str


def export(desk: Desk, identity: bytes, folder: Path) -> Package:
    """Write the package of a negotiation into a new folder.

    Raises:
        InputError: Nothing is initialled by both sides yet, or the folder holds something.
    """
    talks = composing.negotiation_of(desk.state, identity)
    version = concluded.in_force(talks)
    if version is None:
        raise InputError(
            "expected a text that both sides initialled",
            code="not-initialled",
            hint="paraph gate shows what stands open; paraph export writes any version",
        )
    if folder.exists() and any(folder.iterdir()):
        raise InputError(
            worded("expected an empty folder, %(folder)s holds something", folder=folder),
            code="exists",
            hint="give the name of another folder",
        )
    found = dict(_files(desk, talks, version))
    sums = {name: hashlib.sha256(found[name]).digest() for name in sorted(found)}
    lines = "".join(f"{digest.hex()}  {name}\n" for name, digest in sums.items())
    private_folder(folder)
    for name, data in {**found, SUMS: lines.encode()}.items():
        write_atomically(private_folder((folder / name).parent) / Path(name).name, data)
    return Package(folder, sums, phase(desk.state, talks).word)


def _files(desk: Desk, talks: Negotiation, version: Version) -> Files:
    acts = (*talks.conclusion.initials, *talks.conclusion.signatures)
    for language in version.text.languages:
        yield f"text/{language}.txt", texts.render(version.text, language).encode()
    yield from _originals(desk, talks, version)
    yield from _documents(talks)
    yield from _acts(desk, acts)
    yield REGISTER, _json(list(_register(desk, talks)))
    yield SUMMARY, _json(_summary(desk, talks, version, acts))


def _originals(desk: Desk, talks: Negotiation, version: Version) -> Files:
    agreed = concluded.alternat(desk.state, talks, version.statement)
    if agreed is None:
        return
    about = composing.version_of(talks, agreed.content.version)
    for copy in agreed.content.originals:
        for place, language in enumerate(copy.languages, 1):
            rendered = alternats.render_original(about.text, language, agreed.content, copy.kept_by)
            yield f"originals/{copy.kept_by}/{place}-{language}.txt", rendered.encode()


def _documents(talks: Negotiation) -> Files:
    documents = (each for _, each in talks.side_documents.items())
    for document in sorted(documents, key=lambda each: each.number):
        standing = standing_of(talks, document)
        version = talks.versions.get(standing.version) if standing.version != ZERO else None
        if version is None:
            continue
        name = f"{document.number:02}-{_file_name(document.content.document_kind)}-{standing.word}"
        for language in version.text.languages:
            yield f"documents/{name}.{language}.txt", texts.render(version.text, language).encode()


def _file_name(word: str) -> str:
    # A peer's word is never a path.
    return "".join(each if each.isascii() and each.isalnum() else "_" for each in word)


def _acts(desk: Desk, acts: tuple[Act, ...]) -> Files:
    # The bytes that are signed, the signature, the key: enough for whoever checks it alone.
    for act in sorted(acts, key=lambda each: each.said.index):
        opened = desk.screen.again(act.said.index)  # as it was signed, where it is not held
        content = opened.content if opened is not None else None
        member = opened.entry.member if opened is not None else None
        if member is None or not isinstance(content, Initialled | Signed):
            continue
        yield f"acts/{_act_name(act)}.act", content.act.encode()
        yield f"acts/{_act_name(act)}.signature", content.signature
        yield f"acts/{_act_name(act)}.key", member.key.raw


def _act_name(act: Act) -> str:
    what = f"signature-{act.act.original}" if act.act.original else "initial"
    return f"{act.said.index:06}-{act.act.party}-{what}"


def _register(desk: Desk, talks: Negotiation) -> Iterator[dict[str, object]]:
    dispatches = sorted((each for _, each in talks.dispatches.items()), key=lambda each: each.index)
    for each in dispatches:
        content, entry = each.content, desk.state.entries.get(each.statement)
        yield {
            "series": content.author,
            "number": content.number,
            "kind": content.dispatch_kind,
            "from": each.party,
            "entry": each.index,
            "id": each.statement.hex(),
            "dated": when(content.header.dated),
            "log_time": when(entry.said.log_time) if entry is not None else "",
            "carries": [_mentioned(desk, mention) for mention in content.carries],
            "in_reply_to": content.in_reply_to.hex() if content.in_reply_to != ZERO else None,
            "body": content.body,
        }


def _mentioned(desk: Desk, mention: Mention) -> str:
    if isinstance(mention, StatementMention):
        return views.name_of(desk, mention.statement)
    return mention.name


def _summary(
    desk: Desk, talks: Negotiation, version: Version, acts: tuple[Act, ...]
) -> dict[str, object]:
    now = phase(desk.state, talks)
    first = concluded.initialled(talks)
    terms = first.terms if first is not None else {}
    effect = concluded.effect(desk.state, talks)
    titles = talks.opened.titles if talks.opened is not None else ()
    return {
        "exercise": desk.is_exercise,
        "channel": desk.channel.hex(),
        "negotiation": talks.identity.hex(),
        "titles": {each.language: each.words for each in titles},
        "phase": now.word,
        "rectified": now.rectified,
        "version": {
            "id": version.statement.hex(),
            "entry": version.index,
            "kind": version.content.version_kind,
            "sha256": {language: digest.hex() for language, digest in version.digests.items()},
        },
        "needed": {
            code: {"initial": each.initiallers, "sign": each.signatories}
            for code, each in terms.items()
        },
        "acts": [_act_row(act) for act in acts],
        "effect": effect.content.effect if effect is not None else None,
        "effect_instant": when(effect.content.instant) or None if effect is not None else None,
        "notes": [
            {
                "by": each.said.party,
                "change": each.content.change,
                "effective": when(each.content.effective),
                "zone": each.content.zone,
                "note": each.content.note,
            }
            for each in concluded.notes(talks)
        ],
        "events": [
            {"event": each.content.event, "at": when(each.content.at), "note": each.content.note}
            for _, each in sorted(
                talks.conclusion.events.items(), key=lambda item: item[1].said.index
            )
        ],
    }


def _act_row(act: Act) -> dict[str, object]:
    kind = Signed if act.act.original else Initialled
    return {
        "act": "signature" if act.act.original else "initial",
        "original": act.act.original or None,
        "party": act.act.party,
        "holder": act.act.holder.hex(),
        "capacity": {each.language: each.words for each in act.act.capacity},
        "key": act.act.signer.hex(),
        "roots": {each.party: each.digest.hex() for each in act.act.roots},
        "languages": list(act.act.languages),
        "sha256": {language: digest.hex() for language, digest in act.act.digests.items()},
        "entry": act.said.index,
        "log_time": when(act.said.log_time) or None,
        "file": f"acts/{_act_name(act)}.act",
        "context": CONTEXT_OF[kind.KIND].value,
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()
