"""Who is to be the supervisor from now on, and why."""

from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from forms.step import REASON_LENGTH
from forms.typed import Paragraphs, TypedForm
from forms.wizard import NEW, SupervisorPage

TYPED = ("name", "title", "phone", "email")


class HandOverForm(TypedForm, SupervisorPage):
    """As the wizard asks for the supervisor, with a reason."""

    why = Paragraphs(
        _l("Reason"),
        [InputRequired(_l("Write a reason.")), Length(max=REASON_LENGTH)],
        description=_l("The commission alone reads it."),
    )

    def suit(self, people: list[SelectChoice]) -> "HandOverForm":
        super().suit(people)
        if not people and not self.pick.data:
            self.pick.data = NEW
        return self

    def typed(self) -> dict[str, str] | None:
        """The facts of somebody typed anew, or None."""
        return {name: self[name].data or "" for name in TYPED} if self.pick.data == NEW else None
