"""Plain text, as it is hashed, and Markdown with the languages below each other."""

from __future__ import annotations

import re
from typing import Final

from paraph.client.negotiating.export.subject import Subject, shown
from paraph.protocol.negotiation import marks
from paraph.protocol.negotiation import text as texts

_RULE: Final = 72
_DASHES: Final = re.compile("-+")
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>=:@/$^'\"])")


def text(subject: Subject) -> str:
    """Return the rendering of each language between two rules, and the digest of it.

    What lies between the rules is what is hashed, unless a line says that something hidden in it
    was written out. No words of a text make such a rule, and no title a line of its own.
    """
    lines = [*map(_line, subject.marking), _line(subject.name)]
    for language in subject.languages:
        digest = texts.digest(subject.version.text, language).hex()
        rendering = texts.render(subject.version.text, language)
        written = shown(rendering)
        rule = "-" * max(_RULE, 1 + max(map(len, _DASHES.findall(written)), default=0))
        hidden = "" if written == rendering else "  (hidden characters are written out above)"
        lines += [
            "",
            f"{language}  {_line(subject.title(language))}".rstrip(),
            rule,
            written,
            rule,
            f"sha256 {digest}{hidden}",
        ]
    return "\n".join([*lines, *map(_line, subject.marking)]) + "\n"


def _line(words: str) -> str:
    return shown(words).replace("\n", " / ")


def markdown(subject: Subject) -> str:
    """Return the text in all languages, clause by clause."""
    version = subject.version
    numbers = version.text.numbers()
    lines = [*_marked(subject)]
    for language in subject.languages:
        lines += [f"# {_words(subject.title(language))}", ""]
    lines += [_words(subject.name), ""]
    for part in version.text.parts:
        number = numbers[part.cid]
        lines += [f"## {f'{_words(number)} ' if number else ''}`{part.cid}` {part.role}", ""]
        for language in subject.languages:
            heading = part.headings.get(language, "")
            stale = " (stale)" if language in part.stale else ""
            words = part.words.get(language)
            lines.append(
                f"**{language}{stale}**"
                + (f" *{_words(heading)}*" if heading else "")
                + ("" if words is not None else " (no text)")
            )
            lines += ["", _words(_resolved(words, numbers)), ""] if words else [""]
    lines += ["## SHA-256 of the renderings", ""]
    lines += [
        f"- {language}: `{texts.digest(version.text, language).hex()}`"
        for language in subject.languages
    ]
    return "\n".join([*lines, "", *_marked(subject)]) + "\n"


def _marked(subject: Subject) -> list[str]:
    lines = [f"> **{_words(each)}**  " for each in subject.marking]
    return [*lines, ""] if lines else []


def _resolved(words: str, numbers: dict[str, str]) -> str:
    return marks.resolve(words, lambda cid: numbers.get(cid, "?"))


def _words(words: str) -> str:
    # Words of a party: no markup, no HTML, no line that begins something.
    safe = shown(words).replace("&", "&amp;").replace("<", "&lt;")
    escaped = _MARKUP.sub(r"\\\1", safe)
    return "<br>\n".join(line.strip(" \t") or "&nbsp;" for line in escaped.split("\n"))
