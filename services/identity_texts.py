"""What is said of a change of somebody's identity, reach or mail: subject and sentence by what changed and who hears."""

from services.identity import Told
from workflow.say import N_, Say

TO_LINK = N_("Have a link sent")
TO_STAJ = N_("To the internship system")
TEXTS: dict[tuple[str, Told], tuple[str, str]] = {
    ("supervisor", Told.OLD): (
        N_("Another address stands in place of yours: %(institution)s"),
        N_("Until now this address was that of %(name)s at %(institution)s. It was changed to %(hidden)s by %(by)s, and the links sent here for this entry open nothing any more. If that is not right, write to the career centre of the university at once."),
    ),
    ("supervisor", Told.NEW): (
        N_("You are written to about interns at %(institution)s"),
        N_("This address now stands for %(name)s, supervisor of interns at %(institution)s; it was entered by %(by)s. Have a link sent with the button below to see your interns. If you are not this person, write to the career centre of the university."),
    ),
    ("supervisor", Told.STUDENTS): (
        N_("New address of your supervisor"),
        N_("The e-mail address of %(name)s, your supervisor at %(institution)s, was changed from %(old)s to %(new)s by %(by)s. Attendance and evaluation are asked of the new address. If it is not your supervisor’s, tell your commission at once."),
    ),
    ("supervisor", Told.COMMISSIONS): (
        N_("New address of a supervisor: %(institution)s"),
        N_("The e-mail address of %(name)s, supervisor at %(institution)s of interns of your department, was changed from %(old)s to %(new)s by %(by)s. Attendance and evaluation are asked of the new address. If it is not right, tell the career centre at once."),
    ),
    ("address", Told.OLD): (
        N_("Your e-mail address was changed"),
        N_("The address of %(name)s in the internship system was changed from %(old)s to %(new)s by %(by)s. The account signs in and is written to with the new one; whoever was signed in is signed out. If that is not right, tell the IT office at once."),
    ),
    ("own_email", Told.OLD): (
        N_("Letters about your internships go to another address"),
        N_("Letters about the internships of %(name)s went to %(old)s until now and go to %(new)s from now on; the student chose so in an application. If that was not you, change it in the application and tell the IT office at once."),
    ),
    ("closed", Told.PERSON): (
        N_("Your account was closed"),
        N_("The account %(email)s may not sign in any more; it was closed by %(by)s. If that is not right, write to the IT office."),
    ),
    ("opened", Told.PERSON): (
        N_("Your account was opened"),
        N_("The account %(email)s may sign in again; it was opened by %(by)s."),
    ),
    ("duty", Told.PERSON): (
        N_("Duty of %(name)s: %(duty)s"),
        N_("%(name)s: %(duty)s, %(place)s, from %(start)s to %(end)s. It was entered or changed by %(by)s. If that is not right, write to the IT office at once."),
    ),
    ("no duty", Told.PERSON): (
        N_("Duty of %(name)s removed: %(duty)s"),
        N_("%(name)s: %(duty)s, %(place)s, is no duty any more; it was removed by %(by)s. If that is not right, write to the IT office at once."),
    ),
}  # fmt: skip
TEXTS[("address", Told.NEW)] = TEXTS[("address", Told.OLD)]
TEXTS[("own_email", Told.PERSON)] = TEXTS[("own_email", Told.OLD)]
TEXTS[("duty", Told.COLLEAGUES)] = TEXTS[("duty", Told.PERSON)]
TEXTS[("no duty", Told.COLLEAGUES)] = TEXTS[("no duty", Told.PERSON)]
EVERYWHERE, NO_END, THE_SYSTEM = Say(N_("the whole university")), Say(N_("further notice")), Say(N_("the system"))
