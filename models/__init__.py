"""Floor 1: what the database remembers."""

from models.academia import Department, Faculty, HolidayOverride, InternshipType, Policy, Term
from models.applications import Application, DraftPage, SearchWord
from models.base import Model, ReachSession, db, utcnow
from models.documents import Document
from models.history import Letter, Step
from models.institutions import Institution, InstitutionWord, Supervisor, SupervisorWord
from models.insurance import Declaration
from models.people import Enrolment, Membership, Student, User, UserWord
from models.publications import Publication
from models.requests import AnswerLink, AnswerTemplate, ChangeRequest, Request

__all__ = [
    "AnswerLink",
    "AnswerTemplate",
    "Application",
    "ChangeRequest",
    "Declaration",
    "Department",
    "Document",
    "DraftPage",
    "Enrolment",
    "Faculty",
    "HolidayOverride",
    "Institution",
    "InstitutionWord",
    "InternshipType",
    "Letter",
    "Membership",
    "Model",
    "Policy",
    "Publication",
    "ReachSession",
    "Request",
    "SearchWord",
    "Step",
    "Student",
    "Supervisor",
    "SupervisorWord",
    "Term",
    "User",
    "UserWord",
    "db",
    "utcnow",
]
