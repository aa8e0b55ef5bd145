"""What a commission types to make an evaluation form: a title, and one question at a time."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.read import Whole
from forms.typed import Length, Line, Paragraphs, TypedForm
from models import EvaluationQuestion
from workflow.questions import ENDS
from workflow.words import QuestionKind

BETWEEN = "|"
WORDED = 3  # a value and its words in two languages


class VersionForm(TypedForm):
    """The title, and where the reader has several, the department."""

    title = Line(
        _l("Title"),
        [InputRequired(_l("Write a title.")), Length(max=200)],
        description=_l("The firm reads it above the questions."),
    )
    title_en = Line(
        _l("Title in English"), [Length(max=200)], description=_l("Where it is empty, the Turkish words are shown.")
    )

    def titles(self) -> tuple[str, str | None]:
        """The title in Turkish and, where it was typed, in English."""
        return self.title.data or "", self.title_en.data or None

    def offer(self, departments: list[tuple[int, str]]) -> None:
        """Let one of these be chosen; a single one is taken as it is."""
        if len(departments) > 1:
            self["department"].choices = [SelectChoice(str(key), name) for key, name in departments]
        else:
            del self["department"]


class NewVersionForm(VersionForm):
    """A version that is begun."""

    department = SelectField(_l("Department"), [InputRequired(_l("Choose a department."))])


class QuestionForm(TypedForm):
    """The words every kind of question has."""

    text = Paragraphs(
        _l("Question"), [InputRequired(_l("Write the question.")), Length(max=500)], render_kw={"rows": "2"}
    )
    text_en = Paragraphs(
        _l("Question in English"), [Length(max=500)], render_kw={"rows": "2"},
        description=_l("Where it is empty, the Turkish words are shown."),
    )  # fmt: skip
    required = BooleanField(_l("Must be answered"))

    def options(self) -> list[Any] | None:
        """The answers offered, as they are kept."""
        return None


class ChoiceForm(QuestionForm):
    """One of several answers."""

    answers = Paragraphs(
        _l("Answers"),
        [InputRequired(_l("Write the answers.")), Length(max=4000)],
        render_kw={"rows": "6"},
        description=_l("One on each line; after a | the English, where there is one: Yazılım | Software"),
    )

    def options(self) -> list[Any]:
        lines = (line.strip() for line in (self.answers.data or "").splitlines())
        return [_worded(line) for line in lines if line]


class ScaleForm(QuestionForm):
    """A number from … to …, the ends with their words."""

    low = Whole(_l("From"), [InputRequired(_l("Write a number."))], least=ENDS[0], most=ENDS[1])
    low_words = Line(_l("Words for the lowest"), [Length(max=100)], description=_l("For example: Çok kötü | Very poor"))
    high = Whole(_l("To"), [InputRequired(_l("Write a number."))], least=ENDS[0], most=ENDS[1])
    high_words = Line(
        _l("Words for the highest"), [Length(max=100)], description=_l("For example: Çok iyi | Very good")
    )

    def options(self) -> list[Any]:
        ends = ((self.low.data, self.low_words.data), (self.high.data, self.high_words.data))
        return [[number, *_words(words)] if words else [number] for number, words in ends]


_FORMS: dict[QuestionKind, type[QuestionForm]] = {QuestionKind.CHOICE: ChoiceForm, QuestionKind.SCALE: ScaleForm}


def question_form(kind: QuestionKind, question: EvaluationQuestion | None) -> QuestionForm:
    """The form of one kind of question, as typed or as it stands."""
    stands: dict[str, Any] = {"required": kind is not QuestionKind.TEXT}
    if question is not None:
        english = question.text_en if question.text_en != question.text else ""  # or it would outlive the Turkish
        stands = {"text": question.text, "text_en": english, "required": question.required}
        stands |= _typed(kind, question.options or [])
    return _FORMS.get(kind, QuestionForm)(data=stands)


def _typed(kind: QuestionKind, options: list[Any]) -> dict[str, Any]:
    """Kept answers as their fields show them."""
    match kind:
        case QuestionKind.CHOICE:
            return {"answers": "\n".join(_line(_said(option)) for option in options)}
        case QuestionKind.SCALE if options:
            low, high = (end if isinstance(end, list) else [end] for end in options)
            words = {"low_words": _line(low[1:]), "high_words": _line(high[1:])}
            return {"low": low[0], "high": high[0], **words}
    return {}


def _said(option: Any) -> Any:
    """The words of an answer, without the value a seed file may keep beside them."""
    return option[1:] if isinstance(option, list) and len(option) == WORDED else option


def _line(option: Any) -> str:
    words = option if isinstance(option, list) else [option]
    return f" {BETWEEN} ".join(dict.fromkeys(str(word) for word in words))


def _worded(line: str) -> list[str]:
    """An answer and its words: [what is kept, Turkish, English]."""
    turkish, english = _words(line)
    return [turkish, turkish, english]


def _words(line: str) -> tuple[str, str]:
    """Turkish, English; the same twice where one is typed."""
    turkish, _bar, english = (part.strip() for part in line.partition(BETWEEN))
    return turkish or english, english or turkish
