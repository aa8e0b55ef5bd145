"""Turkish-aware folding, the same on every database: one stored key serves search and sort."""

import re
import unicodedata

_LETTERS = str.maketrans("İIıŞşĞğÜüÖöÇçÂâÎîÛû", "iiissgguuoocc" + "aaiiuu")
_GAPS = re.compile(r"[^0-9a-z]+")
_LEGAL_FORMS = frozenset(["ve", "as", "ltd", "sti", "san", "tic", "a", "s", "ile", "of", "the"])
WORD_LENGTH = 40
MARK_LENGTH = 120


def search_key(text: str) -> str:
    """Fold to lower-case ASCII words separated by one space: "Yılmaz, İĞDE A.Ş." -> "yilmaz igde a s"."""
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    return _GAPS.sub(" ", plain).strip()


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
