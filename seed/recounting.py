"""What files change about days: the decrees and the institutions among their rows, for the counts made from them."""

from seed.difference import Plan, Task
from services.recount import Revision
from workflow.days import Override

NAMED = 3  # changes that a recounted file's history names


def revision(plan: Plan) -> Revision:
    """What the plan changes about days, with the decrees as they will be."""
    decrees = [task for task in plan.tasks if task.wanted.table.kind == "holiday_override"]
    places = {
        task.row.id: (task.values["working_week"], task.values["kind"])
        for task in plan.tasks
        if task.wanted.table.kind == "institution" and task.row is not None and _moved(task)
    }
    if not decrees:
        return Revision(places=places)
    known = plan.known["holiday_override"].rows
    after = {key: Override(row.day, row.effect, row.concerns, row.reason) for key, row in known.items()}
    after |= {task.wanted.key: _override(task) for task in decrees}
    return Revision(frozenset(task.values["day"] for task in decrees), tuple(after.values()), places)


def reasons(plan: Plan) -> str:
    """The changes behind a new count, the first of them named."""
    named = [
        f"{task.values['day']:%d.%m.%Y} {task.values['reason']}" if "effect" in task.values else task.wanted.label
        for task in plan.tasks
        if task.wanted.table.kind == "holiday_override" or (task.wanted.table.kind == "institution" and _moved(task))
    ]
    return "; ".join(named[:NAMED]) + (" …" if len(named) > NAMED else "")


def _moved(task: Task) -> bool:
    new = task.row is None
    return not new and (task.row.working_week, task.row.kind) != (task.values["working_week"], task.values["kind"])


def _override(task: Task) -> Override:
    values = task.values
    return Override(values["day"], values["effect"], values["concerns"], values["reason"])
