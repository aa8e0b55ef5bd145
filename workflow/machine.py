"""The shape every table has: doors from state to state, and the machine they make up."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from workflow.guards import Moment
from workflow.say import Say
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import Need, Word

Guard = Callable[[Any, Moment], Say | None]


Cause = tuple[str, DO]  # (machine, action)


@dataclass(frozen=True)
class Door:
    """One row of a table: `by` may take `action` from any of `froms`, if every guard stays silent.

    A door with `follows` opens to nobody: it turns by itself, as what another machine's step brings about.
    `then` tells whoever takes the step what follows and what leads back; `asks_first` where nothing does.
    """

    action: DO
    froms: frozenset[Word]
    by: frozenset[A]
    to: Word
    guards: tuple[Guard, ...]
    needs: frozenset[Need]
    tells: frozenset[A]
    follows: frozenset[Cause]
    then: str
    asks_first: bool

    def refusal(self, row: Any, moment: Moment) -> Say | None:
        """The first sentence a guard objects with, or None."""
        return next((said for guard in self.guards if (said := guard(row, moment))), None)


@dataclass(frozen=True)
class Machine:
    """One table and the words of its states."""

    name: str
    label: str
    states: type[Word]
    start: Word
    table: tuple[Door, ...]

    def doors(self, state: str, actors: Collection[A]) -> Iterator[Door]:
        """The doors open to somebody who is any of `actors` to a row in `state`, in table order."""
        return (d for d in self.table if state in d.froms and not d.by.isdisjoint(actors))

    def door(self, action: str, state: str, actors: Collection[A]) -> Door | None:
        """The one door for this action, or None: closed until opened."""
        return next((d for d in self.doors(state, actors) if d.action == action), None)

    def then(self, action: str) -> str:
        """What follows the step, for a page that offers it by a button of its own; raises StopIteration where nothing is said."""
        return next(d.then for d in self.table if d.action == action and d.then)

    def following(self, action: str, state: str, cause: Cause) -> Door | None:
        """The door that `cause` turns for a row in `state`, or None."""
        return next((d for d in self.table if d.action == action and state in d.froms and cause in d.follows), None)

    def needs_of(self, state: Word) -> frozenset[Need]:
        """What every row in `state` must carry, whichever door it came through."""
        into = [d.needs for d in self.table if d.to == state and d.froms != {state}]
        return frozenset.intersection(*into) if into and state is not self.start else frozenset()


def row(  # noqa: PLR0913 -- the columns of the table
    action: DO,
    froms: Iterable[Word],
    by: Iterable[A],
    to: Word,
    *on_condition: Guard,
    needs: Iterable[Need] = (),
    tells: Iterable[A] = (),
    follows: Iterable[Cause] = (),
    then: str = "",
    asks_first: bool = False,
) -> Door:
    """One row of a table, as it is written in the law."""
    return Door(
        action,
        frozenset(froms),
        frozenset(by),
        to,
        on_condition,
        frozenset(needs),
        frozenset(tells),
        frozenset(follows),
        then,
        asks_first,
    )


NOBODY: frozenset[A] = frozenset()
BOARD = frozenset({A.MEMBER, A.CHAIR})
WHY = frozenset({Need.REASON})
DECIDED = frozenset({Need.DECIDER})
