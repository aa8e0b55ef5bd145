"""IT seeds from files: the difference is seen before it is written, and it is written whole or not at all."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from admin_views.seed_desk import LABELS
from models import Department, Faculty, Institution, Policy, Publication, Step, Supervisor
from seed.apply import apply, not_yet_applied
from seed.difference import compare
from seed.reference import TABLES
from services import audit
from services.changes import Difference, Faulty
from services.say import said
from services.scope import system_session
from services.settings import ROOT
from tests.seed.files import DEPARTMENTS, FACULTIES, PDF, POLICIES, everything, university
from workflow.words import PublicationState

Files = dict[str, bytes]


@pytest.fixture(autouse=True)
def _in_the_application(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def check(files: Files) -> Difference:
    with system_session(reads=True) as session:
        return compare(session, files).difference


def put(app: Flask, files: Files) -> Difference:
    with system_session() as session:
        return apply(session, files, app.extensions["storage"])


def problems(difference: Difference) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.say.msgid) for p in difference.problems]


def write(folder: Path, files: Files) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_checking_writes_nothing(app):
    put(app, university(supervisors=None))
    before = everything()
    found = check(university(departments=DEPARTMENTS.replace("İnşaat", "Yapı")))
    assert found.counts["department"] == [0, 1, 1]
    assert found.counts["supervisor"] == [1, 0, 0]
    assert everything() == before


def test_applying_fills_every_table(app):
    assert put(app, university()).counts == {
        "faculty": [1, 0, 0], "department": [2, 0, 0], "term": [1, 0, 0], "internship_type": [1, 0, 0], "policy": [1, 0, 0],
        "holiday_override": [1, 0, 0], "publication": [1, 0, 0], "institution": [1, 0, 0], "supervisor": [1, 0, 0],
    }  # fmt: skip
    with system_session(reads=True) as session:
        assert session.scalars(select(Department.name).order_by(Department.code)).all() == [
            "Bilgisayar Mühendisliği",
            "İnşaat Mühendisliği",
        ]
        assert session.scalars(select(Policy)).one().rules == {"min_days": {"value": 20, "article": "m. 7/1"}}
        assert session.scalars(select(Supervisor)).one().institution_id == session.scalars(select(Institution)).one().id
        regulation = session.scalars(select(Publication)).one()
        assert (regulation.state, regulation.size) == (PublicationState.PUBLISHED, len(PDF))
        assert b"".join(app.extensions["storage"].open(regulation.storage_key)) == PDF


def test_a_second_run_changes_nothing(app):
    put(app, university())
    before = everything()
    again = put(app, university())
    assert not again.differs
    assert everything() == before


def test_a_changed_row_is_shown_field_by_field(app):
    put(app, university())
    found = check(university(departments=DEPARTMENTS.replace("Civil", "Structural")))
    [change] = found.groups[1].changed
    assert (change.label, change.file, change.line) == ("INS", "departments.csv", 3)
    assert [(f.name, f.before, f.after) for f in change.fields] == [
        ("name_en", "Civil Engineering", "Structural Engineering")
    ]


def test_a_department_that_moves_to_another_faculty_says_so(app):
    put(app, university())
    moved = university(
        faculties=FACULTIES + "MIM,Mimarlık,Architecture,faculty\n",
        departments=DEPARTMENTS.replace("INS,MUH", "INS,MIM"),
    )
    [change] = check(moved).groups[1].changed
    assert [(f.name, f.before, f.after) for f in change.fields] == [("faculty", "MUH", "MIM")]
    put(app, moved)
    with system_session(reads=True) as session:
        assert session.scalar(select(Faculty.code).join(Faculty.departments).where(Department.code == "INS")) == "MIM"


def test_every_bad_row_is_named_by_file_and_line():
    found = check(
        {
            "faculties.csv": "code,name,name_en,kind\nMUH,Mühendislik,Engineering,fakulte\n,Boş,Empty,faculty\n\nMIM,A,B,faculty\nMIM,C,D,faculty\n".encode(),
            "departments.csv": b"code;faculty;name;name_en;colour\nBIL;YOK;B;B;\nINS;MIM;I;I;blue\n",
            "terms.csv": b"code,name,name_en,starts_on,ends_on,teaching\nx,x,x,31.02.2026,2026-09-11,belki\n",
            "policies.yaml": b"- department: BIL\n  version: 1\n\n- just text\n",
            "holiday_overrides.csv": "day,effect,concerns,reason\n2025-01-01,holiday,all,\xff\n".encode("latin-1"),
            "publications.yaml": b"- {code: a, kind: regulation, title: A, file: files/none.pdf}\n- [\n",
        }
    )
    assert problems(found) == [
        ("faculties.csv", 2, "%(column)s: %(wrong)s"),
        ("faculties.csv", 3, "%(column)s: %(wrong)s"),
        ("faculties.csv", 6, "“%(row)s” stands on line %(line)s already."),
        ("departments.csv", 2, "Unknown column “%(column)s”."),
        ("departments.csv", 2, "“%(key)s” is neither in these files nor in the database."),
        ("terms.csv", 2, "%(column)s: %(wrong)s"),
        ("terms.csv", 2, "%(column)s: %(wrong)s"),
        ("policies.yaml", 1, "%(column)s: %(wrong)s"),
        ("policies.yaml", 1, "%(column)s: %(wrong)s"),
        ("policies.yaml", 1, "%(column)s: %(wrong)s"),
        ("policies.yaml", 4, "Each entry is a list of “name: value” lines."),
        ("holiday_overrides.csv", 2, "%(wrong)s %(save)s"),
        ("publications.yaml", 3, "This is not well-formed YAML."),
    ]
    assert all(said(p.say) for p in found.problems)


@pytest.mark.parametrize(
    "bad",
    [
        "- &a [*a]\n",
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n",
        "- " + "[" * 5000,
        "- x: " + "".join(f"&a{n} [{f'*a{n - 1},' * 9 if n else 'x'}]\n  y{n}: " for n in range(9)) + "z\n",
        "\x00",
    ],
)
def test_a_hostile_yaml_file_is_one_problem(bad):
    assert len(check({"policies.yaml": bad.encode()}).problems) == 1


def test_an_error_in_the_last_file_leaves_nothing(app):
    before = everything()
    with pytest.raises(Faulty):
        put(
            app,
            university(supervisors="institution,city,name,title,phone,email\nYok A.Ş.,Trabzon,Ali,Müdür,0462,a@b.co\n"),
        )
    assert everything() == before


def test_a_failure_half_way_leaves_nothing(app):
    before = everything()
    twice = DEPARTMENTS + "BI2,MUH,Bilgisayar Mühendisliği,Same name\n"  # only the database sees this one
    with pytest.raises(Exception, match=r"(?i)unique"):
        put(app, university(departments=twice))
    assert everything() == before


def test_a_policy_version_never_changes(app):
    put(app, university())
    changed = university(policies=POLICIES.replace("20,", "25,"))
    assert problems(check(changed)) == [
        ("policies.yaml", 1, "“%(key)s” is in use with other rules; a version never changes. Write a new version.")
    ]
    second = POLICIES + POLICIES.replace("20,", "25,").replace("version: 1", "version: 2")
    assert put(app, university(policies=second)).counts["policy"] == [1, 0, 1]


def test_a_rule_the_law_does_not_know_is_refused():
    found = check(university(policies=POLICIES.replace("min_days", "minimum")))
    assert [(p.file, p.line) for p in found.problems] == [("policies.yaml", 1)]


def test_a_publication_that_somebody_withdrew_stays_withdrawn(app):
    put(app, university())
    with system_session() as session:
        session.scalars(select(Publication)).one().state = PublicationState.WITHDRAWN
    assert not put(app, university()).differs


def test_another_file_under_the_same_name_replaces_the_stored_one(app):
    put(app, university())
    files = university() | {"files/yonerge.pdf": PDF + b"%new\n"}
    assert put(app, files).counts["publication"] == [0, 1, 0]
    with system_session(reads=True) as session:
        row = session.scalars(select(Publication)).one()
    assert b"".join(app.extensions["storage"].open(row.storage_key)) == PDF + b"%new\n"


def test_an_xlsx_file_reads_like_the_csv(app):
    sheet = io.BytesIO()
    with xlsxwriter.Workbook(sheet, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for n, line in enumerate(FACULTIES.splitlines()):
            page.write_row(n, 0, line.split(","))
        page.write_row(3, 0, [101, "Tıp Fakültesi", "Medicine", "faculty"])
    files = university(faculties=None) | {"faculties.xlsx": sheet.getvalue()}
    assert put(app, files).counts["faculty"] == [2, 0, 0]
    with system_session(reads=True) as session:
        assert set(session.scalars(select(Faculty.code))) == {"MUH", "101"}


def test_each_change_leaves_a_line_of_history_and_the_chains_hold(app):
    put(app, university())
    put(app, university(departments=DEPARTMENTS.replace("Civil", "Structural")))
    with system_session(reads=True) as session:
        steps = session.scalars(select(Step).where(Step.machine == "department").order_by(Step.id)).all()
        assert [(s.action, s.by_name) for s in steps] == [("create", "flask seed")] * 2 + [("edit", "flask seed")]
        assert steps[-1].facts["changes"] == {"name_en": ["Civil Engineering", "Structural Engineering"]}
        assert not [b for b in audit.verify(session) if isinstance(b, audit.Break)]


def test_applying_once_leaves_later_edits_alone(app):
    put(app, university())
    with system_session() as session:
        session.scalars(select(Department).where(Department.code == "INS")).one().name_en = "Edited at the desk"
        assert not set(not_yet_applied(session, university())) - {"files/yonerge.pdf"}
        changed = university(faculties=FACULTIES.replace("Faculty of", "School of"))
        assert set(not_yet_applied(session, changed)) == {"files/yonerge.pdf", "faculties.csv"}


def test_the_commands_say_what_they_did(app, tmp_path):
    run = app.test_cli_runner().invoke
    folder = str(write(tmp_path, university()))
    answers = [run(args=["seed", what, folder]) for what in ("check", "apply", "apply", "check")]
    assert [a.exit_code for a in answers] == [0, 0, 0, 0]
    assert [a.output.strip().splitlines()[-1] for a in answers[1:]] == ["Applied.", "No change.", "No change."]
    (tmp_path / "departments.csv").write_text("code,faculty,name,name_en\nBIL,YOK,B,B\n")
    bad = [run(args=["seed", what, folder]) for what in ("check", "apply")]
    assert [a.exit_code for a in bad] == [1, 1]
    assert all("departments.csv:2: “YOK” is neither in these files nor in the database." in a.output for a in bad)


def test_the_universitys_own_files_are_without_fault(app):
    run = app.test_cli_runner().invoke
    assert [run(args=["seed", "apply", str(ROOT / "seed/data")]).exit_code for _ in range(2)] == [0, 0]
    assert "No change." in run(args=["seed", "check", str(ROOT / "seed/data")]).output


def test_every_kind_of_record_of_a_file_is_named_where_it_was_applied() -> None:
    assert {table.kind for table in TABLES} - set(LABELS) == set()
