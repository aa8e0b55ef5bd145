"""The tables drawn for people: one Mermaid diagram and one role matrix per machine, letters and rules below."""

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc

from workflow.reminders import REMINDERS, Reminder
from workflow.transitions import MACHINES, Door, Machine
from workflow.words import Actor

Subjects = Mapping[tuple[str, str, Actor], str]
Rules = Iterable[tuple[str, str]]

HEAD = """# The workflow

Generated from the tables in `workflow/` by `flask docs write`; `flask docs check` fails when it is out of date.
"""


def document(subjects: Subjects, rules: Rules = ()) -> str:
    """The whole page. `subjects` maps (machine, action, reader) to a letter's subject; `rules` are (label, meaning)."""
    parts = [HEAD, *(_chapter(machine, subjects) for machine in MACHINES.values())]
    listed = [f"| {_cell(label)} | {_cell(meaning)} |" for label, meaning in rules]
    if listed:
        parts.append("\n".join(["## Policy rules\n", _header("Rule", "What it asks"), *listed]) + "\n")
    parts.append(_reminders())
    return "\n".join(parts)


def _reminders() -> str:
    """One row per reminder: which file, in which states, when it reminds whom."""
    rows = [
        " | ".join(
            [
                r.machine.label,
                ", ".join(s.label for s in r.machine.states if s in r.states),
                _when(r),
                _names(r.readers),
                _cell(_open(r.subject)),
            ]
        )
        for r in REMINDERS
    ]
    return (
        "\n".join(
            ["## Reminders\n", _header("Of", "While", "When", "Reader", "Subject"), *(f"| {row} |" for row in rows)]
        )
        + "\n"
    )


def _when(reminder: Reminder) -> str:
    """As in: 5 working days after asked_at."""
    days = f"{reminder.span.days} {'working days' if reminder.span.working else 'days'}"
    only = "".join(f", {word.label}" for word in reminder.only.values())
    return f"{days} {'after' if reminder.span.after else 'before'} {reminder.date}{only}"


def mermaid(machine: Machine) -> str:
    """A state diagram: words as nodes, one arrow per door and state it leaves."""
    lines = ["stateDiagram-v2", f"    [*] --> {machine.start.value}"]
    lines += [f"    {state.value} : {state.label}" for state in machine.states]
    lines += [
        f"    {state.value} --> {door.to.value} : {door.action.label} ({_names(door.by) or _causes(door)})"
        for door in machine.table
        for state in machine.states
        if state in door.froms
    ]
    return "\n".join(lines)


def matrix(machine: Machine) -> str:
    """One row per door, one column per actor whom some door opens to."""
    actors = [a for a in Actor if any(a in door.by for door in machine.table)]
    head = _header(
        "Step", "From", "To", *(a.label for a in actors), "By itself", "On condition", "Needs", "Tells", "What follows"
    )
    return "\n".join([head, *(_door_row(machine, door, actors) for door in machine.table)])


def _chapter(machine: Machine, subjects: Subjects) -> str:
    letters = [
        f"| {door.action.label} | {reader.label} | {_cell(_open(subjects[machine.name, door.action, reader]))} |"
        for door in machine.table
        for reader in Actor
        if reader in door.tells
    ]
    told = ["### Letters\n", _header("After", "Reader", "Subject"), *letters, ""] if letters else []
    drawn = [
        f"## {machine.label}\n",
        "```mermaid",
        mermaid(machine),
        "```\n",
        "### Who may do what\n",
        matrix(machine),
        "",
    ]
    return "\n".join([*drawn, *told])


def _door_row(machine: Machine, door: Door, actors: list[Actor]) -> str:
    cells = [
        door.action.label,
        ", ".join(s.label for s in machine.states if s in door.froms),
        door.to.label,
        *("●" if a in door.by else "" for a in actors),
        _causes(door),
        " ".join(_meaning(guard) for guard in door.guards),
        ", ".join(need.label for need in sorted(door.needs)),
        _names(door.tells),
        door.then,
    ]
    return f"| {' | '.join(_cell(c) for c in cells)} |"


def _causes(door: Door) -> str:
    """What turns a door that nobody turns: "after Change request: Approve"."""
    named = [f"{MACHINES[machine].label}: {action.label}" for machine, action in sorted(door.follows)]
    return f"after {', '.join(named)}" if named else ""


def _meaning(guard: Callable[..., object]) -> str:
    return (getdoc(guard) or guard.__name__).splitlines()[0]


def _open(subject: str) -> str:
    """A subject with its places named: "Withdrawn: %(student)s" -> "Withdrawn: {student}"."""
    return re.sub(r"%\((\w+)\)s", r"{\1}", subject)


def _names(actors: Iterable[Actor]) -> str:
    return ", ".join(a.label for a in Actor if a in set(actors))


def _header(*names: str) -> str:
    return f"| {' | '.join(names)} |\n|{'---|' * len(names)}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
