"""Reminders: raised once for a file and a date, by whoever runs the job, and never by reading everything."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from models import AnswerLink, ChangeRequest, Declaration, JobRun, Letter, Notice, Supervisor, User, db
from services import change_requests, choices, digest, jobs, national_ids, reminders
from services.job_runs import Unfinished
from services.notices import once_a_day, raise_once
from services.scope import system_session
from services.seal import Seal
from services.sign_in import ISTANBUL, LANGUAGES, today
from services.standing import SYSTEM
from services.transition import take
from tests.people import Town, a_town, looking
from tests.statements import heard
from workflow.reminders import DIGEST, NAMES, REMINDERS, Reminder, offered
from workflow.words import Action, Actor, ApplicationState, ChangeKind, DeclarationKind, Outcome

S = ApplicationState
MONDAY = date(2026, 7, 6)  # the first day of every internship here
LAST = date(2026, 8, 2)
ASKED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)  # a Monday
BY_NAME = {r.name: r for r in REMINDERS}


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def a_file(t: Town, name: str) -> Any:
    """A file of the kind a reminder is about, with everybody it could tell."""
    of = t.department()
    t.member(of), t.chair(of), t.office(Actor.HEALTH_OFFICE)
    student = t.student(of)
    match BY_NAME[name].machine.name:
        case "declaration":
            approved = t.application(student, of, state=S.APPROVED)
            if name.startswith("entry"):
                return t.declaration(approved, aim_on=date(2026, 7, 3))
            return t.declaration(approved, "exit", aim_on=date(2026, 8, 12), due_on=date(2026, 8, 12))
        case "change_request":
            state = min(BY_NAME[name].states)
            return t.change(t.application(student, of, state=S.APPROVED), state, asked_at=ASKED)
        case "request":
            return t.request(student, of, asked_at=ASKED)
        case _:
            row = t.application(student, of, state=min(BY_NAME[name].states), submitted_at=ASKED)
            row.breaks = BY_NAME[name].only.get("breaks")
            return row


# the first day on which each reminds, and the last on which a job that was down makes up for it
DAYS: dict[str, tuple[date, date | None]] = {
    "entry_missing": (date(2026, 7, 2), date(2026, 7, 3)),
    "entry_overdue": (date(2026, 7, 4), None),
    "exit_missing": (date(2026, 8, 10), date(2026, 8, 12)),
    "exit_overdue": (date(2026, 8, 13), None),
    "change_unanswered": (date(2026, 5, 11), date(2026, 5, 17)),  # the link's last day is the 18th
    "change_waits": (date(2026, 5, 11), None),
    "application_waits": (date(2026, 5, 11), None),
    "decision_due": (date(2026, 7, 1), date(2026, 7, 6)),  # it is decided by Friday, the 3rd
    "request_waits": (date(2026, 5, 11), None),
    "rejected_starts": (date(2026, 5, 27), date(2026, 7, 20)),
    "recounted_min_days": (date(2025, 8, 1), date(2026, 8, 2)),
    "recounted_max_days": (date(2025, 8, 1), date(2026, 8, 2)),
    "completion_overdue": (date(2026, 8, 16), date(2026, 10, 1)),
    "return_due": (date(2026, 9, 1), date(2026, 9, 18)),
    "firm_begins": (MONDAY, date(2026, 7, 9)),
    "firm_week": (date(2026, 7, 10), date(2026, 7, 12)),
    "firm_ends": (LAST, date(2026, 8, 5)),
    "firm_late": (date(2026, 8, 7), date(2026, 8, 11)),
    "firm_later": (date(2026, 8, 12), date(2026, 10, 1)),
    "firm_returned": (date(2026, 9, 2), date(2026, 9, 18)),
}
TOLD: dict[str, list[str]] = {
    "entry_missing": ["health_office"],
    "entry_overdue": ["health_office"],
    "exit_missing": ["health_office"],
    "exit_overdue": ["health_office"],
    "change_unanswered": ["employer"],
    "change_waits": ["chair", "member"],
    "application_waits": ["chair", "member"],
    "decision_due": ["chair", "member"],
    "request_waits": ["chair", "member"],
    "rejected_starts": ["student"],
    "recounted_min_days": ["student"],
    "recounted_max_days": ["student"],
    "completion_overdue": ["student"],
    "return_due": ["student"],
    **{name: ["employer"] for name in BY_NAME if name.startswith("firm_")},
}


def test_every_reminder_of_the_table_has_its_days_here() -> None:
    assert set(DAYS) == set(TOLD) == set(BY_NAME)
    assert len(BY_NAME) == len(REMINDERS)
    assert {DIGEST, *BY_NAME} == NAMES


@pytest.mark.parametrize("name", BY_NAME)
def test_a_reminder_comes_on_its_day_to_whom_it_concerns_and_once(app: Flask, name: str) -> None:
    first, _last = DAYS[name]
    table = [BY_NAME[name]]
    with app.app_context():
        with a_town() as t:
            a_file(t, name)
        assert reminders.remind(first - timedelta(days=1), table) == {name: 0}
        assert reminders.remind(first, table) == {name: 1}
        with system_session() as s:
            written = s.scalars(select(Letter).order_by(Letter.reader)).all()
            assert [letter.reader for letter in written] == TOLD[name]
            assert {letter.notice_id for letter in written} == set(s.scalars(select(Notice.id)))
        assert reminders.remind(first, table) == {name: 0}
        assert reminders.remind(first + timedelta(days=1), table) == {name: 0}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_job_that_was_down_makes_up_for_it_as_long_as_it_helps(app: Flask, name: str) -> None:
    _first, last = DAYS[name]
    late = last or date(2026, 9, 1)
    table = [BY_NAME[name]]
    with app.app_context():
        with a_town() as t:
            a_file(t, name)
        assert reminders.remind(late + timedelta(days=1), table) == {name: 0 if last else 1}
        assert reminders.remind(late, table) == {name: 1 if last else 0}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_file_that_went_on_is_not_reminded_of(app: Flask, name: str) -> None:
    with app.app_context():
        with a_town() as t:
            row = a_file(t, name)
            machine = BY_NAME[name].machine
            others = {
                "declaration": "sent",
                "change_request": "withdrawn",
                "request": "closed",
                "application": "withdrawn",
            }
            t.session.execute(
                text(f"UPDATE {machine.name} SET state = '{others[machine.name]}' WHERE id = {row.id}")
            )  # fmt: skip
        assert reminders.remind(DAYS[name][0], [BY_NAME[name]]) == {name: 0}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BY_NAME)
def test_what_a_reminder_says_is_whole_in_both_languages_with_one_link_and_a_way_out(
    app: Flask, name: str, language: str
) -> None:
    with app.app_context():
        with a_town() as t:
            a_file(t, name)
            for user in t.session.scalars(select(User)):
                user.language = language
        reminders.remind(DAYS[name][0], [BY_NAME[name]])
        with system_session() as s:
            letter = s.scalars(select(Letter).limit(1)).one()
            subject = BY_NAME[name].subject.split("%")[0].strip(": ")
            if letter.language == "en":
                assert letter.subject.startswith(subject)
            else:
                assert not letter.subject.startswith(subject)
            assert [w for w in ("%(", "{{", "None") if w in letter.text + letter.subject + letter.html] == []
            assert letter.text.count(letter.link) == letter.html.count(f'href="{letter.link}"') == 1
            way_out = choices.address(user_id=letter.user_id, email=letter.to_email)
            assert (way_out in letter.text, way_out in letter.html) == (True, True)


DEADLINES = {
    "entry_missing": "5 Temmuz Pazar günü saat 23.59", "exit_missing": "12 Ağustos Çarşamba gününe kadar",
    "entry_overdue": "Yasa 5 Temmuz Pazar gününe kadar izin veriyor", "exit_overdue": "Son gün 12 Ağustos Çarşamba idi",
    "change_unanswered": "18 Mayıs Pazartesi gününe kadar", "change_waits": "3 Temmuz Cuma gününe kadar",
    "application_waits": "3 Temmuz Cuma gününe kadar", "decision_due": "3 Temmuz Cuma gününe kadar",
    "request_waits": "11 Mayıs Pazartesi gününe kadar",
    "rejected_starts": "5 Temmuz Pazar gününe kadar", "return_due": "4 Eylül Cuma gününe kadar",
    "firm_ends": "12 Ağustos Çarşamba gününe kadar", "firm_late": "12 Ağustos Çarşamba gününe kadar",
    "firm_returned": "4 Eylül Cuma gününe kadar",
}  # fmt: skip


@pytest.mark.parametrize("name", DEADLINES)
def test_a_reminder_sets_its_day_in_words(app: Flask, name: str) -> None:
    with app.app_context():
        with a_town() as t:
            a_file(t, name)
        reminders.remind(DAYS[name][0], [BY_NAME[name]])
        with system_session() as s:
            assert DEADLINES[name] in s.scalars(select(Letter.text).limit(1)).one()


LATER = [
    (
        "entry_overdue",
        date(2026, 7, 6),
        "Son günü tatile rastladığı için bildirge yasaya göre 6 Temmuz Pazartesi gününün",
    ),
    ("entry_overdue", date(2026, 7, 7), "işe giriş geriye dönük bildirilmez (5510 sayılı Kanun)"),
    ("decision_due", date(2026, 7, 4), "6 Temmuz Pazartesi gününe kadar yalnızca başkan gerekçesiyle onaylayabilir"),
    ("application_waits", date(2026, 7, 7), "bildirge geriye dönük verilemez (5510 sayılı Kanun). Başvuruyu reddedin"),
    ("rejected_starts", date(2026, 7, 7), "daha geç bir ilk gün seçin"),
    ("return_due", date(2026, 9, 5), "Bunun için verilen süre 4 Eylül Cuma günü doldu"),
]


@pytest.mark.parametrize(("name", "day", "says"), LATER)
def test_a_reminder_that_comes_after_its_day_says_so(app: Flask, name: str, day: date, says: str) -> None:
    with app.app_context():
        with a_town() as t:
            a_file(t, name)
        reminders.remind(day, [BY_NAME[name]])
        with system_session() as s:
            assert says in s.scalars(select(Letter.text).limit(1)).one()


@pytest.mark.parametrize("state", ["due", "failed"])
def test_an_entry_that_is_too_late_names_the_steps_that_are_open(app: Flask, state: str) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            t.office(Actor.HEALTH_OFFICE)
            t.declaration(t.application(t.student(of), of, state=S.APPROVED), "entry", state, aim_on=date(2026, 7, 3))
        reminders.remind(date(2026, 7, 7), [BY_NAME["entry_overdue"]])
        with system_session() as s:
            text = s.scalars(select(Letter.text)).one()
        assert ("gönderildi olarak işaretleyip" in text, "referansını" in text) == (state == "failed", True)


# -- what is overdue is loud -----------------------------------------------------------------------------------------
OVERDUE = [BY_NAME["entry_missing"], BY_NAME["entry_overdue"]]


def told(day: date) -> list[int]:
    return list(reminders.remind(day, OVERDUE).values())


def test_an_entry_is_reminded_of_before_its_day_and_again_once_it_is_overdue(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            a_file(t, "entry_missing")
        assert [told(date(2026, 7, day)) for day in (2, 3, 4, 5, 20)] == [[1, 0], [0, 0], [0, 1], [0, 0], [0, 0]]


def test_an_entry_that_came_or_came_back_after_its_day_is_reminded_of_all_the_same(app: Flask) -> None:
    """Approved the evening before the first day; refused by the institution a week later; looked at in between."""
    with app.app_context():
        with a_town() as t:
            of = t.department()
            office, chair = t.standing(t.office(Actor.HEALTH_OFFICE)), t.standing(t.chair(of))
            student = t.student(of)
            student.national_id_sealed = Seal("s" * 32).close("10000000146")
            row = t.application(student, of)
            t.session.refresh(row)
            evening = date(2026, 7, 5)
            by_chair: Any = {"standing": chair, "reason": "Firma dün onay verdi."}
            take(t.session, row, Action.APPROVE_LATE, today=evening, at=moment(evening), **by_chair)
            entry = t.session.scalars(select(Declaration).where(Declaration.kind == DeclarationKind.ENTRY)).one()
            key = entry.id
        assert [told(date(2026, 7, day)) for day in (6, 7)] == [[0, 1], [0, 0]]
        with a_town() as t:
            row = t.session.get_one(Declaration, key)
            national_ids.opened(t.session, row, seal=Seal("s" * 32), standing=office, how="shown")
        assert told(today() + timedelta(days=1)) == [0, 0]
        with a_town() as t:
            row = t.session.get_one(Declaration, key)
            for action, on in ((Action.SEND, date(2026, 7, 8)), (Action.FAIL, date(2026, 7, 13))):
                take(t.session, row, action, standing=office, today=on, at=moment(on), reason="Kimlik no hatalı.")
        assert [told(date(2026, 7, day)) for day in (13, 14, 15)] == [[0, 0], [0, 1], [0, 0]]


# -- one file that fails holds no other up ---------------------------------------------------------------------------


def test_a_file_whose_letter_fails_holds_no_other_up_and_is_tried_again(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    table, day = [BY_NAME["completion_overdue"]], date(2026, 8, 16)
    with app.app_context():
        with a_town() as t:
            of = t.department()
            students = [t.student(of, "Ayşe", "Yılmaz") for _ in range(3)]
            keys = [t.application(student, of, state=S.APPROVED).id for student in students]
            broken = t.session.get_one(User, students[0].user_id)
            broken.language = "xx"  # no such language
            reader, address = broken.id, broken.email
        for _ in range(2):
            with pytest.raises(Unfinished, match=f"completion_overdue {keys[0]}: UnknownLocaleError") as unfinished:
                reminders.remind(day, table)
            assert [word for word in (address, "Ayşe", "Yılmaz") if word in caplog.text + str(unfinished.value)] == []
        assert f"completion_overdue {keys[0]} failed: UnknownLocaleError" in caplog.text
        with system_session() as s:
            assert sorted(s.scalars(select(Notice.row_id))) == keys[1:]
            s.get_one(User, reader).language = "tr"
        assert reminders.remind(day, table) == {"completion_overdue": 1}
        with system_session() as s:
            assert len(s.scalars(select(Letter.id)).all()) == 3


@pytest.mark.parametrize("job", ["remind", "summarise"])
def test_a_morning_with_a_fault_is_a_failed_run_and_the_next_hour_takes_it_up(
    app: Flask, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monday = date(2026, 6, 8)
    for module in (reminders, digest):
        monkeypatch.setattr(module, "today", lambda: monday)  # the worker's own day may be a day off
    with app.app_context():
        with a_town() as t:
            of = t.department()
            broken, _well = t.member(of), t.member(of)
            broken.language = "xx"
            t.application(t.student(of), of, submitted_at=ASKED)
            other = t.department()
            t.member(other)
            t.application(t.student(other), other, submitted_at=ASKED)
            key = broken.id
        opened = jobs.jobs(app)

        def work() -> JobRun:
            opened.start[job]()
            while task := opened.queue.dequeue():
                opened.queue.execute(task)
            with system_session() as s:
                return s.scalars(select(JobRun).where(JobRun.job == job).order_by(JobRun.id.desc()).limit(1)).one()

        run = work()
        assert (run.outcome, run.counted) == (Outcome.FAILED, {"remind": 1, "summarise": 2}[job])
        assert "UnknownLocaleError" in (run.error or "")
        with system_session() as s:
            s.get_one(User, key).language = "tr"
        assert [(run.outcome, run.counted, run.error) for run in (work(), work())] == [
            (Outcome.DONE, 1, None), (Outcome.DONE, 0, None),
        ]  # fmt: skip


def test_by_hand_a_fault_is_told_by_its_key(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        of = t.department()
        t.member(of).language = "xx"
        key = t.application(t.student(of), of, submitted_at=ASKED).id
    run = app.test_cli_runner().invoke(args=["letters", "remind", "--on", "2026-05-11"])
    assert (run.exit_code, f"application_waits {key}: UnknownLocaleError" in run.output) == (1, True)


# -- once, whatever happens ------------------------------------------------------------------------------------------


def test_a_file_whose_date_moves_is_reminded_of_anew(app: Flask) -> None:
    table = [BY_NAME["entry_missing"]]
    with app.app_context():
        with a_town() as t:
            row = a_file(t, "entry_missing")
        assert reminders.remind(date(2026, 7, 2), table) == {"entry_missing": 1}
        with a_town() as t:
            moved = t.session.merge(row)
            moved.aim_on, moved.due_on = date(2026, 7, 10), date(2026, 7, 12)
        assert reminders.remind(date(2026, 7, 2), table) == {"entry_missing": 0}
        assert reminders.remind(date(2026, 7, 9), table) == {"entry_missing": 1}


def test_a_file_waits_anew_from_the_step_it_took_last(app: Flask) -> None:
    table = [BY_NAME["application_waits"]]
    with app.app_context():
        with a_town() as t:
            of = t.department()
            chair = t.chair(of)
            row = t.application(t.student(of), of, state=S.REJECTED, submitted_at=ASKED)
            t.session.refresh(row)
            reopened = date(2026, 6, 1)
            take(
                t.session, row, Action.REOPEN, standing=t.standing(chair), today=reopened, reason="Yanlış.",
                at=moment(reopened),
            )  # fmt: skip
        assert reminders.remind(date(2026, 6, 5), table) == {"application_waits": 0}
        assert reminders.remind(date(2026, 6, 8), table) == {"application_waits": 1}


def test_whoever_was_written_to_just_now_is_left_alone_for_a_while(app: Flask) -> None:
    table = [BY_NAME["rejected_starts"]]
    with app.app_context():
        with a_town() as t:
            of = t.department()
            row = t.application(t.student(of), of)
            t.session.refresh(row)
            on = date(2026, 6, 1)
            take(
                t.session, row, Action.REJECT, standing=t.standing(t.member(of)), today=on, reason="Eksik.",
                pages=["files"], at=moment(on),
            )  # fmt: skip
        days = [reminders.remind(on + timedelta(days=n), table)["rejected_starts"] for n in (0, 1, 2, 3)]
        assert days == [0, 0, 0, 1]


def test_a_run_that_breaks_off_is_taken_up_where_it_was(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    table = [BY_NAME["completion_overdue"]]
    with app.app_context():
        with a_town() as t:
            of = t.department()
            for _ in range(7):
                t.application(t.student(of), of, state=S.APPROVED)
        monkeypatch.setattr(reminders, "PAGE", 2)
        tell, told = reminders._tell, []

        def dies(*about: Any) -> bool:
            if len(told) == 4:
                raise KeyboardInterrupt
            told.append(about)
            return tell(*about)

        monkeypatch.setattr(reminders, "_tell", dies)
        with pytest.raises(KeyboardInterrupt):
            reminders.remind(date(2026, 8, 16), table)
        monkeypatch.setattr(reminders, "_tell", tell)
        assert reminders.remind(date(2026, 8, 16), table) == {"completion_overdue": 3}
        with system_session() as s:
            assert len(set(s.scalars(select(Letter.to_email)))) == len(s.scalars(select(Letter.id)).all()) == 7


def test_two_jobs_at_once_remind_each_file_once(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            for _ in range(12):
                t.application(t.student(of), of, state=S.APPROVED)
    counted: list[int] = []

    def work() -> None:
        with app.app_context():
            counted.append(reminders.remind(date(2026, 8, 16), [BY_NAME["completion_overdue"]])["completion_overdue"])

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with looking(app) as s:
        assert (sum(counted), len(s.scalars(select(Letter.id)).all())) == (12, 12)


def test_the_database_itself_takes_a_notice_once(app: Flask) -> None:
    with app.app_context():
        with system_session() as s:
            assert raise_once(s, "x", 1, MONDAY)
            assert raise_once(s, "x", 1, MONDAY) is None
            assert raise_once(s, "x", 1, LAST)
        with pytest.raises(IntegrityError), system_session() as s:
            s.add(Notice(what="x", row_id=1, due_on=MONDAY))


def test_a_day_s_work_is_done_once_and_taken_up_again_where_it_failed(app: Flask) -> None:
    days: list[date] = []

    def work(day: date) -> int:
        days.append(day)
        if len(days) == 1:
            raise OSError("down")
        return 5

    with app.app_context():
        with pytest.raises(OSError, match="down"):
            once_a_day("work", MONDAY, work)
        assert [once_a_day("work", MONDAY, work) for _ in range(2)] == [5, 0]
        assert once_a_day("work", LAST, work) == 5
    assert days == [MONDAY, MONDAY, LAST]


# -- the supervisor's link -------------------------------------------------------------------------------------------


def asked(t: Town) -> ChangeRequest:
    """A postponement of an internship of next summer, asked for nine days ago."""
    of = t.department()
    t.member(of)
    starts = date(today().year + 1, 7, 5)
    row = t.application(t.student(of), of, state=S.APPROVED, starts_on=starts)
    assert row.student.user
    assert row.ends_on
    week = timedelta(weeks=1)
    return change_requests.ask(
        t.session, row, ChangeKind.POSTPONE, starts_on=starts + week, ends_on=row.ends_on + week, why="Sınav.",
        standing=t.standing(row.student.user), today=today(), at=datetime.now(UTC) - timedelta(days=9),
    )  # fmt: skip


def links(s: Any) -> list[str]:
    return list(s.scalars(select(Letter.link).where(Letter.reader == "employer").order_by(Letter.id)))


def test_the_supervisor_is_reminded_with_the_one_link_there_is(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            change = asked(t)
        assert reminders.remind(today(), [BY_NAME["change_unanswered"]]) == {"change_unanswered": 1}
        with system_session() as s:
            first, again = links(s)
            assert (first == again, "/answer/" in first) == (True, True)
            assert len(s.scalars(select(AnswerLink.id)).all()) == 1
            found = s.get_one(ChangeRequest, change.id)
            take(s, found, Action.DECLINE, standing=SYSTEM, actor=Actor.EMPLOYER, today=today(), reason="Yer yok.")
    token = first.rpartition("/")[2]
    page = app.test_client().get(f"/answer/{token}").text
    assert ("alert-info" in page, '<form method="post" class="sheet"' in page) == (True, False)


def test_a_supervisor_whose_address_changed_is_reminded_with_a_link_of_their_own(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            person = t.session.get_one(Supervisor, asked(t).supervisor_id)
            person.email = "yeni@kaya.example.com"
        reminders.remind(today(), [BY_NAME["change_unanswered"]])
        with system_session() as s:
            first, again = links(s)
            assert first != again
            told = {link.email: link.used_at for link in s.scalars(select(AnswerLink))}
            assert "yeni@kaya.example.com" in told
    old, new = (app.test_client().get("/answer/" + link.rpartition("/")[2]).text for link in (first, again))
    assert ("alert-info" in old, "alert-info" in new) == (True, False)


# -- who wants them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "account"), [*((name, True) for name in BY_NAME), *((n, False) for n in TOLD if "employer" in TOLD[n])]
)
def test_each_reminder_is_switched_off_by_itself(app: Flask, name: str, account: bool) -> None:
    """A firm without an account is asked once for all; whoever has one chooses each."""
    told = {}
    for off in ([*NAMES - {name}], [name]):
        with app.app_context():
            with a_town() as t:
                row = a_file(t, name)
                if account and "employer" in TOLD[name]:
                    row.supervisor.user_id = t.user().id
                    t.session.flush()
                for user in t.session.scalars(select(User)):
                    user.unwanted = off
                if not account and off == [name]:
                    choices.switch(t.session, row.supervisor.email, on=False)
            reminders.remind(DAYS[name][0], [BY_NAME[name]])
            with system_session() as s:
                notices = s.scalars(select(Notice.id).where(Notice.row_id == row.id))
                letters = select(Letter.reader).where(Letter.notice_id.in_(notices.all())).order_by(Letter.reader)
                told[tuple(off)] = s.scalars(letters).all()
    assert [*told.values()] == [TOLD[name], []]


def test_what_somebody_switched_off_does_not_come_and_everybody_else_is_told(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            quiet, loud = t.member(of), t.member(of)
            quiet.unwanted = ["application_waits"]
            student = t.student(of)
            t.application(student, of, submitted_at=ASKED)
            t.request(student, of, asked_at=ASKED)
            expected = {
                ("application_waits", loud.email),
                ("request_waits", loud.email),
                ("request_waits", quiet.email),
            }
        reminders.remind(date(2026, 5, 11))
        with system_session() as s:
            told = s.execute(select(Notice.what, Letter.to_email).join(Letter, Letter.notice_id == Notice.id))
            assert {tuple(x) for x in told} == expected
        with a_town() as t:
            for user in t.session.scalars(select(User)):
                user.unwanted = []
        assert set(reminders.remind(date(2026, 5, 12)).values()) == {0}  # no flood for whoever changes their mind


def test_an_address_of_a_firm_that_wants_none_gets_none_wherever_it_stands(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            first = t.session.get_one(Supervisor, asked(t).supervisor_id)
            other = t.supervisor(t.institution())
            other.email = first.email
            t.session.flush()
            choices.switch(t.session, first.email, on=False)
        reminders.remind(today(), [BY_NAME["change_unanswered"]])
        with system_session() as s:
            assert [p.reminded for p in s.scalars(select(Supervisor))] == [False, False]
            assert len(links(s)) == 1  # the letter of the step, which nobody switches off


def test_nobody_is_asked_to_decide_on_their_own_file(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            student, member = t.student(of), t.member(of)
            t.member(of, user=student.user)
            t.application(student, of, submitted_at=ASKED)
            expected = [member.email]
        reminders.remind(date(2026, 5, 11), [BY_NAME["application_waits"]])
        with system_session() as s:
            assert s.scalars(select(Letter.to_email)).all() == expected


def test_everybody_is_offered_what_concerns_them() -> None:
    assert set(offered({Actor.STUDENT})) == {
        "rejected_starts", "completion_overdue", "recounted_min_days", "recounted_max_days", "return_due",
    }  # fmt: skip
    assert set(offered({Actor.EMPLOYER})) == {
        "change_unanswered", "firm_begins", "firm_week", "firm_ends", "firm_late", "firm_later", "firm_returned",
    }  # fmt: skip
    assert set(offered({Actor.HEALTH_OFFICE})) == {
        DIGEST,
        "entry_missing",
        "entry_overdue",
        "exit_missing",
        "exit_overdue",
    }
    assert set(offered({Actor.CHAIR})) == {
        DIGEST, "change_waits", "application_waits", "decision_due", "request_waits",
    }  # fmt: skip
    assert set(offered({Actor.CAREER_CENTRE})) == {DIGEST}
    assert offered({Actor.IT}) == {}


# -- at a million rows -----------------------------------------------------------------------------------------------


def plan(engine: Engine, statement: Any, parameters: Any) -> list[str]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [row.detail for row in found]
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]


@pytest.mark.parametrize("reminder", REMINDERS, ids=list(BY_NAME))
def test_what_is_due_is_walked_down_an_index_page_by_page(
    app: Flask, reminder: Reminder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "PAGE", 2)
    with app.app_context():
        with heard() as said:
            reminders.remind(DAYS[reminder.name][0], [reminder])
        asked_for = [s for s in said if f"FROM {reminder.machine.name}" in s[0]]
        assert len(asked_for) == 1
        lines = plan(db.engine, *asked_for[0])
        scans = [
            x
            for x in lines
            if x.startswith(f"SCAN {reminder.machine.name}") or f"Seq Scan on {reminder.machine.name}" in x
        ]
        assert (scans, [x for x in lines if f"ix_{reminder.machine.name}" in x] != []) == ([], True)
        assert "LIMIT" in asked_for[0][0]


def test_a_walk_asks_no_more_than_its_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    table = [BY_NAME["completion_overdue"]]
    with app.app_context():
        with a_town() as t:
            of = t.department()
            for _ in range(9):
                t.application(t.student(of), of, state=S.APPROVED)
        reminders.remind(date(2026, 8, 16), table)
        counts = {}
        for size in (3, 500):
            monkeypatch.setattr(reminders, "PAGE", size)
            with heard() as said:
                assert reminders.remind(date(2026, 8, 17), table) == {"completion_overdue": 0}
            counts[size] = sum("FROM application" in s[0] for s in said)
        assert counts == {3: 4, 500: 2}


def test_states_and_dates_of_the_table_exist() -> None:
    for r in REMINDERS:
        assert r.states <= set(r.machine.states)
        assert reminders.order(r).column.key == r.date


# -- by the worker and by hand ---------------------------------------------------------------------------------------


def overdue_today(t: Town) -> None:
    """An internship that ended a fortnight ago, and an application nobody has decided for a month."""
    of = t.department()
    t.member(of)
    t.application(t.student(of), of, state=S.APPROVED, starts_on=today() - timedelta(days=14 + 27))
    t.application(t.student(of), of, submitted_at=datetime.now(UTC) - timedelta(days=30))


def test_the_worker_reminds_once_a_day(app: Flask) -> None:
    with app.app_context():
        with a_town() as t:
            overdue_today(t)
        opened = jobs.jobs(app)
        for _ in range(2):
            opened.start["remind"]()
            while task := opened.queue.dequeue():
                opened.queue.execute(task)
        with system_session() as s:
            told = s.scalars(select(Notice.what).where(Notice.row_id > 0).order_by(Notice.what)).all()
            assert told == ["application_waits", "completion_overdue", "firm_later"]
            assert len(s.scalars(select(Letter.id)).all()) == 3
            counted = s.scalars(select(JobRun.counted).where(JobRun.job == "remind").order_by(JobRun.id)).all()
            assert counted == [3, 0]


@pytest.mark.parametrize("name", ["remind", "summarise"])
def test_the_mornings_begin_at_seven_in_istanbul_and_are_tried_again_every_hour(name: str) -> None:
    job = jobs.BY_NAME[name]
    night = datetime(2026, 6, 10, 1, 0, tzinfo=ISTANBUL)
    first = job.next_after(night).astimezone(ISTANBUL)
    assert (first.hour, first.minute) == (7, 0)
    assert job.next_after(first).astimezone(ISTANBUL).hour == 8
    assert job.next_after(first.replace(hour=17, minute=30)).astimezone(ISTANBUL).hour == 7


def test_it_reminds_and_summarises_by_hand_for_any_day(app: Flask) -> None:
    with app.app_context(), a_town() as t:
        a_file(t, "application_waits")
    run = app.test_cli_runner().invoke
    told = run(args=["letters", "remind", "--on", "2026-05-11"])
    assert (told.exit_code, "application_waits: 1 files." in told.output) == (0, True)
    assert "application_waits: 0 files." in run(args=["letters", "remind", "--on", "2026-05-11"]).output
    answers = [
        run(args=["letters", "digest", "--on", day]).output for day in ("2026-05-10", "2026-05-11", "2026-05-11")
    ]
    assert answers == [f"{n} people written to.\n" for n in (0, 2, 0)]
    assert run(args=["letters", "digest", "--on", "yarın"]).exit_code == 2
