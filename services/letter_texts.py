"""What every letter says: one text per step and reader, and no text that no step sends."""

from workflow.say import N_
from workflow.words import Actor

Text = tuple[str, str]

# (machine, action, reader) -> (subject, sentence); a test demands one for every `tells`
TEXTS: dict[tuple[str, str, Actor], Text] = {
    ("application", "submit", Actor.MEMBER): (
        N_("Internship application waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) applied for an internship at %(institution)s, %(starts_on)s – %(ends_on)s. The application waits for the commission's decision; the internship is to start on %(starts_on)s."),
    ),
    ("application", "approve", Actor.STUDENT): (
        N_("Your internship application was approved"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was approved by the commission. Changes and cancellation are possible from the application's page before %(starts_on)s."),
    ),
    ("application", "approve", Actor.EMPLOYER): (
        N_("An intern was approved for your institution: %(student)s"),
        N_("The university approved the internship of %(student)s at %(institution)s, %(starts_on)s – %(ends_on)s. The university arranges the insurance before %(starts_on)s."),
    ),
    ("application", "approve", Actor.HEALTH_OFFICE): (
        N_("Insurance entry due for %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s was approved. The insurance entry is due at the latest one day before %(starts_on)s, by 23:59."),
    ),
    ("application", "reject", Actor.STUDENT): (
        N_("Your internship application needs correction"),
        N_("The commission did not approve your application for %(institution)s. Reason: %(reason)s You can correct it with “Take action” and submit it again; the application window of your department's rules counts back from %(starts_on)s."),
    ),
    ("application", "withdraw", Actor.MEMBER): (
        N_("Application withdrawn: %(student)s"),
        N_("%(student)s (%(number)s) withdrew the application for %(institution)s, %(starts_on)s – %(ends_on)s. Nothing is left to decide."),
    ),
    ("application", "cancel", Actor.STUDENT): (
        N_("Your internship was cancelled"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was cancelled. Reason: %(reason)s"),
    ),
    ("application", "cancel", Actor.MEMBER): (
        N_("Internship cancelled: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, was cancelled. Reason: %(reason)s"),
    ),
    ("application", "cancel", Actor.EMPLOYER): (
        N_("Internship cancelled: %(student)s"),
        N_("The internship of %(student)s at %(institution)s, planned for %(starts_on)s – %(ends_on)s, will not take place."),
    ),
    ("application", "cancel", Actor.HEALTH_OFFICE): (
        N_("Internship cancelled: no insurance for %(student)s"),
        N_("The internship of %(student)s (%(number)s), planned for %(starts_on)s – %(ends_on)s, was cancelled. An insurance entry already made must be cancelled before %(starts_on)s."),
    ),
    ("application", "reopen", Actor.STUDENT): (
        N_("The decision on your application was reopened"),
        N_("The chair reopened the decision on your application for %(institution)s. Reason: %(reason)s The commission decides again before %(starts_on)s."),
    ),
    ("application", "reopen", Actor.MEMBER): (
        N_("Decision reopened: %(student)s"),
        N_("The chair reopened the decision on the application of %(student)s (%(number)s). Reason: %(reason)s It waits for the commission again; the internship is to start on %(starts_on)s."),
    ),
    ("change_request", "ask", Actor.EMPLOYER): (
        N_("Your answer is awaited: %(kind)s, %(student)s"),
        N_("%(student)s asks for a change of the internship at %(institution)s. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Reason given: %(why)s Please answer by %(until)s with the link below; you need no account. Your answer goes on to the commission."),
    ),
    ("change_request", "agree", Actor.STUDENT): (
        N_("Your supervisor agreed: %(kind)s"),
        N_("Your supervisor at %(institution)s agreed to your request. %(kind)s: %(new_starts_on)s – %(new_ends_on)s. The commission decides next; until then your dates stay %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "agree", Actor.MEMBER): (
        N_("Change request waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) asks for a change of the internship at %(institution)s, and the supervisor agreed. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Reason given: %(why)s Until your decision the dates stay as they are."),
    ),
    ("change_request", "decline", Actor.STUDENT): (
        N_("Your supervisor refused: %(kind)s"),
        N_("Your supervisor at %(institution)s refused your request. Reason: %(reason)s Your dates stay %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "approve", Actor.STUDENT): (
        N_("Your request was approved: %(kind)s"),
        N_("The commission approved your request. Your internship at %(institution)s now runs %(new_starts_on)s – %(new_ends_on)s."),
    ),
    ("change_request", "approve", Actor.EMPLOYER): (
        N_("New dates of an intern: %(student)s"),
        N_("The university approved a change of the internship of %(student)s at %(institution)s. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s."),
    ),
    ("change_request", "approve", Actor.HEALTH_OFFICE): (
        N_("New dates, insurance to be checked: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s was changed. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. The declarations due on your board follow the new dates; an entry already made needs its correction."),
    ),
    ("change_request", "reject", Actor.STUDENT): (
        N_("Your request was refused: %(kind)s"),
        N_("The commission refused your request. Reason: %(reason)s Your internship at %(institution)s stays %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "reject", Actor.EMPLOYER): (
        N_("Dates unchanged: %(student)s"),
        N_("The commission refused the change %(student)s had asked for and you had agreed to. Reason: %(reason)s The internship at %(institution)s stays %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "withdraw", Actor.EMPLOYER): (
        N_("Request withdrawn: %(student)s"),
        N_("%(student)s withdrew the request to change the internship at %(institution)s (%(kind)s). The dates stay %(starts_on)s – %(ends_on)s; nothing is left to answer."),
    ),
    ("change_request", "withdraw", Actor.MEMBER): (
        N_("Change request withdrawn: %(student)s"),
        N_("%(student)s (%(number)s) withdrew the request to change the internship at %(institution)s (%(kind)s). The dates stay %(starts_on)s – %(ends_on)s; nothing is left to decide."),
    ),
    ("request", "ask", Actor.MEMBER): (
        N_("Request to the commission: %(subject)s"),
        N_("%(student)s (%(number)s) wrote to the commission: “%(subject)s”. The request waits for an answer since %(asked_on)s."),
    ),
    ("request", "answer", Actor.STUDENT): (
        N_("The commission answered: %(subject)s"),
        N_("The commission answered your request “%(subject)s” of %(asked_on)s: %(reason)s If that does not settle it, ask again on the request's page."),
    ),
    ("request", "ask_again", Actor.MEMBER): (
        N_("Asked again: %(subject)s"),
        N_("%(student)s (%(number)s) asks again about “%(subject)s”: %(reason)s The request waits for an answer."),
    ),
    ("request", "reopen", Actor.STUDENT): (
        N_("Your request was reopened: %(subject)s"),
        N_("The commission reopened your request “%(subject)s” of %(asked_on)s. Reason: %(reason)s You are written to when it is answered."),
    ),
    ("request", "reopen", Actor.MEMBER): (
        N_("Request reopened: %(subject)s"),
        N_("The request “%(subject)s” of %(student)s (%(number)s) was reopened. Reason: %(reason)s It waits for an answer."),
    ),
}  # fmt: skip
for (_machine, _action, _reader), _text in list(TEXTS.items()):
    if _reader is Actor.MEMBER:
        TEXTS[_machine, _action, Actor.CHAIR] = _text
