"""Where an application is on its way, for the student's eyes: milestones, dates, whose turn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Step
from workflow.phase import ASSESSED, TAKES_PLACE, status
from workflow.say import N_, Say
from workflow.words import Action, ApplicationState, Phase

DID: dict[Action, str] = {
    Action.SUBMIT: N_("submitted the application"),
    Action.APPROVE: N_("approved"),
    Action.APPROVE_LATE: N_("approved late, with a reason"),
    Action.REJECT: N_("rejected"),
    Action.WITHDRAW: N_("withdrew"),
    Action.CANCEL: N_("cancelled the internship"),
    Action.REOPEN: N_("reopened"),
    Action.POSTPONE: N_("postponed the internship"),
    Action.EXTEND: N_("extended the internship"),
    Action.STOP: N_("stopped the internship"),
    Action.HAND_OVER: N_("changed the supervisor"),
    Action.COMPLETE: N_("handed in the completion"),
    Action.RETURN: N_("returned for correction"),
    Action.ACCEPT: N_("accepted all days"),
    Action.ACCEPT_PARTLY: N_("accepted some of the days"),
    Action.NOT_ACCEPT: N_("accepted no day"),
    Action.REASSESS: N_("reopened the assessment"),
    Action.ATTEST: N_("confirmed the attendance"),
    Action.REVISE: N_("took the attendance back to correct it"),
    Action.GIVE: N_("handed in the evaluation"),
    Action.WAIVE: N_("went on without it"),
    Action.RETIRE: N_("took out of use"),
    Action.REPLACE: N_("replaced by a newer version"),
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
    Action.UNSEND: N_("took back that it was sent"),
    Action.CONFIRM: N_("recorded the reference"),
    Action.FAIL: N_("recorded the refusal"),
    Action.CORRECT: N_("corrected the reference"),
    Action.SHOW: N_("had the national id shown"),
    Action.REMIND: N_("had the link sent to the firm again"),
    Action.VERIFY: N_("verified"),
    Action.BLOCK: N_("blocked"),
    Action.UNBLOCK: N_("lifted the block"),
    Action.MERGE: N_("merged"),
    Action.UNMERGE: N_("undid the merge"),
    Action.RESTORE: N_("verified as before"),
    Action.TAKE_IN: N_("took in"),
    Action.GIVE_BACK: N_("gave back"),
    Action.TELL_APART: N_("judged it different from"),
    Action.HOLD_ALIKE: N_("took back that it was judged different from"),
    Action.PUBLISH: N_("published"),
    Action.RETRACT: N_("withdrew from view"),
    Action.RECOUNT: N_("counted the days anew"),
    Action.ASSIGN: N_("gave the file to a reviewer"),
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


def track(application: Any, steps: list[Step], today: date, decided: Say | None = None) -> list[Milestone]:
    """The stops of one application, in order (interface: status tracker); `decided` says by when the commission decides."""
    word = status(application.state, application.starts_on, application.ends_on, today)
    submitted = _last(steps, Action.SUBMIT) or application.submitted_at
    way = [_written(application), _submitted(submitted), _decision(application, steps, decided)]
    match application.state:
        case ApplicationState.WITHDRAWN:
            return way
        case ApplicationState.CANCELLED:
            return [*way, Milestone(N_("Cancelled"), ENDED, _last(steps, Action.CANCEL))]
        case state if state in TAKES_PLACE:
            over = application.ends_on < today
            return [
                *way,
                _start(application, word, today),
                _end(application, word, over=over),
                *_closing(application, over=over),
            ]
    return [*way, _start(application, word, today), _end(application, word, over=False)]


def _written(application: Any) -> Milestone:
    draft = application.state is ApplicationState.DRAFT
    turn = Say("Your turn: complete the pages and submit.") if draft else None
    return Milestone(N_("Draft begun"), NOW if draft else DONE, application.created_at, turn)


def _submitted(submitted: datetime | None) -> Milestone:
    return Milestone(N_("Submitted"), DONE if submitted else AHEAD, submitted)


def _decision(application: Any, steps: list[Step], decided: Say | None) -> Milestone:
    match application.state:
        case ApplicationState.SUBMITTED:
            return Milestone(N_("Commission's decision"), NOW, None, decided)
        case ApplicationState.REJECTED:
            turn = Say("Your turn: correct the pages pointed at and submit again.")
            return Milestone(N_("Rejected"), NOW, _last(steps, Action.REJECT), turn)
        case ApplicationState.WITHDRAWN:
            return Milestone(N_("Withdrawn"), ENDED, _last(steps, Action.WITHDRAW))
        case ApplicationState.DRAFT:
            return Milestone(N_("Commission's decision"), AHEAD)
    return Milestone(N_("Approved"), DONE, _last(steps, Action.APPROVE, Action.APPROVE_LATE) or application.decided_at)


def _start(application: Any, word: Any, today: date) -> Milestone:
    took_place = application.state in TAKES_PLACE
    standing = NOW if word is Phase.UPCOMING else DONE if took_place else AHEAD
    turn = Say("Nothing to do before the first day.") if standing == NOW else None
    return Milestone(_of_start(application, took_place, today), standing, application.starts_on, turn)


def _of_start(application: Any, took_place: bool, today: date) -> str:
    """The tense follows the day, and what has not been approved did not start."""
    if application.starts_on is None or application.starts_on > today:
        return N_("Internship starts")
    return N_("Internship started") if took_place else N_("Internship was to start")


def _end(application: Any, word: Any, *, over: bool) -> Milestone:
    """A stop that was approved ahead still runs to its last day; its reason stays with the application."""
    running = word in {Phase.RUNNING, Phase.STOPPING}
    if application.stop_reason:
        label = N_("Stopped") if over else N_("Ends early")
    else:
        label = N_("Internship ended") if over else N_("Internship ends")
    return Milestone(label, NOW if running else DONE if over else AHEAD, application.ends_on)


def _closing(application: Any, *, over: bool) -> list[Milestone]:
    """Handing the completion in, and its assessment."""
    hand_in, assessment = N_("Completion handed in"), N_("Commission's assessment")
    match application.state:
        case ApplicationState.COMPLETION:
            turn = Say("The commission's turn.")
            return [Milestone(hand_in, DONE, application.handed_in_at), Milestone(assessment, NOW, None, turn)]
        case ApplicationState.RETURNED:
            turn = Say("Your turn: correct it by %(day)s and hand it in again.", day=application.due_on)
            return [
                Milestone(N_("Returned for correction"), NOW, application.decided_at, turn),
                Milestone(assessment, AHEAD),
            ]
        case state if state in ASSESSED:
            standing = ENDED if state is ApplicationState.NOT_ACCEPTED else DONE
            return [
                Milestone(hand_in, DONE, application.handed_in_at),
                Milestone(state.label, standing, application.decided_at),
            ]
    turn = Say("Your turn: complete the internship.")
    return [Milestone(hand_in, NOW, None, turn) if over else Milestone(hand_in, AHEAD), Milestone(assessment, AHEAD)]


def _last(steps: list[Step], *actions: Action) -> datetime | None:
    return next((s.at for s in reversed(steps) if s.action in actions), None)
