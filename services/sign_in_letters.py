"""The letters about a password, in the language of the account (the library would write in that of the request)."""

from flask import current_app, url_for
from flask_babel import force_locale, format_timedelta, gettext

from models import Letter, User
from services.letter_sheet import drawn
from workflow.say import N_

NEW_PASSWORD = N_("Ask for a new password")
# the library's template -> subject, sentence, what the link does
RESET, UNLOCK = "security/email/reset_instructions", "known_device"
TEXTS = {
    RESET: (
        N_("Set your password"),
        N_("The link below sets the password of your account %(email)s. It is good for %(within)s and works once. If you did not ask for it, you need not do anything."),
        N_("Set the password"),
    ),
    "security/email/reset_notice": (
        N_("Your password was set"),
        N_("The password of your account %(email)s was set by the link in a letter. If that was not you, ask for a new password now and tell the IT office."),
        NEW_PASSWORD,
    ),
    "security/email/change_notice": (
        N_("Your password was changed"),
        N_("The password of your account %(email)s was changed. If that was not you, ask for a new password now and tell the IT office."),
        NEW_PASSWORD,
    ),
    UNLOCK: (
        N_("Sign in although somebody keeps trying your account"),
        N_("Too many tries were made for your account %(email)s. With the link below the browser you open it in may try again at once; your password stays as it is. It is good for an hour. If you did not ask for it, you need not do anything."),
        N_("Let this browser try again"),
    ),
}  # fmt: skip


def about_password(template: str, user: User, link: str | None) -> Letter:
    """A letter for an account; without a link of its own it leads to where a new password is asked for."""
    subject, sentence, go = TEXTS[template]
    link = link or url_for("security.forgot_password", _external=True)
    with force_locale(user.language):
        within = format_timedelta(current_app.config["SECURITY_RESET_PASSWORD_WITHIN"])
        title, body = gettext(subject), gettext(sentence, email=user.email, within=within)
        return Letter(
            user_id=user.id,
            reader=template.rsplit("/", 1)[-1],
            to_email=user.email,
            to_name=user.name,
            language=user.language,
            subject=title,
            **drawn(user.language, user.name, title, body, link, gettext(go)),
        )
