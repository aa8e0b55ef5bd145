"""What a person chooses about their letters: which reminders, in which language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from forms.typed import TypedForm


class NotificationsForm(TypedForm):
    """`wanted` offers what the person can be reminded of: {name: label}."""

    wanted = SelectMultipleField(
        _l("Reminders I want"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    language = RadioField(
        _l("Language of my letters"),
        [InputRequired(_l("Choose a language."))],
        choices=[SelectChoice("tr", "Türkçe"), SelectChoice("en", "English")],
    )

    def __init__(self, offered: Mapping[str, str], **given: Any) -> None:
        super().__init__(**given)
        self.wanted.choices = [(name, _(label)) for name, label in offered.items()]
