"""National ids in full: opened here and nowhere else, for the health office alone; every showing goes into the history."""

from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session
from stdnum.tr import tckimlik

from models import Declaration, Step, utcnow
from services import audit
from services.scope import OutOfReach
from services.seal import Seal
from services.standing import Standing
from services.transition import Refused
from workflow.say import Say
from workflow.words import Action, Actor

BROKEN = Say("The national id cannot be read. Ask IT to refresh the student from the student database.")
WRONG = Say("The national id is not a valid one. It must be corrected in the student database.")


def fault(declaration: Declaration, seal: Seal) -> Say | None:
    """What is wrong with a student's national id, told without telling the number."""
    try:
        _read(declaration, seal)
    except Refused as refused:
        return refused.say
    return None


def opened(session: Session, declaration: Declaration, *, seal: Seal, standing: Standing, how: str) -> str:
    """The number, with a line in the declaration's history that says so; raises Refused. The caller commits.

    `how` is "shown" (on a page) or "exported" (in a list).
    """
    if Actor.HEALTH_OFFICE not in standing.actors:
        raise OutOfReach(f"{standing.name or 'nobody'} may not see national ids")
    number = _read(declaration, seal)
    audit.append(
        session,
        Step(
            machine="declaration",
            row_id=declaration.id,
            action=Action.SHOW,
            from_state=declaration.state.value,
            to_state=declaration.state.value,
            actor=Actor.HEALTH_OFFICE,
            by_id=standing.user_id,
            by_name=standing.name,
            at=utcnow(),
            facts={"national_id": how},
            department_id=declaration.department_id,
            student_id=declaration.student_id,
        ),
    )
    return number


def _read(declaration: Declaration, seal: Seal) -> str:
    try:
        number = seal.open(declaration.application.student.national_id_sealed)
    except (InvalidTag, ValueError):
        raise Refused(BROKEN) from None
    if not tckimlik.is_valid(number):
        raise Refused(WRONG)
    return number
