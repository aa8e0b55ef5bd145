"""How a firm comes in without an account: an address, a code, and a password for whoever wants an account."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from forms.read import Code, EmailLine
from forms.typed import Length, TypedForm


class AddressForm(TypedForm):
    """Where a link is to be sent."""

    email = EmailLine(
        _l("Your e-mail address at the firm"),
        [InputRequired(_l("Type your e-mail address.")), Length(max=255)],
        render_kw={"autocomplete": "email"},
    )


class ComingForm(TypedForm):
    """The code from the letter."""

    code = Code(
        _l("Code from the letter"),
        [InputRequired(_l("Type the code."))],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "20"},
    )


class AccountForm(TypedForm):
    """A password, twice."""

    password = PasswordField(
        _l("New password"),
        [InputRequired(_l("Choose a password."))],
        description=_l("At least 12 characters; a short sentence is easy to keep in mind."),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The password once more"),
        [EqualTo("password", _l("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )
