"""The cases from the field by their ways in: a page, a file on a page, a command."""

import io
import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select

from models import DraftPage, Institution, Letter, Student, db, utcnow
from services.register import by_words, same_as
from services.scope import system_session
from services.transports import transport_for
from services.wizard.checks import judge_again
from tests.people import a_town, looking, sign_in
from tests.services.test_outbox import SENDER, a_server
from workflow.words import Actor, ApplicationState, InstitutionState

SOLE_TRADER = "10203040550"
HEADING = "number,name,surname,national_id,email,phone,department_code,class_year,second_department_code,active"


# -- a page ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def ipek(app: Flask) -> Any:
    with app.app_context(), a_town() as t:
        user = t.student(t.department("BIL"), "İpek", "Çağlar").user
        t.institution("Karadeniz Yazılım A.Ş.", tax_no="1111111111")
        t.session.flush()
        t.session.expunge(user)
    return sign_in(app, user)


def page(client: Any, at: str, /, **typed: Any) -> str:
    """What the page says of what was typed, by an application that is begun."""
    start = client.post("/apply/start").location.removesuffix("/notice")
    answer: str = client.post(f"{start}/{at}", data=typed, follow_redirects=True).text
    return answer


def kept(app: Flask) -> dict[str, Any]:
    with looking(app) as session:
        row: dict[str, Any] = dict(session.scalars(select(DraftPage)).one().typed)
        return row


def test_a_student_types_capitals_and_pastes_blanks_nobody_sees(app: Flask, ipek: Any) -> None:
    page(ipek, "profile", email="OGRENCİ@DEMO.EDU.TR", phone="\u202a0532\u00a0000\u00a000\u00a000\u202c")
    assert kept(app) == {"email": "ogrenci@demo.edu.tr", "phone": "0532 000 00 00"}


def test_an_address_no_letter_reaches_is_refused_at_its_field_with_the_likely_one(ipek: Any) -> None:
    assert "Adres sukru@demo.edu.tr mi?" in page(ipek, "profile", email="ŞÜKRÜ@DEMO.EDU.TR", phone="0532 000 00 00")


def test_a_firm_is_typed_as_people_write(app: Flask, ipek: Any) -> None:
    firm = {
        "pick": "new",
        "name": "Karadeniz Yazılım Anonim Şirketi",
        "city": "Trabzon",
        "tax_no": "591503109",
        "headcount": "1.250",
    }
    text = page(ipek, "institution", **firm, starts_on="14.12.2026", ends_on="8 Ocak 2027", email="info@ÇİÇEK.COM.TR")
    facts = {name: kept(app)[name] for name in ("tax_no", "headcount", "starts_on", "ends_on", "email")}
    assert facts == {
        "tax_no": "0591503109", "headcount": "1250", "starts_on": "2026-12-14", "ends_on": "2027-01-08", "email": "info@çiçek.com.tr",
    }  # fmt: skip
    assert re.findall(r'id="(?:headcount|starts_on|tax_no)-error"', text) == []


def test_what_is_no_day_stays_to_be_read_in_its_box(ipek: Any) -> None:
    text = page(ipek, "institution", pick="new", starts_on="yarın", ends_on="")
    [box] = re.findall(r'<input[^>]*name="starts_on"[^>]*>', text)
    assert ('type="text"' in box, 'value="yarın"' in box) == (True, True)
    assert "Günü 14.12.2026 gibi" in text


@pytest.mark.parametrize(
    "name", ["Karadeniz Yazılım Anonim Şirketi", "KARADENİZ YAZILIM SAN. VE TİC. AŞ", "Karadeniz Yazılım Ltd.Şti."]
)
def test_a_registered_firm_is_offered_however_its_legal_form_is_written(ipek: Any, name: str) -> None:
    firm = {
        "name": name, "kind": "private", "sector": "Yazılım", "tax_no": "2222222222", "address": "Yomra", "city": "Rize", "phone": "0462 300 00 00",
        "email": "x@k.com.tr", "web": "k.com.tr", "headcount": "3",
    }  # fmt: skip
    text = page(ipek, "institution", pick="new", **firm, weekdays=["0"], starts_on="2027-07-05", ends_on="2027-07-30")
    assert ('name="different"' in text, "Karadeniz Yazılım A.Ş." in text) == (True, True)


def test_at_most_one_at_an_institution_is_not_evaded_by_writing_its_form_out(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            student = t.student(of)
            kind = t.internship_type(of, {"max_per_institution": {"value": 1, "article": "m. 9"}})
            firms = [t.institution("Kaya Yazılım A.Ş."), t.institution("Kaya Yazılım Anonim Şirketi", city="Rize")]
            days = (date(2026, 7, 6), date(2026, 9, 7))
            rows = [
                t.application(
                    student,
                    of,
                    kind=kind,
                    supervisor=t.supervisor(firm),
                    starts_on=day,
                    state=ApplicationState.SUBMITTED,
                )
                for firm, day in zip(firms, days, strict=True)
            ]
            key, keys = rows[1].id, [firm.id for firm in firms]
        with system_session(reads=True) as session:
            row = session.get_one(type(rows[1]), key)
            broken = [v.rule for v in judge_again(row).verdicts if not v.passed]
            assert "max_per_institution" in broken
            typed = {"name": "KAYA YAZILIM LTD. ŞTİ.", "city": "Ordu"}
            assert same_as(session, keys, of=None, typed=typed) == set(keys)
            assert same_as(session, keys, of=None, typed={"name": "Kaya Yapı", "city": "Ordu"}) == set()
        with system_session() as session:
            for firm in session.scalars(select(Institution)):
                firm.__dict__["state"] = InstitutionState.VERIFIED
            verified = session.get_one(Institution, keys[0])
            assert same_as(session, keys[1:], of=verified, typed={}) == {keys[1]}
            session.rollback()


@pytest.mark.parametrize("who", ["member", "career centre"])
def test_a_sole_traders_number_is_masked_and_never_doubted(app: Flask, who: str) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            user = t.member(of) if who == "member" else t.office(Actor.CAREER_CENTRE)
            key = t.institution("Özgür Bilişim", tax_no=SOLE_TRADER).id
            t.session.flush()
            t.session.expunge(user)
        client = sign_in(app, user)
        sees = who == "career centre"
        pages = [client.get(url).text for url in ("/institutions/", f"/institutions/details/?id={key}")]
        assert [SOLE_TRADER in text for text in pages] == [sees, sees]
        assert [("•" * 9 + "50") in text for text in pages] == [not sees, not sees]
        assert "denetim" not in pages[1].lower().split("<main")[1].split("vergi")[1][:300]
        with looking(app) as session:
            found = {
                term: bool(session.scalars(select(Institution).where(*by_words(session, term).where)).all())
                for term in ("102", SOLE_TRADER[:10], SOLE_TRADER)
            }
        assert found == {"102": False, SOLE_TRADER[:10]: False, SOLE_TRADER: True}


def test_a_day_is_asked_for_in_a_filter_as_people_write_it(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            member = t.member(t.department())
            t.session.flush()
            t.session.expunge(member)
        text = sign_in(app, member).get("/applications/?start_from=14.12.2026").text
    assert re.search(r'name="start_from" value="2026-12-14"', text)


# -- a letter --------------------------------------------------------------------------------------------------------


def test_a_letter_to_a_domain_beyond_ascii_leaves_by_its_other_form(app: Flask) -> None:
    with app.app_context(), a_server() as (sink, url), transport_for(url, SENDER) as transport:
        letter = Letter(
            reader="student",
            to_email="info@çiçek.com.tr",
            to_name="Çiçek",
            language="tr",
            subject="Staj",
            text="Metin",
            html="",
        )
        letter.created_at = utcnow()
        transport.deliver(letter)
        db.session.rollback()
    [(to, message)] = sink.kept
    assert (to, message["To"].addresses[0].addr_spec) == (["info@xn--iek-1lab.com.tr"], "info@xn--iek-1lab.com.tr")


# -- a file, on a page and by a command ------------------------------------------------------------------------------


@pytest.fixture
def bilge(app: Flask) -> Any:
    with app.app_context(), a_town() as t:
        t.department("BIL")
        officer = t.office(Actor.IT)
        t.session.flush()
        t.session.expunge(officer)
    return sign_in(app, officer)


def brought_in(client: Any, data: bytes, name: str) -> str:
    """What the page says of a file before it is applied; it is applied then, whole."""
    shown = client.post("/student_import/", data={"files": (io.BytesIO(data), name)}).location.rstrip("/")
    told: str = client.get(f"{shown}/").text
    client.post(f"{shown}/apply")
    while "Refresh" in client.get(f"{shown}/progress").headers:
        time.sleep(0.2)
    return told


def students(active: str) -> bytes:
    return f"{HEADING}\n900001,Işıl,Uydurma,20304050150,isil.uydurma@ornek.edu.tr,,BIL,3,,{active}\n".encode()


@pytest.mark.parametrize(("word", "active"), [("AKTİF", True), ("PASİF", False), ("PASIF", False), ("Hayır", False)])
@pytest.mark.usefixtures("bilge")
def test_a_command_reads_yes_and_no_in_capitals(app: Flask, tmp_path: Path, word: str, active: bool) -> None:
    file = tmp_path / "students.csv"
    file.write_bytes(students(word).decode().replace(",", ";").encode("cp1254"))
    answer = app.test_cli_runner().invoke(args=["students", "import", str(file)])
    assert answer.exit_code == 0, answer.output
    with looking(app) as session:
        assert session.scalars(select(Student.active)).all() == [active]


def test_a_page_takes_a_turkish_spreadsheets_own_text(app: Flask, bilge: Any) -> None:
    data = students("EVET").decode().replace(",", "\t").encode("utf-16")
    brought_in(bilge, data, "öğrenciler.txt")
    with looking(app) as session:
        assert session.scalars(select(Student.name)).all() == ["Işıl"]


def test_a_page_tells_every_error_of_every_line(bilge: Any) -> None:
    wrong = "x@y,YOK,otuz,belki"
    rows = f"{HEADING},renk\n1,,Uydurma,123,x@y,,YOK,otuz,,belki,mavi\n2,Can,,20304050150,ışık@ornek.edu.tr,,BIL,3,BIL,evet,\n".encode()
    shown = bilge.get(bilge.post("/student_import/", data={"files": (io.BytesIO(rows), "s.csv")}).location).text
    told = re.findall(r"s\.csv[^<]*(?:<[^>]*>[^<]*){0,6}", shown)
    said = {
        word: word in shown
        for word in (
            "renk",
            "name",
            "national_id",
            "email",
            "class_year",
            "active",
            "YOK",
            "surname",
            "isik@ornek.edu.tr",
        )
    }
    assert (all(said.values()), bool(told), wrong) == (True, True, wrong)


def workbook(rows: list[tuple[Any, ...]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate(rows):
            sheet.write_row(n, 0, row)
    return made.getvalue()


def test_a_workbook_that_lost_its_zeros_has_them_again(app: Flask, tmp_path: Path) -> None:
    heading = ("name", "kind", "sector", "tax_no", "address", "city", "phone", "email", "headcount", "working_week")
    row = (
        "Karadeniz",
        "PRİVATE",
        "Yazılım",
        591503109,
        "Yomra",
        "Trabzon",
        4623772000,
        "INFO@ÇİÇEK.COM.TR",
        "1.250",
        "Pzt Sal Çar Per Cum",
    )
    (tmp_path / "institutions.xlsx").write_bytes(workbook([heading, row]))
    answer = app.test_cli_runner().invoke(args=["seed", "apply", str(tmp_path)])
    assert answer.exit_code == 0, answer.output
    with looking(app) as session:
        [firm] = session.scalars(select(Institution)).all()
        told = (firm.tax_no, firm.phone, firm.email, firm.headcount, firm.working_week, str(firm.kind))
    assert told == ("0591503109", "04623772000", "info@çiçek.com.tr", 1250, 31, "private")


def test_every_error_of_a_line_of_a_seed_file_is_told_at_once(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text(
        "code;name;starts_on;ends_on;teaching;renk\nG;Güz;31.02.2026;yarın;belki;x\nB;;2026-09-14;2027-01-08;EVET;\n",
        encoding="cp1254",
    )
    answer = app.test_cli_runner().invoke(args=["seed", "check", str(tmp_path)])
    lines = [line.split(": ")[:2] for line in answer.output.splitlines() if line.startswith("terms.csv")]
    assert answer.exit_code == 1
    assert lines == [
        ["terms.csv:2", "Unknown column “renk”."],
        ["terms.csv:2", "The column “name_en” is missing."],
        ["terms.csv:2", "starts_on"],
        ["terms.csv:2", "ends_on"],
        ["terms.csv:2", "teaching"],
        ["terms.csv:3", "name"],
    ]


def test_a_student_whose_number_lost_its_zero_is_not_taken_for_a_new_one(app: Flask, bilge: Any) -> None:
    known = students("evet").replace(b"900001", b"0900001")
    text = [brought_in(bilge, data, "s.csv") for data in (known, students("evet"))][1]
    assert "öğrenci 0900001 numarasıyla kayıtlı" in text
    with looking(app) as session:
        assert session.scalars(select(Student.number)).all() == ["0900001"]
