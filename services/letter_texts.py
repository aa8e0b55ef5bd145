"""What every letter says: one text per step and reader, and no text that no step sends."""

from workflow.say import N_
from workflow.words import Actor

Text = tuple[str, str]

# (machine, action, reader) -> (subject, sentence); a test demands one for every `tells`
TEXTS: dict[tuple[str, str, Actor], Text] = {
    ("application", "submit", Actor.MEMBER): (
        N_("Internship application waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) applied for an internship at %(institution)s, %(starts_on)s – %(ends_on)s. %(decide)s"),
    ),
    ("application", "approve", Actor.STUDENT): (
        N_("Your internship application was approved"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was approved by the commission. Postponement and cancellation are possible from the application's page until %(day_before)s."),
    ),
    ("application", "approve", Actor.EMPLOYER): (
        N_("An intern was approved for your institution: %(student)s"),
        N_("The university approved the internship of %(student)s at %(institution)s, %(starts_on)s – %(ends_on)s. %(insurance)s With the link below you see your intern, keep the attendance and evaluate the internship at its end; you need no account."),
    ),
    ("application", "approve", Actor.HEALTH_OFFICE): (
        N_("Insurance entry due for %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s was approved. The insurance entry is due by %(day_before)s, 23:59."),
    ),
    ("application", "approve_late", Actor.STUDENT): (
        N_("Your internship application was approved"),
        N_("Your internship at %(institution)s, %(starts_on)s – %(ends_on)s, was approved by the commission's chair. Do not start before you are told that the insurance entry was made."),
    ),
    ("application", "approve_late", Actor.EMPLOYER): (
        N_("An intern was approved for your institution: %(student)s"),
        N_("The university approved the internship of %(student)s at %(institution)s, %(starts_on)s – %(ends_on)s. %(insurance)s With the link below you see your intern, keep the attendance and evaluate the internship at its end; you need no account.")
    ),
    ("application", "approve_late", Actor.HEALTH_OFFICE): (
        N_("Insurance entry needed at once: %(student)s"),
        N_("The chair approved the internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, after the day to decide by. The law allows the insurance entry until %(until)s, 23:59: please make it today. Reason: %(reason)s"),
    ),
    ("application", "reject", Actor.STUDENT): (
        N_("Your internship application needs correction"),
        N_("The commission did not approve your application for %(institution)s. Reason: %(reason)s %(again)s"),
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
        N_("The internship of %(student)s (%(number)s), planned for %(starts_on)s – %(ends_on)s, was cancelled. An insurance entry already made must be cancelled by %(day_before)s, 23:59."),
    ),
    ("application", "reopen", Actor.STUDENT): (
        N_("The decision on your application was reopened"),
        N_("The chair reopened the decision on your application for %(institution)s. Reason: %(reason)s The commission is asked to decide again by %(decide_by)s; you are written to when it has."),
    ),
    ("application", "reopen", Actor.MEMBER): (
        N_("Decision reopened: %(student)s"),
        N_("The chair reopened the decision on the application of %(student)s (%(number)s). Reason: %(reason)s The internship is to start on %(starts_on)s. %(decide)s"),
    ),
    ("application", "complete", Actor.MEMBER): (
        N_("Completion waits for assessment: %(student)s"),
        N_("%(student)s (%(number)s) handed in the completion of the internship at %(institution)s, %(starts_on)s – %(ends_on)s. %(counted)s days were counted; the commission decides how many are accepted."),
    ),
    ("application", "return", Actor.STUDENT): (
        N_("Your completion was returned; correct it by %(due_by)s"),
        N_("The commission returned the completion of your internship at %(institution)s for correction. Reason: %(reason)s Correct it and hand it in again by %(due_by)s."),
    ),
    ("application", "accept", Actor.STUDENT): (
        N_("Your internship days were accepted"),
        N_("The commission accepted all %(accepted)s days of your internship at %(institution)s, %(starts_on)s – %(ends_on)s. They are credited; the page “What I still owe” shows what is left."),
    ),
    ("application", "accept", Actor.CAREER_CENTRE): (
        N_("Internship completed: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, is completed. Accepted days: %(accepted)s of %(counted)s."),
    ),
    ("application", "accept_partly", Actor.STUDENT): (
        N_("Your internship days were partly accepted"),
        N_("The commission accepted %(accepted)s of the %(counted)s days of your internship at %(institution)s. Reason: %(reason)s The accepted days are credited; the page “What I still owe” shows what is left."),
    ),
    ("application", "accept_partly", Actor.CAREER_CENTRE): (
        N_("Internship completed: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, is completed. Accepted days: %(accepted)s of %(counted)s."),
    ),
    ("application", "not_accept", Actor.STUDENT): (
        N_("Your internship days were not accepted"),
        N_("The commission accepted none of the %(counted)s days of your internship at %(institution)s. Reason: %(reason)s The page “What I still owe” shows what is left."),
    ),
    ("application", "not_accept", Actor.CAREER_CENTRE): (
        N_("Internship not accepted: %(student)s"),
        N_("The days of the internship of %(student)s (%(number)s) at %(institution)s, %(starts_on)s – %(ends_on)s, were not accepted. Reason: %(reason)s"),
    ),
    ("application", "reassess", Actor.STUDENT): (
        N_("The assessment of your internship was reopened"),
        N_("The chair reopened the assessment of your internship at %(institution)s. Reason: %(reason)s The credited days are taken back until the commission decides again; you have nothing to do."),
    ),
    ("application", "reassess", Actor.MEMBER): (
        N_("Assessment reopened: %(student)s"),
        N_("The chair reopened the assessment of the internship of %(student)s (%(number)s) at %(institution)s. Reason: %(reason)s It waits for the commission again."),
    ),
    ("attendance", "attest", Actor.STUDENT): (
        N_("The firm confirmed your attendance"),
        N_("%(institution)s confirmed your attendance for %(starts_on)s – %(ends_on)s. The day count on the page “Complete an internship” follows it."),
    ),
    ("attendance", "revise", Actor.STUDENT): (
        N_("The firm corrects your attendance"),
        N_("%(institution)s took the attendance sheet for %(starts_on)s – %(ends_on)s back to correct it. You are written to when it is confirmed again; hand the completion in after that."),
    ),
    ("attendance", "waive", Actor.STUDENT): (
        N_("The commission goes on without the firm's attendance sheet"),
        N_("The attendance for your internship at %(institution)s is taken as it was planned, without the firm's confirmation. Reason: %(reason)s"),
    ),
    ("attendance", "return", Actor.EMPLOYER): (
        N_("Please correct the attendance of %(student)s"),
        N_("The university returned the attendance sheet of %(student)s, %(starts_on)s – %(ends_on)s. Reason: %(reason)s Please correct and confirm it by %(due_by)s."),
    ),
    ("evaluation", "give", Actor.STUDENT): (
        N_("The firm evaluated your internship"),
        N_("%(institution)s handed in its evaluation of your internship, %(starts_on)s – %(ends_on)s. It stays sealed until the commission has decided; you read it after that."),
    ),
    ("evaluation", "waive", Actor.STUDENT): (
        N_("The commission goes on without the firm's evaluation"),
        N_("The evaluation of your internship at %(institution)s is no longer awaited. Reason: %(reason)s"),
    ),
    ("evaluation", "return", Actor.EMPLOYER): (
        N_("Please go through the evaluation of %(student)s again"),
        N_("The university returned your evaluation of %(student)s, %(starts_on)s – %(ends_on)s. Reason: %(reason)s Please hand it in again by %(due_by)s."),
    ),
    ("change_request", "ask", Actor.EMPLOYER): (
        N_("Your answer is awaited: %(kind)s, %(student)s"),
        N_("%(student)s asks for a change of the internship at %(institution)s. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Reason given: %(reason_kind)s. Please answer by %(until)s with the link below; you need no account. Your answer goes on to the commission."),
    ),
    ("change_request", "agree", Actor.STUDENT): (
        N_("Your supervisor agreed: %(kind)s"),
        N_("Your supervisor at %(institution)s agreed to your request. %(kind)s: %(new_starts_on)s – %(new_ends_on)s. The commission decides next; until then your dates stay %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "agree", Actor.MEMBER): (
        N_("Change request waits for a decision: %(student)s"),
        N_("%(student)s (%(number)s) asks for a change of the internship at %(institution)s, and the supervisor agreed. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Reason given: %(why)s Please decide by %(decide_by)s; until then the dates stay as they are."),
    ),
    ("change_request", "decline", Actor.STUDENT): (
        N_("Your supervisor refused: %(kind)s"),
        N_("Your supervisor at %(institution)s refused your request. Reason: %(reason)s Your dates stay %(starts_on)s – %(ends_on)s."),
    ),
    ("change_request", "approve", Actor.STUDENT): (
        N_("Your request was approved: %(kind)s"),
        N_("The commission approved your request. %(kind)s: your internship at %(institution)s now runs %(new_starts_on)s – %(new_ends_on)s. Reason given: %(why)s"),
    ),
    ("change_request", "approve", Actor.EMPLOYER): (
        N_("New dates of an intern: %(student)s"),
        N_("The university approved a change of the internship of %(student)s at %(institution)s. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. Reason given: %(reason_kind)s."),
    ),
    ("change_request", "approve", Actor.HEALTH_OFFICE): (
        N_("New dates, insurance to be checked: %(student)s"),
        N_("The internship of %(student)s (%(number)s) at %(institution)s was changed. %(kind)s: instead of %(before_starts_on)s – %(before_ends_on)s, %(new_starts_on)s – %(new_ends_on)s. %(declare)s %(stopped)s"),
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
        N_("%(student)s (%(number)s) wrote to the commission: “%(subject)s”. Please answer by %(answer_by)s."),
    ),
    ("request", "answer", Actor.STUDENT): (
        N_("The commission answered: %(subject)s"),
        N_("The commission answered your request “%(subject)s” of %(asked_on)s: %(reason)s If that does not settle it, ask again on the request's page."),
    ),
    ("request", "ask_again", Actor.MEMBER): (
        N_("Asked again: %(subject)s"),
        N_("%(student)s (%(number)s) asks again about “%(subject)s”: %(reason)s Please answer by %(answer_by)s."),
    ),
    ("request", "reopen", Actor.STUDENT): (
        N_("Your request was reopened: %(subject)s"),
        N_("The commission reopened your request “%(subject)s” of %(asked_on)s. Reason: %(reason)s You are written to when it is answered."),
    ),
    ("request", "reopen", Actor.MEMBER): (
        N_("Request reopened: %(subject)s"),
        N_("The request “%(subject)s” of %(student)s (%(number)s) was reopened. Reason: %(reason)s Please answer by %(answer_by)s."),
    ),
    ("declaration", "confirm", Actor.STUDENT): (
        N_("%(kind)s made: %(institution)s"),
        N_("The health office declared your internship at %(institution)s, %(starts_on)s – %(ends_on)s, to the social security institution. %(kind)s, reference %(reference)s. %(means)s"),
    ),
    ("declaration", "fail", Actor.STUDENT): (
        N_("%(kind)s refused: %(institution)s"),
        N_("The social security institution refused what was declared for your internship at %(institution)s, %(starts_on)s – %(ends_on)s. %(kind)s; reason: %(reason)s The health office makes it again, by %(due_by)s. If the reason is about your own data, write to the health office before that."),
    ),
}  # fmt: skip
for (_machine, _action, _reader), _text in list(TEXTS.items()):
    if _reader is Actor.MEMBER:
        TEXTS[_machine, _action, Actor.CHAIR] = _text
