"""The link of a firm, sent again for whoever waits: to the address on record only, not too often, and written down.

Whoever asks learns that a letter left, never where the link leads.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Application, ChangeRequest, Step, utcnow
from services import answer_links, audit, change_requests, letters
from services.answer_links import hidden
from services.letter_facts import About
from services.sign_in import ISTANBUL
from services.standing import Standing
from services.transition import Refused, hold
from workflow.phase import BEFORE_COMPLETION
from workflow.say import N_, Say
from workflow.transitions import APPLICATIONS
from workflow.words import Action, Actor, ChangeState

PAUSE = timedelta(hours=1)  # between two letters about one file; the house's own number
MOST, WITHIN = 3, timedelta(days=1)
MAY_ASK = frozenset({Actor.STUDENT, Actor.MEMBER, Actor.CHAIR})
CHANGE = (
    N_("Your link to the answer: %(kind)s, %(student)s"),
    N_("%(student)s asked for a change of the internship at %(institution)s (%(kind)s) and waits for your answer. Here is a new link, good for %(good_for)s days; you need no account."),
)  # fmt: skip
INTERN = (
    N_("Your link to your intern: %(student)s"),
    N_("The link below leads to your intern %(student)s, %(starts_on)s – %(ends_on)s: to the attendance, the evaluation and what waits for your answer."),
)  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A link that can be sent again: to whose (hidden) address, when it was last, and why it cannot be now."""

    name: str
    email: str
    last: datetime | None
    refusal: Say | None


def offer(session: Session, application: Application, by: Standing, now: datetime | None = None) -> Offer | None:
    """What somebody who waits for the firm is offered on this file; None where nobody waits, or it is not theirs."""
    if by.actors_for(application).isdisjoint(MAY_ASK) or not _awaited(session, application):
        return None
    person = _asked(session, application).supervisor
    assert person  # noqa: S101 -- the schema promises a supervisor of anything submitted
    now = now or utcnow()
    sent = _sent(session, application, now)
    return Offer(person.name, hidden(person.email), max(sent, default=None), _too_often(sent, now))


def send_again(
    session: Session, application: Application, by: Standing, *, today: date, at: datetime | None = None
) -> str:
    """Queue the letter and write it down; answers the hidden address. Raises Refused. The caller commits."""
    hold(session, application)  # two who ask at one moment: one letter
    now = at or utcnow()
    if not _awaited(session, application):
        raise Refused(Say("Nothing of this internship waits for the firm now."))
    if said := _too_often(_sent(session, application, now), now):
        raise Refused(said)
    row = _asked(session, application)
    step = audit.append(session, _written(application, by, now))
    session.flush()  # the letter needs the step's id
    reader = next(iter(letters.readers(session, row, Actor.EMPLOYER, today)))
    link = (
        answer_links.issue(session, row, since=now)
        if isinstance(row, ChangeRequest)
        else letters.link_to(session, row, Actor.EMPLOYER)
    )
    text = CHANGE if isinstance(row, ChangeRequest) else INTERN
    session.add(letters.letter(text, About(row, today), Actor.EMPLOYER, reader, link, step_id=step.id))
    return hidden(reader.email)


def _asked(session: Session, application: Application) -> Application | ChangeRequest:
    """What the firm is asked first: an open change request, else the internship itself."""
    change = change_requests.waiting(session, application)
    return change if change and change.state is ChangeState.WITH_SUPERVISOR else application


def _awaited(session: Session, application: Application) -> bool:
    """Whether the firm has anything to do, now or until the completion is handed in."""
    return application.state in BEFORE_COMPLETION or _asked(session, application) is not application


def _sent(session: Session, application: Application, now: datetime) -> list[datetime]:
    """When the link of this file was sent again within the last day, whoever asked."""
    of_it = select(Step.at).where(
        Step.machine == APPLICATIONS.name, Step.row_id == application.id, Step.action == Action.REMIND
    )
    return [
        at for at in session.scalars(of_it, execution_options={"on_behalf_of_the_system": True}) if at > now - WITHIN
    ]


def _too_often(sent: list[datetime], now: datetime) -> Say | None:
    if sent and now < max(sent) + PAUSE:
        again = (max(sent) + PAUSE).astimezone(ISTANBUL)
        return Say(
            "The link was sent to the firm a short while ago; it can be sent again from %(time)s on.",
            time=again.strftime("%H:%M"),
        )
    if len(sent) >= MOST:
        return Say(
            "The link was sent to the firm %(times)s times within a day; try again tomorrow, or call the firm.",
            times=MOST,
        )
    return None


def _written(application: Application, by: Standing, at: datetime) -> Step:
    ranked = (Actor.CHAIR, *Actor)
    actors = by.actors_for(application) or {Actor.EMPLOYER}
    return Step(
        machine=APPLICATIONS.name,
        row_id=application.id,
        action=Action.REMIND,
        from_state=application.state.value,
        to_state=application.state.value,
        actor=next(a for a in ranked if a in actors),
        by_id=by.user_id,
        by_name=by.name,
        at=at,
        facts={},
        department_id=application.department_id,
        student_id=application.student_id,
    )
