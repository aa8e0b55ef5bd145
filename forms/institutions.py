"""What a person types about an institution and its supervisors."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField, widgets
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, Regexp, ValidationError

from forms.read import EmailLine, Phone, TaxNo, Whole
from forms.typed import Length, Line, MaybeLine, Needed, Paragraphs, TypedForm
from workflow.say import N_
from workflow.words import InstitutionKind

NEEDED = Needed()
MOST_EMPLOYEES = 1_000_000
WEB = Regexp(
    r"^(https?://)?([\w-]+\.)+[^\W\d_]{2,}(:\d+)?([/?#]\S*)?$",
    message=_l("Write a web address, for example www.ornek.com.tr."),
)
WEEKDAYS = (
    N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"),
)  # fmt: skip


def mask(days: list[int]) -> int:
    """Bits of the ticked weekdays: Monday = 1 … Sunday = 64."""
    return sum(1 << day for day in set(days))


def days(week: int) -> list[int]:
    """The weekdays (0 = Monday) in a bit mask."""
    return [day for day in range(7) if week & (1 << day)]


class NotRegistered:
    """Refuses the name and tax number of `registered`, which the desk looks up."""

    registered: Any = None

    def validate_tax_no(self, _field: Any) -> None:
        if self.registered:
            raise ValidationError(
                _(
                    "%(name)s (%(city)s) is registered with this name and tax number already. Choose that one.",
                    name=self.registered.name,
                    city=self.registered.city,
                )
            )


class InstitutionForm(NotRegistered, TypedForm):
    """All facts of the register (domain: wizard page 3)."""

    name = Line(_l("Name"), [NEEDED, Length(2, 200)])
    kind = SelectField(_l("Kind"), [NEEDED], choices=[SelectChoice(k.value, _l(k.label)) for k in InstitutionKind])
    sector = Line(_l("Sector"), [NEEDED, Length(max=100)])
    tax_no = TaxNo(_l("Tax number"), [Optional()])
    address = Paragraphs(_l("Address"), [NEEDED, Length(max=500)])
    city = Line(_l("City"), [NEEDED, Length(max=50)])
    phone = Phone(_l("Phone"), [NEEDED])
    email = EmailLine(_l("E-mail"), [NEEDED, Length(max=255)])
    web = MaybeLine(_l("Web address"), [Optional(), WEB, Length(max=255)])
    headcount = Whole(_l("Number of employees"), [NEEDED], least=1, most=MOST_EMPLOYEES)
    weekdays = SelectMultipleField(
        _l("Working days"),
        [InputRequired(_l("Tick at least one working day."))],
        coerce=int,
        choices=[SelectChoice(str(n), _l(day)) for n, day in enumerate(WEEKDAYS)],
        default=[0, 1, 2, 3, 4],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )


class SupervisorForm(TypedForm):
    """The firm's authorised contact (domain: wizard page 4)."""

    name = Line(_l("Name and surname"), [NEEDED, Length(2, 200)])
    title = Line(_l("Job title"), [NEEDED, Length(max=100)])
    phone = Phone(_l("Phone"), [NEEDED])
    email = EmailLine(_l("E-mail"), [NEEDED, Length(max=255)])


class NoteForm(TypedForm):
    """A line of the career centre's about an institution."""

    text = Paragraphs(_l("Note"), [InputRequired(_l("Write the note.")), Length(max=2000)], render_kw={"rows": 3})


class MergeForm(TypedForm):
    """Which of two institutions stays."""

    stays = RadioField(_l("The one that stays"), [InputRequired(_l("Choose the one that stays."))])

    def between(self, *offered: Any) -> "MergeForm":
        """Offer these two; the first one is proposed."""
        self.stays.choices = [SelectChoice(str(i.id), f"{i.name} – {i.city}") for i in offered]
        self.stays.data = self.stays.data if self.is_submitted() else str(offered[0].id)
        return self
