"""Forms nobody filled in honestly: every field of every form with what cannot stand there; nothing comes of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from models import DraftPage, User
from tests.admin_views.reach import ADDRESSES
from tests.bad_input import DATES, FAULT, HUGE, few, found_faultless, written
from tests.forms import form_at
from tests.people import PASSWORD, looking
from tests.posts import DAYS, DRAFT, FIRM, NAMES, NEWS, POSTS, REASON, WITHOUT_FIELDS, Post
from tests.university import MISSING, University
from workflow.words import Page

STORM = "a" + "\u0301\u0316" * 40
UNSEEN: tuple[str, ...] = ("a\u202eb", "a\x07b", STORM, "a\ufffdb")
NUMBERS = ("1e999", "NaN", "-1", "1.5", str(2**63), str(2**64), "9" * 5_000, "abc", "' OR 1=1 --")
CHOICES = ("abc", "-1", "\x00", str(MISSING), str(2**64), "x1", HUGE, "New", b"\xff")
MEGABYTE = "a" * 1_000_000
# what may be typed though it looks odd
ODD = "İIıi <b>&\"'</b> =SUM(A1) %s {{7*7}} ${x} ÅÅ 👩🏽‍🎓"


MANY = 12  # fields of a form that are tried with everything; of a longer one the rest share
DELETES = frozenset(name for name in ADDRESSES if name.endswith(".delete_view"))
UPLOADS = frozenset({"seed.index", "student_import.index", "declarations.references", "completion.logbook"})


@pytest.fixture(autouse=True)
def no_fault(university: University, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield from found_faultless(university, caplog)


def test_every_form_is_walked(university: University) -> None:
    """An address that takes a form and is open to somebody has its entry here, or a reason to have none."""
    posts = {
        r.endpoint for r in university.app.url_map.iter_rules() if "POST" in r.methods and ADDRESSES[r.endpoint].to
    }
    assert posts - DELETES - WITHOUT_FIELDS - UPLOADS == set(POSTS)


@dataclass(frozen=True)
class Field:
    """A field as its page draws it: `kind` is its type, `offered` what may be chosen."""

    kind: str
    required: bool = False
    offered: tuple[str, ...] = ()


_TAG = re.compile(r"<(input|select|textarea)\b([^>]*)>(?:(?<=>)((?:\s*<(?:option|optgroup)[^>]*>[^<]*(?:</\w+>)?)*))?")
_OPTION = re.compile(r'<option[^>]*value="([^"]*)"')


def fields(page: str) -> dict[str, Field]:
    """The fields of the first form of a page."""
    found: dict[str, Field] = {}
    for sheet in re.findall(r'<form[^>]*class="[^"]*sheet.*?</form>', page, re.DOTALL)[:1]:
        for tag, inner, options in _TAG.findall(sheet):
            said = dict(re.findall(r'([\w-]+)="([^"]*)"', inner))
            if name := unescape(said.get("name", "")):
                kind = said.get("type", "text") if tag == "input" else tag
                kind = "number" if kind == "text" and said.get("inputmode") == "numeric" else kind
                before = found.get(name, Field(kind)).offered
                offered = (
                    (*before, said.get("value", "y"))
                    if kind in {"radio", "checkbox"}
                    else tuple(_OPTION.findall(options))
                )
                found[name] = Field(kind, " required" in inner, offered)
    return found


LINE = (*UNSEEN, "a\nb", HUGE)
WRONG: dict[str, tuple[Any, ...]] = {
    "date": (*DATES, HUGE),
    "number": NUMBERS,
    "select": CHOICES,
    "radio": CHOICES,
    "checkbox": CHOICES,
    **dict.fromkeys(("text", "email", "tel", "url"), LINE),
    "textarea": (*UNSEEN, "\u015e" * 20_001, MEGABYTE),
    "hidden version": (*NUMBERS, "", b"\xff"),
    "hidden seen": ("", "0" * 64, "\u015f", HUGE, None),
}


def values(name: str, of: Field, foreign: Sequence[str]) -> list[Any]:
    """What cannot stand in a field; None leaves it out."""
    if of.kind == "checkbox" and len(of.offered) == 1:
        return []
    found = [*WRONG.get(f"hidden {name}" if of.kind == "hidden" else of.kind, ())]
    if of.kind in {"select", "radio"}:
        return [*found, *(key for key in foreign if key not in of.offered), *([""] if of.required else [])]
    return [*found, "", "   ", "\xad\u200b", None] if of.required else found


def test_a_field_takes_nothing_that_cannot_stand_there(university: University) -> None:
    wrong: list[Any] = []
    for endpoint, posts in POSTS.items():
        for post in posts:
            wrong += _walked(university, endpoint, post)
    assert wrong == []


def _walked(university: University, endpoint: str, post: Post) -> Iterator[Any]:
    url, typed, drawn = _ready(university, post)
    foreign = [str(university.others[n]) for n in ("mining type", "mining", "mining supervisor", "policy")] + [
        "900000007"
    ]
    before = university.contents()
    for number, (name, of) in enumerate(drawn.items()):
        for value in () if name in post.free else few(values(name, of, foreign), max(0, number - MANY)):
            with written() as tables:
                answer = _sent(university, post, url, {**typed, name: value})
            taken = tables - post.keeps or (post.keeps and _path(answer) != url)
            if answer.status_code >= FAULT or taken or _leads_away(answer):
                yield endpoint, url, name, str(value)[:30], answer.status_code, tables, answer.location
    after = university.contents()
    if changed := {t for t in before if before[t] != after[t]} - post.keeps:
        yield endpoint, url, "wrote", changed


def _ready(university: University, post: Post) -> tuple[str, dict[str, Any], dict[str, Field]]:
    """The address, what is typed as it should be, and the fields with their kinds."""
    rows = {
        **{name: key for name, key in university.changes.items() if "_" in name},
        "ayse approved change": university.changes["ayse approved"],
        **university.others, **university.applications, **university.publications, **university.declarations,
    }  # fmt: skip
    rows |= {f"{name} request": key for name, key in university.requests.items()}
    rows |= {f"{name} student": key for name, key in university.students.items()}
    rows |= {f"{name} line": key for name, key in university.ledger.items()}
    rows |= {f"{name} template": key for name, key in university.templates.items()}
    rows |= {f"{name} form": key for name, key in university.evaluation_forms.items()}
    keys = {f"{{{name}}}": str(key) for name, key in rows.items()} | {"{email}": _address(university)}

    def filled(text: Any) -> Any:
        return re.sub(r"\{[^}]+\}", lambda found: keys[found[0]], text) if isinstance(text, str) else text

    url = filled(post.path)
    page = university.people[post.who].get(url)
    drawn = fields(page.text) if page.status_code == 200 else {}
    typed = form_at(university.people[post.who], url) if drawn else {}
    for name, value in post.typed.items():
        typed[name] = filled(value)
        drawn.setdefault(name, Field("text"))
    return url, typed, drawn


def _address(university: University) -> str:
    with looking(university.app) as session:
        user = session.get_one(User, university.others["account"])
        return user.email


def _sent(university: University, post: Post, url: str, typed: dict[str, Any]) -> Any:
    """The answer to a form as a browser would encode it, whatever bytes its values are."""
    pairs = [(n, v) for n, vs in typed.items() for v in (vs if isinstance(vs, list) else [vs]) if v is not None]
    encoded = urlencode([(n, v if isinstance(v, bytes) else str(v)) for n, v in pairs])
    return university.people[post.who].post(url, data=encoded, content_type="application/x-www-form-urlencoded")


def _path(answer: Any) -> str:
    return urlsplit(answer.location or "").path


def _leads_away(answer: Any) -> bool:
    return urlsplit(answer.location or "").netloc not in {"", "localhost"}


@pytest.mark.parametrize("token", [None, "", "x", "foreign"])
def test_without_its_token_no_form_is_taken(university: University, token: str | None) -> None:
    """However it is sent; a form that takes nothing but its address has no other protection."""
    sent, wrong = (
        {} if token is None else {"csrf_token": _foreign_token(university) if token == "foreign" else token},
        [],
    )
    university.app.config["WTF_CSRF_ENABLED"] = True
    for who, url in _doors(university):
        with written() as tables:
            answer = university.people[who].post(url, data=sent)
        if answer.status_code != 400 or tables:
            wrong.append((url, answer.status_code, tables))
    university.app.config["WTF_CSRF_ENABLED"] = False
    assert wrong == []


def _foreign_token(university: University) -> str:
    """The token of somebody else's page."""
    page = university.people["other it"].get("/faculties/new/").text
    return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]


def _doors(university: University) -> list[tuple[str, str]]:
    """Everybody's forms, and what is sent without one."""
    of = university.applications["ayse draft"]
    more = [("ayse", "/apply/start"), ("ayse", f"/apply/{of}/discard"), ("it", "/outbox/retry"), ("it", "/logout"),
            ("it", f"/accounts/{university.others['account']}/letter"), ("it", "/faculties/delete/")]  # fmt: skip
    return [(post.who, _ready(university, post)[0]) for posts in POSTS.values() for post in posts] + more


BODIES: dict[str, tuple[bytes, str]] = {
    "json": (b'{"name": {"$ne": null}, "title": [1]}', "application/json"),
    "broken json": (b'{"name":', "application/json"),
    "text": (b"name=x&title=y", "text/plain"),
    "nothing said": (b"name=x", ""),
    "no boundary": (b"--x\r\n", "multipart/form-data"),
    "broken boundary": (b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx', "multipart/form-data; boundary=y"),
    "cut off": (b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nx', "multipart/form-data; boundary=x"),
    "no name": (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
    "huge boundary": (b"x", f"multipart/form-data; boundary={'x' * 9_000}"),
    "not utf-8": (b"name=\xff\xfe&title=%FF%FE&%FF=1", "application/x-www-form-urlencoded"),
    "utf-16": ("name=x".encode("utf-16"), "application/x-www-form-urlencoded; charset=utf-16"),
    "many fields": (b"&".join(b"a%d=1" % n for n in range(5_000)), "application/x-www-form-urlencoded"),
    "more than a form": (b"name=" + b"a" * 3_000_000, "application/x-www-form-urlencoded"),
    "files for text": (b"".join(b'--x\r\nContent-Disposition: form-data; name="%s"; filename="a.txt"\r\n\r\nx\r\n' % name.encode()
                                for name in (*FIRM, *NAMES, *DAYS, *NEWS, *REASON, "version", "seen", "pick", "password")) + b"--x--",
                       "multipart/form-data; boundary=x"),
}  # fmt: skip
NEEDS_NOTHING = ("/withdraw", "/publish", "/profile")  # a plain confirmation, and a page that is filled in already


def test_no_body_of_another_kind_is_a_fault_or_taken(university: University) -> None:
    before, wrong = university.contents(), []
    for posts in POSTS.values():
        for post in posts:
            url, _typed, _drawn = _ready(university, post)
            for kind, (body, content_type) in BODIES.items() if not url.endswith(NEEDS_NOTHING) else ():
                with written() as tables:
                    answer = university.people[post.who].post(url, data=body, content_type=content_type)
                if answer.status_code >= FAULT or tables - post.keeps or _leads_away(answer):
                    wrong.append((url, kind, answer.status_code, tables, answer.location))
    assert wrong == []
    assert {t for t, of in university.contents().items() if before[t] != of} <= DRAFT


def test_the_same_forms_are_taken_as_they_should_be(university: University) -> None:
    """Otherwise the refusals above would prove nothing."""
    refused = []
    for posts in POSTS.values():
        for post in (post for post in posts if post.takes):
            url, typed, _drawn = _ready(university, post)
            with written() as tables:
                answer = _sent(university, post, url, typed)
            if answer.status_code not in {302, 303} or not tables or (post.keeps and _path(answer) == url):
                refused.append(
                    (url, answer.status_code, tables, re.findall(r'class="field-error"[^>]*>(.*)', answer.text))
                )
    assert refused == []


def test_odd_text_and_fields_sent_twice_are_no_fault(university: University) -> None:
    """What looks odd is text like any other."""
    wrong = []
    for posts in POSTS.values():
        for post in posts:
            url, typed, drawn = _ready(university, post)
            texts = [name for name, of in drawn.items() if of.kind in {"text", "textarea"}]
            for sent in (
                *({**typed, name: odd} for name in texts for odd in (ODD, "a\x00b", b"a\xff\xed\xa0\x80b")),
                {name: [value, HUGE, value] for name, value in typed.items()},
                {f"{name}[]": value for name, value in typed.items()},
            ):
                answer = _sent(university, post, url, sent)
                if answer.status_code >= FAULT or _leads_away(answer):
                    wrong.append((url, answer.status_code, str(sent)[:200]))
    assert wrong == []


def test_blanks_around_what_a_student_types_are_not_kept(university: University) -> None:
    """A name is measured as it will stand in its column."""
    client, draft = university.people["zeynep"], university.applications["zeynep draft"]
    client.post(
        f"/apply/{draft}/profile",
        data={"phone": "0532 000 00 00" + " " * 9_000, "email": "\xad a@demo.edu.tr\x00 ", "version": "1"},
    )
    with looking(university.app) as session:
        kept = session.get_one(DraftPage, (draft, Page.PROFILE)).typed
    assert (kept["phone"], kept["email"]) == ("0532 000 00 00", "a@demo.edu.tr")


def test_a_password_beyond_what_can_be_hashed_is_nobodys(university: University) -> None:
    client, long = university.people["stranger"], "Uzun-bir-parola-42! " * 500
    for url, typed in (("/login", {"email": _address(university)}), ("/verify", {})):
        assert university.people["nobody"].post(url, data={**typed, "password": long}).status_code in {200, 302}
    form = {"password": PASSWORD, "new_password": long, "new_password_confirm": long}
    before = university.contents()
    assert "4096" in client.post("/change", data=form).text
    assert university.contents() == before
