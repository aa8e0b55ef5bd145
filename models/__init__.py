"""Floor 1: what the database remembers."""

from models.academia import Department, DepartmentSettings, Faculty, HolidayOverride, InternshipType, Policy, Term
from models.applications import Application, DraftPage, SearchWord
from models.base import Model, ReachSession, db, utcnow
from models.completion import (
    Absence,
    Attendance,
    AttendanceWeek,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    EvaluationQuestion,
    LogEntry,
)
from models.documents import Document
from models.history import Letter, Notice, Step
from models.institutions import (
    Institution,
    InstitutionMark,
    InstitutionNote,
    InstitutionWord,
    Supervisor,
    SupervisorWord,
)
from models.insurance import Declaration
from models.ledger import LedgerEntry
from models.merging import MovedReference, ToldApart
from models.people import Enrolment, Membership, Student, User, UserWord
from models.publications import Publication
from models.requests import AnswerLink, AnswerTemplate, ChangeRequest, Request
from models.running import AskedByMail, JobRun, KnownDevice, SignedIn, SignInTry
from models.site import SiteSettings
from workflow.transitions import MACHINES, Machine

__all__ = [
    "MACHINE_OF",
    "Absence",
    "AnswerLink",
    "AnswerTemplate",
    "Application",
    "AskedByMail",
    "Attendance",
    "AttendanceWeek",
    "ChangeRequest",
    "Declaration",
    "Department",
    "DepartmentSettings",
    "Document",
    "DraftPage",
    "Enrolment",
    "Evaluation",
    "EvaluationAnswer",
    "EvaluationForm",
    "EvaluationQuestion",
    "Faculty",
    "HolidayOverride",
    "Institution",
    "InstitutionMark",
    "InstitutionNote",
    "InstitutionWord",
    "InternshipType",
    "JobRun",
    "KnownDevice",
    "LedgerEntry",
    "Letter",
    "LogEntry",
    "Membership",
    "Model",
    "MovedReference",
    "Notice",
    "Policy",
    "Publication",
    "ReachSession",
    "Request",
    "SearchWord",
    "SignInTry",
    "SignedIn",
    "SiteSettings",
    "Step",
    "Student",
    "Supervisor",
    "SupervisorWord",
    "Term",
    "ToldApart",
    "User",
    "UserWord",
    "db",
    "utcnow",
]

_BY_TABLE = {mapper.class_.__tablename__: mapper.class_ for mapper in Model.registry.mappers}
MACHINE_OF: dict[type[Model], Machine] = {_BY_TABLE[name]: machine for name, machine in MACHINES.items()}
