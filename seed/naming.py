"""What invented people and institutions are called: by arithmetic, so that the n-th is always called the same."""

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

PUBLIC = 8  # every eighth institution is a public body
SHORT = 4  # every fourth firm bears no brand
PUBLIC_SECTOR = "Kamu yönetimi"
FORMS = ("Ltd. Şti.", "A.Ş.", "San. ve Tic. Ltd. Şti.")
_STRIDE = 1_000_003  # a prime that divides no number of combinations
_MIX, _MASK = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9), (1 << 64) - 1


def mix(*numbers: int) -> int:
    """64 well-mixed bits that are always the same for the same numbers."""
    mixed = 0
    for n in numbers:
        mixed = (mixed ^ n) * _MIX[0] + 1 & _MASK
        mixed ^= mixed >> 31
        mixed = mixed * _MIX[1] & _MASK
        mixed ^= mixed >> 29
    return mixed


def of(choices: Any, bits: int) -> Any:
    """The choice these bits make."""
    return choices[bits % len(choices)]


@dataclass(frozen=True)
class Names:
    """What names are drawn from (seed/names.yaml)."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]
    sectors: tuple[str, ...]
    brands: tuple[str, ...]
    public_bodies: tuple[str, ...]
    local_bodies: tuple[str, ...]
    quarters: tuple[str, ...]
    titles: tuple[str, ...]

    @cached_property
    def towns(self) -> tuple[str, ...]:
        """Each city once; `cities` repeats those that have more of everything."""
        return tuple(dict.fromkeys(self.cities))

    def given(self, bits: int) -> str:
        """One given name, or two that go together."""
        names = self.female if bits & 1 else self.male
        first, second = names[(bits >> 1) % len(names)], names[(bits >> 16) % len(names)]
        return first if (bits >> 12) % 3 or first == second else f"{first} {second}"

    def institution(self, k: int, seed: int, bits: int) -> tuple[str, str, str]:
        """The k-th institution's name, city and sector; every eighth is a public body."""
        return self._company(k, seed, bits) if k % PUBLIC else self._office(k // PUBLIC, seed)

    def _office(self, n: int, seed: int) -> tuple[str, str, str]:
        """The n-th public body: first what a town has one of, then what each quarter has."""
        once = len(self.towns) * len(self.public_bodies)
        if n < once:
            town, *what = _picked(n, seed, self.towns, self.public_bodies)
        else:
            town, *what = _picked(n - once, seed, self.towns, self.quarters, self.local_bodies)
        return " ".join((town, *what)), town, PUBLIC_SECTOR

    def _company(self, k: int, seed: int, bits: int) -> tuple[str, str, str]:
        """The k-th institution as a private firm: one in four bears no brand."""
        short, at = ((), k // SHORT) if k % SHORT == 1 else ((self.brands,), k)
        *whose, sector, form = _picked(at, seed, self.surnames, *short, self.sectors, FORMS)
        return " ".join((*whose, sector, form)), of(self.cities, bits), sector


def _picked(n: int, seed: int, *choices: tuple[str, ...]) -> list[str]:
    """The n-th of all combinations in a shuffled order: none comes twice before each came once."""
    total = prod(map(len, choices))
    at, picked = (n * _STRIDE + mix(seed, total)) % total, []
    for choice in choices:
        at, here = divmod(at, len(choice))
        picked.append(choice[here])
    return picked


def national_id(bits: int) -> str:
    """Eleven digits with the two check digits right."""
    d = [int(c) for c in f"{bits % 899_999_999 + 100_000_000}"]
    tenth = (7 * sum(d[0::2]) - sum(d[1::2])) % 10
    return "".join(map(str, [*d, tenth, (sum(d) + tenth) % 10]))
