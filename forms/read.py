"""Fields that read what people write by the rules of workflow.written and workflow.addresses, each with one sentence.

What can be read is shown, kept and handed on in one form; what cannot is shown as it was typed.
"""

from datetime import date
from typing import Any, ClassVar

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, EmailField, IntegerField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from forms.typed import Line, MaybeLine, _Plain
from workflow import written
from workflow.addresses import address_fault, as_address
from workflow.plain import plain

SIX = 6  # digits of a letter's code


class _Readable:
    """The last of a field's rules: what was typed could be read."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not field.errors and field.read(field.data) is None:
            raise ValidationError(field.wrong)


class _Read(_Plain):
    """One line that is read as it comes in; `wrong` is the sentence where that fails."""

    wrong: ClassVar[Any]

    @staticmethod
    def read(typed: str) -> str | None:
        """The value in its one form, or None."""
        raise NotImplementedError

    def __init__(self, label: Any = None, validators: Any = (), **given: Any) -> None:
        super().__init__(label, [*validators, _Readable()], **given)

    def kept(self, typed: str) -> str:
        return self.read(typed) or plain(typed)

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([self.kept(typed) for typed in valuelist])


class Phone(_Read, Line):
    """A phone number in any of its forms."""

    read = staticmethod(written.phone)
    wrong = _l("Write a phone number, for example 0462 377 00 00.")


class TaxNo(_Read, MaybeLine):
    """A tax number; None where nothing is typed."""

    read = staticmethod(written.tax_no)
    wrong = _l("A tax number has 10 digits (11 for a sole trader).")


def _six_digits(typed: str) -> str | None:
    found = written.digits(typed, " -")
    return found if found.isascii() and found.isdigit() and len(found) == SIX else None


class Code(_Read, Line):
    """The six digits of a letter."""

    read = staticmethod(_six_digits)
    wrong = _l("The code has six digits.")


class _Reaches:
    """The last of an address's rules: a letter can be sent there."""

    def __call__(self, _form: Any, field: Any) -> None:
        if field.data and not field.errors and (fault := address_fault(as_address(field.data))):
            raise ValidationError(_(fault.msgid, **fault.facts))


class EmailLine(_Plain, EmailField):
    """An e-mail address as it is stored; with `sought` it is only folded, to look one up."""

    widget = TextInput()  # the browser's own check knows no Turkish letters

    def __init__(self, label: Any = None, validators: Any = (), *, sought: bool = False, **given: Any) -> None:
        keys = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"} | given.pop("render_kw", {})
        super().__init__(label, [*validators, *([] if sought else [_Reaches()])], render_kw=keys, **given)

        self.sought = sought

    def kept(self, typed: str) -> str:
        address = as_address(typed)
        return plain(typed) if address_fault(address) and not self.sought else address

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([self.kept(typed) for typed in valuelist])


class Whole(IntegerField):
    """A whole number within bounds, as people write it; whatever is wrong with it, one sentence says what would pass."""

    widget = TextInput()  # the browser's own box for numbers takes no 1.250

    def __init__(self, label: Any = None, validators: Any = (), *, least: int, most: int, **given: Any) -> None:
        super().__init__(label, validators, render_kw={"inputmode": "numeric"} | given.pop("render_kw", {}), **given)
        self.least, self.most = least, most

    def kept(self, typed: str) -> str:
        """What is typed, in the form it is kept in."""
        found = written.whole(typed)
        return plain(typed) if found is None else str(found)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = [self.kept(typed) for typed in valuelist]
        if not self.raw_data or not self.raw_data[0]:
            return
        number = written.whole(self.raw_data[0])
        self.data = number if number is not None and self.least <= number <= self.most else None
        if self.data is None:
            least, most = format_decimal(self.least), format_decimal(self.most)
            raise ValueError(_("Write a whole number from %(least)s to %(most)s.", least=least, most=most))


class Day(DateField):
    """A day as a browser sends it or as people write it, within the years the system knows."""

    def kept(self, typed: str) -> str:
        """The day as forms keep it, or what was typed."""
        found = written.day(typed)
        return found.isoformat() if found else plain(typed)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = [self.kept(typed) for typed in valuelist]
        if not self.raw_data:
            return
        self.data = written.day(self.raw_data[0])
        if self.data is None:
            raise ValueError(_l("Write the day like 14.12.2026, between the years 2000 and 2100."))

    def __call__(self, **given: Any) -> Any:
        """A browser's box for days shows nothing else: what was typed and is no day stands in a common one."""
        if self.raw_data and self.raw_data[0] and not isinstance(self.data, date):
            given["type"] = "text"
        return super().__call__(**given)
