"""Turkish-aware folding and order, the same on every database: one stored key serves search, another one sorts.

No other module turns capitals into small letters: `"İ".lower()` and `"İ".casefold()` are an i and a loose dot.
"""

import re
import string
import unicodedata
from itertools import groupby

from workflow.plain import INVISIBLE

_LETTERS = INVISIBLE | str.maketrans("İIıŞşĞğÜüÖöÇçÂâÎîÛû", "iiissgguuoocc" + "aaiiuu")
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CAPITAL = str.maketrans(string.ascii_lowercase, string.ascii_uppercase)
_GAPS = re.compile(r"[^0-9a-z]+")
WORD_LENGTH = 40
COLLATION_LENGTH = 200
MARK_LENGTH = 120


def folded(text: str) -> str:
    """Small ASCII letters wherever there are some, everything else as it is: "Evet, HAYIR" -> "evet, hayir"."""
    small = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return "".join(c for c in small if not unicodedata.combining(c))


def lowered(text: str, *, turkish: bool = False) -> str:
    """Small letters for reading: İ is an i; I is an ı in Turkish words and an i in all others."""
    return text.replace("İ", "i").replace("I", "ı" if turkish else "i").lower()


def ascii_lowered(text: str) -> str:
    """Small letters of names that machines give: endings, languages, headers."""
    return text.translate(_SMALL)


def ascii_raised(text: str) -> str:
    """Capitals of names that machines give: settings, constraints."""
    return text.translate(_CAPITAL)


def caseless(text: str) -> str:
    """What two file names have in common that a disk may take for one."""
    return unicodedata.normalize("NFKC", text).casefold()


def search_key(text: str) -> str:
    """Fold to lower-case ASCII words separated by one space: "Yılmaz, İĞDE A.Ş." -> "yilmaz igde a s"."""
    return _GAPS.sub(" ", folded(text)).strip()


_ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_PLACES = dict(zip(_ALPHABET, "23456789abcdefghijklmnopqrstuvwx", strict=True))
_GAP = "0"
_CAPITALS = str.maketrans("Iİ", "ıi")


def collation_key(text: str) -> str:
    """A text as a key of digits and ASCII letters that any collation of a database puts in Turkish order.

    A gap between words is 0, a digit follows a 1, each letter has one sign by its place in the alphabet, what no
    Turkish reader spells comes last: "Ceylan" < "Cuma" < "Çelik", "Işık" < "İnci", "Ali Veli" < "Aliye".
    """
    small = unicodedata.normalize("NFC", text).translate(_CAPITALS).casefold()
    places = (_PLACES.get(c) or _place(c) for c in unicodedata.normalize("NFC", small))
    words = ("".join(word) for is_gap, word in groupby(places, lambda place: place == _GAP) if not is_gap)
    return _GAP.join(words)[:COLLATION_LENGTH]


def _place(c: str) -> str:
    """The signs of a character that is no Turkish letter: an accent is passed over, another script follows z."""
    letters = "".join(part for part in unicodedata.normalize("NFKD", c) if not unicodedata.combining(part))
    if letters != c:
        return "".join(_PLACES.get(part) or _place(part) for part in letters)
    if c.isdecimal():
        return f"1{unicodedata.decimal(c)}"
    return f"z{ord(c):06x}" if c.isalpha() else _GAP


def search_words(*texts: str) -> frozenset[str]:
    """The distinct words of these texts that are worth finding a file by."""
    words = {w[:WORD_LENGTH] for text in texts for w in search_key(text).split()}
    return frozenset(words - _SAYS_NOTHING)


_SAYS_NOTHING = frozenset(["ve", "as", "ltd", "sti", "san", "tic", "a", "s", "ile", "of", "the"])
