"""The evaluation form as a firm fills it in: made of the questions of one version."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from forms.typed import Length, Paragraphs, TypedForm
from models import EvaluationForm, EvaluationQuestion
from workflow.questions import LONGEST, Offer, fits, offers
from workflow.words import QuestionKind


class Answers(TypedForm):
    """One field for each question."""

    questions: list[EvaluationQuestion]

    def of(self, question: EvaluationQuestion) -> Any:
        return self[_name(question)]

    def answered(self) -> dict[int, str]:
        """What was typed, by question."""
        return {q.id: (self.of(q).data or "").strip() for q in self.questions}

    def complete(self) -> bool:
        """Whether every compulsory question is answered; says at each that is not."""
        empty = [q for q in self.questions if q.required and not (self.of(q).data or "").strip()]
        for question in empty:
            field = self.of(question)
            field.errors = [*field.errors, _l("Please answer.")]
        return not empty


def answers_form(form: EvaluationForm, answered: Mapping[int, str], *, filled: bool = True) -> Answers:
    """The form of a version, as typed or with what was answered before."""
    fields = {_name(q): _field(q, answered.get(q.id)) for q in form.questions}
    made: Answers = type("OneForm", (Answers,), {"questions": list(form.questions), **fields})(
        **({} if filled else {"formdata": None})
    )
    return made


def _name(question: EvaluationQuestion) -> str:
    return f"q{question.id}"


def _field(question: EvaluationQuestion, answer: str | None) -> Any:
    text = question.text_en if str(get_locale()) == "en" else question.text
    if question.kind is QuestionKind.TEXT:
        return Paragraphs(text, [Length(max=LONGEST)], default=answer, render_kw={"rows": "4"})
    return RadioField(
        text,
        [_Fits(question)],
        choices=[SelectChoice(o.value, _word(question, o)) for o in offers(question.kind, question.options)],
        default=answer,
        validate_choice=False,
    )


def _word(question: EvaluationQuestion, offer: Offer) -> str:
    """An answer on offer in the reader's language; at the ends of a scale the number and its word."""
    if not offer.en:
        return str(gettext(offer.tr))
    word = offer.en if str(get_locale()) == "en" else offer.tr
    return word if question.kind is QuestionKind.CHOICE or word == offer.value else f"{offer.value} – {word}"


class _Fits:
    """Only what was offered."""

    def __init__(self, question: EvaluationQuestion) -> None:
        self.question = question

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not fits(self.question.kind, self.question.options, field.data):
            raise ValidationError(_l("Choose one of the answers offered."))
