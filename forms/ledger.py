"""What a commission types into the obligation ledger: an exemption or a credit transfer."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from forms.step import REASON_LENGTH
from forms.typed import HalfDays, Length, Paragraphs, TypedForm
from workflow.words import LedgerKind


class CreditForm(TypedForm):
    """Days credited without an internship here."""

    kind = RadioField(
        _l("Kind"),
        [InputRequired(_l("Choose what it is."))],
        choices=[SelectChoice(k.value, _l(k.label)) for k in (LedgerKind.EXEMPTION, LedgerKind.TRANSFER)],
    )
    internship_type = SelectField(_l("Internship"), [InputRequired(_l("Choose the internship."))])
    days = HalfDays(
        _l("Days credited"),
        [InputRequired(_l("Say how many days are credited."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    reason = Paragraphs(
        _l("Reason"),
        [InputRequired(_l("Write a reason.")), Length(max=REASON_LENGTH)],
        description=_l("For instance the decision of the board with its date and number. The student reads it."),
    )

    def validate_days(self, field: HalfDays) -> None:
        if field.data is not None and field.data < 1:
            raise ValidationError(_l("Write more than zero days."))


class TakeBackForm(TypedForm):
    """Why a line is taken back."""

    reason = Paragraphs(_l("Reason"), [InputRequired(_l("Write a reason.")), Length(max=REASON_LENGTH)])
