"""Two people at one row: whoever saves second is told, keeps what was typed, and sees what the record says by now."""

import hmac
from typing import Any

from flask import abort, current_app, request
from flask_babel import gettext as _

from models import db
from services.audit import unhidden
from services.say import said
from services.transition import Outrun, hold

FIELD = "seen"


def seen(row: Any) -> str:
    """A digest of what stands in a row (None: nothing yet), signed, for the hidden field of its form."""
    facts = {name: str(getattr(row, name)) for name in unhidden(row)} if row is not None else None
    about = f"{row.__tablename__}\n{facts!r}" if facts else "nothing"
    return hmac.digest(str(current_app.secret_key).encode(), about.encode(), "sha256").hex()


def outrun(form: Any, row: Any) -> bool:
    """Whether the row is no longer as this form was drawn from it; says so in the form.

    Asked before anything of the form is kept. Locks the row until the transaction ends, so that nobody comes between;
    a new row was seen by nobody.
    """
    if row is not None:
        if row.id is None:
            return False
        try:
            hold(db.session(), row)
        except Outrun:  # somebody removed it this very moment
            abort(404)
    if hmac.compare_digest(request.form.get(FIELD, "").encode(), seen(row).encode()):
        return False
    form.form_errors.append(
        _(
            "Somebody was faster: this record has changed since you opened it. Nothing was saved, and what you typed is "
            "still here. Saving again puts yours in place of theirs."
        )
    )
    for field in form:
        if row is not None and field.name in row.__mapper__.columns:
            _tell(field, getattr(row, field.name))
    return True


def _tell(field: Any, stands: Any) -> None:
    """Say beside a field what the record says now, where that is not what was typed."""
    now = _text(field, stands)
    if now != _text(field, field.data):
        field.errors = [*field.errors, _("The record says now: %(value)s", value=now)]


def _text(field: Any, value: Any) -> str:
    """A value as the form's reader would say it."""
    offered = field.iter_choices() if hasattr(field, "iter_choices") else ()
    labels = {str(key): str(label) for key, label, *_rest in offered}
    if str(value) in labels:
        return labels[str(value)]
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return "–" if value in (None, "") else said(value)
