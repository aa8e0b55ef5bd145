"""Asking at an address of the map (tests/admin_views/reach.py), as one of the university's people."""

from collections.abc import Mapping
from typing import Any

from werkzeug.routing import Rule

from tests.admin_views.reach import ADDRESSES
from tests.university import MISSING, University

NOTHING: Mapping[str, Any] = {}


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def ask(
    university: University,
    who: str,
    method: str,
    endpoint: str,
    row: Any = None,
    more: Mapping[str, Any] = NOTHING,
) -> Any:
    """What somebody is answered at an address, with the row in the path, the query or the form as it is taken."""
    address = ADDRESSES[endpoint]
    values = dict(address.more) | dict(more) | ({address.by: row} if address.by and row is not None else {})
    if endpoint.endswith(".document"):
        values["document"] = row = row or MISSING
        values["pk"] = _application_of(university, row)
    url = university.app.url_map.bind("localhost").build(endpoint, _filled(university, endpoint, values))
    form = {address.by: row} if method == "POST" and row is not None else {}
    return university.people[who].open(url, method=method, data=form or None, buffered=True)


def _filled(university: University, endpoint: str, values: dict[str, Any]) -> dict[str, Any]:
    """Arguments of the path nobody gave: any will do, except where the path itself fixes them."""
    rule = next(university.app.url_map.iter_rules(endpoint))
    return {name: "1" for name in rule.arguments - (rule.defaults or {}).keys() if name not in values} | values


def _application_of(university: University, document: int) -> int:
    whose = next((name for name, key in university.documents.items() if key == document), None)
    return university.applications[whose] if whose else MISSING
