"""Reach by equality: on every surface a person meets exactly the rows that are theirs, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, g
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.ajax import QueryAjaxModelLoader
from flask_admin.contrib.sqla.fields import QuerySelectField
from sqlalchemy import Text, exists, func, select, union_all, update
from sqlalchemy.orm import aliased, joinedload, selectinload
from wtforms import Form

from models import (
    Absence,
    AnswerLink,
    Application,
    Attendance,
    AttendanceWeek,
    ChangeRequest,
    Department,
    Document,
    DraftPage,
    Enrolment,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    Institution,
    LedgerEntry,
    Letter,
    LogEntry,
    Model,
    Publication,
    SearchWord,
    Step,
    Student,
    User,
    db,
)
from services import answer_links
from services.scope import REFERENCE, VISIBLE, WRITABLE, OutOfReach, enter, may_write, system_session
from services.standing import NOBODY, Standing
from tests.people import Town, a_town
from workflow.words import Actor, ApplicationState

Ids = set[int]
STATES = tuple(ApplicationState)


@pytest.fixture
def town(app: Flask) -> Iterator[dict[str, Any]]:
    """Two departments; in each a student with one application per state, a commission, an employer."""
    with app.app_context():
        with a_town() as t:
            civil, mining = t.department("INS"), t.department("MAD")
            boss, other_boss = t.user(), t.user()
            firm, other_firm = t.institution("Kaya"), t.institution("Demir")
            supervisors = t.supervisor(firm, boss), t.supervisor(other_firm, other_boss)
            ayse, zeynep = t.student(civil), t.student(mining, "Zeynep", "Demir")
            both = t.member(civil, user=zeynep.user)  # a student of mining who sits on civil's commission
            files: dict[tuple[str, str], int] = {}
            for who, of, by, name in (
                (ayse, civil, supervisors[0], "ayse"),
                (zeynep, mining, supervisors[1], "zeynep"),
            ):
                for state in STATES:
                    made = t.draft(who, of) if state == "draft" else t.application(who, of, state=state, supervisor=by)
                    t.document(made, submitted=state != "draft")
                    if state in TAKES_PLACE:
                        completed(t, who, of, made)
                    files[name, state.value] = made.id
            own_in_civil = t.application(zeynep, civil)
            files["zeynep", "own in civil"] = own_in_civil.id
            users = {
                "ayse": ayse.user, "zeynep": both, "member": t.member(civil), "chair": t.chair(mining), "boss": boss,
                "health": t.office(Actor.HEALTH_OFFICE), "career": t.office(Actor.CAREER_CENTRE), "it": t.office(Actor.IT),
                "nobody in particular": t.user(),
            }  # fmt: skip
            standings = {name: t.standing(user) for name, user in users.items()} | {"nobody": NOBODY}
        yield {"files": files, "standings": standings}


def completed(t: Town, student: Student, of: Department, row: Application) -> None:
    """One row of everything that closes an internship."""
    form = t.session.scalar(select(EvaluationForm).where(EvaluationForm.department_id == of.id)) or t.evaluation_form(
        of
    )
    t.attendance(row)
    t.week(row, date(2026, 7, 6))
    t.absence(row, date(2026, 7, 6))
    t.answers(row, t.evaluation(row, form), "yes")
    t.log_entry(row, date(2026, 7, 7), submitted=row.state in HANDED_IN)
    assert row.internship_type
    t.ledger_line(student, row.internship_type, kind="internship", application_id=row.id)


HANDED_IN = ("completion", "accepted", "partly_accepted", "not_accepted")
TAKES_PLACE = ("approved", "stopped", "completion", "returned", "accepted", "partly_accepted", "not_accepted")


def _of(files: dict[tuple[str, str], int], name: str, *but: str) -> Ids:
    return {key for (who, state), key in files.items() if who == name and state not in but}


def expected(files: dict[tuple[str, str], int]) -> dict[str, Ids]:
    """Whose applications each person reaches, written by hand from the regulation."""
    ayse, zeynep = _of(files, "ayse"), _of(files, "zeynep")
    handed_in = _of(files, "ayse", "draft") | _of(files, "zeynep", "draft")
    own = files["zeynep", "own in civil"]
    return {
        "ayse": ayse,
        "zeynep": zeynep | _of(files, "ayse", "draft"),
        "member": _of(files, "ayse", "draft") | {own},
        "chair": _of(files, "zeynep", "draft") - {own},
        "boss": {files["ayse", state] for state in TAKES_PLACE},
        "health": {files[name, state] for name in ("ayse", "zeynep") for state in (*TAKES_PLACE, "cancelled")},
        "career": handed_in,
        "it": set(),
        "nobody in particular": set(),
        "nobody": set(),
    }


class Stock(ModelView):
    """Flask-Admin as it comes: nothing of ours in it."""

    column_searchable_list = ("student_name",)
    column_list = ("id", "student", "institution")
    page_size = 0


def _view() -> Stock:
    return Stock(Application, db, endpoint="stock")


def _select() -> QuerySelectField:
    class Chosen(Form):
        application = QuerySelectField(query_factory=lambda: db.session.query(Application))

    return Chosen().application


A = Application
TWIN = aliased(Application)
SURFACES: dict[str, Callable[[Ids], Ids]] = {
    "list": lambda _all: {r.id for r in _view().get_list(0, None, None, None, None)[1]},
    "search": lambda _all: {r.id for r in _view().get_list(0, None, None, "e", None)[1]},
    "sort": lambda _all: {r.id for r in _view().get_list(0, "id", True, None, None)[1]},
    "details, edit and delete": lambda all_: {k for k in all_ if _view().get_one(str(k))},
    "get": lambda all_: {k for k in all_ if db.session.get(A, k)},
    "bulk ids": lambda all_: set(db.session.scalars(select(A.id).where(A.id.in_(all_)))),
    "look-up": lambda _all: {r.id for r in QueryAjaxModelLoader("a", db.session, A, fields=["student_name"]).get_list("e", 0, 99)},
    "related select": lambda _all: {int(value) for value, *_rest in _select().iter_choices() if str(value).isdigit()},
    "export": lambda _all: {r.id for r in db.session.scalars(select(A).execution_options(yield_per=2))},
    "plain columns": lambda _all: {r.id for r in db.session.execute(select(A.id, A.state))},
    "alias": lambda _all: set(db.session.scalars(select(TWIN.id))),
    "subquery": lambda _all: set(db.session.scalars(select(select(A.id).subquery().c.id))),
    "union": lambda _all: {r.id for r in db.session.execute(union_all(select(A.id), select(A.id).where(A.id < 0)))},
    "exists": lambda _all: set(db.session.scalars(select(A.id).where(exists().where(TWIN.id == A.id)))),
    "join from a reference": lambda _all: set(db.session.scalars(select(A.id).select_from(Department).join(A))),
    "outer join from a reference": lambda _all: set(db.session.scalars(select(A.id).select_from(Institution).outerjoin(A))) - {None},
    "legacy query": lambda _all: {r.id for r in db.session.query(A)},
    "filter options": lambda _all: set(db.session.scalars(select(func.max(A.id)).group_by(A.id))),
    "download": lambda _all: set(db.session.scalars(select(Document.application_id))),
}  # fmt: skip
DRAFTS_OR_STUDENTS_OWN = {"search": "student_name", "look-up": "student_name"}


@pytest.mark.parametrize("surface", SURFACES)
def test_on_every_surface_everybody_meets_exactly_their_own(app: Flask, town: dict[str, Any], surface: str) -> None:
    files = town["files"]
    wanted = expected(files)
    if surface == "download":
        wanted |= _downloads(files)
    elif surface.endswith("from a reference"):
        wanted = {
            who: ids - ({files["ayse", "draft"], files["zeynep", "draft"]} if "outer" in surface else set())
            for who, ids in wanted.items()
        }
    met = {}
    for who, standing in town["standings"].items():
        with as_(app, standing):
            met[who] = SURFACES[surface](set(files.values()))
    assert met == wanted


def _downloads(files: dict[tuple[str, str], int]) -> dict[str, Ids]:
    """Files of an application are for the student and those who decide; zeynep's second file has none."""
    own = files["zeynep", "own in civil"]
    reach = expected(files)
    return {who: ids - {own} for who, ids in reach.items() if who not in {"boss", "health"}} | {
        "boss": set(),
        "health": set(),
    }


def _files(files: dict[tuple[str, str], int], name: str, states: tuple[str, ...] = TAKES_PLACE) -> Ids:
    return {files[name, state] for state in states}


def _closing(files: dict[tuple[str, str], int], model: type[Model]) -> dict[str, Ids]:
    """Whose files' closing each person reads, written by hand from the regulation."""
    firm = {
        "ayse": _files(files, "ayse"),
        "zeynep": _files(files, "zeynep") | _files(files, "ayse"),
        "member": _files(files, "ayse"),
        "chair": _files(files, "zeynep"),
        "boss": _files(files, "ayse"),
    }
    sealed = {
        "ayse": _files(files, "ayse", ASSESSED),
        "zeynep": _files(files, "zeynep", ASSESSED) | _files(files, "ayse", HANDED_IN),
        "member": _files(files, "ayse", HANDED_IN),
        "chair": _files(files, "zeynep", HANDED_IN),
        "boss": _files(files, "ayse"),
    }
    written = {
        "ayse": _files(files, "ayse"),
        "zeynep": _files(files, "zeynep") | _files(files, "ayse", HANDED_IN),
        "member": _files(files, "ayse", HANDED_IN),
        "chair": _files(files, "zeynep", HANDED_IN),
    }
    credited = {who: ids for who, ids in firm.items() if who != "boss"}
    credited["career"] = _files(files, "ayse") | _files(files, "zeynep")
    return {EvaluationAnswer: sealed, LogEntry: written, LedgerEntry: credited}.get(model, firm)  # type: ignore[call-overload, no-any-return]


ASSESSED = ("accepted", "partly_accepted", "not_accepted")


@pytest.mark.parametrize(
    "model", [Attendance, AttendanceWeek, Absence, Evaluation, EvaluationAnswer, LogEntry, LedgerEntry]
)
def test_everybody_reads_exactly_their_own_of_what_closes_an_internship(
    app: Flask, town: dict[str, Any], model: Any
) -> None:
    met = {}
    for who, standing in town["standings"].items():
        with as_(app, standing):
            met[who] = set(db.session.scalars(select(model.application_id)))
    assert {who: ids for who, ids in met.items() if ids} == _closing(town["files"], model)


class as_:  # noqa: N801 -- reads as a word
    """A request's session, entered as somebody."""

    def __init__(self, app: Flask, standing: Standing) -> None:
        self.context, self.standing = app.test_request_context("/"), standing

    def __enter__(self) -> None:
        self.context.push()
        db.session.remove()
        g.standing = self.standing
        enter(db.session(), self.standing)

    def __exit__(self, *_: object) -> None:
        db.session.remove()
        self.context.pop()


def test_the_count_is_the_count_of_what_is_met(app: Flask, town: dict[str, Any]) -> None:
    counted = {}
    for who, standing in town["standings"].items():
        with as_(app, standing):
            counted[who] = _view().get_list(0, None, None, None, None)[0]
    assert counted == {who: len(ids) for who, ids in expected(town["files"]).items()}


def test_a_relation_column_shows_nobody_elses_student(app: Flask, town: dict[str, Any]) -> None:
    with as_(app, town["standings"]["boss"]):
        rows = db.session.scalars(select(A).options(joinedload(A.student))).unique().all()
        assert {r.student for r in rows} == {
            None
        }  # a firm reads the name kept on the application, never the student's record
    with as_(app, town["standings"]["member"]):
        rows = db.session.scalars(select(A).options(selectinload(A.student))).all()
        assert {r.student.name if r.student else None for r in rows} == {"Ayşe", None}


def test_inline_rows_stop_at_the_department(app: Flask, town: dict[str, Any]) -> None:
    with as_(app, town["standings"]["member"]):
        students = db.session.scalars(select(Student)).all()
        assert [(s.name, len(s.enrolments)) for s in students] == [("Ayşe", 1)]


def test_a_session_nobody_entered_sees_nothing(app: Flask, town: dict[str, Any]) -> None:
    with app.app_context():
        db.session.remove()
        assert [db.session.scalars(select(m)).all() for m in VISIBLE] == [[] for _ in VISIBLE]


def test_every_model_is_owned_or_a_reference() -> None:
    models = {m.class_ for m in Model.registry.mappers}
    assert models == set(VISIBLE) | REFERENCE
    assert set(VISIBLE).isdisjoint(REFERENCE)
    assert models >= set(WRITABLE)


def test_a_statement_that_changes_many_rows_is_refused(app: Flask, town: dict[str, Any]) -> None:
    with as_(app, town["standings"]["member"]), pytest.raises(OutOfReach):
        db.session.execute(update(A).values(phone="0"))


FOREIGN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a file of another student": lambda _f: Application(student_id=1, department_id=1, student_number="1", student_name="x"),
    "a document of another student": lambda f: Document(
        application_id=f["ayse", "submitted"], student_id=1, department_id=1, filename="x", content_type="x", size=1,
        sha256="x", storage_key="x", entries=[],
    ),
    "a department": lambda _f: Department(code="X", faculty_id=1, name="X", name_en="X"),
    "a publication of another department": lambda _f: Publication(kind="announcement", department_id=1, title="x"),
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
@pytest.mark.parametrize("who", ["chair", "boss", "health", "nobody in particular", "nobody"])
def test_a_write_outside_reach_is_refused(app: Flask, town: dict[str, Any], who: str, what: str) -> None:
    with as_(app, town["standings"][who]):
        db.session.add(FOREIGN[what](town["files"]))
        with pytest.raises(OutOfReach):
            db.session.flush()


OWNED_ROWS = {DraftPage: "page", SearchWord: "word", Step: "seq", Letter: "subject", Enrolment: "id", Student: "id"}


@pytest.mark.parametrize("model", OWNED_ROWS)
def test_an_employer_meets_no_internal_record(app: Flask, town: dict[str, Any], model: Any) -> None:
    with as_(app, town["standings"]["boss"]):
        assert db.session.scalars(select(model)).all() == []


def test_the_search_term_is_compared_as_text(app: Flask, town: dict[str, Any]) -> None:
    with as_(app, town["standings"]["career"]):
        assert db.session.scalars(select(A.id).where(A.student_name.cast(Text) == "%")).all() == []


# -- the visitor of a letter's link: one file, one purpose ---------------------------------------------------------------


@pytest.fixture
def linked(app: Flask) -> dict[str, Any]:
    """Two interns of one supervisor with the same rows each, and the standing of the link about the first one's change."""
    made: dict[str, Any] = {"rows": {}}
    with app.app_context(), a_town() as t:
        of, boss = t.department(), t.user()
        person, form = t.supervisor(t.institution(), boss), t.evaluation_form(of)
        for name in ("asked about", "other"):
            student = t.student(of)
            row = t.application(student, of, state=ApplicationState.APPROVED, supervisor=person)
            completed(t, student, of, row)
            change = t.change(row)
            step = t.step("change_request", change.id, "ask", department_id=of.id, student_id=student.id)
            written = answer_links.issue(t.session, change)
            letter = {"reader": "employer", "to_email": boss.email, "to_name": boss.name, "language": "tr", "html": ""}
            t.add(Letter(user_id=boss.id, step_id=step.id, subject=name, text="", **letter))
            t.session.flush()
            made["rows"][name] = (row.id, change.id)
            made.setdefault("token", written.rpartition("/")[2])
        made["firm"] = t.standing(boss)
        opened = answer_links.opened(t.session, made["token"])
        assert opened
        made |= {"link": opened.standing, "boss": boss.id, "form": form.id}
    return made


OF_A_FILE = (ChangeRequest, Attendance, AttendanceWeek, Absence, Evaluation, EvaluationAnswer)


def met_of(linked: dict[str, Any]) -> dict[str, set[str]]:
    """Whose rows somebody reads, by model."""
    by_file = {row: name for name, (row, _change) in linked["rows"].items()}
    by_change = {change: name for name, (_row, change) in linked["rows"].items()}
    read = db.session.scalars
    return {
        "Application": {by_file[k] for k in read(select(Application.id))},
        **{m.__name__: {by_file[k] for k in read(select(m.application_id))} for m in OF_A_FILE},  # type: ignore[attr-defined]
        "Step": {by_change[k] for k in read(select(Step.row_id))},
        "AnswerLink": {by_change[k] for k in read(select(AnswerLink.change_request_id)) if k},
        "Letter": set(read(select(Letter.subject))),
    }


def test_a_links_visitor_reads_the_one_file_it_is_about(app: Flask, linked: dict[str, Any]) -> None:
    read_of = {"Application", "Step", "AnswerLink", *(m.__name__ for m in OF_A_FILE)}
    with as_(app, linked["link"]):
        assert met_of(linked) == {**{model: {"asked about"} for model in read_of}, "Letter": set()}
    with as_(app, linked["firm"]):
        assert met_of(linked) == {model: {"asked about", "other"} for model in (*read_of, "Letter")}


def test_a_links_visitor_writes_of_no_other_file(app: Flask, linked: dict[str, Any]) -> None:
    may: dict[tuple[str, str, str], bool] = {}
    with app.app_context(), system_session() as session:
        for name, (pk, change) in linked["rows"].items():
            rows: list[Any] = [
                s for m in OF_A_FILE[1:] for s in session.scalars(select(m).where(m.application_id == pk))
            ]
            assert len(rows) == len(OF_A_FILE) - 1
            kept = session.scalars(select(AnswerLink).where(AnswerLink.change_request_id == change)).one()
            new = AnswerLink(supervisor_id=kept.supervisor_id, change_request_id=change)
            for who in ("link", "firm"):
                writes = {type(row).__name__: may_write(row, linked[who]) for row in rows}
                may |= {(who, name, model): allowed for model, allowed in writes.items()}
                may[who, name, "a new link"] = may_write(new, linked[who])
    written = [m.__name__ for m in OF_A_FILE[1:]]
    assert may == {
        **{("firm", name, model): True for name in linked["rows"] for model in (*written, "a new link")},
        **{("link", "asked about", model): True for model in written},
        **{("link", "other", model): False for model in written},
        **{("link", name, "a new link"): False for name in linked["rows"]},
    }
    with as_(app, linked["link"]):
        moved = {
            name: db.session.execute(
                update(ChangeRequest).where(ChangeRequest.id == change).values(why="Başka"),
                execution_options={"by_hand": True, "synchronize_session": False},
            ).rowcount  # type: ignore[attr-defined]
            for name, (_pk, change) in linked["rows"].items()
        }
        user = db.session.get_one(User, linked["boss"])
        user.password = "çalınmış"
        with pytest.raises(OutOfReach):
            db.session.flush()
    assert moved == {"asked about": 1, "other": 0}
