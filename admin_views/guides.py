"""Help: the user guides, and from every page the way to the section that explains it."""

from flask import Flask, abort, g, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from services import guides
from services.standing import NOBODY
from workflow.words import Actor


def install(app: Flask) -> None:
    """The addresses of the guides; anybody may read them."""
    app.add_url_rule("/help/", "help", _list)
    app.add_url_rule("/help/<name>", "guide", _guide)
    app.add_url_rule("/help/resimler/<name>", "guide_picture", _picture)
    app.jinja_env.globals["help_url"] = _here


def _here() -> str:
    """The section about this page for whoever is here; the list of guides where no section is meant for them."""
    actors = g.get("standing", NOBODY).actors
    if (page := request.endpoint or "") in guides.WITHOUT_ACCOUNT:  # by a letter's link, whoever else one is
        name, anchor = guides.of(page, frozenset({Actor.EMPLOYER}))
    else:
        name, anchor = guides.of(request.blueprint or "home", actors)
    return url_for("guide", name=name, _anchor=anchor or None) if name else url_for("help")


def _list() -> ResponseReturnValue:
    return render_template("help/list.html", guides=[guides.guide(name) for name in guides.GUIDES])


def _guide(name: str) -> ResponseReturnValue:
    try:
        return render_template("help/guide.html", guide=guides.guide(name))
    except KeyError:
        return abort(404)


def _picture(name: str) -> ResponseReturnValue:
    return send_from_directory(guides.PICTURES, name, max_age=86400)
