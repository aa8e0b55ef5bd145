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
    STOPPED = "stopped", N_("Stopped")
    COMPLETION = "completion", N_("Completion waits for the commission")
    RETURNED = "returned", N_("Returned for correction")
    ACCEPTED = "accepted", N_("All days accepted")
    PARTLY_ACCEPTED = "partly_accepted", N_("Days partly accepted")
    NOT_ACCEPTED = "not_accepted", N_("Days not accepted")


class Phase(Word):
    """Where an approved internship stands on a given day."""

    UPCOMING = "upcoming", N_("Approved, not started")
    RUNNING = "running", N_("Running")
    STOPPING = "stopping", N_("Ends early")
    ENDED = "ended", N_("Ended")


class InstitutionState(Word):
    """How far the career centre vouches for an institution."""

    UNVERIFIED = "unverified", N_("Unverified")
    VERIFIED = "verified", N_("Verified")
    BLOCKED = "blocked", N_("Blocked")
    MERGED = "merged", N_("Merged")


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


class ChangeKind(Word):
    """What a student asks of an approved internship: the step of the application that an approval brings about.

    `moves` says whether it is about the dates.
    """

    POSTPONE = "postpone", N_("Postponement")
    EXTEND = "extend", N_("Extension")
    STOP = "stop", N_("Early end")
    HAND_OVER = "hand_over", N_("Change of supervisor")

    @property
    def moves(self) -> bool:
        return self is not ChangeKind.HAND_OVER


class ChangeState(Word):
    """How far a change request has come: first the supervisor, then the commission."""

    NEW = "new", N_("Being written")
    WITH_SUPERVISOR = "with_supervisor", N_("Waiting for the supervisor")
    WITH_COMMISSION = "with_commission", N_("Waiting for the commission")
    APPROVED = "approved", N_("Approved")
    DECLINED = "declined", N_("Refused by the supervisor")
    REJECTED = "rejected", N_("Refused by the commission")
    WITHDRAWN = "withdrawn", N_("Withdrawn by the student")
    LAPSED = "lapsed", N_("Lapsed")


class RequestState(Word):
    """How far a request to the commission has come."""

    NEW = "new", N_("Being written")
    OPEN = "open", N_("Waiting for an answer")
    ANSWERED = "answered", N_("Answered")
    CLOSED = "closed", N_("Closed")


class DeclarationKind(Word):
    """What the health office declares to the social security institution for one internship."""

    ENTRY = "entry", N_("Insurance entry")
    CORRECTION = "correction", N_("Correction of the entry")
    EXIT = "exit", N_("Insurance exit")
    CANCELLATION = "cancellation", N_("Cancellation of the entry")


class DeclarationState(Word):
    """How far an insurance declaration has come."""

    NEW = "new", N_("Being raised")
    DUE = "due", N_("Due")
    SENT = "sent", N_("Sent, reference awaited")
    DONE = "done", N_("Done")
    FAILED = "failed", N_("Refused by the institution")
    DROPPED = "dropped", N_("No longer needed")


class Urgency(Word):
    """How near the working day is by which a declaration should be made."""

    OVERDUE = "overdue", N_("Overdue")
    TODAY = "today", N_("Due today")
    WEEK = "week", N_("In the next seven days")
    SOON = "soon", N_("Within seven days, overdue ones too")
    LATER = "later", N_("Later")


class AttendanceState(Word):
    """How far the attendance sheet of an internship has come."""

    OPEN = "open", N_("Kept week by week")
    CONFIRMED = "confirmed", N_("Confirmed by the firm")
    WAIVED = "waived", N_("Gone on without")


class WeekState(Word):
    """How far the firm has gone through one week of an internship, read off its days and when it was saved."""

    AHEAD = "ahead", N_("Not yet")
    OPEN = "open", N_("To go through")
    SO_FAR = "so_far", N_("Gone through so far")
    DONE = "done", N_("Gone through")
    FREE = "free", N_("No working day")


class EvaluationState(Word):
    """How far the firm's evaluation of its intern has come; what it says is sealed until the decision."""

    OPEN = "open", N_("Waiting for the firm")
    GIVEN = "given", N_("Given, sealed until the decision")
    WAIVED = "waived", N_("Gone on without")


class EvaluationFormState(Word):
    """Whether a version of an evaluation form is asked."""

    DRAFT = "draft", N_("In preparation")
    IN_USE = "in_use", N_("In use")
    RETIRED = "retired", N_("No longer asked")


class QuestionKind(Word):
    """How a question of an evaluation form is answered."""

    YES_NO = "yes_no", N_("Yes or no")
    CHOICE = "choice", N_("One of several answers")
    SCALE = "scale", N_("Scale")
    TEXT = "text", N_("Free text")


class Part(Word):
    """What a completion consists of, and what a return for correction points at."""

    LOGBOOK = "logbook", N_("Logbook or report")
    ATTENDANCE = "attendance", N_("Attendance sheet")
    EVALUATION = "evaluation", N_("Evaluation by the firm")


class LedgerKind(Word):
    """Why days count towards what a student owes."""

    INTERNSHIP = "internship", N_("Internship")
    EXEMPTION = "exemption", N_("Exemption")
    TRANSFER = "transfer", N_("Credit transfer")


class Purpose(Word):
    """What an uploaded file is handed in for."""

    APPLICATION = "application", N_("Documents of the application")
    LOGBOOK = "logbook", N_("Logbook or report")
    REQUEST = "request", N_("Request to the commission")


class LinkPurpose(Word):
    """What the link in a letter to a firm without an account is good for."""

    ANSWER = "answer", N_("Answer one change request")
    INTERNS = "interns", N_("Everything about one's own interns")
    ADDRESS = "address", N_("Agree to another address")


class LetterState(Word):
    """How far a letter in the outbox has come; the worker moves it, no person's step does."""

    QUEUED = "queued", N_("Waiting to be sent")
    SENT = "sent", N_("Sent")
    FAILED = "failed", N_("Given up")


class Outcome(Word):
    """How a run of a job went."""

    RUNNING = "running", N_("Under way")
    DONE = "done", N_("Done")
    FAILED = "failed", N_("Failed")


class InstitutionKind(Word):
    """Kinds of workplace differ in leave by decree and in policy: the one list for register, forms, rules and decrees."""

    PUBLIC = "public", N_("Public body")
    PRIVATE = "private", N_("Private firm")
    VESSEL = "vessel", N_("Fishing vessel")


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
    APPROVE_LATE = "approve_late", N_("Approve late, with a reason")
    REJECT = "reject", N_("Reject")
    WITHDRAW = "withdraw", N_("Withdraw")
    CANCEL = "cancel", N_("Cancel the internship")
    REOPEN = "reopen", N_("Reopen")
    POSTPONE = "postpone", N_("Postpone")
    EXTEND = "extend", N_("Extend")
    STOP = "stop", N_("Stop")
    HAND_OVER = "hand_over", N_("Change the supervisor")
    COMPLETE = "complete", N_("Complete the internship")
    RETURN = "return", N_("Return for correction")
    ACCEPT = "accept", N_("Accept all days")
    ACCEPT_PARTLY = "accept_partly", N_("Accept some of the days")
    NOT_ACCEPT = "not_accept", N_("Accept no day")
    REASSESS = "reassess", N_("Reopen the assessment")
    ATTEST = "attest", N_("Confirm the attendance")
    REVISE = "revise", N_("Correct the attendance")
    GIVE = "give", N_("Hand in the evaluation")
    WAIVE = "waive", N_("Go on without it")
    RETIRE = "retire", N_("Take out of use")
    REPLACE = "replace", N_("Replace by a newer version")
    ASK = "ask", N_("Send")
    AGREE = "agree", N_("Agree")
    DECLINE = "decline", N_("Decline")
    LAPSE = "lapse", N_("Lapse")
    ANSWER = "answer", N_("Answer")
    CLOSE = "close", N_("Close")
    ASK_AGAIN = "ask_again", N_("Ask again")
    RAISE = "raise", N_("Raise")
    MOVE = "move", N_("Change the dates")
    DROP = "drop", N_("Drop")
    SEND = "send", N_("Mark as sent")
    UNSEND = "unsend", N_("It was not sent")
    CONFIRM = "confirm", N_("Record the reference")
    FAIL = "fail", N_("Record the refusal")
    CORRECT = "correct", N_("Correct the reference")
    SHOW = "show", N_("Show the national id")
    REMIND = "remind", N_("Send the firm its link again")
    VERIFY = "verify", N_("Verify")
    BLOCK = "block", N_("Block")
    UNBLOCK = "unblock", N_("Lift the block")
    MERGE = "merge", N_("Merge")
    UNMERGE = "unmerge", N_("Undo the merge")
    RESTORE = "restore", N_("Verified as before")
    TAKE_IN = "take_in", N_("Take in")
    GIVE_BACK = "give_back", N_("Give back")
    TELL_APART = "tell_apart", N_("Not the same")
    HOLD_ALIKE = "hold_alike", N_("May be the same again")
    PUBLISH = "publish", N_("Publish")
    RETRACT = "retract", N_("Withdraw from view")
    ASSIGN = "assign", N_("Give to a reviewer")
    RECOUNT = "recount", N_("Count the days anew")
    CREATE = "create", N_("Create")
    EDIT = "edit", N_("Edit")
    DELETE = "delete", N_("Delete")


class Need(Word):
    """A fact an action cannot be taken without; the value names the column that keeps it."""

    REASON = "reason", N_("Reason")
    PAGES = "pages", N_("Pages concerned")
    DECIDER = "decided_by_id", N_("Decided by")
    REFERENCE = "reference", N_("Reference number")
    COUNTED = "counted_half_days", N_("Days counted")
    DAYS = "accepted_half_days", N_("Days accepted")
    DUE = "due_on", N_("To be corrected by")
    SURVIVOR = "merged_into_id", N_("The one that stays")
