"""The fields every form is made of: a line, paragraphs; what is read by one rule stands in forms.read."""

import re
from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms import StringField, TextAreaField, validators
from wtforms.validators import StopValidation, ValidationError

from workflow.plain import bare, legible, plain


class TypedForm(FlaskForm):
    """A form that finds text in its fields, and a file only in a field for one."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            sent = super().wrap_formdata(form, formdata)
            files = {name for name, field in form._fields.items() if isinstance(field, FileField)}
            return sent and MultiDict((n, v) for n, v in sent.items(multi=True) if isinstance(v, str) or n in files)


class Needed(validators.InputRequired):
    """Something has to stand in the field, which the sentence names."""

    def __call__(self, form: Any, field: Any) -> None:
        try:
            super().__call__(form, field)
        except StopValidation:
            raise StopValidation(gettext("“%(field)s” is missing: fill it in.", field=field.label.text)) from None


class Length(validators.Length):
    """Text of that many characters; the sentence names the field and says what fits."""

    def __call__(self, form: Any, field: Any) -> None:
        if self.message is not None:
            super().__call__(form, field)
            return
        length = len(field.data or "")
        if length < self.min:
            said = gettext(
                "“%(field)s” is too short: write at least %(least)s characters.", field=field.label.text, least=self.min
            )
        elif self.max != -1 and length > self.max:
            said = gettext(
                "“%(field)s” is too long: at most %(most)s characters fit, and this has %(length)s.",
                field=field.label.text, most=self.max, length=length,
            )  # fmt: skip
        else:
            return
        raise ValidationError(said)


class _Plain:
    """Outer blanks fall away; what cannot be seen is refused."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{**given, "filters": (plain, *given.get("filters", ()))})

    def kept(self, typed: str) -> str:
        """What is typed, in the form it is kept in."""
        return plain(typed)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = [plain(typed) for typed in valuelist]  # blanks alone are nothing typed
        super().process_formdata(self.raw_data)  # type: ignore[misc]

    def pre_validate(self, form: Any) -> None:
        if not legible(self.data or "", lines=isinstance(self, TextAreaField)):  # type: ignore[attr-defined]
            raise ValidationError(_l("This holds hidden or broken characters. Type it instead of pasting it."))


class Line(_Plain, StringField):
    """One line of text."""


class MaybeLine(Line):
    """One line of text; None where nothing is typed."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given, filters=(lambda typed: typed or None,))


class Paragraphs(_Plain, TextAreaField):
    """Text of several lines."""


class HalfDays(StringField):
    """A number of days as people write it, 19, 19,5, 19.5 or 19½; the data are half-days."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = [plain(typed) for typed in valuelist]  # blanks alone are nothing typed
        if not self.raw_data or not (typed := bare(self.raw_data[0]).replace(" ", "")):
            return
        self.data = None
        if (found := _DAYS.fullmatch(typed)) is None:
            raise ValueError(_l("Write a number of days, halves as ½ or 0,5."))
        whole, half = found.groups()
        self.data = 2 * int(whole or 0) + bool(half and half.strip(",.0"))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else _typed_days(self.data)


# three digits of days are more than two years of work
_DAYS = re.compile(r"(?=.)([0-9]{1,3})?(½|[,.][05]0?)?")


def _typed_days(half_days: int) -> str:
    point = "," if str(get_locale() or "tr") == "tr" else "."
    return f"{half_days // 2}{point}5" if half_days % 2 else str(half_days // 2)
