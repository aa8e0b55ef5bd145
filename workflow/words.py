"""The office's words. The word is stored, so SQL reads aloud; the label is what a person reads."""

from enum import StrEnum
from typing import Self

from workflow.say import N_


class Word(StrEnum):
    """A stored word with the label (an English msgid) that people read."""

    label: str

    def __new__(cls, word: str, label: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.label = label
        return member


class Actor(Word):
    """In what capacity somebody meets a row (domain: who there is)."""

    STUDENT = "student", N_("Student")
    MEMBER = "member", N_("Commission member")
    CHAIR = "chair", N_("Commission chair")
    EMPLOYER = "employer", N_("Employer")
    HEALTH_OFFICE = "health_office", N_("Health office (Mediko)")
    CAREER_CENTRE = "career_centre", N_("Career centre")
    IT = "it", N_("IT staff")


class ApplicationState(Word):
    """Stored states of an application; running and ended are derived from the dates."""

    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Waiting for the commission")
    APPROVED = "approved", N_("Approved")
    REJECTED = "rejected", N_("Rejected")
    WITHDRAWN = "withdrawn", N_("Withdrawn by the student")
    CANCELLED = "cancelled", N_("Cancelled")


class Phase(Word):
    """Where an approved internship stands on a given day."""

    UPCOMING = "upcoming", N_("Approved, not started")
    RUNNING = "running", N_("Running")
    ENDED = "ended", N_("Ended")


class InstitutionState(Word):
    """How far the career centre vouches for an institution."""

    UNVERIFIED = "unverified", N_("Unverified")
    VERIFIED = "verified", N_("Verified")
    BLOCKED = "blocked", N_("Blocked")


class PublicationState(Word):
    """Whether readers see an announcement, regulation or required file."""

    DRAFT = "draft", N_("In preparation")
    PUBLISHED = "published", N_("Published")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class PublicationKind(Word):
    """What a department publishes."""

    ANNOUNCEMENT = "announcement", N_("Announcement")
    REGULATION = "regulation", N_("Regulation")
    REQUIRED_FILE = "required_file", N_("Required file")


class LetterState(Word):
    """How far a letter in the outbox has come; the worker moves it, no person's step does."""

    QUEUED = "queued", N_("Waiting to be sent")
    SENT = "sent", N_("Sent")
    FAILED = "failed", N_("Given up")


class InstitutionKind(Word):
    """Public bodies and private firms differ in leave by decree and in policy."""

    PUBLIC = "public", N_("Public body")
    PRIVATE = "private", N_("Private firm")


class Programme(Word):
    """Under which enrolment the internship is done."""

    MAJOR = "major", N_("Major")
    DOUBLE_MAJOR = "double_major", N_("Double major")


class Page(Word):
    """Pages of the application wizard (seed: Staj Başvurusu)."""

    NOTICE = "notice", N_("Notices")
    PROFILE = "profile", N_("Profile")
    INTERNSHIP = "internship", N_("Internship")
    INSTITUTION = "institution", N_("Institution")
    DATES = "dates", N_("Dates")
    SUPERVISOR = "supervisor", N_("Supervisor")
    FILES = "files", N_("Files")
    PREVIEW = "preview", N_("Preview")


class Action(Word):
    """Every step a person can take on a file; the label is the button."""

    SUBMIT = "submit", N_("Submit")
    APPROVE = "approve", N_("Approve")
    REJECT = "reject", N_("Reject")
    WITHDRAW = "withdraw", N_("Withdraw")
    CANCEL = "cancel", N_("Cancel the internship")
    REOPEN = "reopen", N_("Reopen the decision")
    VERIFY = "verify", N_("Verify")
    BLOCK = "block", N_("Block")
    UNBLOCK = "unblock", N_("Lift the block")
    PUBLISH = "publish", N_("Publish")
    RETRACT = "retract", N_("Withdraw from view")
    CREATE = "create", N_("Create")
    EDIT = "edit", N_("Edit")
    DELETE = "delete", N_("Delete")


class Need(Word):
    """A fact an action cannot be taken without; the value names the column that keeps it."""

    REASON = "reason", N_("Reason")
    PAGES = "pages", N_("Pages concerned")
    DECIDER = "decided_by_id", N_("Decided by")
