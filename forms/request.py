"""What a student writes to the commission, what it answers, and the answers it keeps for next time."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.step import REASON_LENGTH
from forms.typed import Length, Line, Paragraphs, TypedForm

ENDINGS = ".pdf,.jpg,.jpeg,.png,.zip,.7z"
Offered = list[tuple[str, str]]


def _file() -> FileField:
    return FileField(
        _l("File"),
        description=_l("Only if you need to show something: PDF, JPG, PNG, zip or 7z, at most 20 MB"),
        render_kw={"accept": ENDINGS},
    )


def _department() -> SelectField:
    return SelectField(_l("Department"), [InputRequired(_l("Choose a department."))])


class _Offering(TypedForm):
    """A form whose choices come from outside."""

    def offer(self, **choices: Offered) -> Any:
        """Set the choices of select fields by name; a compulsory one with a single answer is not asked."""
        for name, options in choices.items():
            field: Any = self[name]
            field.choices = [SelectChoice(value, label) for value, label in options]
            if field.flags.required and len(options) == 1:
                del self[name]
        return self


class RequestForm(_Offering):
    """A new request: to which department, about what, and the question."""

    department = _department()
    application = SelectField(_l("About the application"), default="")
    subject = Line(_l("Subject"), [InputRequired(_l("Write a subject.")), Length(max=200)])
    text = Paragraphs(
        _l("Your request"), [InputRequired(_l("Write your request.")), Length(max=4000)], render_kw={"rows": 8}
    )
    file = _file()


class AgainForm(TypedForm):
    """What is asked after an answer."""

    reason = Paragraphs(
        _l("What you still want to ask"),
        [InputRequired(_l("Write your request.")), Length(max=REASON_LENGTH)],
        render_kw={"rows": 5},
    )
    file = _file()


class ReplyForm(_Offering):
    """The commission's answer; a template fills it in."""

    template = SelectField(_l("Answer template"), default="")
    reason = Paragraphs(
        _l("Your answer"),
        [InputRequired(_l("Write an answer.")), Length(max=REASON_LENGTH)],
        render_kw={"rows": 8},
    )


class AnswerTemplateForm(_Offering):
    """An answer given often."""

    department_id = _department()
    title = Line(_l("Title"), [InputRequired(_l("Write a title.")), Length(max=100)])
    text = Paragraphs(
        _l("Text"), [InputRequired(_l("Write the text.")), Length(max=REASON_LENGTH)], render_kw={"rows": 8}
    )
