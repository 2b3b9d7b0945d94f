"""A text in French, Arabic and Greek, which no language of the desk's own pages is."""

from pathlib import Path

from tests.support.commands import Person, write
from tests.support.exchange import exchanging, send_base

LANGUAGES = ("fr", "ar", "el")
FIRST = """\
negotiation:
  title_fr: Accord sur la sécurité de la navigation
  title_ar: اتفاق بشأن سلامة الملاحة
  title_el: Συμφωνία για την ασφάλεια της ναυσιπλοΐας
clauses:
  - {cid: title, role: title, fr: Accord, ar: اتفاق, el: Συμφωνία}
  - cid: distance
    role: operative
    heading_fr: Distance
    heading_ar: المسافة
    heading_el: Απόσταση
    fr: "[USA: trois] [RUS: cinq] milles, comme dit le point {ref:line}, dès le 21.10.2015."
    ar: "[USA: ثلاثة] [RUS: خمسة] أميال، وفقا للبند {ref:line}، اعتبارا من 21.10.2015."
    el: "[USA: τρία] [RUS: πέντε] μίλια, όπως στο σημείο {ref:line}, από 21.10.2015."
  - cid: line
    role: operative
    fr: "La ligne est vérifiée chaque jour, fréquence 121,5 MHz."
    ar: "يُفحص الخط يوميا على التردد 121,5 MHz."
    el: "Η γραμμή ελέγχεται κάθε μέρα, συχνότητα 121,5 MHz."
"""
SECOND = """\
kind: counter_draft
operations:
  - op: replace
    cid: line
    fr: "La ligne est vérifiée chaque heure, fréquence 121,5 MHz."
    ar: "يُفحص الخط كل ساعة على التردد 121,5 MHz."
    el: "Η γραμμή ελέγχεται κάθε ώρα, συχνότητα 121,5 MHz."
"""
HIDDEN = "\u202e"
"""Turns the direction of writing: a peer may send it, and it must show."""


def three_languages(folder: Path) -> tuple[Person, Person]:
    """Return two desks with a text in three languages and the counter-draft of the second."""
    usa, rus, _ = exchanging(folder, *(f"--language={each}" for each in LANGUAGES))
    send_base(usa, FIRST, "--yes")
    rus.ok("sync")
    rus.ok("send", "--yes", write(rus, "second.yaml", SECOND))
    rus.ok("comment", f"السطر{HIDDEN} الثاني (121,5 MHz) غير واضح.")
    usa.ok("sync")
    return usa, rus
