"""Who reads the words of a reason: the student and their commission; everybody else reads its kind (KVKK art. 6).

A reason can say something of health, so a firm, the health office and the career centre are told the kind alone.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, null

from models import Step
from services.scope import among
from services.standing import Standing
from workflow.words import Action, Actor

# what these write is for the student, and for the firm that agreed to the change
_FOR_THE_FIRM = {("change_request", Action.REJECT)}


def reads_words(row: Any, standing: Standing) -> bool:
    """Whether somebody reads, word by word, what was given as a reason in a student's file."""
    own = standing.student_id is not None and row.student_id == standing.student_id
    return own or row.department_id in standing.commissions


def words_of(step: Step, standing: Standing) -> str | None:
    """The reason of a step as far as this reader reads it; None for none."""
    of_a_student = step.student_id is not None
    by_the_firm = step.actor is Actor.EMPLOYER and Actor.EMPLOYER in standing.actors and step.action is not Action.STOP
    to_the_firm = (step.machine, step.action) in _FOR_THE_FIRM and Actor.EMPLOYER in standing.actors
    of_the_office = step.machine == "declaration"
    open_to = not of_a_student or by_the_firm or to_the_firm or of_the_office or reads_words(step, standing)
    return step.reason if open_to and step.reason else None


def column(of: Any, words: Any, standing: Standing) -> ColumnElement[Any]:
    """A column of such words in a list that others than the commissions export."""
    if Actor.CAREER_CENTRE not in standing.actors:
        found: ColumnElement[Any] = words
        return found
    return case((among(of.department_id, standing.commissions), words), else_=null())
