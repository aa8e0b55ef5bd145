"""What every page is drawn with: the menu of the signed-in person, the language and theme, small filters."""

import re
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask_bootstrap
from babel import dates
from flask import Flask, Response, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_datetime, get_locale, gettext
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from admin_views.desk import Opened
from models import db
from services.say import said
from services.seal import masked
from services.sign_in import ISTANBUL, LANGUAGES
from services.tracker import DID
from workflow.phase import status
from workflow.words import Page

ICONS = (
    "arrow-clockwise", "arrow-left", "arrow-right", "bank", "bell", "box-arrow-right", "building", "calendar3",
    "chat-left-text", "check-circle", "check-lg", "chevron-left", "chevron-right", "circle", "clipboard-check",
    "clock", "clock-history", "download", "envelope", "exclamation-circle", "exclamation-triangle", "eye",
    "file-earmark-arrow-down", "file-earmark-text", "file-earmark-zip", "gear", "hospital", "house", "info-circle",
    "journal-text", "keyboard", "layers", "list", "list-check", "lock", "megaphone", "mortarboard", "pencil",
    "people", "person", "person-badge", "person-vcard", "plus-lg", "question-circle", "search", "send", "shield-check",
    "trash", "upload", "x-circle", "x-lg",
)  # fmt: skip
THEMES = ("auto", "light", "dark")


def install(app: Flask) -> None:
    """Register the page's context, filters and the small routes every page has."""
    app.context_processor(_context)
    app.jinja_env.filters |= {"said": said, "day": _day, "moment": _moment, "bytes": size_text, "halves": halves}
    app.jinja_env.filters |= {"status": status, "page_label": _page_label, "masked": masked, "weekday": _weekday}
    app.jinja_env.filters |= {
        "week": _week,
        "iso_day": _iso_day,
        "span": _span,
        "did": lambda action: gettext(DID[action]),
    }
    app.jinja_env.globals["with_args"] = with_args
    app.add_url_rule("/settings", "settings", _settings, methods=["POST"])
    app.add_url_rule("/go/<machine>/<int:pk>", "go", _go)
    app.add_url_rule("/icons.svg", "icons", _icons)


def _context() -> dict[str, Any]:
    return {"menu": _menu, "language": str(get_locale() or "tr"), "appearance": session.get("theme", "auto")}


def _menu() -> list[tuple[str, list[Any]]]:
    """The desks this person may open, by group, in the order of the house."""
    groups: dict[str, list[Any]] = {}
    for view in _desks():
        if isinstance(view, Opened) and view.group and view.is_accessible():
            groups.setdefault(view.group, []).append(view)
    return list(groups.items())


def _desks() -> list[Any]:
    views: list[Any] = current_app.extensions["admin"][0]._views  # noqa: SLF001 -- the library offers no other list
    return views


def _settings() -> ResponseReturnValue:
    """Keep the language, theme and shortcut choice, then back to the page it was chosen on."""
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
    return redirect(_local(request.form.get("back", "")))


def _go(machine: str, pk: int) -> ResponseReturnValue:
    """A letter's one link: the file's page at the desk of whoever follows it, once they have signed in."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=request.path))
    desks = [v for v in _desks() if isinstance(v, Opened) and v.files == machine and v.is_accessible()]
    view = next((v for v in desks if len(desks) > 1 and v.holds(pk)), desks[0] if desks else None)
    return redirect(view.file_page(pk) if view else url_for("home.index"))


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


def _day(value: Any) -> str:
    return _dated(_date(value), "d MMM y", str(get_locale())) if value else "–"


def _date(value: date) -> date:
    """A moment's day in Istanbul; a day is one already."""
    return value.astimezone(ISTANBUL).date() if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, locale: str) -> str:
    """A list says the same days over and over."""
    return str(dates.format_date(day, pattern, locale=locale))


def _span(start: Any, end: Any) -> str:
    """Two days as people say them: the year once where it is the same."""
    same = start and end and start.year == end.year
    return f"{_dated(start, 'd MMM', str(get_locale())) if same else _day(start)} – {_day(end)}"


def _moment(value: Any) -> str:
    return str(format_datetime(value, "d MMM y HH:mm")) if value else "–"


def _weekday(value: Any) -> str:
    return str(format_date(value, "d MMM y EEEE"))


def _week(mask: Any) -> str:
    """A week's bit mask (Monday = 1 … Sunday = 64) by the short names of its days."""
    names = get_locale().days["format"]["abbreviated"]
    return ", ".join(names[day] for day in range(7) if int(mask or 0) & 1 << day) or "–"


def _iso_day(text: str) -> str:
    """A day as the history keeps it."""
    return _day(date.fromisoformat(text)) if text else "–"


def _page_label(word: str) -> str:
    return said(Page(word))


def halves(count: int | None) -> str:
    """Half-days as days: 41 -> "20½"."""
    if count is None:
        return "–"
    return f"{count // 2 or ('' if count % 2 else 0)}{'½' if count % 2 else ''}"


def size_text(size: int) -> str:
    """Bytes as people say them, in binary units."""
    amount = float(size)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:  # noqa: PLR2004 -- the unit's own base
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}".replace(".", ",")
        amount /= 1024
    return f"{amount:.1f} GB".replace(".", ",")
