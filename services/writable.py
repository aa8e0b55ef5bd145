"""Who may write which rows: for every model, what each capacity permits."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import object_session
from sqlalchemy.orm.base import instance_state

from models import (
    Absence,
    AnswerLink,
    AnswerTemplate,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Declaration,
    Department,
    DepartmentSettings,
    Document,
    DraftPage,
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
    LedgerEntry,
    Letter,
    LogEntry,
    Membership,
    Model,
    Policy,
    Publication,
    Request,
    SearchWord,
    SignedIn,
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
from services.register import concerns, may_curate
from services.standing import Standing
from services.visible import BOARD, CURATORS, EVERYONE
from workflow.words import Actor as A
from workflow.words import EvaluationFormState, InstitutionState

Permission = Callable[[Any, Standing], bool]


def _always(_row: Any, _s: Standing) -> bool:
    return True


def _own_row(row: Any, s: Standing) -> bool:
    return bool(row.student_id == s.student_id)


def _own_department(row: Any, s: Standing) -> bool:
    return row.department_id in s.commissions


def _own_intern(row: Any, s: Standing) -> bool:
    """A supervisor writes about their own interns; from a letter's link, about the one it names."""
    return row.supervisor_id in s.supervises_as and s.only_application in {None, row.application_id}


def _own_link(row: AnswerLink, s: Standing) -> bool:
    """A supervisor spends their links; who came by one makes no other."""
    return row.supervisor_id in s.supervises_as and (s.only_application is None or row.id is not None)


def _university_wide(row: Any, _s: Standing) -> bool:
    return row.department_id is None


def _in_preparation(permits: Permission) -> Permission:
    """A version that was published is asked, perhaps answered: nobody changes it any more."""
    return lambda row, s: row.state in {None, EvaluationFormState.DRAFT} and permits(row, s)


def _own_forms(row: EvaluationQuestion, s: Standing) -> bool:
    return row.form is not None and may_write(row.form, s)


def _changed(row: Any) -> set[str]:
    return {a.key for a in instance_state(row).attrs if a.history.has_changes()}


def _reviewer_only(row: Any, s: Standing) -> bool:
    """A commission says whose turn a file is; everything else of it is the one hand's (services.transition)."""
    return row.id is not None and _own_department(row, s) and _changed(row) <= {"reviewer_id", "reviewer"}


def _chaired(row: Any, s: Standing) -> bool:
    """A chair writes of their own departments, and moves nothing from another one to them."""
    return {row.department_id, *(instance_state(row).attrs.department_id.history.deleted or ())} <= s.chair_of


def _commission_only(row: Membership, s: Standing) -> bool:
    return row.actor in BOARD and _chaired(row, s)


def _self_only(row: Any, s: Standing) -> bool:
    """A person changes their own password, language and keys; nobody signed in, only a new password; a link, nothing."""
    if s.only_application is not None:
        return False
    return row.id is not None and s.user_id in {row.id, None} and _changed(row) <= _OWN_COLUMNS


_OWN_COLUMNS = {"password", "fs_uniquifier", "language", "shortcuts", "unwanted"}


def _curated(row: Institution, s: Standing) -> bool:
    session = object_session(row)
    return may_curate(row.state, s.actors) and session is not None and concerns(session, row, s)


def _curated_of(row: Supervisor, s: Standing) -> bool:
    return row.institution is not None and _curated(row.institution, s)


def _own_entry(row: Supervisor, s: Standing) -> bool:
    """Whoever reads the address of an entry may give it another (services.consent), and nothing else."""
    return row.id is not None and row.id in s.supervises_as and _changed(row) <= {"email", "user_id"}


def _added_or_struck(row: InstitutionNote, _s: Standing) -> bool:
    """A note is written and may be struck out; nobody changes its words or takes it away."""
    state, changed = instance_state(row), _changed(row)
    gone = bool(state.session and row in state.session.deleted)
    return not gone and (
        row.id is None or (bool(changed) and changed <= {"struck_at", "struck_by_id", "struck_by_name"})
    )


def _unverified(row: Institution, _s: Standing) -> bool:
    return row.state in {None, InstitutionState.UNVERIFIED}


WRITABLE: dict[type[Model], dict[A | None, Permission]] = {
    Application: {A.STUDENT: _own_row, **dict.fromkeys(BOARD, _reviewer_only)},
    ChangeRequest: {A.STUDENT: _own_row},
    Request: {A.STUDENT: _own_row},
    AnswerTemplate: dict.fromkeys(BOARD, _own_department),
    AnswerLink: {
        **dict.fromkeys((A.STUDENT, *BOARD), _always),
        A.EMPLOYER: _own_link,
    },
    Declaration: {A.STUDENT: _own_row, **dict.fromkeys(BOARD, _own_department)},
    **{m: {A.EMPLOYER: _own_intern, **dict.fromkeys(BOARD, _own_department)} for m in (Attendance, Evaluation)},
    **{m: {A.EMPLOYER: _own_intern} for m in (AttendanceWeek, Absence, EvaluationAnswer)},
    LogEntry: {A.STUDENT: _own_row},
    LedgerEntry: dict.fromkeys(BOARD, _own_department),
    EvaluationForm: {
        **dict.fromkeys(BOARD, _in_preparation(_own_department)),
        A.IT: _in_preparation(_university_wide),
    },
    EvaluationQuestion: {**dict.fromkeys(BOARD, _own_forms), A.IT: _own_forms},
    DraftPage: {A.STUDENT: _own_row},
    Document: {A.STUDENT: _own_row},
    SearchWord: {A.STUDENT: _own_row},
    Student: {A.STUDENT: lambda row, s: row.id == s.student_id},
    Institution: {**dict.fromkeys(CURATORS, _curated), A.STUDENT: _unverified},
    # words follow what they find
    **{m: dict.fromkeys((*CURATORS, A.STUDENT), _always) for m in (InstitutionWord, InstitutionMark, SupervisorWord)},
    InstitutionNote: {A.CAREER_CENTRE: _added_or_struck},
    ToldApart: {A.CAREER_CENTRE: _always},
    UserWord: {A.IT: _always},
    # a student names the person they met, whoever vouches for the firm (services.wizard.submitting)
    Supervisor: {**dict.fromkeys(CURATORS, _curated_of), A.STUDENT: _always, A.EMPLOYER: _own_entry},
    Publication: {
        A.MEMBER: _own_department,
        A.CHAIR: _own_department,
        A.CAREER_CENTRE: lambda row, _s: row.department_id is None,
        A.IT: _always,
    },
    Step: dict.fromkeys(EVERYONE, _always),
    Letter: {None: _always},
    User: {A.IT: _always, None: _self_only},
    SignedIn: {None: lambda row, _s: row.id is None},  # begun by services.sessions once the password was right
    **{m: {A.IT: _always} for m in (Faculty, Department, Term, InternshipType, Policy, HolidayOverride, SiteSettings)},
    Membership: {A.IT: _always, A.CHAIR: _commission_only},
    DepartmentSettings: {A.CHAIR: _chaired},
}


def may_write(row: Any, standing: Standing) -> bool:
    """Whether any capacity of this person opens writing this row."""
    opened = WRITABLE.get(type(row), {})
    return any(permits(row, standing) for actor, permits in opened.items() if actor is None or actor in standing.actors)
