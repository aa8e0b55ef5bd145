"""What IT staff type: the university's units, its calendar, accounts and who acts as what."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from forms.read import Day, EmailLine, Whole
from forms.typed import Length, Line, MaybeLine, TypedForm
from workflow.days import EVERYBODY
from workflow.words import Actor, InstitutionKind

BOARD = (Actor.MEMBER, Actor.CHAIR)
GIVEN = (*BOARD, Actor.HEALTH_OFFICE, Actor.CAREER_CENTRE, Actor.IT)


def _text(label: Any, length: int = 200, **more: Any) -> Line:
    return Line(label, [InputRequired(_l("Fill this in.")), Length(max=length)], **more)


def _day(label: Any, **more: Any) -> Day:
    return Day(label, [InputRequired(_l("Give a date."))], **more)


def key_or_none(value: Any) -> int | None:
    """A key that a choice offers, None where nothing is chosen; nonsense is a key that no row has."""
    text = str(value or "")
    fits = text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 -- digits of int8
    return (int(text) if fits else -1) if text else None


class OfficeForm(TypedForm):
    """A form that may be told which rows it can choose from."""

    def offer(self, **choices: list[tuple[Any, str]]) -> "OfficeForm":
        """Set the choices of select fields by name."""
        for name, options in choices.items():
            if name in self:
                self[name].choices = [SelectChoice(value, label) for value, label in options]
        return self


class FacultyForm(OfficeForm):
    code = _text(_l("Code"), 20)
    name = _text(_l("Name (Turkish)"))
    name_en = _text(_l("Name (English)"))
    kind = SelectField(_l("Kind"), choices=[("faculty", _l("Faculty")), ("vocational_school", _l("Vocational school"))])


class DepartmentForm(OfficeForm):
    code = _text(_l("Code"), 20)
    faculty_id = SelectField(_l("Faculty"), [InputRequired(_l("Choose one."))], coerce=key_or_none)
    name = _text(_l("Name (Turkish)"))
    name_en = _text(_l("Name (English)"))


class TermForm(OfficeForm):
    code = _text(_l("Code"), 20)
    name = _text(_l("Name (Turkish)"))
    name_en = _text(_l("Name (English)"))
    starts_on = _day(_l("First day"))
    ends_on = _day(_l("Last day"))
    teaching = BooleanField(_l("Classes are taught in this term"))

    def validate_ends_on(self, field: Day) -> None:
        not_before(field, self.starts_on)


class InternshipTypeForm(OfficeForm):
    department_id = SelectField(_l("Department"), [InputRequired(_l("Choose one."))], coerce=key_or_none)
    code = _text(_l("Code"), 20)
    name = _text(_l("Name (Turkish)"))
    name_en = _text(_l("Name (English)"))
    compulsory = BooleanField(_l("Compulsory"))
    total_days = Whole(_l("Days owed in all"), [InputRequired(_l("Give a number."))], least=0, most=400)
    active = BooleanField(_l("Open to new applications"), default=True)


class HolidayForm(OfficeForm):
    """A decree about one day; `affected` are the files it counts otherwise, once they were looked for."""

    affected: Any = None
    day = _day(_l("Day"))
    effect = SelectField(
        _l("What the day becomes"),
        choices=[("holiday", _l("A holiday")), ("half", _l("A half holiday")), ("working", _l("A working day"))],
    )
    concerns = SelectField(
        _l("Whom it concerns"),
        choices=[
            (EVERYBODY, _l("Everybody")),
            *((k.value, _l("Only: %(kind)s", kind=_l(k.label))) for k in InstitutionKind),
        ],
    )
    reason = _text(_l("Reason"))
    source = MaybeLine(_l("Source (decree, circular)"), [Length(max=200)])


class AccountForm(OfficeForm):
    email = EmailLine(
        _l("E-mail"),
        [InputRequired(_l("Give an e-mail address.")), Length(max=255)],
    )
    name = _text(_l("Name and surname"))
    language = SelectField(_l("Language of letters"), choices=[("tr", "Türkçe"), ("en", "English")])
    active = BooleanField(_l("May sign in"), default=True)


class MembershipForm(OfficeForm):
    email = EmailLine(
        _l("E-mail of the account"), [InputRequired(_l("Give an e-mail address.")), Length(max=255)], sought=True
    )
    actor = SelectField(_l("Acts as"), choices=[(a.value, _l(a.label)) for a in GIVEN])
    department_id = SelectField(
        _l("Department"), coerce=key_or_none, description=_l("Only for commission members and chairs.")
    )
    starts_on = _day(_l("From"))
    ends_on = Day(_l("Until"), [Optional()], description=_l("Empty: until further notice."))

    def validate_department_id(self, field: SelectField) -> None:
        if (self.actor.data in BOARD) != bool(field.data):
            raise ValidationError(
                _l("Choose the department of the commission.")
                if self.actor.data in BOARD
                else _l("This office has no department: choose none.")
            )

    def validate_ends_on(self, field: Day) -> None:
        not_before(field, self.starts_on)


def not_before(field: Day, first: Day) -> None:
    if field.data and first.data and field.data < first.data:
        raise ValidationError(_l("The last day is before the first."))
