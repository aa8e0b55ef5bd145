"""The form of one step: only the facts its door needs."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.typed import Length, Line, Paragraphs, TypedForm
from workflow.transitions import Door
from workflow.words import Need, Page

REASON_LENGTH = 2000
REFERENCE_LENGTH = 50
POINTED_AT = (Page.INTERNSHIP, Page.INSTITUTION, Page.DATES, Page.SUPERVISOR, Page.FILES, Page.PROFILE)


class StepForm(TypedForm):
    """No facts needed: a plain confirmation."""


def step_form(door: Door) -> StepForm:
    """The form a door asks for, filled from the request."""
    fields: dict[str, Any] = {}
    if Need.REFERENCE in door.needs:
        fields["reference"] = Line(
            lazy_gettext(Need.REFERENCE.label),
            [InputRequired(lazy_gettext("Write the reference number.")), Length(max=REFERENCE_LENGTH)],
        )
    if Need.REASON in door.needs:
        fields["reason"] = Paragraphs(
            lazy_gettext(Need.REASON.label),
            [InputRequired(lazy_gettext("Write a reason.")), Length(max=REASON_LENGTH)],
        )
    if Need.PAGES in door.needs:
        fields["pages"] = SelectMultipleField(
            lazy_gettext(Need.PAGES.label),
            [InputRequired(lazy_gettext("Tick at least one page the reason is about."))],
            choices=[SelectChoice(p.value, gettext(p.label)) for p in POINTED_AT],
            option_widget=widgets.CheckboxInput(),
            widget=widgets.ListWidget(prefix_label=False),
        )
    form: StepForm = type("FactsForm", (StepForm,), fields)()
    return form
