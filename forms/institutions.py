"""What a person types about an institution and its supervisors."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional, Regexp

from forms.publications import plain
from workflow.say import N_
from workflow.words import InstitutionKind

NEEDED = InputRequired(_l("This is compulsory."))
PHONE = Regexp(r"^[0-9 +()/.-]{7,30}$", message=_l("Write a phone number, for example 0462 377 00 00."))
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip


def mask(days: list[int]) -> int:
    """Bits of the ticked weekdays: Monday = 1 … Sunday = 64."""
    return sum(1 << day for day in set(days))


def days(week: int) -> list[int]:
    """The weekdays (0 = Monday) in a bit mask."""
    return [day for day in range(7) if week & (1 << day)]


class InstitutionForm(FlaskForm):
    """All facts of the register (domain: wizard page 3)."""

    name = StringField(_l("Name"), [NEEDED, Length(2, 200)], filters=[plain])
    kind = SelectField(_l("Kind"), [NEEDED], choices=[SelectChoice(k.value, _l(k.label)) for k in InstitutionKind])
    sector = StringField(_l("Sector"), [NEEDED, Length(max=100)], filters=[plain])
    tax_no = StringField(
        _l("Tax number"),
        [Optional(), Regexp(r"^\d{10,11}$", message=_l("A tax number has 10 digits (11 for a sole trader)."))],
        filters=[lambda typed: plain(typed) or None],
    )
    address = TextAreaField(_l("Address"), [NEEDED, Length(max=500)], filters=[plain])
    city = StringField(_l("City"), [NEEDED, Length(max=50)], filters=[plain])
    phone = StringField(_l("Phone"), [NEEDED, PHONE], filters=[plain])
    email = StringField(_l("E-mail"), [NEEDED, Email(_l("Write an e-mail address.")), Length(max=255)], filters=[plain])
    web = StringField(_l("Web address"), [Optional(), Length(max=255)], filters=[lambda typed: plain(typed) or None])
    headcount = IntegerField(_l("Number of employees"), [NEEDED, NumberRange(1, 1_000_000)])
    weekdays = SelectMultipleField(
        _l("Working days"),
        [InputRequired(_l("Tick at least one working day."))],
        coerce=int,
        choices=[SelectChoice(str(n), _l(day)) for n, day in enumerate(WEEKDAYS)],
        default=[0, 1, 2, 3, 4],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )


class SupervisorForm(FlaskForm):
    """The firm's authorised contact (domain: wizard page 4)."""

    name = StringField(_l("Name and surname"), [NEEDED, Length(2, 200)], filters=[plain])
    title = StringField(_l("Job title"), [NEEDED, Length(max=100)], filters=[plain])
    phone = StringField(_l("Phone"), [NEEDED, PHONE], filters=[plain])
    email = StringField(_l("E-mail"), [NEEDED, Email(_l("Write an e-mail address.")), Length(max=255)], filters=[plain])
