"""What a student types to postpone, extend or stop an internship, and what a supervisor answers from a letter."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from forms.read import Code, Day
from forms.step import REASON_LENGTH
from forms.typed import Length, Paragraphs, TypedForm
from workflow.kinds import ReasonKind
from workflow.words import Action, ChangeKind

LAST_DAY = {
    ChangeKind.POSTPONE: _l("New last day"),
    ChangeKind.EXTEND: _l("New last day"),
    ChangeKind.STOP: _l("Last day worked"),
}
GIVE_DAY = InputRequired(_l("Give the day."))


def change_form(kind: ChangeKind, **given: Any) -> Any:
    """The form of one kind of change: a stop and an extension keep the first day."""
    fields: dict[str, Any] = {"starts_on": Day(_l("New first day"), [GIVE_DAY])} if kind is ChangeKind.POSTPONE else {}
    fields["ends_on"] = Day(LAST_DAY[kind], [GIVE_DAY])
    fields["reason_kind"] = SelectField(
        _l("Kind of reason"),
        choices=[SelectChoice(k.value, _l(k.label)) for k in ReasonKind],
        default=ReasonKind.OTHER.value,
        description=_l("The supervisor and the offices read this alone. A reason of health is a personal one."),
    )
    fields["why"] = Paragraphs(
        _l("Reason, for the commission"),
        [InputRequired(_l("Write a reason.")), Length(max=REASON_LENGTH)],
        description=_l("Only the commission of your department reads it."),
    )
    return type("ChangeForm", (TypedForm,), fields)(**given)


class AnswerForm(TypedForm):
    """Agree, or decline with a reason."""

    answer = RadioField(
        _l("Your answer"),
        [InputRequired(_l("Choose your answer."))],
        choices=[
            SelectChoice(Action.AGREE.value, _l("I agree with the change")),
            SelectChoice(Action.DECLINE.value, _l("I do not agree")),
        ],
    )
    reason = Paragraphs(
        _l("Reason"), [Length(max=REASON_LENGTH)], description=_l("Needed only where you do not agree.")
    )

    def validate_reason(self, field: Any) -> None:
        if self.answer.data == Action.DECLINE.value and not (field.data or "").strip():
            raise ValidationError(_l("Write a reason."))


class CodeForm(AnswerForm):
    """The answer once more, with the code that shows whose mail it is."""

    code = Code(
        _l("Code from the letter"),
        [InputRequired(_l("Type the code."))],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"},
    )
