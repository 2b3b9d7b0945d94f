"""A text in two versions for pages that read: brackets, a move, a split; and hostile words."""

from tests.support.commands import Person, write

FIRST = """\
negotiation:
  title_en: Memorandum on Flight Safety
  title_ru: Меморандум о безопасности полётов
clauses:
  - {cid: title, role: title, en: Memorandum, ru: Меморандум}
  - cid: distance
    role: operative
    heading_en: Distance
    heading_ru: Расстояние
    en: "Keep [USA: three] miles, as in {ref:line}."
    ru: "Держать [USA: три] мили, как в {ref:line}."
  - cid: line
    role: operative
    en: "Keep a line. Test it daily."
    ru: "Держать линию. Проверять её ежедневно."
  - {cid: crews, role: operative, en: "Crews act with care.", ru: "Экипажи действуют осторожно."}
"""
SECOND = """\
kind: counter_draft
operations:
  - {op: replace, cid: distance, en: "Keep [USA: three] [RUS: five] miles, as in {ref:line}.",
     ru: "Держать [USA: три] [RUS: пять] миль, как в {ref:line}."}
  - {op: move_after, cid: crews, after: title}
  - {op: split, cid: line, en: "Keep a line.", ru: "Держать линию.",
     new_cid: tests, new_en: "Test it daily.", new_ru: "Проверять её ежедневно."}
"""
BIDI = "\u202e"
LONG = "w" * 100_000
HOSTILE = (
    "kind: counter_draft\noperations:\n"
    '  - {op: replace, cid: crews, en: "<script>alert(1)</script><b onclick=x>'
    'Crews\\u202e act\\u200b with c\\u0430re.", ru: "Экипажи действуют осторожно."}\n'
    f"  - {{op: insert_after, after: crews, cid: wide, role: operative, en: {LONG}, ru: а}}\n"
)
UNSEEN = (
    "kind: counter_draft\noperations:\n"
    '  - {op: replace, cid: crews, en: "Crews act with c\\u0430re.",'
    ' ru: "Экипажи действуют осторожно."}\n'
)


def say(person: Person, name: str, text: str) -> None:
    """Table a version on the head, whatever the door asks."""
    person.ok("sync")
    person.ok("send", "--yes", write(person, name, text))


def two_versions(usa: Person, rus: Person) -> None:
    """Table a text, and the counter-draft of the other side."""
    say(usa, "first.yaml", FIRST)
    say(rus, "second.yaml", SECOND)
    usa.ok("sync")
