"""The house keeps its own rules: what a reviewer would say twice is said here once."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from admin_views.page import ICONS

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("admin_views", "forms", "models", "seed", "services", "workflow")
REQUEST_CODE = ("admin_views", "forms", "services")
FEET = 350  # lines
NOT_OURS = {".venv", ".venv-other", "var", "node_modules", "htmlcov"}


def files(*patterns: str, under: str = ".") -> list[Path]:
    """Files of the repository, not of what was installed or made here."""
    found = {path for pattern in patterns for path in (ROOT / under).rglob(pattern)}
    return sorted(
        p for p in found if not any(part in NOT_OURS or part[:1] == "." for part in p.relative_to(ROOT).parts)
    )


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


CODE = [ROOT / "app.py", *(p for room in ROOMS for p in files("*.py", under=room))]
TREES = {named(path): ast.parse(path.read_text()) for path in CODE}


def nodes(*rooms: str) -> Iterator[tuple[str, Any]]:
    """(file, node) of everything written in these rooms."""
    for name, tree in TREES.items():
        if name.split("/", maxsplit=1)[0] in rooms:
            yield from ((name, node) for node in ast.walk(tree))


# -- one hand turns the state ----------------------------------------------------------------------------------------

STATE_WRITERS = {
    "services/transition.py": "the one hand",
    "services/outbox.py": "how far a letter has come: the worker's own, no person's step",
}
STATEFUL = {"Application", "Institution", "Publication", "Letter"}


def writes_state(node: Any) -> bool:
    """An assignment to `.state`, a `state=` where a row is made or updated, or a mapping of columns with a state."""
    match node:
        case ast.Attribute(attr="state", ctx=ast.Store()):
            return True
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="state"), *_]):
            return True
        case ast.Call(func=ast.Name(id=made), keywords=keywords) if made in STATEFUL:
            return any(k.arg == "state" for k in keywords)
        case ast.Call(func=ast.Attribute(attr="values"), keywords=keywords):
            return any(k.arg == "state" for k in keywords)
        case ast.Dict(keys=keys):
            return any(isinstance(k, ast.Constant) and k.value == "state" for k in keys)
    return False


def test_nobody_but_the_one_hand_writes_a_state() -> None:
    rooms = [room for room in ROOMS if room != "seed"]  # seeding writes what was decided elsewhere
    writers = {name for name, node in nodes(*rooms) if writes_state(node)}
    assert writers - {name for name in writers if only_tells_it(name)} == set(STATE_WRITERS)


def only_tells_it(name: str) -> bool:
    """A mapping with a state is an answer, not columns, where nothing is written by statement."""
    by_statement = {file for file, what in ALLOWED if what in {"insert", "update"}}
    written = [node for node in ast.walk(TREES[name]) if writes_state(node) and not isinstance(node, ast.Dict)]
    return name not in by_statement and not written


@pytest.mark.parametrize(
    "line",
    ["row.state = S.APPROVED", "a, row.state = 1, 2", "setattr(row, 'state', 1)", "update(M).values(state=1)",
     "Application(state=1)", "new = {'state': 1}"],
)  # fmt: skip
def test_the_check_of_the_state_sees_every_way_of_writing_it(line: str) -> None:
    assert any(writes_state(node) for node in ast.walk(ast.parse(line)))
    assert not any(writes_state(node) for node in ast.walk(ast.parse("row.state == S.APPROVED; f(row.state, state=1)")))


# -- reach is applied once: nothing goes round it --------------------------------------------------------------------

BEYOND_THE_HOOK = {
    "text", "insert", "update", "delete", "create_engine", "exec_driver_sql", "raw_connection", "bulk_insert_mappings",
    "bulk_save_objects", "bulk_update_mappings",
}  # fmt: skip
ALLOWED = {
    ("services/asked.py", "delete"),  # the worker takes what was asked for, in a session of the system
    ("services/audit.py", "insert"),  # a step for each of thousands of files, whose rows are held already
    ("services/recount.py", "update"),  # the counts of everybody, whoever changes what they are made from
    ("services/consent.py", "update"),  # what a supervisor was asked before is void, whoever asked it
    ("services/identity_letters.py", "update"),  # links to an address that changed end, out of whosever reach they lie
    ("services/database.py", "exec_driver_sql"),  # opens each database, reads nothing
    ("services/devices.py", "delete"),  # browsers not seen for long, in a session of the system
    ("services/job_runs.py", "delete"),  # the worker forgets old runs, in a session of the system
    ("services/throttle.py", "delete"),  # counters of tries, in sessions of the system
    ("services/hand_over.py", "update"),  # what the firm wrote follows its file, out of whosever reach it lies
    ("services/merging.py", "insert"),  # every reference to a merged institution moves, out of whosever reach it lies
    ("services/merging.py", "update"),
    ("services/outbox.py", "update"),  # the worker claims letters in a session of the system
    ("services/refresh.py", "insert"),  # the student database comes in by thousands, in a session of the system
    ("services/search.py", "delete"),  # the words of the applications that a merge moved
    ("services/search.py", "insert"),
    ("services/sessions.py", "delete"),  # one account's own sessions, by its key and in no list of anybody else
    ("services/sessions.py", "update"),  # that a session is used, in a session of the system
    ("services/student_view.py", "create_engine"),  # another university database, read-only
    ("services/student_view.py", "text"),  # that database's own query
    ("services/transition.py", "update"),  # compare and set, of a row already found by reach
}


def beyond_the_hook(node: Any) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
        yield from (a.name for a in node.names if a.name in BEYOND_THE_HOOK)
    if isinstance(node, ast.Attribute) and node.attr in BEYOND_THE_HOOK - {"text", "insert", "update", "delete"}:
        yield node.attr


def test_a_request_speaks_to_the_database_by_the_hook_only() -> None:
    assert {(name, what) for name, node in nodes(*REQUEST_CODE) for what in beyond_the_hook(node)} == ALLOWED


SLOW = {"offset", "ilike", "icontains", "istartswith", "iendswith", "slice"}


def test_no_list_counts_its_way_down_and_no_search_folds_in_the_database() -> None:
    calls = [(name, node.func) for name, node in nodes(*ROOMS) if isinstance(node, ast.Call)]
    asked = {(name, of.attr) for name, of in calls if isinstance(of, ast.Attribute) and of.attr in SLOW}
    folded = {
        name
        for name, node in nodes(*ROOMS)
        if isinstance(node, ast.Attribute)
        and node.attr in {"lower", "upper"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "func"
    }
    assert (asked, folded) == (set(), set())


# -- Turkish letters -------------------------------------------------------------------------------------------------

FOLDS = {"lower", "upper", "casefold", "title", "capitalize", "swapcase"}


def folds(node: Any) -> bool:
    """A call, or a method handed on, that makes `i̇` of İ, or I of ı."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name)) if name in FOLDS:
            return True
        case ast.Attribute(value=ast.Name(id="str"), attr=name) if name in FOLDS:
            return True
    return False


def test_capitals_are_turned_in_one_place_that_knows_turkish() -> None:
    """`"AKTİF".casefold()` is no "aktif": workflow.turkish has a function for each need."""
    assert {name for name, node in nodes(*ROOMS) if folds(node)} == {"workflow/turkish.py"}


def test_no_page_and_no_script_turns_capitals_by_itself() -> None:
    filters = re.compile(r"\|\s*(?:lower|upper|title|capitalize)\b|\.(?:lower|upper|capitalize)\(")
    drawn = {named(page) for page in files("*.html", "*.txt", under="templates") if filters.search(page.read_text())}
    scripts = {named(path): path.read_text() for path in files("*.js", under="static")}
    assert (drawn, {name for name, text in scripts.items() if "toUpperCase" in text}) == (set(), set())


@pytest.mark.parametrize("line", ["x.lower()", "'İ'.casefold()", "map(str.upper, names)", "name.title()"])
def test_the_check_of_capitals_sees_every_way_of_turning_them(line: str) -> None:
    assert any(folds(node) for node in ast.walk(ast.parse(line)))
    assert not any(folds(node) for node in ast.walk(ast.parse("row.title; lowered(x); ascii_lowered(y)")))


TAX_NO = re.compile(r"\{\{[^}]*[._]tax_no\b(?!\|tax_no)[^}]*\}\}")
FILLED_IN = "field(form.tax_no)"  # a box for who may type it


def test_a_tax_number_is_shown_only_as_its_reader_may_see_it() -> None:
    """A sole trader's is the national id: every page draws it through the filter that masks it."""
    read = [page for page in PAGES if page.parent.name != "merging"]  # the career centre's own
    shown = [(named(page), found) for page in read for found in TAX_NO.findall(page.read_text())]
    assert [(page, text) for page, text in shown if FILLED_IN not in text] == []


# -- pages -----------------------------------------------------------------------------------------------------------

PAGES = files("*.html", under="templates")
LETTERS = {"templates/letters/letter.html"}  # mail programs know no style sheet of ours
TAG = re.compile(r"<[a-z][^<>]*>", re.DOTALL)
FORBIDDEN = {
    "an inline handler": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a style of its own": re.compile(r"\sstyle\s*=|<style", re.IGNORECASE),
    "a script without its word": re.compile(r"<script(?![^>]*nonce=\"\{\{ csp_nonce\(\) \}\}\")", re.IGNORECASE),
    "a script in the page": re.compile(r"<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE),
    "something from another site": re.compile(r"(?:src|href)=\"(?:https?:)?//", re.IGNORECASE),
    "text taken for markup": re.compile(r"\|\s*safe\b|autoescape false"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_has(what: str) -> None:
    wrong = {named(page) for page in PAGES if FORBIDDEN[what].search(_drawn(page))}
    assert wrong - LETTERS == set()


def _drawn(page: Path) -> str:
    """A template without its statements, whose `<` and `=` are no markup."""
    return re.sub(r"\{[%#].*?[%#]\}", "", page.read_text(), flags=re.DOTALL)


def test_every_form_that_writes_carries_its_token() -> None:
    forms = {
        named(page): re.findall(r"<form[^>]*method=\"post\".*?</form>", page.read_text(), re.DOTALL) for page in PAGES
    }
    without = {name for name, found in forms.items() for form in found if not re.search(r"(?:token|csrf)\(\)", form)}
    assert (without, sum(map(len, forms.values())) > 20) == (set(), True)


MARKUP = {"static/wizard.js": "the day count, drawn by our own template"}


def test_every_icon_a_page_or_a_desk_names_is_among_those_that_are_sent() -> None:
    pages = {
        name for p in files("*.html", under="templates") for name in re.findall(r'icon\("([^"]+)"\)', p.read_text())
    }
    desks = {name for p in CODE for name in re.findall(r'^    icon = "([^"]+)"', p.read_text(), re.MULTILINE)}
    assert (len(pages) > 20, len(desks) > 10, (pages | desks) - set(ICONS)) == (True, True, set())


def test_our_scripts_make_no_code_and_no_markup_of_text() -> None:
    made = re.compile(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write")
    assert {named(s) for s in files("*.js", under="static") if made.search(s.read_text())} == set(MARKUP)


# -- order in the house ----------------------------------------------------------------------------------------------


def test_nothing_is_left_to_do() -> None:
    left = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    texts = files("*.py", "*.html", "*.js", "*.css", "*.md", "*.toml", "*.txt", "*.in", "*.sh", "Makefile")
    assert {named(text) for text in texts if left.search(text.read_text())} == set()


def test_no_file_is_longer_than_a_person_reads() -> None:
    long = {named(p) for p in CODE if len(p.read_text().splitlines()) > FEET}
    assert long == set()


def test_every_room_has_its_floor_and_no_room_is_for_everything() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    floors = next(c["layers"] for c in rules["contracts"] if c["type"] == "layers")
    placed = {room.strip() for floor in floors for room in floor.split("|")}
    built = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert placed == built == set(rules["root_packages"]) == set(ROOMS)
    assert {named(p) for p in files("utils*", "helpers*", "common*")} == set()


def test_requirements_name_versions_and_hashes_and_no_address() -> None:
    for locked in files("*.txt", under="requirements"):
        text = locked.read_text()
        wrong = [w for w in ("://", "index-url", "find-links", "trusted-host", " @ ", "git+") if w in text]
        entries = re.findall(r"^[a-z][^\n]*?(?:\\\n[^\n]*)*$", text, re.MULTILINE | re.IGNORECASE)
        loose = [e.splitlines()[0] for e in entries if not re.match(r"\S+==\S+", e) or "--hash=sha256:" not in e]
        assert (wrong, loose, len(entries) > 20) == ([], [], True)
    wanted = "".join(p.read_text() for p in files("*.in", under="requirements"))
    assert "://" not in wanted
    assert [named(p) for p in files("uv.lock", "pylock*.toml", "package-lock.json")] == []
