"""A sentence for a person, carried untranslated until somebody is there to read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, init=False)
class Say:
    """An English msgid (percent style) and the facts it names; a screen or a letter translates it.

    ``Say("At most %(days)s days.", days=20)``. Facts may be Say, date or label members themselves.
    """

    msgid: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __init__(self, msgid: str, /, **facts: Any) -> None:
        object.__setattr__(self, "msgid", msgid)
        object.__setattr__(self, "facts", facts)

    def __str__(self) -> str:
        return self.msgid % self.facts if self.facts else self.msgid


@dataclass(frozen=True)
class Deadline:
    """A day as people name one that is near: with its weekday, without its year."""

    day: date


@dataclass(frozen=True)
class Weekdays:
    """Days of the week by a bit mask, Monday = 1 … Sunday = 64."""

    mask: int


def N_(msgid: str) -> str:  # noqa: N802 -- gettext's own name for "translate later"
    """Mark a msgid for the catalogue without translating it."""
    return msgid
