"""What letters say of a change of supervisor: who answered before, who does from now on, and that nothing else changes."""

from services.letter_texts import Text
from workflow.say import N_
from workflow.words import Actor

# (action, reader) -> (subject, sentence); a reader who has no text here is not written to
TEXTS: dict[tuple[str, Actor], Text] = {
    ("ask", Actor.EMPLOYER): (
        N_("Will you be the supervisor of %(student)s?"),
        N_("%(student)s asks that you be the supervisor of the internship at %(institution)s, %(starts_on)s – %(ends_on)s, in place of %(old)s. Please answer by %(until)s with the link below; you need no account. Your answer goes on to the commission. If you do not know this intern, choose that you do not agree."),
    ),
    ("agree", Actor.STUDENT): (
        N_("The new supervisor agreed: %(new)s"),
        N_("%(new)s agreed to be the supervisor of your internship at %(institution)s. The commission decides next; until then %(old)s stays."),
    ),
    ("agree", Actor.MEMBER): (
        N_("Change of supervisor waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) asks that %(new)s (%(new_email)s) be the supervisor of the internship at %(institution)s in place of %(old)s (%(old_email)s), and %(new)s agreed from that address. Please decide by %(decide_by)s; until then %(old)s stays."),
    ),
    ("decline", Actor.STUDENT): (
        N_("The new supervisor did not agree: %(new)s"),
        N_("%(new)s does not agree to be the supervisor of your internship at %(institution)s. Reason: %(reason)s %(old)s stays the supervisor."),
    ),
    ("approve", Actor.STUDENT): (
        N_("Your supervisor is now %(new)s"),
        N_("The commission approved your request: %(new)s is the supervisor of your internship at %(institution)s from now on, in place of %(old)s. The dates stay %(starts_on)s – %(ends_on)s."),
    ),
    ("approve", Actor.EMPLOYER): (
        N_("You are the supervisor of %(student)s now"),
        N_("The commission approved that you are the supervisor of %(student)s at %(institution)s, %(starts_on)s – %(ends_on)s, in place of %(old)s. With the link below you keep the attendance and evaluate the internship at its end; what was kept so far is there."),
    ),
    ("reject", Actor.STUDENT): (
        N_("The supervisor stays %(old)s"),
        N_("The commission refused your request for another supervisor. Reason: %(reason)s %(old)s stays the supervisor of your internship at %(institution)s."),
    ),
    ("reject", Actor.EMPLOYER): (
        N_("The supervisor of %(student)s stays the same"),
        N_("The commission refused that you become the supervisor of %(student)s at %(institution)s. Reason: %(reason)s Nothing is left for you to do."),
    ),
    ("withdraw", Actor.EMPLOYER): (
        N_("Request withdrawn: %(student)s"),
        N_("%(student)s withdrew the request that you be the supervisor of the internship at %(institution)s. Nothing is left to answer."),
    ),
    ("withdraw", Actor.MEMBER): (
        N_("Change request withdrawn: %(student)s"),
        N_("%(student)s (%(number)s) withdrew the request for another supervisor of the internship at %(institution)s. %(old)s stays; nothing is left to decide."),
    ),
}  # fmt: skip
TEXTS |= {(action, Actor.CHAIR): text for (action, reader), text in TEXTS.items() if reader is Actor.MEMBER}

# to whoever was the supervisor until now, by the step of the change request
TO_THE_FORMER: dict[str, Text] = {
    "ask": (
        N_("Another supervisor is asked for: %(student)s"),
        N_("%(student)s asks the university that %(new)s be the supervisor of the internship at %(institution)s in your place. If you agree, you need not do anything. If you do not, write to the internship commission of the department now: it decides."),
    ),
    "approve": (
        N_("You are no longer the supervisor of %(student)s"),
        N_("The commission approved that %(new)s is the supervisor of %(student)s at %(institution)s from now on, in your place. What you kept and confirmed stays with your name. If this is not right, write to the internship commission of the department now."),
    ),
}  # fmt: skip

# reminders that speak of dates, in the words of a change of supervisor
REMINDERS: dict[str, Text] = {
    "change_unanswered": (
        N_("Your answer is still awaited: will you be the supervisor of %(student)s?"),
        N_("%(student)s asked that you be the supervisor of the internship at %(institution)s in place of %(old)s, and you have not answered yet. Please answer by %(until)s; afterwards the link is closed."),
    ),
    "change_waits": (
        N_("Change of supervisor still waits for a decision: %(student)s"),
        N_("The request of %(student)s (%(number)s) that %(new)s (%(new_email)s) be the supervisor in place of %(old)s (%(old_email)s) has waited for the commission since %(since)s. Please decide by %(decide_by)s."),
    ),
}  # fmt: skip
