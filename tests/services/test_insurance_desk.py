"""The health office's work: the list out, the references in, corrections that keep what stood before, national ids on record."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Declaration, HolidayOverride, ReachSession, Step, db
from services import (
    audit,
    insurance_board,
    insurance_codes,
    insurance_list,
    insurance_references,
    letter_facts,
    national_ids,
    search,
)
from services.calendar import grace
from services.insurance_references import Given
from services.scope import OutOfReach, enter
from services.seal import Seal
from services.standing import Standing
from services.tables import Unreadable, read_table
from services.transition import Refused, take
from tests.people import TODAY, Town, a_town, looking
from tests.queues import one_after_the_other
from workflow.say import Say
from workflow.words import Action, Actor, ApplicationState, DeclarationState, Urgency

ID = "10000000146"
SEAL = Seal("s" * 32)
IN_TIME = date(2026, 7, 1)  # internships here start on Monday, 6 July


@dataclass
class Office:
    t: Town
    standing: Standing
    row: Declaration

    def steps(self) -> list[Step]:
        return audit.timeline(self.t.session, "declaration", self.row.id)


@contextmanager
def an_office(state: str = "due", national_id: str = ID, kind: str = "entry") -> Iterator[Office]:
    with a_town() as t:
        of = t.department()
        student = t.student(of)
        student.national_id_sealed = SEAL.close(national_id)
        row = t.declaration(t.application(student, of, state=ApplicationState.APPROVED), kind, state)
        t.session.refresh(row)
        yield Office(t, t.standing(t.office(Actor.HEALTH_OFFICE)), row)


def test_whoever_writes_second_in_a_history_waits_and_chains_to_the_first(app: Flask) -> None:
    """One looks at the national id while another notes the reference: neither has to begin again."""
    with app.app_context(), an_office("sent") as o:
        pk, standing, other = o.row.id, o.standing, o.t.standing(o.t.office(Actor.HEALTH_OFFICE))

    def shown(session: Session) -> None:
        row = session.get_one(Declaration, pk)
        national_ids.opened(session, row, seal=SEAL, standing=standing, how="shown")

    def noted(session: Session) -> None:
        row = session.get_one(Declaration, pk)
        take(session, row, Action.CONFIRM, standing=other, today=TODAY, values={"reference": "SGK-1"})

    assert one_after_the_other(app, (standing, shown), (other, noted)) == "done"
    with looking(app) as session:
        steps = audit.timeline(session, "declaration", pk)
        assert [(s.seq, s.action) for s in steps] == [(1, Action.SHOW), (2, Action.CONFIRM)]
        assert [b for b in audit.verify(session) if isinstance(b, audit.Break) and b.machine == "declaration"] == []


def test_every_showing_of_a_national_id_stands_in_the_history(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        assert national_ids.opened(o.t.session, o.row, seal=SEAL, standing=o.standing, how="shown") == ID
        assert [(s.action, s.facts, s.by_id) for s in o.steps()] == [
            (Action.SHOW, {"national_id": "shown"}, o.standing.user_id)
        ]
        o.t.session.flush()
        assert [b for b in audit.verify(o.t.session) if isinstance(b, audit.Break) and b.machine == "declaration"] == []


def test_nobody_but_the_health_office_opens_a_national_id(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        for actor in (Actor.IT, Actor.CAREER_CENTRE):
            with pytest.raises(OutOfReach):
                other = o.t.standing(o.t.office(actor))
                national_ids.opened(o.t.session, o.row, seal=SEAL, standing=other, how="shown")
        assert o.steps() == []


@pytest.mark.parametrize(("national_id", "says"), [("12345678901", "not a valid one"), ("", "not a valid one")])
def test_a_row_with_a_fault_is_not_listed(app: Flask, national_id: str, says: str) -> None:
    with app.app_context(), an_office(national_id=national_id) as o:
        of, now = insurance_list.columns(), grace(o.t.session, IN_TIME)
        assert says in str(insurance_list.fault(o.row, SEAL, of, now))
        assert "cannot be read" in str(insurance_list.fault(o.row, Seal("another"), of, now))
        o.row.application.family_health_cover = None
        assert "covered through the family" in str(insurance_list.fault(o.row, SEAL, of, now))


def test_the_list_holds_what_the_columns_name(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        of = insurance_list.columns()
        assert insurance_list.fault(o.row, SEAL, of, grace(o.t.session, IN_TIME)) is None
        told = dict(zip((fact for _heading, fact in of.columns), insurance_list.cells(o.row, ID, of), strict=True))
        assert (told["national_id"], told["document_kind"], told["entry_date"]) == (ID, "22", o.row.starts_on)
        o.row.application.family_health_cover = False
        assert "44" in insurance_list.cells(o.row, ID, of)


def test_an_entry_is_listed_from_a_month_ahead_until_its_last_legal_day(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        of = insurance_list.columns()

        def stands(day: date) -> Say | None:
            return insurance_list.fault(o.row, SEAL, of, grace(o.t.session, day))

        early = stands(date(2026, 6, 5))
        assert early
        assert ("at most 30 days" in str(early), early.facts["day"]) == (True, date(2026, 6, 6))
        # its last day, 5 July, is a Sunday: the Monday after still counts, though the desk aimed at the Friday before
        assert [stands(date(2026, 6, 6)), stands(date(2026, 7, 4)), stands(date(2026, 7, 6))] == [None, None, None]
        late = str(stands(date(2026, 7, 7)))
        assert ("never made retroactively (Law 5510)" in late, "record the reference" in late) == (True, True)


def test_a_file_that_went_out_in_time_is_taken_again_whenever(app: Flask) -> None:
    late = date(2026, 7, 7)
    for state, says in (("failed", "mark it as sent"), ("sent", "None")):
        with app.app_context(), an_office(state) as o:
            assert says in str(insurance_list.fault(o.row, SEAL, insurance_list.columns(), grace(o.t.session, late)))


def test_a_last_day_on_a_public_holiday_runs_on_and_one_on_its_eve_or_on_leave_does_not(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        now = grace(t.session, date(2026, 10, 30))  # after Republic Day, a Thursday; its eve is worked till noon
        assert (now.over(date(2026, 10, 29)), now.over(date(2026, 10, 28)), now.until) == (
            False, True, date(2026, 10, 30),
        )  # fmt: skip
        t.add(HolidayOverride(day=date(2026, 7, 3), effect="holiday", concerns="public", reason="İdari izin"))
        assert grace(t.session, date(2026, 7, 4)).over(date(2026, 7, 3))


def test_an_overdue_entry_can_still_be_finished(app: Flask) -> None:
    late = date(2026, 7, 20)
    for state, steps in (("due", [Action.CONFIRM]), ("failed", [Action.SEND, Action.CONFIRM])):
        with app.app_context(), an_office(state) as o:
            assert insurance_list.untimely(o.row, insurance_list.columns(), grace(o.t.session, late))
            for action in steps:
                values = {"reference": "E-1"} if action is Action.CONFIRM else {}
                take(o.t.session, o.row, action, standing=o.standing, today=late, values=values)
            assert o.row.state is DeclarationState.DONE


@pytest.mark.parametrize(
    ("kind", "day", "listed"),
    [
        ("exit", date(2026, 8, 2), False), ("exit", date(2026, 8, 3), True), ("exit", date(2027, 1, 1), True),
        ("correction", date(2026, 5, 1), True), ("correction", date(2026, 9, 1), True),
        ("cancellation", date(2026, 5, 1), True), ("cancellation", date(2026, 9, 1), True),
    ],
)  # fmt: skip
def test_each_kind_has_days_of_its_own(app: Flask, kind: str, day: date, listed: bool) -> None:
    with app.app_context(), an_office(kind=kind) as o:
        against = insurance_list.untimely(o.row, insurance_list.columns(), grace(o.t.session, day))
        assert (against is None) == listed


def test_how_far_ahead_an_entry_is_made_is_dated_data(app: Flask, tmp_path: Path) -> None:
    text, file = insurance_codes.COLUMNS.read_text(encoding="utf-8"), tmp_path / "c.yaml"
    one = "  - {from: 2020-01-01, days_ahead: 30}\n"
    file.write_text(text.replace(one, one + "  - {from: 2026-07-01, days_ahead: 60}\n"), encoding="utf-8")
    of = insurance_list.columns(file)
    assert [of.days_ahead(day) for day in (date(2026, 6, 30), date(2026, 7, 1))] == [30, 60]
    file.write_text(text.replace("entries:\n" + one, ""), encoding="utf-8")
    assert insurance_list.columns(file).days_ahead(date(2026, 7, 6)) == 30
    for wrong in ("0", "bir ay", "1.5", "yes", "400"):
        file.write_text(text.replace("days_ahead: 30", f"days_ahead: {wrong}"), encoding="utf-8")
        with pytest.raises(insurance_codes.BadColumns, match="days_ahead"):
            insurance_list.columns(file)


def exits_after_an_approval(app: Flask) -> tuple[date, date]:
    """The last day of the exit of an internship that ends on 2 August 2026, and what the letter of its change says."""
    with app.app_context(), a_town() as t:
        of = t.department()
        row = t.application(t.student(of), of)
        t.session.refresh(row)
        take(t.session, row, Action.APPROVE, standing=t.standing(t.member(of)), today=TODAY)
        exits = select(Declaration.due_on).where(Declaration.application_id == row.id, Declaration.kind == "exit")
        stop = t.change(row, "with_commission", kind="stop", starts_on=row.starts_on, ends_on=row.ends_on)
        told = letter_facts.facts(letter_facts.About(stop, TODAY), "%(declare)s")["declare"]
        return t.session.scalars(exits).one(), told.facts["exit"].day


def test_within_how_many_days_an_exit_is_declared_is_dated_data(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, file = insurance_codes.COLUMNS.read_text(encoding="utf-8"), tmp_path / "c.yaml"
    one = "  - {from: 2020-01-01, days_after: 10}\n"
    monkeypatch.setattr(insurance_codes, "COLUMNS", file)
    for day, within in ((date(2026, 8, 2), 5), (date(2026, 8, 3), 10)):
        file.write_text(text.replace(one, f"{one}  - {{from: {day}, days_after: 5}}\n"), encoding="utf-8")
        assert insurance_list.columns().days_after(date(2026, 8, 2)) == within
        assert exits_after_an_approval(app) == (date(2026, 8, 2 + within),) * 2
    file.write_text(text.replace(one, one.replace("10", "iki")), encoding="utf-8")
    with pytest.raises(insurance_codes.BadColumns, match="days_after"):
        insurance_list.columns()


@pytest.mark.parametrize("broken", ["", "[", "exits: 3", "exits: [{from: 2020-01-01, days_after: 0}]"])
def test_a_file_that_cannot_be_read_stops_no_decision(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(insurance_codes, "COLUMNS", tmp_path / "c.yaml")
    insurance_codes.COLUMNS.write_text(broken, encoding="utf-8")
    assert exits_after_an_approval(app) == (date(2026, 8, 12),) * 2


@pytest.mark.parametrize("text", ["", "[", "columns: []", "columns: [{heading: A, fact: password}]", "columns: [{heading: A, fact: name}]\ndocument_kinds: 1"])  # fmt: skip
def test_columns_that_name_nothing_known_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(insurance_codes.BadColumns):
        insurance_list.columns(tmp_path / "c.yaml")


def test_a_corrected_reference_keeps_what_stood_before(app: Flask) -> None:
    with app.app_context(), an_office("sent") as o:
        take(o.t.session, o.row, Action.CONFIRM, standing=o.standing, today=TODAY, values={"reference": "A-1"})
        facts: dict[str, Any] = {"reason": "Yanlış yazılmış.", "values": {"reference": "A-2"}}
        take(o.t.session, o.row, Action.CORRECT, standing=o.standing, today=TODAY, **facts)
        assert (o.row.reference, [s.facts["reference"] for s in o.steps()]) == ("A-2", [[None, "A-1"], ["A-1", "A-2"]])
        with pytest.raises(Refused):
            take(o.t.session, o.row, Action.CORRECT, standing=o.standing, today=TODAY, reason="?")


def recorded(app: Flask, state: str, *lines: Given) -> tuple[Declaration, list[str | None]]:
    """The record and what is told line by line; `{row}` and `{of}` in a line are its numbers."""
    with app.app_context():
        with an_office(state) as o:
            keys, standing = {"row": o.row.id, "of": o.row.application_id}, o.standing
        named = [
            replace(n, declaration=n.declaration.format(**keys), application=n.application.format(**keys))
            for n in lines
        ]
        with ReachSession(db) as session:
            enter(session, standing)
            insurance_references.record(session, named, standing=standing, today=TODAY)
            told = [
                " ".join(said.msgid for said in a.says) or None for a in insurance_references.answers(session, named)
            ]
            return session.get_one(Declaration, keys["row"]), told


def test_each_line_of_a_file_is_recorded_or_told_why_not(app: Flask) -> None:
    row, told = recorded(
        app, "sent",
        Given(2, declaration="999999"), Given(3, declaration="x"), Given(4, declaration="{row}"),
        Given(5, declaration="{row}", reference="R", refusal="x"), Given(6, declaration="{row}", reference="R" * 51),
        Given(7, declaration="{row}", reference="R-1"), Given(8, application="{of}", reference="R-1"),
        Given(9, declaration="{row}", reference="R-2"),
    )  # fmt: skip
    unknown = insurance_references.UNKNOWN.msgid
    assert (told[2], told[5:7]) == (insurance_references.UNANSWERED.msgid, [None, None])
    assert told[:2] == [f"{unknown} {insurance_references.UNANSWERED.msgid}"] * 2
    assert [bool(said) for said in told[3:5] + told[7:]] == [True, True, True]
    assert (row.state, row.reference) == (DeclarationState.DONE, "R-1")


def test_a_refusal_is_recorded_with_its_reason_and_only_of_what_was_sent(app: Flask) -> None:
    row, told = recorded(
        app, "sent", Given(2, application="{of}", kind="İşe giriş bildirgesi", refusal="Kimlik no hatalı.")
    )
    assert (row.state, row.reason, told) == (DeclarationState.FAILED, "Kimlik no hatalı.", [None])
    row, [said] = recorded(app, "due", Given(2, declaration="{row}", refusal="Kimlik no hatalı."))
    assert (row.state, bool(said)) == (DeclarationState.DUE, True)


@pytest.mark.parametrize(
    ("aim", "due", "urgency", "says"),
    [
        (date(2026, 5, 26), date(2026, 5, 28), Urgency.OVERDUE, "Last day 2026-06-01"),  # feast and weekend
        (date(2026, 5, 25), date(2026, 5, 25), Urgency.OVERDUE, "7 days past the law’s day"),
        (date(2026, 5, 29), date(2026, 5, 31), Urgency.OVERDUE, "Last day 2026-06-01"),
        (date(2026, 5, 29), date(2026, 6, 1), Urgency.OVERDUE, "Last day 2026-06-01"),
        (TODAY, TODAY, Urgency.TODAY, "today"),
        (date(2026, 6, 2), date(2026, 6, 2), Urgency.WEEK, "1 working day left"),
        (date(2026, 6, 8), date(2026, 6, 8), Urgency.WEEK, "5 working days left"),
        (TODAY + timedelta(days=70), TODAY + timedelta(days=70), Urgency.LATER, "10 weeks left"),
    ],
)
def test_the_time_left_is_told_in_working_days(app: Flask, aim: date, due: date, urgency: Urgency, says: str) -> None:
    with app.app_context(), an_office() as o:
        o.row.aim_on, o.row.due_on = aim, due
        [left] = insurance_board.time_left(o.t.session, [o.row], grace(o.t.session, TODAY))
        assert left
        assert (left.urgency, str(left.say)) == (urgency, says)


def test_only_an_entry_runs_on_past_a_day_off(app: Flask) -> None:
    with app.app_context(), an_office(kind="exit") as o:
        said = []
        for last in (date(2026, 5, 31), date(2026, 5, 30)):
            o.row.aim_on, o.row.due_on = date(2026, 5, 29), last
            said += [
                str(left.say)
                for left in insurance_board.time_left(o.t.session, [o.row], grace(o.t.session, TODAY))
                if left
            ]
        assert said == ["1 day past the law’s day", "2 days past the law’s day"]


def test_the_board_counts_what_waits_and_nothing_else(app: Flask) -> None:
    with app.app_context(), an_office() as o:
        o.row.aim_on = o.row.due_on = TODAY - timedelta(days=3)
        of = o.row.application
        soon = {"aim_on": TODAY, "due_on": TODAY}
        o.t.declaration(of, "exit", "failed", **soon)
        o.t.declaration(of, "correction", "sent", **soon)
        o.t.declaration(of, "cancellation", "done", **soon)
        counted = {name: n for name, n in insurance_board.board(o.t.session, TODAY).items() if n}
        assert counted == {"overdue": 1, "today": 1, "exits": 1, "sent": 1}
        assert o.t.session.scalars(select(Declaration.id)).all()


HEADING = "Bildirge türü;Başvuru no;Referans no;Ret gerekçesi\r\n"


def read(text: bytes | str, name: str = "liste.csv", names: Any = insurance_references.HEADINGS) -> list[Given]:
    data = text if isinstance(text, bytes) else text.encode()
    return insurance_references.given(name, read_table(name, data, remark=""), names)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1254"])
def test_a_list_is_read_in_whatever_a_turkish_spreadsheet_saves_it(encoding: str) -> None:
    text = f"{HEADING}İşe giriş bildirgesi;#12;;Şifre yanlış: ığü\r\n"
    assert read(text.encode(encoding)) == [
        Given(2, application="#12", kind="İşe giriş bildirgesi", refusal="Şifre yanlış: ığü")
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no lines"),
        (HEADING, "no lines"),
        ("Adı;Soyadı\nAyşe;Yılmaz\n", "No line has"),
        ("Bildirge no;Referans no\n" + "".join(f"{n};R-{n}\n" for n in range(1, 10_001)), "At most 500"),
        (b"Bildirge no;Referans no\n1;\x81\x8d\n", "CSV UTF-8"),
        ("Bildirge no;Bildirge no\n1;2\n", "twice"),
        ('Bildirge no;Referans no\n1;"R\n', "does not end"),
        (b"\x00\xff\xfe\x00", "CSV UTF-8"),
        (b"\xff\xfe\x00", "CSV UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_refused_as_a_whole(text: bytes | str, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert says in str(refused.value.problem.say)


def test_a_line_without_a_number_is_told_beside_the_others(app: Flask) -> None:
    row, told = recorded(
        app, "sent", Given(2, reference="R-1"), Given(3, application="#{of}", reference="R-1"), Given(4, declaration="#N/A")
    )  # fmt: skip
    assert (row.state, row.reference) == (DeclarationState.DONE, "R-1")
    assert told == [
        insurance_references.NUMBERLESS.msgid,
        None,
        f"{insurance_references.UNKNOWN.msgid} {insurance_references.UNANSWERED.msgid}",
    ]


@pytest.mark.parametrize("reference", ["=A1", "+905", "@SUM(A1)", "#N/A", "1,23457E+19", "1.23456789012345E+15"])
def test_a_formula_or_a_shortened_number_is_no_reference(app: Flask, reference: str) -> None:
    row, [said] = recorded(app, "sent", Given(2, declaration="{row}", reference=reference))
    assert (row.state, said and said.startswith("This is a formula")) == (DeclarationState.SENT, True)


def test_a_number_too_long_for_a_spreadsheet_shows_that_it_was_shortened(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "l.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Bildirge no", "Referans no"])
        sheet.write_row(1, 0, [7, 1234567890123456])
        sheet.write_row(2, 0, [8, 123456789012345])
    [long, short] = read((tmp_path / "l.xlsx").read_bytes(), "l.xlsx")
    assert (long.declaration, short.reference) == ("7", "123456789012345")
    assert insurance_references.FORMULA.match(long.reference)


def test_a_reference_that_another_declaration_has_is_not_given_twice(app: Flask) -> None:
    with app.app_context():
        with an_office("sent") as o:
            standing, first = o.standing, o.row.id
            second = o.t.declaration(o.row.application, "exit", "sent").id
        lines = [Given(n, declaration=str(pk), reference="R-1") for n, pk in ((2, first), (3, second))]
        with ReachSession(db) as session:
            enter(session, standing)
            insurance_references.record(session, lines, standing=standing, today=TODAY)
            told = insurance_references.answers(session, lines)
            states = [a.row and a.row.state for a in told]
    assert states == [DeclarationState.DONE, DeclarationState.SENT]
    assert (told[0].say, told[1].say and told[1].say.facts) == (None, {"number": first})


def test_a_list_comes_back_under_the_headings_it_went_out_with(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    text = insurance_codes.COLUMNS.read_text(encoding="utf-8")
    file.write_text(text.replace("Bildirge no", "Kayıt sırası").replace("Referans no", "Sicil"), encoding="utf-8")
    names = insurance_references.headings(insurance_list.columns(file))
    assert read("Kayıt sırası;Sicil;Adı\n7;R-1;Ayşe\n", names=names) == [Given(2, declaration="7", reference="R-1")]
    file.write_text(text.replace("{heading: Adı,", "{heading: Soyadı,"), encoding="utf-8")
    with pytest.raises(insurance_codes.BadColumns):
        insurance_list.columns(file)


def test_words_lead_a_search_of_the_board_unless_very_many_files_have_them(app: Flask, monkeypatch: Any) -> None:
    def statuses(session: Session, q: str) -> int:
        args = {"q": q}
        return len(insurance_board.branches(args, insurance_board.sought(session, args)))

    with app.app_context(), a_town() as t:
        of = t.department()
        for surname in ("Akar", "Akın", "Öz"):
            search.index(t.session, t.application(t.student(of, "Ali", surname), of), "Demir Maden")
        t.session.flush()
        monkeypatch.setattr(search, "COMMON", 2)
        asked = ("", "a", "ak", "öz", "aka", "ali öz")
        assert [statuses(t.session, q) for q in asked] == [2, 2, 1, 1, 1, 1]
