"""What is typed to close an internship: the day's entry, the accepted days, what is returned and by when."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from forms.change_request import GIVE_DAY
from forms.read import Day
from forms.step import REASON_LENGTH
from forms.typed import HalfDays, Length, Paragraphs, TypedForm
from workflow.words import Part

ENTRY_LENGTH = 4000
LOGBOOK = ".zip,.7z,.pdf"


class EntryForm(TypedForm):
    """What was done on one day."""

    text = Paragraphs(
        _l("What you did on this day"),
        [InputRequired(_l("Write what you did on this day.")), Length(max=ENTRY_LENGTH)],
        render_kw={"rows": "12"},
    )


class AssessForm(TypedForm):
    """How many of the counted days are accepted, and why fewer."""

    accepted = HalfDays(
        _l("Days accepted"),
        [InputRequired(_l("Say how many days are accepted."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    reason = Paragraphs(
        _l("Reason"), [Length(max=REASON_LENGTH)], description=_l("Needed where fewer days are accepted than counted.")
    )
    counted = 0

    def of(self, counted: int) -> "AssessForm":
        """The form for so many counted half-days."""
        self.counted = counted
        if self.accepted.data is None and not self.accepted.raw_data:
            self.accepted.data = counted
        return self

    def validate_reason(self, field: Any) -> None:
        if self.accepted.data is not None and self.accepted.data < self.counted and not (field.data or "").strip():
            raise ValidationError(_l("Write a reason."))


class ReturnForm(TypedForm):
    """Which parts are to be corrected, why, and by when."""

    pages = SelectMultipleField(
        _l("Parts concerned"),
        [InputRequired(_l("Tick at least one part the reason is about."))],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    reason = Paragraphs(_l("Reason"), [InputRequired(_l("Write a reason.")), Length(max=REASON_LENGTH)])
    due_on = Day(_l("To be corrected by"), [GIVE_DAY])

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.pages.choices = [SelectChoice(part.value, gettext(part.label)) for part in Part]
