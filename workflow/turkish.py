"""Turkish-aware folding and order, the same on every database: one stored key serves search, another one sorts."""

import re
import unicodedata
from itertools import groupby

_LETTERS = str.maketrans("İIıŞşĞğÜüÖöÇçÂâÎîÛû", "iiissgguuoocc" + "aaiiuu")
_GAPS = re.compile(r"[^0-9a-z]+")
_LEGAL_FORMS = frozenset(["ve", "as", "ltd", "sti", "san", "tic", "a", "s", "ile", "of", "the"])
WORD_LENGTH = 40
COLLATION_LENGTH = 200
MARK_LENGTH = 120


def search_key(text: str) -> str:
    """Fold to lower-case ASCII words separated by one space: "Yılmaz, İĞDE A.Ş." -> "yilmaz igde a s"."""
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return _GAPS.sub(" ", plain).strip()


_ALPHABET = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_PLACES = dict(zip(_ALPHABET, "23456789abcdefghijklmnopqrstuvwx", strict=True))
_GAP = "0"
_CAPITALS = str.maketrans("Iİ", "ıi")


def collation_key(text: str) -> str:
    """A text as a key of digits and ASCII letters that any collation of a database puts in Turkish order.

    A gap between words is 0, a digit follows a 1, each letter has one sign by its place in the alphabet, what no
    Turkish reader spells comes last: "Ceylan" < "Cuma" < "Çelik", "Işık" < "İnci", "Ali Veli" < "Aliye".
    """
    folded = unicodedata.normalize("NFC", text).translate(_CAPITALS).casefold()
    places = (_PLACES.get(c) or _place(c) for c in unicodedata.normalize("NFC", folded))
    words = ("".join(word) for is_gap, word in groupby(places, lambda place: place == _GAP) if not is_gap)
    return _GAP.join(words)[:COLLATION_LENGTH]


def _place(c: str) -> str:
    """The signs of a character that is no Turkish letter: an accent is passed over, another script follows z."""
    bare = "".join(part for part in unicodedata.normalize("NFKD", c) if not unicodedata.combining(part))
    if bare != c:
        return "".join(_PLACES.get(part) or _place(part) for part in bare)
    if c.isdecimal():
        return f"1{unicodedata.decimal(c)}"
    return f"z{ord(c):06x}" if c.isalpha() else _GAP


def search_words(*texts: str) -> frozenset[str]:
    """The distinct words of these texts that are worth finding a file by."""
    words = {w[:WORD_LENGTH] for text in texts for w in search_key(text).split()}
    return frozenset(words - _LEGAL_FORMS)


def name_key(name: str) -> str:
    """An institution's name without its legal form, for look-alikes: "Kaya Yazılım A.Ş." -> "kaya yazilim"."""
    kept = [w for w in search_key(name).split() if w not in _LEGAL_FORMS]
    return " ".join(kept)[:200]


def name_skeleton(name: str) -> str:
    """A name as it is misheard and mistyped: no legal form, no blanks, no vowels, no doubled letters.

    "K.T.Ü. Farabi Hastanesi" and "KTÜ Farabi Hastahanesi" -> "ktfrbhstns"; empty where too little is left to tell.
    """
    kept = "".join(w for w in name_key(name).split() if w not in _SPELT_OUT)
    bare = re.sub(r"(.)\1+", r"\1", re.sub("[aeiouh]", "", kept))
    return bare if len(bare) >= _TELLING else ""


_SPELT_OUT = frozenset(["limited", "anonim", "sirketi", "sanayi", "ticaret", "sanayii"])
_TELLING = 5


def marks(name: str, tax_no: str | None, city: str) -> frozenset[tuple[str, str]]:
    """(kind, mark) by which two entries of one institution are told: tax number, name, near name in a city."""
    near = name_skeleton(name)
    found = {("tax", tax_no or ""), ("name", name_key(name)), ("near", near and f"{search_key(city)} {near}")}
    return frozenset((kind, mark[:MARK_LENGTH]) for kind, mark in found if mark)
