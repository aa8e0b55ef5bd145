"""What somebody types who cannot sign in."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired

from forms.read import EmailLine
from forms.typed import Length, TypedForm


class AccountAddressForm(TypedForm):
    """The address of an account."""

    email = EmailLine(
        _l("Email Address"),
        [InputRequired(_l("Type your e-mail address.")), Length(max=255)],
        render_kw={"autocomplete": "email"},
    )
