"""Which characters are letters, digits, blanks by Unicode 14.0: tables of runs (SPEC 7.7).

Made by tests/support/make_characters.py; do not edit. What reads them: lint/characters.py.
"""

from collections.abc import Mapping
from typing import Final

LETTERS: Final = (
    "1t q 6 q 1b 1 7 2 1 1 3 2 1 3 1 n 1 v 1 cq 4 c e 5 7 1 1 1 3l 5 1 2 2 4 1 1 6 1 1 3 1 1 1 "
    "k 1 2b 1 3v 8 4m 1 12 2 1 6 15 1z r 4 4 19 17 z 2 1 2r 1 1 f 2 7 2 a 3 2 1 g 1 1 u t 2h b "
    "1 o x 9 2 4 1 5 m 4 1 9 1 3 1 n p 7 b 5 o 1 6 h 16 1m 1i 3 1 i 1 7 a f g 4 8 2 2 2 m 1 7 1 "
    "1 3 4 3 1 g 1 d 2 1 3 e 2 2 6 2 1 8 6 4 2 2 m 1 7 1 2 1 2 1 2 v 4 1 1 j 3 g 9 1 3 1 m 1 7 "
    "1 2 1 5 3 1 i 1 f 2 n 1 b 8 2 2 2 m 1 7 1 2 1 5 3 1 u 2 1 3 f 7 b 1 1 6 3 3 1 4 3 2 1 1 1 "
    "2 3 2 3 3 3 c m 1 v 3 i 8 1 3 1 n 1 g 3 1 q 3 2 1 2 2 m 7 1 1 4 8 1 3 1 n 1 a 1 5 3 1 v 2 "
    "1 2 f 2 h 9 1 3 1 15 2 1 g 1 5 3 1 a e 9 1 6 5 i 3 o 1 9 1 1 2 7 1m 1c 1 2 c 7 1m 2 1 1 1 "
    "5 1 o 1 1 1 a 1 2 9 1 2 5 1 1 l 4 w 1 15 a c 8 1 10 r 5 37 17 k 1 g 6 4 4 3 1 3 2 7 3 4 d "
    "c 1 h 12 1 1 5 1 2 17 1 99 1 4 2 7 1 1 1 4 2 15 1 4 2 x 1 4 2 7 1 1 1 4 2 f 1 1l 1 4 2 1v "
    "e k 3 g g 2e 2 6 3 h8 2 h 1 q 5 23 3 b 7 i d j e i e d 1 3 f 1g z 1 4 1 j a 12 2h 7 5 2 y "
    "1 1 5 1y a v 1d u 2 5 b 18 4 q g 1 11 n 9 1h 2a 1 2l 1b h 8 1i u d 2 a 18 q 10 15 3 a 10 2 "
    "9 7 17 2 3 15 4 1 6 1 2 3 1 5 5c 1s 7q 2 6 2 12 2 6 2 8 1 1 1 1 1 1 1 v 2 1h 1 7 1 1 3 3 1 "
    "7 3 4 2 6 4 d 5 3 1 7 37 2 2 6 5 b 6 d 2t 1 4 1 2 a 1 1 3 5 6 1 1 1 1 1 1 4 1 b 2 4 5 5 4 "
    "1 1 1m k6 1o 26 m hi u vg 6d 6 4 3 2 9 1 2 12 1 1 5 1 2 1k 7 1 g n 9 7 1 7 1 7 1 7 1 7 1 7 "
    "1 7 1 7 28 1 d1 3 p 9 7 5 2 5 4 2e 6 3 1 2i 1 4 5 17 1 2m 3 4 a w 1c g w a u 8 1 f w a 13 "
    "f 8w 534 1s h3h 1v 1a 2 7h 3 g a 2 k 1b g v 2 28 13 9 2 2v 2 1s 5 2 1 1 1 5 o g 1 3 1 4 1 "
    "n d 6 a 1g e 1e 1q 6 3 1 1 2 b s a n p t 7 1b s 1 g 5 1 a a 5 1 15 n 3 1 8 k n 3 1 3 1e 1 "
    "1 3 2 2 5 2 1 1 1 o 3 2 b 7 3 c 6 2 6 2 6 9 7 1 7 1 17 1 e 6 37 t 8mc c n 4 1d 6is a6 2 2y "
    "12 7 c 5 5 1 1 a 1 d 1 5 1 1 1 2 1 2 1 30 x a3 i 1s 2 1i 14 c 38 5 1 3r 10 q 6 q b 2h 3 6 "
    "2 6 2 6 2 3 z c 1 q 1 j 1 2 1 f 2 e y 3f c 19 c 1l h 2 6s t 3 1d g r 4 10 9 u 5 12 a u 2 "
    "10 4 8 1 5 16 4e i 10 4 10 4 14 8 1g c b 1 f 1 7 1 2 1 b 1 f 1 7 1 2 1v 8n 9 m a 8 o 6 1 "
    "16 1 9 1x 6 2 1 1 18 1 2 3 1 2 n 2 v 2 12 8 9 1c j 1 2 5 x 4 q 1y 1k 4 k 2 1b f 4 1 3 1 t "
    "a 9 n v 1 w w 8 1 s 6 5 g 1i a m 2 r 5 q n 7 28 21 1j 1f d 1f 7 16 8s v 1 16 6 2 26 14 8 m "
    "b 4 r i 1a s k n c 1h q k b 2 2 1 d 19 w p q 10 t 1 2 1 8 z 3 1 c 1c e 4 l 1 1 1 4 k b i 1 "
    "p 2c 7 1 1 1 4 1 f 1 a 7 1b 12 8 2 2 2 m 1 7 1 2 1 5 3 1 i 1 c 5 4e 1h i 4 k 3 u 1c k 2 1 "
    "1 54 1b 15 4 10 1c k 1 1n 17 d 1 1z r v 2 4 7 55 18 38 1s a 9 c 8 2 1 2 8 1 2 1 o f 1 1 1 "
    "2m 8 2 13 g 1 1 1 s 1 a 14 7 1 l 1 b 1a j 1 i 21 7b 9 1 11 h 1 p j 5 u 34 7 1 2 1 12 l 1 p "
    "6 1 2 1 w e 1 93 j 59 1 f l 17 pm 2u 33 h 5g 218 2p f tr 34h g7 6nt ft 7 v h 27 h u i 1c g "
    "4 n 7 1 l 5 j j4 2f 2x 23 5 1 1u d 1s 2 1 1 s 4qg 8 ye 16 9 6w7 4 1 7 1 2 1 83 19 3 h 4 8 "
    "b0 1s4 2z 5 d 3 9 7 a 4ee k 30 p 3r 2d 1 1z 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 1t 1 4 2 8 1 7 1 "
    "s 1 4 1 5 1 1 3 7 1 9g 2 p 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 v 1 p 1 8 1f8 v dd 19 a 7 g 1 8x "
    "u i 18 z8 7 1 4 1 2 1 f 1 5h 2 9 1c 1w 7 1 md 1n 1 3 1 4 24 19 1 f 5e 4 1 r 1 2 1 1 2 1 1 "
    "a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 "
    "1 a 1 h 5 3 1 5 1 h g4 d 2yb wyo w 37d 7 66 2 4g2 e 5rl 2e7 f2 15u 3t7"
)
"""What words are made of, digits and low line apart."""
DIGITS: Final = (
    "1c a 17q a 3q a 5i a bg a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 3a a 2o a 3a a 1y a 7q a "
    "1y a 1fq a 12 a 8c a 3k a 4m a 6 a 52 a 2e a 3q a 6 a r7q a iu a 12 a 5i a m a 2e a ba a "
    "geu a 13a a 1om a mk a 3k a 1o a 40 a 7q a 9i a 3a a ae a 2u a 2u a bq a 2u a l2 a 6u a 1y "
    "a f5i a 2e a 3q a lf8 1e 1ts a bq a 192 a 3o6 a"
)
"""Decimal digits of every script, in tens from 0."""
SPACES: Final = "9 5 e 5 2s 1 q 1 4bj 1 1vj b t 2 5 1 1b 1 334 1"
"""Blanks and line breaks."""
INVISIBLE: Final = (
    "0 w 2n x d 1 ip 1 j4 6 m 1 5c 1 1d 1 ao 2 28 1 1oc 2 18z 2 2g 1 1ks 5 o 7 1d 5 1 a 1hs 1 "
    "1ur 1 14ez g 6n 1 4g 1 2g 3 3b5 1 f 1 6zm 9 qxz 4 43z 8 h406 1 u 2o"
)
"""What cannot be seen in a line; no-break spaces are allowed."""
ACCENTS: Final = (
    "4t 1 gi 34 7n 5 7d 19 1 1 1 2 1 2 1 1 1k 6 a b 1 1 1a l g 1 2t 8 1 6 2 2 1 4 x 1 1 1 u r "
    "2j b 1m 9 9 1 o 4 1 9 1 3 1 5 17 3 1g 2 6 8 16 1l 1j 1 1 1 4 8 4 1 3 7 a 2 t 1 1m 1 4 4 8 "
    "1 k 2 q 1 2 2 1l 1 4 2 4 2 2 3 3 1 u 2 3 1 b 2 1l 1 4 5 1 2 4 1 k 2 m 6 1 1 1m 1 2 1 1 4 8 "
    "1 7 2 b 2 u 1 1p 1 c 1 1e 1 3 1 1j 1 1 3 5 3 1 4 7 2 b 2 t 1 1m 1 2 1 6 1 5 2 k 2 s 2 1l 2 "
    "4 4 8 1 k 2 t 1 20 1 7 3 1 1 2i 1 2 7 c 8 2q 1 2 9 b 6 22 2 r 1 1 1 1 1 1j e 1 5 1 2 5 b 1 "
    "10 9 1 2u 4 1 6 1 2 2 2 p 2 4 3 g 4 d 1 2 2 6 1 f 1 jj 3 qa 3 t 2 u 2 u 2 1s 2 1 7 8 1 2 b "
    "9 1 19 5 39 2 y 1 3a 3 4 2 9 1 6 3 63 2 2 1 1m 1 1 7 1 1 1 1 2 8 6 a 2 1 1c e 1 g 1d 4 1c "
    "1 1 5 1 1 5 1 14 9 c 2 w 4 2 2 1 3 1k 1 1 2 3 1 1 3 1m 8 2 2 48 3 1 d 1 7 4 1 6 1 3 2 5i "
    "1s ej 5 q 5 1d 5 1 a 2o d 4 1 3 c 2da 3 3x 1 2o w fe 4 2z 2 n9w 1 4 a w 2 28 2 7k 1 3 1 4 "
    "1 p 2 5 1 47 2 q i d 1 12 8 p b 1a 3 1c 1 2 4 2 2 13 1 1v 6 2 2 2 2 c 1 8 1 1b 1 1f 1 1 3 "
    "2 2 5 2 1 1 16 2 8 1 6m 1 2 1 4 1 fn4 1 kh g g g 5r 1 6x 3 e9 1 6a 1 45 5 1ae 3 1 2 5 4 14 "
    "3 4 1 4l 2 fx 4 ar 2 49 b 1d 4 3f 1 1i f 15 1 2 2 a 3 1d 4 2 2 2 1 4 1 a 1 1e 3 10 5 1 8 "
    "1q 1 c 2 1g 9 a 4 2 1 2n 3 2 1 1 2 6 1 4g 1 3 8 l 2 1l 2 3 1 11 7 3 5 5f 8 2 3 1 1 n 1 2c "
    "6 1 1 4 2 1 2 6m 4 6 2 1 2 r 2 2d 8 2 1 1 2 2y 1 1 1 2 6 1 1 2t 3 2 4 1 5 77 9 1 2 74 2 1 "
    "1 4 1 40 4 2 2 4 1 w a 14 6 2 4 8 1 9 6 2 3 1a d 1 2 ba 7 1 6 1 1 2a m 2 7 1 2 1 2 3e 6 3 "
    "1 1 2 1 7 1 1 20 2 3 1 1 1 9n 2 46z 9 at3 5 1n 7 t4 1 1r 4 29 1 f5k 2 1 4 3mk 1a 2 n f4 3 "
    "9 g 2 7 u 4 44 3 1iz 1j 4 1e 8 1 e 1 m 5 1 f 11s 7 1 h 2 7 1 2 1 5 79 7 af 1 1p 4 15s 7 31 "
    "7 gzau 1 u 2o 3k 6o"
)
"""What is written over or into a letter, and is none."""
CAPITALS: Final = (
    (0x41, 0x5A, 1, 32),
    (0xC0, 0xD6, 1, 32),
    (0xD8, 0xDE, 1, 32),
    (0x100, 0x12E, 2, 1),
    (0x132, 0x136, 2, 1),
    (0x139, 0x147, 2, 1),
    (0x14A, 0x176, 2, 1),
    (0x178, 0x178, 1, -121),
    (0x179, 0x17D, 2, 1),
    (0x181, 0x181, 1, 210),
    (0x182, 0x184, 2, 1),
    (0x186, 0x186, 1, 206),
    (0x187, 0x187, 1, 1),
    (0x189, 0x18A, 1, 205),
    (0x18B, 0x18B, 1, 1),
    (0x18E, 0x18E, 1, 79),
    (0x18F, 0x18F, 1, 202),
    (0x190, 0x190, 1, 203),
    (0x191, 0x191, 1, 1),
    (0x193, 0x193, 1, 205),
    (0x194, 0x194, 1, 207),
    (0x196, 0x196, 1, 211),
    (0x197, 0x197, 1, 209),
    (0x198, 0x198, 1, 1),
    (0x19C, 0x19C, 1, 211),
    (0x19D, 0x19D, 1, 213),
    (0x19F, 0x19F, 1, 214),
    (0x1A0, 0x1A4, 2, 1),
    (0x1A6, 0x1A6, 1, 218),
    (0x1A7, 0x1A7, 1, 1),
    (0x1A9, 0x1A9, 1, 218),
    (0x1AC, 0x1AC, 1, 1),
    (0x1AE, 0x1AE, 1, 218),
    (0x1AF, 0x1AF, 1, 1),
    (0x1B1, 0x1B2, 1, 217),
    (0x1B3, 0x1B5, 2, 1),
    (0x1B7, 0x1B7, 1, 219),
    (0x1B8, 0x1B8, 1, 1),
    (0x1BC, 0x1BC, 1, 1),
    (0x1C4, 0x1C4, 1, 2),
    (0x1C5, 0x1C5, 1, 1),
    (0x1C7, 0x1C7, 1, 2),
    (0x1C8, 0x1C8, 1, 1),
    (0x1CA, 0x1CA, 1, 2),
    (0x1CB, 0x1DB, 2, 1),
    (0x1DE, 0x1EE, 2, 1),
    (0x1F1, 0x1F1, 1, 2),
    (0x1F2, 0x1F4, 2, 1),
    (0x1F6, 0x1F6, 1, -97),
    (0x1F7, 0x1F7, 1, -56),
    (0x1F8, 0x21E, 2, 1),
    (0x220, 0x220, 1, -130),
    (0x222, 0x232, 2, 1),
    (0x23A, 0x23A, 1, 10795),
    (0x23B, 0x23B, 1, 1),
    (0x23D, 0x23D, 1, -163),
    (0x23E, 0x23E, 1, 10792),
    (0x241, 0x241, 1, 1),
    (0x243, 0x243, 1, -195),
    (0x244, 0x244, 1, 69),
    (0x245, 0x245, 1, 71),
    (0x246, 0x24E, 2, 1),
    (0x370, 0x372, 2, 1),
    (0x376, 0x376, 1, 1),
    (0x37F, 0x37F, 1, 116),
    (0x386, 0x386, 1, 38),
    (0x388, 0x38A, 1, 37),
    (0x38C, 0x38C, 1, 64),
    (0x38E, 0x38F, 1, 63),
    (0x391, 0x3A1, 1, 32),
    (0x3A3, 0x3AB, 1, 32),
    (0x3CF, 0x3CF, 1, 8),
    (0x3D8, 0x3EE, 2, 1),
    (0x3F4, 0x3F4, 1, -60),
    (0x3F7, 0x3F7, 1, 1),
    (0x3F9, 0x3F9, 1, -7),
    (0x3FA, 0x3FA, 1, 1),
    (0x3FD, 0x3FF, 1, -130),
    (0x400, 0x40F, 1, 80),
    (0x410, 0x42F, 1, 32),
    (0x460, 0x480, 2, 1),
    (0x48A, 0x4BE, 2, 1),
    (0x4C0, 0x4C0, 1, 15),
    (0x4C1, 0x4CD, 2, 1),
    (0x4D0, 0x52E, 2, 1),
    (0x531, 0x556, 1, 48),
)
"""Capitals: first, last, the step between them, the way to the small letters."""
ALPHABETS: Final[Mapping[str, str]] = {
    "ARABIC": (
        "17k 17 z 2 1 2r 1 1 f 2 7 2 a 3 2 1 28 1c 6o o 1 6 h 16 1bwm 2q x a3 i 1s 2 1i 14 c 38 "
        "5 1 3r 1b7n 4 1 r 1 2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1 1 1 1 1 "
        "1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 h 5 3 1 5 1 h"
    ),
    "ARMENIAN": ("10x 12 2 1 6 15 1ci2 5"),
    "CYRILLIC": ("sg 3m 8 4m 4ls 9 4i 1 r2s 1b g t"),
    "GEORGIAN": ("3a8 12 1 1 5 1 2 17 2 3 2a8 17 2 3 37k 12 1 1 5 1"),
    "GREEK": (
        "og 5 1 2 2 4 1 1 6 1 1 3 1 1 1 k 1 1r e 6 1 9 4yu 5 1n 5 b9 m 2 6 2 12 2 6 2 8 1 1 1 1 "
        "1 1 1 v 2 1h 1 7 1 1 3 3 1 7 3 4 2 6 4 d 5 3 1 7 rjc 1 gyi 1l h 2"
    ),
    "HEBREW": ("15c r 4 4 1cfe 1 1 a 1 d 1 5 1 1 1 2 1 2 1 a"),
    "LATIN": (
        "1t q 6 q 1x n 1 v 1 c8 574 12 1o 4 5 d 1 y 2t 74 b4 d 6f 1 257 t 1 2 o82 26 1 n 3 1s 5 "
        "2 1 1 1 5 r 3 2 6 mo 17 5 5 1 3 fpz 7 1915 v"
    ),
}
"""Letters of the alphabets whose words must not be mixed."""
