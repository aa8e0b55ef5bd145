"""What two entries of one institution have in common, however its name and its legal form are written."""

import re

from workflow.turkish import MARK_LENGTH, search_key

_APART = re.compile(r"\b(?:l t d|s t i|(?:t )?a [so]\b(?! [a-z]\b))\b")  # A.Ş., T.A.Ş., T.A.O. and the like
_LETTERS = re.compile(r"\b[a-z](?: [a-z]\b)+")
# as folded words, the long ones first, so that nothing is left over of them
_FORM = re.compile(
    r"\b(?:"
    r"(?:turk )?anonim (?:sirketi?|sti?|s|ortakligi?)|as|"
    r"(?:limited|ltd) ?(?:sirketi?|sti?)?|"
    r"(?:adi )?kom(?:andit|d)? (?:sirketi?|sti?)|kol(?:l?ektif|l)? (?:sirketi?|sti?)|adi ortakli(?:k|gi)|(?:sinirli sorumlu|ss)\b(?=.*koop)|"
    r"koop(?:eratifi?)?|sirketi?|sti|san(?:ayii?)?|tic(?:areti?)?|ve|ile|a|s|of|the|inc|llc|gmbh|corp|co"
    r")\b"
)
_LAST = re.compile(r"(?<= )(?:tas|tao|ao)$")  # else it is a stone
_SHORTENED = {
    "bilg": "bilgisayar", "hast": "hastanesi", "hizm": "hizmetleri", "ihr": "ihracat", "ins": "insaat", "ith": "ithalat",
    "makine": "makina", "mim": "mimarlik", "mud": "mudurlugu", "muh": "muhendislik", "otom": "otomotiv", "paz": "pazarlama",
    "taah": "taahhut", "teks": "tekstil", "univ": "universitesi",
}  # fmt: skip
_TELLING = 5


def name_key(name: str) -> str:
    """A name without its legal form and without short forms: "Kaya Müh. A.Ş.", "Kaya Mühendislik Anonim Şirketi" -> "kaya muhendislik"."""
    together = _LETTERS.sub(lambda found: found[0].replace(" ", ""), _APART.sub("", search_key(name)).strip())
    words = _LAST.sub("", _FORM.sub(" ", together).strip()).split()
    return " ".join(_SHORTENED.get(word, word) for word in words)[:200]


def name_skeleton(name: str) -> str:
    """A name as it is misheard and mistyped: no legal form, no blanks, no vowels, no doubled letters.

    "K.T.Ü. Farabi Hastanesi" and "KTÜ Farabi Hastahanesi" -> "ktfrbhstns"; empty where too little is left to tell.
    """
    kept = name_key(name).replace(" ", "")
    bare = re.sub(r"(.)\1+", r"\1", re.sub("[aeiouh]", "", kept))
    return bare if len(bare) >= _TELLING else ""


def marks(name: str, tax_no: str | None, city: str) -> frozenset[tuple[str, str]]:
    """(kind, mark) by which two entries of one institution are told: tax number, name, near name in a city."""
    near = name_skeleton(name)
    found = {("tax", tax_no or ""), ("name", name_key(name)), ("near", near and f"{search_key(city)} {near}")}
    return frozenset((kind, mark[:MARK_LENGTH]) for kind, mark in found if mark)
