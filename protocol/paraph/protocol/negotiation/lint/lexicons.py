"""What the checks know of a language: data, frozen with the rules of the charter (SPEC 7.7).

Both sides compute the same findings from these lists, so that they change with the rules only.
A desk may look for more with lists of its own (:meth:`Lexicon.with_more`); what it finds by them
is for its own eyes. How a phrase is written is told in the module ``phrases`` beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """Word lists of one language; each is equal to itself alone, so that work on it is kept.

    Attributes:
        units: Phrases by unit, in small letters.
        treaty: Phrases that show an intent to be bound; capitals count.
        numerals: Words for a number, in small letters.
        joiner: Word between tens and ones; empty if there is none.
        quotes: Quotation marks in use; empty if any is.
        particles: What is written onto the beginning of words.
        silent: Signs left out before words are compared.
    """

    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    treaty: tuple[str, ...] = ()
    numerals: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    joiner: str = ""
    quotes: str = ""
    particles: tuple[str, ...] = ()
    silent: str = ""

    def with_more(self, more: Lexicon) -> Lexicon:
        """Return these lists with those of *more* added."""
        return Lexicon(
            units=_joined(self.units, more.units),
            treaty=self.treaty + more.treaty,
            numerals=_joined(self.numerals, more.numerals),
            joiner=more.joiner or self.joiner,
            quotes=self.quotes + more.quotes,
            particles=self.particles + more.particles,
            silent=self.silent + more.silent,
        )


_K = TypeVar("_K")


def _joined(
    mine: Mapping[_K, tuple[str, ...]], more: Mapping[_K, tuple[str, ...]]
) -> dict[_K, tuple[str, ...]]:
    return {key: mine.get(key, ()) + more.get(key, ()) for key in (*mine, *more)}


_CONJUNCTIONS: Final = ("", "و", "ف")
_ARTICLES: Final = ("", "ال", "ب", "ك", "ل", "بال", "كال", "لال", "لل")
_MILES: Final = ("~ميل", "~ميلا", "~ميلين", "~ميلان", "~أميال")

BUILT_IN: Final[Mapping[str, Lexicon]] = {
    "en": Lexicon(
        units={
            "nmi": ("mile", "miles"),
            "km": ("kilomet*",),
            "h": ("hour", "hours"),
            "min": ("# minute", "# minutes"),  # minutes may also be a record
        },
        treaty=("shall", "enter into force", "equally authentic", "Done in", "Parties"),
        numerals={
            2: ("two",),
            3: ("three",),
            4: ("four",),
            5: ("five",),
            6: ("six",),
            7: ("seven",),
            8: ("eight",),
            9: ("nine",),
            10: ("ten",),
            11: ("eleven",),
            12: ("twelve",),
            13: ("thirteen",),
            14: ("fourteen",),
            15: ("fifteen",),
            16: ("sixteen",),
            17: ("seventeen",),
            18: ("eighteen",),
            19: ("nineteen",),
            20: ("twenty",),
            30: ("thirty",),
            40: ("forty",),
            50: ("fifty",),
            60: ("sixty",),
            70: ("seventy",),
            80: ("eighty",),
            90: ("ninety",),
            100: ("hundred",),
            1000: ("thousand",),
        },
        quotes='“”"',
    ),
    "ru": Lexicon(
        units={
            "nmi": ("миля", "мили", "миль", "милю", "милей", "милям"),
            "km": ("километр*",),
            "h": ("час", "часа", "часов", "часу", "часе", "часы", "часам", "часах"),
            "min": ("минут", "минута", "минуты", "минуту", "минуте", "минутам", "минутах"),
        },
        treaty=(
            "вступает в силу",
            "вступит в силу",
            "обязу*",
            "Договаривающ*",
            "совершено в",
            "Совершено в",
        ),
        numerals={
            2: ("два", "две", "двух", "двум", "двумя"),
            3: ("три", "трёх", "трех", "трём", "трем", "тремя"),
            4: ("четыре", "четырёх", "четырех", "четырём", "четырем", "четырьмя"),
            5: ("пять", "пяти", "пятью"),
            6: ("шесть", "шести", "шестью"),
            7: ("семь", "семи", "семью"),
            8: ("восемь", "восьми", "восемью", "восьмью"),
            9: ("девять", "девяти", "девятью"),
            10: ("десять", "десяти", "десятью"),
            11: ("одиннадцать", "одиннадцати"),
            12: ("двенадцать", "двенадцати"),
            13: ("тринадцать", "тринадцати"),
            14: ("четырнадцать", "четырнадцати"),
            15: ("пятнадцать", "пятнадцати"),
            16: ("шестнадцать", "шестнадцати"),
            17: ("семнадцать", "семнадцати"),
            18: ("восемнадцать", "восемнадцати"),
            19: ("девятнадцать", "девятнадцати"),
            20: ("двадцать", "двадцати"),
            30: ("тридцать", "тридцати"),
            40: ("сорок", "сорока"),
            50: ("пятьдесят", "пятидесяти"),
            60: ("шестьдесят", "шестидесяти"),
            70: ("семьдесят", "семидесяти"),
            80: ("восемьдесят", "восьмидесяти"),
            90: ("девяносто", "девяноста"),
            100: ("сто", "ста"),
            1000: ("тысяча", "тысячи", "тысяч"),
        },
        quotes="«»„“",
    ),
    "es": Lexicon(
        units={
            "nmi": ("milla", "millas"),
            "km": ("kilómetro", "kilómetros", "kilometro", "kilometros"),
            "h": ("hora", "horas"),
            "min": ("minuto", "minutos"),
        },
        treaty=(
            *("deberá", "deberán", "debera", "deberan"),
            *("se compromete", "se comprometen", "se obliga", "se obligan"),
            *("entra en vigor", "entran en vigor", "entrar en vigor"),
            *("entrará en vigor", "entrarán en vigor", "entre en vigor", "entren en vigor"),
            *("igualmente auténtic*", "Hecho en", "Partes Contratantes"),
        ),
        numerals={
            2: ("dos",),
            3: ("tres",),
            4: ("cuatro",),
            5: ("cinco",),
            6: ("seis",),
            7: ("siete",),
            8: ("ocho",),
            9: ("nueve",),
            10: ("diez",),
            11: ("once",),
            12: ("doce",),
            13: ("trece",),
            14: ("catorce",),
            15: ("quince",),
            16: ("dieciséis",),
            17: ("diecisiete",),
            18: ("dieciocho",),
            19: ("diecinueve",),
            20: ("veinte",),
            24: ("veinticuatro",),
            25: ("veinticinco",),
            30: ("treinta",),
            40: ("cuarenta",),
            50: ("cincuenta",),
            60: ("sesenta",),
            70: ("setenta",),
            80: ("ochenta",),
            90: ("noventa",),
            100: ("cien", "ciento"),
            1000: ("mil",),
        },
        joiner="y",
        quotes='«»“”"',
    ),
    "ar": Lexicon(
        units={
            "nmi": tuple(f"{mile} {sea}" for mile in _MILES for sea in ("بحري*", "البحري*")),
            "km": ("~كيلومتر", "~كيلومترا", "~كيلومترات", "~كيلومترين", "~كيلومتران"),
            "h": ("~ساعة", "~ساعات", "~ساعتين", "~ساعتان"),
            "min": ("~دقيقة", "~دقائق", "~دقيقتين", "~دقيقتان"),
        },
        treaty=(
            *("*يلتزم*", "*تلتزم*", "*يتعهد*", "*تتعهد*"),
            *("*حيز النفاذ*", "*حيز التنفيذ*", "*متساوي* في الحجية*", "حرر", "*المتعاقد*"),
        ),
        numerals={
            1: ("أحد", "إحدى"),
            2: ("اثنا", "اثني", "اثنتا", "اثنتي"),
            3: ("ثلاث", "ثلاثة"),
            4: ("أربع", "أربعة"),
            5: ("خمس", "خمسة"),
            6: ("ست", "ستة"),
            7: ("سبع", "سبعة"),
            8: ("ثماني", "ثمانية", "ثمان"),
            9: ("تسع", "تسعة"),
            10: ("عشر", "عشرة"),
            20: ("عشرون", "عشرين"),
            30: ("ثلاثون", "ثلاثين"),
            40: ("أربعون", "أربعين"),
            50: ("خمسون", "خمسين"),
            60: ("ستون", "ستين"),
            70: ("سبعون", "سبعين"),
            80: ("ثمانون", "ثمانين"),
            90: ("تسعون", "تسعين"),
            100: ("مائة", "مئة"),
            1000: ("ألف", "آلاف"),
        },
        quotes='«»“”"',
        particles=tuple(
            conjunction + article
            for conjunction in _CONJUNCTIONS
            for article in _ARTICLES
            if conjunction or article
        ),
        silent="\u0640\u0670" + "".join(map(chr, range(0x064B, 0x0660))),
    ),
}
"""Languages with word lists; the checks that need none work for every more."""
