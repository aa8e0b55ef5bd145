"""What a chair types: who reviews which files, who sits on the commission, what the department sets."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from forms.it import OfficeForm, key_or_none, not_before
from forms.read import Day, Whole
from forms.typed import Length, Line, Paragraphs, TypedForm

EVENLY, NOBODY = "evenly", "nobody"
CONTACT, INSTRUCTIONS = 300, 2000  # characters


class ShareForm(TypedForm):
    """Whose turn the ticked files become."""

    to = RadioField(_l("Give them to"), [InputRequired(_l("Choose one."))])

    def offer(self, members: list[tuple[str, str]]) -> "ShareForm":
        """Set who can be chosen: everybody on duty, evenly, one of them, or nobody."""
        offered = [(EVENLY, _l("Share them out evenly")), *members, (NOBODY, _l("Nobody: take them back"))]
        self.to.choices = [SelectChoice(value, label) for value, label in offered]
        return self


class TermOfOfficeForm(OfficeForm):
    """A new member of the commission."""

    person = Line(
        _l("Who"),
        [InputRequired(_l("Fill this in.")), Length(max=200)],
        description=_l("The e-mail address, or name and surname. Accounts are made by IT."),
    )
    department_id = SelectField(_l("Department"), [InputRequired(_l("Choose one."))], coerce=key_or_none)
    starts_on = Day(_l("From"), [InputRequired(_l("Give a date."))])
    ends_on = Day(_l("Until"), [Optional()], description=_l("Empty: until further notice."))

    def validate_ends_on(self, field: Day) -> None:
        not_before(field, self.starts_on)


class EndOfTermForm(OfficeForm):
    """When somebody's term ends."""

    ends_on = Day(
        _l("Last day on the commission"),
        [Optional()],
        description=_l("Empty: until further notice. A day that is over ends the reach at once."),
    )


class SettingsForm(TypedForm):
    """What a chair sets for the department."""

    late_days = Whole(
        _l("A request looks late after so many days"),
        [InputRequired(_l("Give a number."))],
        least=1,
        most=60,
        description=_l("Days of the calendar without an answer; commission and student see it in words and colour."),
    )
    overdue_days = Whole(
        _l("A request is overdue after so many days"),
        [InputRequired(_l("Give a number."))],
        least=2,
        most=90,
        description=_l("Letters tell students to expect the answer by then."),
    )
    verified_only = BooleanField(
        _l("Approve applications to verified institutions only"),
        description=_l("Where the career centre has not verified the institution yet, approving is refused."),
    )
    contact = Paragraphs(
        _l("Contact lines"),
        [Length(max=CONTACT)],
        description=_l("Stand at the foot of every letter about a file of the department: office, phone, hours."),
        filters=(lambda typed: typed or None,),
    )
    instructions = Paragraphs(
        _l("Working instructions for students"),
        [Length(max=INSTRUCTIONS)],
        description=_l("Stand above the first page of every application."),
        filters=(lambda typed: typed or None,),
    )

    def validate_overdue_days(self, field: Any) -> None:
        if isinstance(field.data, int) and isinstance(self.late_days.data, int) and field.data <= self.late_days.data:
            raise ValidationError(_l("A request is overdue later than it is late."))
