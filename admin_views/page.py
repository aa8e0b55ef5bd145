"""What every page is drawn with: the menu of the signed-in person, the language and theme."""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask_bootstrap
from flask import Flask, Response, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, refresh
from flask_security import current_user
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from admin_views import filters, place
from admin_views.desk import Opened
from models import db
from services.sign_in import LANGUAGES
from services.standing import NOBODY
from workflow.transitions import MACHINES

ICONS = (
    "arrow-clockwise", "arrow-left", "arrow-left-right", "arrow-right", "bank", "bar-chart", "bell", "box-arrow-right", "building", "calendar3",
    "chat-left-text", "check-circle", "check-lg", "chevron-left", "chevron-right", "circle", "clipboard-check",
    "clock", "clock-history", "download", "envelope", "exclamation-circle", "exclamation-triangle", "eye",
    "file-earmark-arrow-down", "flag", "journal-check", "printer", "file-earmark-text", "file-earmark-zip", "gear", "hospital", "house", "info-circle",
    "journal-text", "keyboard", "layers", "list", "list-check", "lock", "megaphone", "mortarboard", "pencil",
    "people", "person", "person-badge", "person-vcard", "plus-lg", "question-circle", "search", "send", "shield-check",
    "trash", "upload", "x-circle", "x-lg",
)  # fmt: skip
THEMES = ("auto", "light", "dark")


def install(app: Flask) -> None:
    """Register the page's context, filters and the small routes every page has."""
    app.context_processor(_context)
    place.install(app)
    app.jinja_env.filters |= filters.FILTERS
    app.jinja_env.globals |= {
        "with_args": with_args,
        "then": _then,
        "icon_url": _icon_url,
        "_": filters.spoken,
        "gettext": filters.spoken,
    }
    app.add_url_rule("/settings", "settings", _settings, methods=["POST"])
    app.add_url_rule("/go/<machine>/<int:pk>", "go", _go)
    app.add_url_rule("/icons.svg", "icons", _icons)


def _context() -> dict[str, Any]:
    standing = g.get("standing", NOBODY)
    return {
        "someone": standing if standing.present else None,
        "menu": _menu,
        "language": str(get_locale() or "tr"),
        "appearance": session.get("theme", "auto"),
        "this_page": _this_page(),
        "max_upload": current_app.extensions["staj"].max_upload,
    }


def _this_page() -> str:
    """Where a choice of language or theme leads back to: this page, or the page whose form answered."""
    asked = request.method == "GET" or "GET" in ((request.url_rule and request.url_rule.methods) or ())
    return request.full_path.rstrip("?") if asked else "/"


def _menu() -> Markup:
    """The desks this person may open, by group, in the order of the house."""
    opened = (view.endpoint for view in _desks() if isinstance(view, Opened) and view.group and view.is_accessible())
    here = request.blueprint if request.endpoint != "home.index" else "home"
    desk = next((view for view in _desks() if isinstance(view, Opened) and view.endpoint == here), None)
    here = desk.entry()[0] if desk else here
    return _menu_of(tuple(opened), here, request.script_root, str(get_locale()))


@lru_cache(maxsize=1024)
def _menu_of(opened: tuple[str, ...], here: str | None, _root: str, _locale: str) -> Markup:
    """Drawn once for everybody who may open the same; a page would spend a tenth of its time on it."""
    groups: dict[str, list[Any]] = {}
    for view in _desks():
        if view.endpoint in opened:
            groups.setdefault(view.group, []).append(view)
    return Markup(render_template("parts/menu.html", groups=list(groups.items()), here=here))  # noqa: S704 -- our own page


def _desks() -> list[Any]:
    views: list[Any] = current_app.extensions["admin"][0]._views  # noqa: SLF001 -- the library offers no other list
    return views


def _settings() -> ResponseReturnValue:
    """Keep what was chosen, then back to the page it was chosen on."""
    choose()
    return redirect(_local(request.form.get("back", "")))


def choose() -> None:
    """Keep the language, theme and shortcut choice; from here on the answer speaks the language chosen."""
    if request.form.get("language") in LANGUAGES:
        session["language"] = request.form["language"]
        if current_user.is_authenticated:
            current_user.language = request.form["language"]
            db.session.commit()
    if request.form.get("theme") in THEMES:
        session["theme"] = request.form["theme"]
    if request.form.get("shortcuts") in {"on", "off"} and current_user.is_authenticated:
        current_user.shortcuts = request.form["shortcuts"] == "on"
        db.session.commit()
    refresh()


def _go(machine: str, pk: int) -> ResponseReturnValue:
    """A letter's one link: the file's page at the desk of whoever follows it, once they have signed in."""
    if not g.standing.present:
        return redirect(url_for("security.login", next=request.path))
    desks = [v for v in _desks() if isinstance(v, Opened) and v.leads(machine) and v.is_accessible()]
    view = next((v for v in desks if len(desks) > 1 and v.holds(machine, pk)), desks[0] if desks else None)
    return redirect(view.letter_page(machine, pk) if view else url_for("home.index"))


def _then(machine: str, action: str) -> str:
    """What follows a step, for a page that offers it by a button of its own."""
    return MACHINES[machine].then(action)


def _icon_url(name: str) -> str:
    return f"{request.script_root}/icons.svg#{name}"


@cache
def _sprite() -> str:
    """The icons our pages use, cut from the installed set (which weighs a megabyte)."""
    whole = (Path(flask_bootstrap.__file__).parent / "static/bootstrap5/icons/bootstrap-icons.svg").read_text()
    symbols = {
        found["id"]: found[0]
        for found in re.finditer(r'<symbol[^>]*? id="(?P<id>[^"]+)".*?</symbol>', whole, re.DOTALL)
    }
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols[name] for name in ICONS)}</svg>'


def _icons() -> ResponseReturnValue:
    response = Response(_sprite(), mimetype="image/svg+xml")
    response.cache_control.public, response.cache_control.max_age = True, 86400
    return response


def _local(target: str) -> str:
    """A path on this site, or the start page."""
    safe = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if safe else url_for("home.index")


def with_args(**changes: Any) -> str:
    """This page's address with some arguments of its query string changed (None drops one)."""
    args = MultiDict(request.args)
    for name, value in changes.items():
        args.poplist(name)
        if value is not None:
            args[name] = value
    asked = urlencode(list(args.items(multi=True)))  # not by url_for: it takes some names for its own
    return f"{request.path}?{asked}" if asked else request.path
