"""The pages of the application wizard (domain: wizard). What is typed is kept even when it is wrong."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.i18n import translations
from wtforms import (
    BooleanField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, StopValidation, ValidationError

from forms.institutions import MOST_EMPLOYEES, NEEDED, WEB, WEEKDAYS, NotRegistered
from forms.read import Day, EmailLine, Phone, TaxNo, Whole
from forms.typed import Length, Line, Paragraphs
from workflow.words import InstitutionKind

NEW = "new"
YES_NO = [SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
ANSWER = InputRequired(_l("Choose one."))


def ticks(label: Any, coerce: Any = str, **given: Any) -> SelectMultipleField:
    """Several boxes under one question."""
    return SelectMultipleField(
        label,
        coerce=coerce,
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        **given,
    )


class NewOnly:
    """Asks on only where something new is typed; otherwise the field is passed over."""

    def __call__(self, form: Any, field: Any) -> None:
        if form.pick.data != NEW:
            field.errors[:] = []
            raise StopValidation


class WizardPage(Form):
    """A page whose library speaks the reader's language too; the token is the application's own matter."""

    class Meta:
        def get_translations(self, form: Form) -> Any:
            return translations


class NoticePage(WizardPage):
    """Every regulation ticked as read."""

    read = ticks(_l("I have read"))

    def suit(self, choices: list[SelectChoice]) -> "NoticePage":
        self.read.choices = choices
        return self

    def validate_read(self, field: Any) -> None:
        if len(set(field.data or ())) < len(field.choices):
            raise ValidationError(_l("Tick every regulation as read."))


class ProfilePage(WizardPage):
    """Only what the student database leaves to the student."""

    phone = Phone(_l("Mobile phone"), [NEEDED], render_kw={"autocomplete": "tel", "inputmode": "tel"})
    email = EmailLine(_l("E-mail"), [NEEDED, Length(max=255)], render_kw={"autocomplete": "email"})


class InternshipPage(WizardPage):
    """Which internship, when, and what the health office needs to know."""

    internship_type = SelectField(_l("Internship"), [InputRequired(_l("Choose the internship."))])
    term = SelectField(_l("Term"), [InputRequired(_l("Choose the term."))])
    paid = RadioField(_l("Will the institution pay you?"), [ANSWER], choices=YES_NO)
    family_health_cover = RadioField(
        _l("Are you covered by your family's health insurance?"), [ANSWER], choices=YES_NO,
        description=_l("The health office needs it for your insurance; e-Devlet shows it on your health-entitlement paper."),
    )  # fmt: skip
    abroad = RadioField(
        _l("Where will you do it?"),
        [ANSWER],
        choices=[SelectChoice("no", _l("In Türkiye")), SelectChoice("yes", _l("Abroad"))],
    )

    def suit(self, types: list[SelectChoice], terms: list[SelectChoice]) -> "InternshipPage":
        blank = SelectChoice("", _l("Choose …"))
        self.internship_type.choices, self.term.choices = [blank, *types], [blank, *terms]
        return self


class InstitutionPage(NotRegistered, WizardPage):
    """Where and when: registered or typed anew, and the dates (one page, as in the student guide)."""

    pick = RadioField(
        _l("Institution"), [InputRequired(_l("Choose the institution, or type a new one."))], validate_choice=True
    )
    name = Line(_l("Name of the institution"), [NewOnly(), NEEDED, Length(2, 200)])
    kind = RadioField(
        _l("Kind"), [NewOnly(), ANSWER], choices=[SelectChoice(k.value, _l(k.label)) for k in InstitutionKind]
    )
    sector = Line(_l("Sector"), [NewOnly(), NEEDED, Length(max=100)])
    tax_no = TaxNo(
        _l("Tax number"), [NewOnly(), NEEDED], render_kw={"inputmode": "numeric"}, description=_l("On the firm's invoices or web page."),
    )  # fmt: skip
    address = Paragraphs(_l("Address"), [NewOnly(), NEEDED, Length(max=500)])
    city = Line(_l("City"), [NewOnly(), NEEDED, Length(max=50)])
    phone = Phone(_l("Phone"), [NewOnly(), NEEDED], render_kw={"inputmode": "tel"})
    email = EmailLine(_l("E-mail"), [NewOnly(), NEEDED, Length(max=255)])
    web = Line(_l("Web address"), [NewOnly(), NEEDED, WEB, Length(max=255)], render_kw={"inputmode": "url"})
    headcount = Whole(_l("Number of employees"), [NewOnly(), NEEDED], least=1, most=MOST_EMPLOYEES)
    different = BooleanField(_l("It is not one of these: it is a different institution."))
    weekdays = ticks(
        _l("Days of the week you will work"), choices=[SelectChoice(str(n), _l(d)) for n, d in enumerate(WEEKDAYS)],
        validators=[InputRequired(_l("Tick the days you will work."))],
    )  # fmt: skip
    starts_on = Day(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = Day(_l("Last day"), [InputRequired(_l("Give the last day."))])

    def suit(self, institutions: list[SelectChoice]) -> "InstitutionPage":
        self.pick.choices = [*institutions, SelectChoice(NEW, _l("It is not in the list: I will type it"))]
        return self

    def validate_ends_on(self, field: Any) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_l("The last day is before the first day."))


class SupervisorPage(WizardPage):
    """Who answers for the intern there."""

    pick = RadioField(_l("Supervisor"), [InputRequired(_l("Choose the supervisor, or type a new one."))])
    name = Line(_l("Name and surname"), [NewOnly(), NEEDED, Length(2, 200)])
    title = Line(
        _l("Job title"),
        [NewOnly(), NEEDED, Length(max=100)],
        description=_l("For example: engineer, site manager, head of unit"),
    )
    phone = Phone(_l("Phone"), [NewOnly(), NEEDED], render_kw={"inputmode": "tel"})
    email = EmailLine(
        _l("E-mail"), [NewOnly(), NEEDED, Length(max=255)],
        description=_l("The supervisor is written to at this address and answers from the letter."),
    )  # fmt: skip

    def suit(self, people: list[SelectChoice]) -> "SupervisorPage":
        self.pick.choices = [*people, SelectChoice(NEW, _l("Somebody else: I will type it"))]
        return self
