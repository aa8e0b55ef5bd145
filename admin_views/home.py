"""The start page of every role: what waits on me, most urgent first."""

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import AdminIndexView, expose

from admin_views.desk import Opened
from models import db
from services import publications
from workflow.words import Actor

STAFF = frozenset(Actor) - {Actor.STUDENT, Actor.EMPLOYER}


class Home(AdminIndexView):
    """One page for everybody; the desks somebody may open say what waits there."""

    def __init__(self) -> None:
        super().__init__(name="home", endpoint="home", url="/", template="admin/home.html")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        if not g.standing.present:
            return redirect(url_for("security.login"))
        if g.standing.actors == {Actor.EMPLOYER}:
            return redirect(url_for("interns.index_view"))
        own = [v for v in self.admin._views if isinstance(v, Opened) and v.is_accessible()]  # noqa: SLF001 -- the library offers no other list
        cards = sorted((c for v in own for c in v.waiting()), key=lambda c: not c.urgent)
        news_at = "announcements" if Actor.STUDENT in g.standing.actors else "news"
        news = publications.news(db.session(), g.standing.actors & ({Actor.STUDENT} if news_at != "news" else STAFF))
        page: str = self.render(
            "admin/home.html", cards=cards, desks=own, standing=g.standing, news=news, news_at=news_at
        )
        return page
