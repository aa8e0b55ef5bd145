"""Where an application is on its way, for the student's eyes: milestones, dates, whose turn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Step
from workflow.phase import status
from workflow.say import N_, Say
from workflow.words import Action, ApplicationState, Phase

DID: dict[Action, str] = {
    Action.SUBMIT: N_("submitted the application"),
    Action.APPROVE: N_("approved"),
    Action.REJECT: N_("rejected"),
    Action.WITHDRAW: N_("withdrew"),
    Action.CANCEL: N_("cancelled the internship"),
    Action.REOPEN: N_("reopened"),
    Action.POSTPONE: N_("postponed the internship"),
    Action.EXTEND: N_("extended the internship"),
    Action.STOP: N_("stopped the internship"),
    Action.ASK: N_("asked"),
    Action.AGREE: N_("agreed"),
    Action.DECLINE: N_("declined"),
    Action.LAPSE: N_("let it lapse by cancelling the internship"),
    Action.ANSWER: N_("answered"),
    Action.CLOSE: N_("closed"),
    Action.ASK_AGAIN: N_("asked again"),
    Action.RAISE: N_("brought the declaration about"),
    Action.MOVE: N_("changed the dates to declare"),
    Action.DROP: N_("made the declaration unnecessary"),
    Action.SEND: N_("marked as sent"),
    Action.CONFIRM: N_("recorded the reference"),
    Action.FAIL: N_("recorded the refusal"),
    Action.CORRECT: N_("corrected the reference"),
    Action.SHOW: N_("had the national id shown"),
    Action.VERIFY: N_("verified"),
    Action.BLOCK: N_("blocked"),
    Action.UNBLOCK: N_("lifted the block"),
    Action.PUBLISH: N_("published"),
    Action.RETRACT: N_("withdrew from view"),
    Action.CREATE: N_("created"),
    Action.EDIT: N_("edited"),
    Action.DELETE: N_("deleted"),
}
DONE, NOW, AHEAD, ENDED = "done", "now", "ahead", "ended"


@dataclass(frozen=True)
class Milestone:
    """One stop on the way; `standing` is done, now, ahead or ended (the way stopped here)."""

    label: str
    standing: str
    on: date | datetime | None = None
    turn: Say | None = None


def track(application: Any, steps: list[Step], today: date) -> list[Milestone]:
    """The stops of one application, in order (interface: status tracker)."""
    word = status(application.state, application.starts_on, application.ends_on, today)
    submitted = _last(steps, Action.SUBMIT) or application.submitted_at
    way = [_written(application), _submitted(submitted), _decision(application, steps)]
    match application.state:
        case ApplicationState.WITHDRAWN:
            return way
        case ApplicationState.CANCELLED:
            return [*way, Milestone(N_("Cancelled"), ENDED, _last(steps, Action.CANCEL))]
        case ApplicationState.STOPPED:
            started = Milestone(N_("Internship starts"), DONE, application.starts_on)
            return [*way, started, Milestone(N_("Stopped"), ENDED, application.ends_on)]
    return [*way, _start(application, word), _end(application, word)]


def _written(application: Any) -> Milestone:
    draft = application.state is ApplicationState.DRAFT
    turn = Say("Your turn: complete the pages and submit.") if draft else None
    return Milestone(N_("Written"), NOW if draft else DONE, application.created_at, turn)


def _submitted(submitted: datetime | None) -> Milestone:
    return Milestone(N_("Submitted"), DONE if submitted else AHEAD, submitted)


def _decision(application: Any, steps: list[Step]) -> Milestone:
    match application.state:
        case ApplicationState.SUBMITTED:
            turn = Say("The commission's turn, before the start on %(day)s.", day=application.starts_on)
            return Milestone(N_("Commission's decision"), NOW, None, turn)
        case ApplicationState.REJECTED:
            turn = Say("Your turn: correct the pages pointed at and submit again.")
            return Milestone(N_("Rejected"), NOW, _last(steps, Action.REJECT), turn)
        case ApplicationState.WITHDRAWN:
            return Milestone(N_("Withdrawn"), ENDED, _last(steps, Action.WITHDRAW))
        case ApplicationState.DRAFT:
            return Milestone(N_("Commission's decision"), AHEAD)
    return Milestone(N_("Approved"), DONE, _last(steps, Action.APPROVE) or application.decided_at)


def _start(application: Any, word: Any) -> Milestone:
    standing = {Phase.UPCOMING: NOW, Phase.RUNNING: DONE, Phase.ENDED: DONE}.get(word, AHEAD)
    turn = Say("Nothing to do before the first day.") if standing == NOW else None
    return Milestone(N_("Internship starts"), standing, application.starts_on, turn)


def _end(application: Any, word: Any) -> Milestone:
    standing = {Phase.RUNNING: NOW, Phase.ENDED: DONE}.get(word, AHEAD)
    return Milestone(N_("Internship ends"), standing, application.ends_on)


def _last(steps: list[Step], action: Action) -> datetime | None:
    return next((s.at for s in reversed(steps) if s.action is action), None)
