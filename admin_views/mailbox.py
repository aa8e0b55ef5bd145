"""The letters a person was sent, readable here too; in the demo they never leave, and IT reads them all."""

from flask import abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, select

from admin_views.desk import Opened
from models import Letter, db
from services.listing import Order, cursor, key, listed
from workflow.say import N_
from workflow.words import Actor

SHOWN = ("id", "user_id", "to_name", "to_email", "subject", "state", "created_at")


class Mailbox(Opened):
    """Own letters, newest first. Where nothing leaves, IT reads everybody's: that is the demo's mail server."""

    actors = frozenset(Actor)
    group = N_("Account")
    icon = "envelope"
    label = N_("Letters")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        order = Order(Letter.created_at, descending=True)
        page = listed(
            db.session(),
            {n: getattr(Letter, n) for n in SHOWN},
            order,
            at=cursor(request.args, order),
            where=_read_here(),
        )
        return self.render("mailbox/list.html", page=page, everybodys=stays_here() and Actor.IT in g.standing.actors)

    @expose("/<pk>")
    def letter(self, pk: str) -> ResponseReturnValue:
        wanted = select(Letter).where(Letter.id == (key(pk) or 0), *_read_here())
        found = db.session.scalars(wanted).one_or_none() or abort(404)
        link = (found.link or "").removeprefix(current_app.extensions["staj"].public_url)
        leads = found.user_id in {None, g.standing.user_id}  # somebody else's links lead to desks of theirs
        return self.render("mailbox/letter.html", letter=found, link=link, leads=leads)


def stays_here() -> bool:
    """Whether letters are read here because nothing leaves."""
    return str(current_app.extensions["staj"].mail_url).startswith("mailbox:")


def _read_here() -> tuple[ColumnElement[bool], ...]:
    """Which of the letters within reach are read: IT reaches the outbox, and reads what it says only where nothing leaves."""
    return () if stays_here() else (Letter.user_id == g.standing.user_id,)
