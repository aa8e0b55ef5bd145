"""A page's form as a browser would send it: every field with what stands in it."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

Typed = dict[str, list[str]]


class _Reader(HTMLParser):
    """The fields of the forms whose class names a sheet, one mapping per form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Typed] = []
        self._open: Typed | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of: dict[str, Any] = dict(attrs)
        if tag == "form" and "sheet" in (of.get("class") or ""):
            self._open = {}
            self.forms.append(self._open)
        if self._open is None:
            return
        name = of.get("name") or ""
        if tag == "input" and name and of.get("type") not in {"checkbox", "radio", "file"}:
            self._open.setdefault(name, []).append(of.get("value") or "")
        if tag == "input" and of.get("type") in {"checkbox", "radio"} and "checked" in of:
            self._open.setdefault(name, []).append(of.get("value") or "y")
        if tag == "select":
            self._select = name
        if tag == "option" and self._select:
            chosen = self._open.setdefault(self._select, [of.get("value") or ""])  # the first, until one is chosen
            if "selected" in of:
                chosen[:] = [of.get("value") or ""]
        if tag == "textarea":
            self._area = name
            self._open[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._area:
            self._open[self._area][0] += data.lstrip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area
        self._open = None if tag == "form" else self._open


def form_in(page: str) -> Typed:
    """The first form of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms[0]


def form_at(client: FlaskClient, url: str) -> Typed:
    """The form of an address, as it is drawn now."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code, page.location)
    return form_in(page.text)
