"""Where somebody is in a list: its filters and its page, carried on by every link to one of its rows and back again."""

from typing import Any, ClassVar

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_admin import BaseView

LONGEST = 400  # characters of one fact of a place; a page of a list is named by the row it begins after
PAGES = ("after", "before")
APART = frozenset({"export", "institutions", "people"})  # addresses of a desk that lead to no row


class Placed(BaseView):
    """Adds the place in a list to a desk."""

    lists: ClassVar[str] = ""  # the desk whose list this one's pages lead back to, where it is another's

    def list_args(self) -> tuple[str, ...]:
        """The arguments that make up a place in this desk's list."""
        return PAGES

    def kept(self) -> dict[str, Any]:
        """The place in the list that this address carries on."""
        of = self.list_desk()
        found = ((n, request.args.get(n, "").replace("\x00", "").strip()[:LONGEST]) for n in of.list_args())
        return {name: value for name, value in found if value}

    def list_desk(self) -> "Placed":
        """The desk whose list leads here."""
        return _desks().get(self.lists, self)

    def list_page(self, pk: int | None = None) -> str:
        """The list as it was left, at that row."""
        return url_for(self.list_desk().list_endpoint, **self.kept(), _anchor=f"r{pk}" if pk else None)

    @property
    def list_endpoint(self) -> str:
        """The endpoint of the list itself."""
        return f"{self.endpoint}.{self._default_view}"


def install(app: Flask) -> None:
    """Let every address of a row, built on a page of the same list, carry the place on."""
    app.url_defaults(_carry)


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if not has_request_context() or not request.blueprint or "." not in endpoint:
        return
    there, _dot, name = endpoint.rpartition(".")
    here, to = _desks().get(request.blueprint), _desks().get(there)
    if here is None or to is None or name in APART or endpoint == to.list_endpoint:
        return
    if here.list_desk() is to.list_desk():
        for arg, value in _kept(here).items():
            values.setdefault(arg, value)


def _kept(here: Placed) -> dict[str, Any]:
    """What this request carries on; read once, a list asks for every row."""
    if "place" not in g:
        g.place = here.kept()
    found: dict[str, Any] = g.place
    return found


def _desks() -> dict[str, Placed]:
    """The desks of this application by their endpoint."""
    kept: dict[str, Placed] | None = current_app.extensions.get("desks")
    if kept is None:
        views = current_app.extensions["admin"][0]._views  # noqa: SLF001 -- the library offers no other list
        kept = current_app.extensions["desks"] = {v.endpoint: v for v in views if isinstance(v, Placed)}
    return kept
