"""The letters a person was sent, readable here too; in the demo they never leave."""

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select

from admin_views.desk import Opened
from models import Letter, db
from services.listing import Order, cursor, key, listed
from workflow.say import N_
from workflow.words import Actor


class Mailbox(Opened):
    """Own letters; IT sees the whole outbox."""

    actors = frozenset(Actor)
    group = N_("Account")
    icon = "envelope"
    label = N_("Letters")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        order = Order(Letter.id, descending=True)
        columns = {n: getattr(Letter, n) for n in ("id", "to_name", "to_email", "subject", "state", "created_at")}
        page = listed(db.session(), columns, order, at=cursor(request.args, order))
        return self.render("mailbox/list.html", page=page)

    @expose("/<pk>")
    def letter(self, pk: str) -> ResponseReturnValue:
        found = db.session.scalars(select(Letter).where(Letter.id == (key(pk) or 0))).one_or_none()
        return self.render("mailbox/letter.html", letter=found or abort(404))
