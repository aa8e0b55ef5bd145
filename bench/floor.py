"""The floor under a list: a bare WSGI application, one ideal query on the raw driver, the same rows in a compiled template."""

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg
from jinja2 import Environment
from werkzeug.test import Client

from bench.site import Asked
from bench.university import University

COLUMNS = """a.id, a.student_name, a.student_number, t.name, i.name, i.state, a.starts_on, a.ends_on, a.half_days, a.submitted_at, a.state, a.version"""
JOINS = "JOIN internship_type t ON t.id = a.internship_type_id JOIN institution i ON i.id = a.institution_id"
KEYS = {
    "queue": "department_id = ? AND state = 'submitted' ORDER BY submitted_at, id LIMIT 51",
    "deep": "department_id = ? AND (submitted_at, id) < (?, ?) ORDER BY submitted_at DESC, id DESC LIMIT 51",
    "surname": """department_id = ? AND id IN (SELECT application_id FROM search_word WHERE department_id = ? AND word >= ? AND word < ?)
        ORDER BY submitted_at DESC, id DESC LIMIT 51""",
}
KEYS["number"] = KEYS["surname"]
PAGE = Environment(autoescape=True).from_string(
    """<!doctype html><html lang="tr"><title>Başvurular</title><table>{% for r in rows %}<tr><td><input type="checkbox" name="row" value="{{ r[0] }}:{{ r[11] }}"></td>
<td><a href="/applications/details/?id={{ r[0] }}">{{ r[1] }}</a><br>{{ r[2] }}</td><td>{{ r[3] }}</td><td>{{ r[4] }} {{ r[5] }}</td><td>{{ r[6] }} – {{ r[7] }}<br>{{ r[8] }}</td>
<td>{{ r[9] }}</td><td>{{ r[10] }}</td><td><button formaction="/applications/step/{{ r[0] }}/approve">Onayla</button> <a href="/applications/step/{{ r[0] }}/reject">Reddet</a></td></tr>
{% endfor %}</table></html>"""
)


def floor(of: University, what: str, row: Asked, word: str = "") -> Callable[[], object]:
    """A call of that bare application for one of the lists."""
    statement = f"SELECT {COLUMNS} FROM application a {JOINS} WHERE a.id IN (SELECT id FROM (SELECT id FROM application WHERE {KEYS[what]}) k) ORDER BY a.submitted_at, a.id"
    moment = row.deep_value.replace(tzinfo=None)
    given: dict[str, tuple[Any, ...]] = {
        "queue": (row.department,),
        "deep": (row.department, str(moment) if of.engine == "sqlite" else moment, row.deep_id),
        "surname": (row.department, row.department, word, word + "\uffff"),
        "number": (row.department, row.department, word, word + "\uffff"),
    }
    execute = _driver(of)

    def bare(_environ: Any, start_response: Any) -> list[bytes]:
        page = PAGE.render(rows=execute(statement, given[what])[:50]).encode()
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))])
        return [page]

    client = Client(bare)
    return lambda: client.get("/").get_data()


def _driver(of: University) -> Callable[[str, tuple[Any, ...]], list[Any]]:
    if of.engine == "sqlite":
        connection = sqlite3.connect(of.folder / "staj.sqlite", check_same_thread=False)
        return lambda statement, given: connection.execute(statement, given).fetchall()
    postgres = psycopg.connect(f"host={of.folder / 'pg'} user=postgres dbname=postgres", autocommit=True)
    return lambda statement, given: postgres.execute(statement.replace("?", "%s"), given, prepare=True).fetchall()  # type: ignore[arg-type,no-any-return]
