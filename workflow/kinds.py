"""Kinds that decide who is concerned: by a decree, as the reader of a reason, by a new count, by how the site is."""

from workflow.say import N_
from workflow.words import InstitutionKind, Word


class CountRule(Word):
    """A rule about the number of days that an internship no longer meets since its days were counted anew."""

    MIN_DAYS = "min_days", N_("Fewer working days than one internship takes")
    MAX_DAYS = "max_days", N_("More working days than one internship takes")


class Health(Word):
    """How a part of the running site is."""

    OK = "ok", N_("In order")
    ATTENTION = "attention", N_("Needs attention")
    BROKEN = "broken", N_("Broken")


class ReasonKind(Word):
    """Why a student changes or gives up an internship, as far as anybody but the commission reads it.

    No kind says anything of health, belief or the like (KVKK art. 6): such a reason is a personal one.
    """

    PERSONAL = "personal", N_("Personal reasons")
    FAMILY = "family", N_("Family reasons")
    STUDIES = "studies", N_("Classes, exams or other studies")
    WORKPLACE = "workplace", N_("The workplace asked for it")
    OFFICIAL = "official", N_("An official duty or appointment")
    OTHER = "other", N_("Another reason")


def concerned_as(kind: str) -> tuple[str, ...]:
    """The kinds whose decrees reach a workplace of this kind, its own first: whatever is no public body is a firm."""
    return (kind,) if kind in {InstitutionKind.PUBLIC, InstitutionKind.PRIVATE} else (kind, InstitutionKind.PRIVATE)


class Audience(Word):
    """Whom an announcement is for; those and nobody else find it on their pages."""

    STUDENTS = "students", N_("Students")
    STAFF = "staff", N_("Staff: commissions and offices")
    FIRMS = "firms", N_("Firms")
    EVERYBODY = "everybody", N_("Everybody")
