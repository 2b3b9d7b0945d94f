"""Akoma Ntoso 3.0: a collection of one statement for each language, each an expression of one work.

``eId`` is what a clause is called in this version, ``wId`` its id for good. Clauses keep their
order: numbered ones are paragraphs, the others containers named by their role. Element order is
that of the schema (OASIS, Akoma Ntoso Version 1.0, Part 2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree as ET

from paraph.client.negotiating.export.subject import Subject, shown
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation.text import Part

NAMESPACE: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
SOURCE: Final = "#paraph"
_LONG: Final = {
    "ar": "ara", "de": "deu", "en": "eng", "es": "spa", "fa": "fas", "fr": "fra", "he": "heb",
    "hi": "hin", "it": "ita", "ja": "jpn", "ko": "kor", "pl": "pol", "pt": "por", "ru": "rus",
    "tr": "tur", "uk": "ukr", "zh": "zho",
}  # fmt: skip
_NO_DATE: Final = "1970-01-01"
_COUNTRY: Final = "zz"
"""Of no one country; the list of codes leaves it to its users."""


def xml(subject: Subject) -> str:
    """Return a version as Akoma Ntoso."""
    root = ET.Element("akomaNtoso", xmlns=NAMESPACE)
    collection = _in(root, "documentCollection", name="negotiation")
    _meta(collection, subject, "")
    _cover(collection, subject)
    body = _in(collection, "collectionBody")
    for place, language in enumerate(subject.languages, 1):
        component = _in(body, "component", eId=f"cmp_{place}")
        made = _in(component, "statement", name="statement")
        _meta(made, subject, language)
        _cover(made, subject, f"cmp_{place}__")
        main = _in(made, "mainBody", eId=f"cmp_{place}__body")
        _Clauses(subject, language, f"cmp_{place}__").write(main)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _in(parent: ET.Element, tag: str, text: str = "", /, **about: str) -> ET.Element:
    made = ET.SubElement(parent, tag, {key: shown(value) for key, value in about.items()})
    if text:
        made.text = shown(text)
    return made


def _cover(parent: ET.Element, subject: Subject, before: str = "") -> None:
    if subject.marking:
        cover = _in(parent, "coverPage", eId=f"{before}coverpage")
        for place, line in enumerate(subject.marking, 1):
            _in(cover, "p", line, eId=f"{before}coverpage__p_{place}")


def _meta(parent: ET.Element, subject: Subject, language: str) -> None:
    version, content = subject.version, subject.version.content
    date = _date(content.header.dated)
    work = f"/akn/{_COUNTRY}/statement/{date}/{subject.talks.identity.hex()}"
    spoken = _LONG.get(language, language) if language else "mul"
    expression = f"{work}/{spoken}@/v{version.number}"
    meta = _in(parent, "meta")
    identification = _in(meta, "identification", source=SOURCE)
    levels = (
        ("FRBRWork", work, "author"),
        ("FRBRExpression", expression, "editor"),
        ("FRBRManifestation", f"{expression}.xml", "editor"),
    )
    for name, uri, role in levels:
        level = _in(identification, name)
        _in(level, "FRBRthis", value=f"{uri}/!main")
        _in(level, "FRBRuri", value=uri)
        _in(level, "FRBRdate", date=date, name="dated")
        author = SOURCE if name == "FRBRManifestation" else f"#{content.author}"
        _in(level, "FRBRauthor", href=author, **{"as": f"#{role}"})
        if name == "FRBRWork":
            _in(level, "FRBRcountry", value=_COUNTRY)
            _in(level, "FRBRsubtype", value="draft")
            _in(level, "FRBRnumber", value=version.statement.hex())
            if subject.title(language):
                _in(level, "FRBRname", value=subject.title(language))
            _in(level, "FRBRprescriptive", value="false")
            _in(level, "FRBRauthoritative", value="false")
        elif name == "FRBRExpression":
            _in(level, "FRBRversionNumber", value=str(version.number))
            _in(level, "FRBRauthoritative", value="false")
            _in(level, "FRBRlanguage", language=language or "mul")
        else:
            _in(level, "FRBRformat", value="application/akn+xml")
    _references(meta, subject)


def _references(meta: ET.Element, subject: Subject) -> None:
    references = _in(meta, "references", source=SOURCE)
    named = dict.fromkeys((*subject.state.parties, subject.version.content.author, "paraph"))
    for name in named:
        href = f"/akn/ontology/organization/{name}"
        _in(references, "TLCOrganization", eId=name, href=href, showAs=name)
    for role in ("author", "editor"):
        href = f"/akn/ontology/role/{role}"
        _in(references, "TLCRole", eId=role, href=href, showAs=role)


def _date(dated: int) -> str:
    try:
        return dt.datetime.fromtimestamp(dated / 1000, tz=dt.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return _NO_DATE


class _Clauses:
    # The clauses in one language.
    def __init__(self, subject: Subject, language: str, before: str) -> None:
        self.text = subject.version.text
        self.language = language
        self.numbers = self.text.numbers()
        self.ids: Mapping[str, str] = {
            part.cid: before + (f"para_{_short(self.numbers[part.cid])}"
                                if self.numbers[part.cid] else f"hcontainer_{place}")
            for place, part in enumerate(self.text.parts, 1)
        }  # fmt: skip

    def write(self, parent: ET.Element) -> None:
        for part in self.text.parts:
            self.clause(parent, part)

    def clause(self, parent: ET.Element, part: Part) -> None:
        identity, number = self.ids[part.cid], self.numbers[part.cid]
        about = {"eId": identity, "wId": part.cid}
        if number:
            made = _in(parent, "paragraph", **about)
            _in(made, "num", f"{number}.", eId=f"{identity}__num")
        else:
            made = _in(parent, "hcontainer", name=part.role, **about)
        heading = part.headings.get(self.language, "")
        if heading:
            _in(made, "heading", heading, eId=f"{identity}__heading")
        content = _in(made, "content", eId=f"{identity}__content")
        words = part.words.get(self.language, "")
        for place, line in enumerate(words.split("\n"), 1):
            self.line(_in(content, "p", eId=f"{identity}__content__p_{place}"), line)

    def line(self, paragraph: ET.Element, words: str) -> None:
        # Live references become references; brackets stay words.
        last: ET.Element | None = None
        for place, (said, cid) in enumerate(_pieces(words)):
            if last is None:
                paragraph.text = shown(said)
            else:
                last.tail = shown(said)
            if cid:
                known = self.ids.get(cid)
                last = _in(
                    paragraph,
                    "ref",
                    self.numbers.get(cid, "?"),
                    href=f"#{known}" if known else "#",
                    eId=f"{paragraph.get('eId')}__ref_{place + 1}",
                )


def _short(number: str) -> str:
    return "".join(each for each in number if not each.isspace())


def _pieces(words: str) -> list[tuple[str, str]]:
    # Words, each with the reference that follows it; the last with none.
    found: list[tuple[str, str]] = []
    rest = words
    for cid in marks.references(words):
        said, _, rest = rest.partition(f"{{ref:{cid}}}")
        found.append((said, cid))
    return [*found, (rest, "")]
