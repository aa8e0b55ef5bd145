"""Who sees which rows: for every owned model, one condition for each capacity in which somebody meets it."""

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import aliased

from models import (
    Absence,
    AnswerLink,
    AnswerTemplate,
    Application,
    AskedByMail,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Declaration,
    Department,
    DepartmentSettings,
    Document,
    DraftPage,
    Enrolment,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    EvaluationQuestion,
    Faculty,
    HolidayOverride,
    Institution,
    InstitutionMark,
    InstitutionNote,
    InstitutionWord,
    InternshipType,
    JobRun,
    KnownDevice,
    LedgerEntry,
    Letter,
    LogEntry,
    Membership,
    Model,
    MovedReference,
    Notice,
    Policy,
    Publication,
    Request,
    SearchWord,
    SignedIn,
    SignInTry,
    SiteSettings,
    Step,
    Student,
    Supervisor,
    SupervisorWord,
    Term,
    ToldApart,
    User,
    UserWord,
)
from services.standing import Standing
from workflow.kinds import Audience
from workflow.phase import ASSESSED, HANDED_IN, TAKES_PLACE
from workflow.words import Action, ChangeKind, PublicationKind, PublicationState
from workflow.words import Actor as A
from workflow.words import ApplicationState as S

Condition = Callable[[Standing], ColumnElement[bool]]
BOARD = (A.MEMBER, A.CHAIR)
CURATORS = (*BOARD, A.CAREER_CENTRE)
EVERYONE = tuple(A)


def among(column: Any, keys: Collection[int]) -> ColumnElement[bool]:
    """`column` is one of `keys`. One key is asked for plainly: for a list the statement is written anew each time."""
    first, *others = sorted(keys) or (0,)
    found: ColumnElement[bool] = column.in_(sorted(keys)) if others else column == first
    return found


def _mine(model: Any) -> Condition:
    return lambda s: model.student_id == s.student_id


def impartial(model: Any, s: Standing) -> list[ColumnElement[bool]]:
    """Nobody is commission to their own file, or to one they answer for as the firm."""
    own = [model.student_id.is_distinct_from(s.student_id)] if s.student_id else []
    return [*own, *([_of_other_firms(model, s.firm_as)] if s.firm_as else [])]


def _of_other_firms(model: Any, entries: Collection[int]) -> ColumnElement[bool]:
    """The row is of no file these supervisor entries answer for; asked of the table, so that no reach narrows it."""
    if hasattr(model, "supervisor_id"):
        return or_(model.supervisor_id.is_(None), model.supervisor_id.not_in(sorted(entries)))
    file = Application.__table__.alias()
    theirs = select(file.c.id).where(file.c.supervisor_id.in_(sorted(entries)))
    if model is Step:
        return or_(Step.machine != "application", Step.row_id.not_in(theirs))
    return or_(model.application_id.is_(None), model.application_id.not_in(theirs))


def _of_commission(model: Any, *also: ColumnElement[bool]) -> Condition:
    return lambda s: and_(among(model.department_id, s.commissions), *impartial(model, s), *also)


def _of_supervisor(model: Any, s: Standing) -> ColumnElement[bool]:
    """What a supervisor answers for, never their own file; from a letter's link, the one file it is about."""
    key = Application.id if model is Application else model.application_id
    one = [key == s.only_application] if s.only_application else []
    own = [model.student_id != s.student_id] if s.student_id else []
    return and_(among(model.supervisor_id, s.supervises_as), *own, *one)


# by their tables: an entity would bring its own condition along, and these two ask for each other
_FILES, _ASKED = Model.metadata.tables["application"].alias(), Model.metadata.tables["change_request"].alias()
_ASKS = ("with_supervisor", "with_commission", "declined")  # who declined finds their own answer


def _asked_to_take_over(s: Standing) -> ColumnElement[bool]:
    """A file somebody is asked to take over from its supervisor, until that is decided."""
    asked = select(_ASKED.c.application_id).where(
        _ASKED.c.kind == "hand_over", _ASKED.c.state.in_(_ASKS), among(_ASKED.c.supervisor_id, s.supervises_as)
    )
    one = [Application.id == s.only_application] if s.only_application else []
    return and_(Application.id.in_(asked), *one)


def _still_theirs(s: Standing) -> ColumnElement[bool]:
    """A request to take a file over, or one of a file that is this supervisor's: what was handed over is the new one's."""
    held = select(_FILES.c.id).where(
        _FILES.c.id == ChangeRequest.application_id, among(_FILES.c.supervisor_id, s.supervises_as)
    )
    asked = and_(ChangeRequest.kind == ChangeKind.HAND_OVER, ChangeRequest.state.in_(_ASKS))
    return or_(asked, held.exists())


def _of_one_file(s: Standing) -> list[ColumnElement[bool]]:
    """Who came by a letter's link meets the links of the file it is about, and no other."""
    of = select(ChangeRequest.id).where(ChangeRequest.application_id == s.only_application)
    return [AnswerLink.change_request_id.in_(of)] if s.only_application else []


def _own_letters(s: Standing) -> ColumnElement[bool]:
    """An account's letters are about every file: a link opens none of them."""
    return Letter.user_id == s.user_id if s.user_id and not s.only_application else false()


def _everything(_s: Standing) -> ColumnElement[bool]:
    return true()


def _for(*actors: A, see: Condition) -> dict[A, Condition]:
    return dict.fromkeys(actors, see)


def _students_of_commission(s: Standing) -> ColumnElement[bool]:
    return Student.id.in_(select(Enrolment.student_id).where(among(Enrolment.department_id, s.commissions)))


def _meant_for(audience: Audience) -> ColumnElement[bool]:
    """Published for these readers; what is no announcement is for students."""
    meant = Publication.audience.in_([audience, Audience.EVERYBODY])
    return and_(Publication.state == PublicationState.PUBLISHED, meant)


def _published(s: Standing) -> ColumnElement[bool]:
    own = or_(Publication.department_id.is_(None), among(Publication.department_id, s.studies))
    return and_(_meant_for(Audience.STUDENTS), own)


def _for_offices(_s: Standing) -> ColumnElement[bool]:
    return and_(_meant_for(Audience.STAFF), Publication.department_id.is_(None))


def _for_firms(s: Standing) -> ColumnElement[bool]:
    """The university's, and those of the departments whose students they take."""
    of = aliased(Application)
    theirs = select(of.department_id).where(among(of.supervisor_id, s.supervises_as), of.state.in_(sorted(TAKES_PLACE)))
    own = or_(Publication.department_id.is_(None), Publication.department_id.in_(theirs))
    return and_(_meant_for(Audience.FIRMS), Publication.kind == PublicationKind.ANNOUNCEMENT, own)


def _edited_by_commission(s: Standing) -> ColumnElement[bool]:
    university = and_(Publication.department_id.is_(None), Publication.state == PublicationState.PUBLISHED)
    return or_(among(Publication.department_id, s.commissions), university)


_SUBMITTED = Application.state != S.DRAFT
_APPROVED = Application.state.in_(sorted(TAKES_PLACE))
_INSURED = Application.state.in_(sorted(TAKES_PLACE | {S.CANCELLED}))  # an entry made is to be cancelled too
_HANDED_IN = Document.submitted_at.is_not(None)


def _come_to(model: Any, states: Collection[S]) -> ColumnElement[bool]:
    """The application has come as far as one of these states."""
    of = aliased(Application)  # a statement that reads applications too keeps its own
    return (
        select(of.id).where(of.id == model.application_id, of.state.in_(sorted(states))).correlate_except(of).exists()
    )


def _of_the_firm(model: Any) -> dict[A, Condition]:
    """What a supervisor writes about an intern: theirs, the intern's, and the commission's."""
    return {
        A.STUDENT: _mine(model),
        **_for(*BOARD, see=_of_commission(model)),
        A.EMPLOYER: lambda s: and_(_of_supervisor(model, s), _come_to(model, TAKES_PLACE)),
    }


VISIBLE: dict[type[Model], dict[A, Condition]] = {
    Application: {
        A.STUDENT: _mine(Application),
        **_for(*BOARD, see=_of_commission(Application, _SUBMITTED)),
        A.EMPLOYER: lambda s: or_(and_(_of_supervisor(Application, s), _APPROVED), _asked_to_take_over(s)),
        A.HEALTH_OFFICE: lambda _s: _INSURED,
        A.CAREER_CENTRE: lambda _s: _SUBMITTED,
    },
    ChangeRequest: {
        A.STUDENT: _mine(ChangeRequest),
        **_for(*BOARD, see=_of_commission(ChangeRequest)),
        A.EMPLOYER: lambda s: and_(_of_supervisor(ChangeRequest, s), _still_theirs(s)),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Request: {A.STUDENT: _mine(Request), **_for(*BOARD, see=_of_commission(Request))},
    AnswerTemplate: _for(*BOARD, see=lambda s: among(AnswerTemplate.department_id, s.commissions)),
    AnswerLink: {A.EMPLOYER: lambda s: and_(among(AnswerLink.supervisor_id, s.supervises_as), *_of_one_file(s))},
    InstitutionNote: _for(*CURATORS, see=_everything),
    MovedReference: {A.CAREER_CENTRE: _everything},
    ToldApart: _for(*CURATORS, see=_everything),
    Declaration: {
        A.STUDENT: _mine(Declaration),
        **_for(*BOARD, see=_of_commission(Declaration)),
        A.HEALTH_OFFICE: _everything,
    },
    **{model: _of_the_firm(model) for model in (Attendance, AttendanceWeek, Absence, Evaluation)},
    EvaluationAnswer: {
        **_of_the_firm(EvaluationAnswer),
        **_for(*BOARD, see=_of_commission(EvaluationAnswer, _come_to(EvaluationAnswer, HANDED_IN))),
        A.STUDENT: lambda s: and_(_mine(EvaluationAnswer)(s), _come_to(EvaluationAnswer, ASSESSED)),
    },
    LogEntry: {
        A.STUDENT: _mine(LogEntry),
        **_for(*BOARD, see=_of_commission(LogEntry, LogEntry.submitted_at.is_not(None))),
    },
    LedgerEntry: {
        A.STUDENT: _mine(LedgerEntry),
        **_for(*BOARD, see=lambda s: among(LedgerEntry.department_id, s.commissions)),
        A.CAREER_CENTRE: _everything,
    },
    DraftPage: {A.STUDENT: _mine(DraftPage)},
    Document: {
        A.STUDENT: _mine(Document),
        **_for(*BOARD, see=_of_commission(Document, _HANDED_IN)),
        A.CAREER_CENTRE: lambda _s: and_(_HANDED_IN, Document.request_id.is_(None)),
    },
    SearchWord: {
        A.STUDENT: _mine(SearchWord),
        **_for(*BOARD, see=_of_commission(SearchWord)),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Step: {
        # whose turn a file is within the commission is no business of the student's
        A.STUDENT: lambda s: and_(_mine(Step)(s), Step.action != Action.ASSIGN),
        **_for(*BOARD, see=lambda s: or_(_of_commission(Step)(s), Step.machine == "institution")),
        A.EMPLOYER: lambda s: and_(
            Step.machine == "change_request",
            Step.row_id.in_(select(ChangeRequest.id).where(_of_supervisor(ChangeRequest, s), _still_theirs(s))),
        ),
        A.HEALTH_OFFICE: lambda _s: Step.machine == "declaration",
        A.CAREER_CENTRE: lambda _s: Step.machine.in_(("application", "change_request", "institution")),
        A.IT: _everything,
    },
    Student: {
        A.STUDENT: lambda s: Student.id == s.student_id,
        **_for(*BOARD, see=_students_of_commission),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Enrolment: {
        A.STUDENT: _mine(Enrolment),
        **_for(*BOARD, see=lambda s: among(Enrolment.department_id, s.commissions)),
        **_for(A.HEALTH_OFFICE, A.CAREER_CENTRE, see=_everything),
    },
    Publication: {
        A.STUDENT: _published,
        **_for(*BOARD, see=_edited_by_commission),
        A.EMPLOYER: _for_firms,
        A.HEALTH_OFFICE: _for_offices,
        A.CAREER_CENTRE: lambda _s: Publication.department_id.is_(None),
        A.IT: _everything,
    },
    JobRun: {A.IT: _everything},
    SignInTry: {},
    AskedByMail: {},
    KnownDevice: {},
    SignedIn: {},  # one's own are shown by services.sessions
    Notice: {},
    Letter: {
        **_for(*EVERYONE, see=_own_letters),
        A.IT: _everything,
    },
}

REFERENCE: frozenset[type[Model]] = frozenset(
    {
        *(Faculty, Department, DepartmentSettings, Term, InternshipType, Policy, HolidayOverride),
        *(EvaluationForm, EvaluationQuestion, SiteSettings),
        *(Institution, InstitutionMark, InstitutionWord, Supervisor, SupervisorWord, User, UserWord, Membership),
    }
)
