"""What follows each step, as whoever takes it reads it beforehand: what happens, who is told, and what leads back."""

from workflow.say import N_

APPLICATION_SUBMIT = N_(
    "The commission is told and decides. Until it has decided you can withdraw the application; if it asks for corrections, you correct it and send it again."
)
APPLICATION_APPROVE = N_(
    "The student, the firm and the health office are told at once, and the insurance entry falls due. From then on only a change request, or a cancellation before the first day, alters it."
)
APPLICATION_APPROVE_LATE = N_(
    "The student, the firm and the health office are told at once, the health office with your reason: it makes the insurance entry while the law still allows it. Nobody starts before it is made."
)
APPLICATION_REJECT = N_(
    "The student reads the reason, corrects the pages you point at and sends the application again. The chair can reopen it."
)
APPLICATION_WITHDRAW = N_(
    "The commission is told and decides nothing any more. The application cannot be reopened; to apply after all, begin a new one."
)
APPLICATION_CANCEL = N_(
    "The internship does not take place: the commission, the firm and the health office are told, and what was declared for the insurance is cancelled. This cannot be taken back; a new application is needed."
)
APPLICATION_REOPEN = N_("The application waits for the commission’s decision again, and the student is told.")
APPLICATION_COMPLETE = N_(
    "The commission is told and assesses your days. Logbook, attendance and evaluation stay as they are, unless the commission returns them for correction."
)
APPLICATION_RETURN = N_(
    "The student is told, corrects what you point at by that day and hands in again. Attendance or evaluation are opened for the firm again if you point at them."
)
APPLICATION_ACCEPT = N_(
    "The days are credited to the student; the student and the career centre are told. The chair can reopen the assessment."
)
APPLICATION_ACCEPT_PARTLY = N_(
    "The days accepted are credited to the student; the student and the career centre are told. The chair can reopen the assessment."
)
APPLICATION_NOT_ACCEPT = N_(
    "No day is credited; the student and the career centre are told. The chair can reopen the assessment."
)
APPLICATION_REASSESS = N_(
    "The credited days are taken back and the completion waits for assessment again; the student is told."
)

APPLICATION_POSTPONE = N_(
    "If both agree, the internship takes place on the new days; the days and the insurance follow them."
)
APPLICATION_EXTEND = N_(
    "If both agree, the internship goes on to the new last day; the days and the insurance follow it."
)
APPLICATION_STOP = N_(
    "If both agree, the internship ends on that day for good: days after it do not count, and you hand in its completion. To work longer after all you need a new application."
)

APPLICATION_HAND_OVER = N_(
    "If both agree, the new supervisor keeps the attendance and evaluates from then on. What was filled stays with whoever filled it, and the dates stay as they are."
)

CHANGE_REQUEST_ASK = N_(
    "The supervisor answers first, then the commission. Until both agree, everything stays as approved; until then you can withdraw the request."
)
CHANGE_REQUEST_AGREE = N_(
    "The student and the commission are told, and the commission decides. Until then everything stays as it is. You cannot take your agreement back."
)
CHANGE_REQUEST_DECLINE = N_("The student and the commission read it. The dates stay as they are.")
CHANGE_REQUEST_APPROVE = N_(
    "The change holds at once. The student, the firm and the health office are told, and the insurance follows it. Only another change request alters it again."
)
CHANGE_REQUEST_REJECT = N_(
    "The student and the firm are told the reason. Everything stays as approved; the student may ask again."
)
CHANGE_REQUEST_WITHDRAW = N_(
    "The firm and the commission are told, and everything stays as approved. You can ask again with a new request."
)

REQUEST_ASK = N_(
    "The commission is told; its answer and the status stand on the request’s page. Until it answers you can withdraw the request."
)
REQUEST_ANSWER = N_("The student is told, and can ask again or close the request.")
REQUEST_ASK_AGAIN = N_("The commission is told and answers again on the same page.")
REQUEST_WITHDRAW = N_(
    "The request is closed without an answer. The commission can reopen it; you can also write a new one."
)
REQUEST_CLOSE = N_("The conversation ends here. The commission can reopen it; the student can also write a new one.")
REQUEST_REOPEN = N_("The request waits for an answer again, and the student is told.")

DECLARATION_SEND = N_(
    "It now waits for the reference number. If it was not sent after all, that can be said; if the institution refuses "
    "it, record the refusal and it can be sent again."
)
DECLARATION_UNSEND = N_("It waits to be sent again, with the dates the internship has today.")
DECLARATION_CONFIRM = N_("The declaration is done and the student is told. A wrong number can be corrected later.")
DECLARATION_FAIL = N_("The student is told, and the declaration can be sent again.")
DECLARATION_CORRECT = N_("The number that stood before stays in the history.")

INSTITUTION_VERIFY = N_(
    "Commissions see that the career centre vouches for it; from now on only the career centre changes its entry."
)
INSTITUTION_BLOCK = N_(
    "The commissions read it on the institution's page. From now on nobody can apply there and applications that wait cannot be approved; approved internships go on. It can be unblocked at any time."
)
INSTITUTION_UNBLOCK = N_(
    "Students can apply there again, and applications that wait can be approved. It can be blocked again at any time."
)
INSTITUTION_MERGE = N_(
    "Applications, change requests, insurance declarations, supervisors and notes of the other one move here; supervisors with the same e-mail address become one. The other one is kept as merged, is offered nowhere any more, and its links lead here. It can be undone."
)
INSTITUTION_UNMERGE = N_("What came over with the merge goes back. The two can be merged again.")

PUBLICATION_PUBLISH = N_("Those it is meant for see it at once. It can be withdrawn from view at any time.")
PUBLICATION_RETRACT = N_("Readers no longer see it. It can be published again at any time.")

ATTENDANCE_ATTEST = N_("The student is told and can hand in. Until then you can still correct the sheet.")
ATTENDANCE_REVISE = N_("The sheet is open again and the student is told; it has to be confirmed anew.")
ATTENDANCE_WAIVE = N_(
    "The student is told and can hand in without it. The firm writes it only if you return the completion."
)

EVALUATION_GIVE = N_(
    "It is sealed and goes to the commission; the student reads it only after the decision. You can change it only if the commission returns the completion."
)
EVALUATION_WAIVE = N_(
    "The student is told and can hand in without it. The firm writes it only if you return the completion."
)

EVALUATION_FORM_PUBLISH = N_(
    "Firms are asked this version from now on, and the one asked until now is retired. A published version cannot be changed; prepare a new one instead."
)
EVALUATION_FORM_RETIRE = N_(
    "Firms are no longer asked this version; what was answered stays. It cannot be put to use again; prepare a new version instead."
)
