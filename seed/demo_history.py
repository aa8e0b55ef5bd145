"""Telling a demo story by the means of the house: pages typed, archives looked into, steps taken."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import py7zr
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import (
    Application,
    Declaration,
    Department,
    Document,
    DraftPage,
    Institution,
    InternshipType,
    Letter,
    Membership,
    Step,
    Student,
    Supervisor,
    Term,
    User,
)
from seed.demo_stories import BLOCKED_FOR, NEW_FIRMS, NEW_PERSON, SECTORS, Asked, Story, Turn, first_day
from services import change_requests
from services.documents import give, take_in
from services.sign_in import ISTANBUL
from services.standing import Standing, standing_of
from services.transition import Refused, take
from services.wizard import checks, drafts, reading, submitting
from workflow.words import Action, Actor, ChangeKind, DeclarationState, InstitutionState, LetterState, Page

FILES = Path(__file__).parent / "data" / "files"
HANDED_IN = {
    "staj başvuru formu.docx": "staj-basvuru-formu.docx",
    "işyeri kabul formu.docx": "isyeri-kabul-formu.docx",
    "müstehaklık belgesi.pdf": "mustehaklik-kilavuzu.pdf",
}
LOGBOOK = {"staj defteri.docx": "staj-defteri.docx", "devam çizelgesi.xlsx": "devam-cizelgesi.xlsx"}
LIMIT = 20 * 1024 * 1024
WEEKS_TRIED = 8
STILL_UNVERIFIED = 4
STILL_OVERDUE = 12  # one in so many


class History:
    """One telling. Rules are asked as a student's submission asks them; a story no rule lets through is left out."""

    def __init__(self, session: Session, store: Any, host: Supervisor, today: date) -> None:
        self.session, self.store, self.host, self.today = session, store, host, today
        self.told = 0
        self._archives = [_taken(store, f"staj evrakı.{kind}", HANDED_IN) for kind in ("zip", "7z")]
        self._logbook = _taken(store, "staj defteri.zip", LOGBOOK)
        self._firms = self._verified()

    def tell(self, student: Student, story: Story) -> None:
        """Write one application and every step of it."""
        self.told += 1
        assert student.user  # noqa: S101 -- the student file has an address for everybody
        own = self.standing(student.user)
        draft = drafts.start(self.session, own)
        assert draft  # noqa: S101 -- everybody in the student file studies somewhere
        first = story.turns[0] if story.turns else Turn(Action.SUBMIT, ago=1)
        typed = self._typed(student, story, draft, first)
        if typed is None:
            self.session.delete(draft)
            self.session.flush()
            return
        for page, answers in typed.items() if story.turns else list(typed.items())[:3]:
            drafts.keep(self.session, draft, page, answers, valid=True, seen=0)
        start = first_day(story, self.today)
        draft.created_at = self.at(first.day(self.today, start)) - timedelta(days=1, hours=3)
        for turn in story.turns:
            self._take(draft, turn, own, turn.day(self.today, start))
        if story.asked:
            self._ask(draft, story.asked, own)

    def close(self) -> None:
        """What is no single story's: a blocked firm, and letters that went out when they were written."""
        blocked, office = self._firms[-1], self.office(Actor.CAREER_CENTRE)
        if blocked.state is InstitutionState.VERIFIED:
            take(self.session, blocked, Action.BLOCK, standing=office, today=self.today, reason=BLOCKED_FOR)
        self._declared()
        self.session.flush()
        for letter, at in self.session.execute(select(Letter, Step.at).join(Step, Step.id == Letter.step_id)):
            letter.created_at = letter.sent_at = letter.next_try_at = at
            letter.state, letter.tries = LetterState.SENT, 1

    def _declared(self) -> None:
        """The health office did its work in time, but for a few that are overdue today."""
        for n, row in enumerate(self._past(self.today), 1):
            if n % STILL_OVERDUE:
                self._confirm(row)

    def _past(self, day: date, *of: Any) -> Sequence[Declaration]:
        """The declarations whose working day has passed on a day and that still wait."""
        past = select(Declaration).where(Declaration.state == DeclarationState.DUE, Declaration.aim_on < day, *of)
        return self.session.scalars(past.order_by(Declaration.id)).all()

    def _confirm(self, row: Declaration) -> None:
        day = max(row.aim_on, row.raised_at.date() + timedelta(days=1))
        take(
            self.session, row, Action.CONFIRM, standing=self.office(Actor.HEALTH_OFFICE), today=day, at=self.at(day),
            values={"reference": f"{row.aim_on:%Y%m}-{row.id:05d}"},
        )  # fmt: skip

    def _verified(self) -> list[Institution]:
        """The career centre has looked at all firms of the register but the last few."""
        firms = list(self.session.scalars(select(Institution).order_by(Institution.id)))[:-STILL_UNVERIFIED]
        office = self.office(Actor.CAREER_CENTRE)
        for firm in firms:
            if firm.state is InstitutionState.UNVERIFIED:
                take(self.session, firm, Action.VERIFY, standing=office, today=self.today)
        return firms

    # -- what is typed ------------------------------------------------------------------------------------

    def _typed(self, student: Student, story: Story, row: Application, first: Turn) -> dict[Page, Any] | None:
        """The pages of the first week and internship type that pass every rule on the day of submission."""
        start = first_day(story, self.today)
        place = self._place(story, row)
        for kind in self._kinds(row.department_id, story):
            for later in range(WEEKS_TRIED if isinstance(story.starts, int) and story.starts > 0 else 1):
                typed = self._pages(row, kind, start + timedelta(weeks=later), story.days, place)
                if typed and (not story.turns or self._passes(row, typed, first.day(self.today, start))):
                    return typed
        return None

    def _kinds(self, department: int, story: Story) -> list[InternshipType]:
        kinds = self.session.scalars(
            select(InternshipType).where(InternshipType.department_id == department).order_by(InternshipType.id)
        ).all()
        return sorted(kinds, key=lambda k: k.compulsory is not story.compulsory)

    def _place(self, story: Story, row: Application) -> dict[str, Any]:
        """The institution and supervisor pages, dates apart."""
        if story.new_firm:
            return {
                "firm": {"pick": reading.NEW, **NEW_FIRMS[self.told % len(NEW_FIRMS)]},
                "person": {"pick": reading.NEW, **NEW_PERSON},
            }
        department = self.session.get_one(Department, row.department_id)
        if story.at_host:
            return {"firm": {"pick": str(self.host.institution_id)}, "person": {"pick": str(self.host.id)}}
        fitting = [
            f for f in self._firms[:-1] if f.sector == SECTORS.get(department.code) and f.id != self.host.institution_id
        ] or self._firms[:-1]
        firm = fitting[self.told % len(fitting)]
        person = self.session.scalars(
            select(Supervisor).where(Supervisor.institution_id == firm.id).order_by(Supervisor.id)
        ).first()
        return {
            "firm": {"pick": str(firm.id)},
            "person": {"pick": str(person.id)} if person else {"pick": reading.NEW, **NEW_PERSON},
        }

    def _pages(
        self, row: Application, kind: InternshipType, start: date, days: int, place: dict[str, Any]
    ) -> dict[Page, Any] | None:
        terms = self.session.scalars(select(Term).where(Term.ends_on >= start).order_by(Term.starts_on).limit(1)).all()
        if not terms:
            return None
        student = row.student
        pages: dict[Page, Any] = {
            Page.NOTICE: {"read": [str(p.id) for p in reading.must_read(self.session, kind.department_id)]},
            Page.PROFILE: {"phone": student.phone or "0462 377 20 00", "email": student.email},
            Page.INTERNSHIP: {
                "internship_type": str(kind.id), "term": str(terms[0].id), "paid": "yes" if self.told % 3 else "no",
                "family_health_cover": "no" if self.told % 4 == 0 else "yes", "abroad": "no",
            },
            Page.INSTITUTION: {**place["firm"], "weekdays": ["0", "1", "2", "3", "4"], "starts_on": start.isoformat()},
            Page.SUPERVISOR: place["person"],
        }  # fmt: skip
        draft = self._read(row, pages, start)
        pages[Page.INSTITUTION]["ends_on"] = checks.offered_end(self.session, draft, days).isoformat()
        return pages

    def _read(self, row: Application, pages: dict[Page, Any], day: date) -> reading.Draft:
        rows = {page: DraftPage(page=page, typed=typed, valid=True) for page, typed in pages.items()}
        return reading.read(self.session, row, rows, day)

    def _passes(self, row: Application, pages: dict[Page, Any], day: date) -> bool:
        judgement = checks.judge(self.session, self._read(row, pages, day), day)
        return judgement.count is not None and all(v.passed for v in judgement.verdicts)

    # -- what happens -------------------------------------------------------------------------------------

    def _take(self, row: Application, turn: Turn, own: Standing, day: date) -> None:
        at = self.at(day)
        if turn.action is Action.SUBMIT:
            self._submit(row, own, day, at)
            return
        by_student = turn.action is Action.WITHDRAW or (turn.action is Action.CANCEL and not turn.by_chair)
        standing = own if by_student else self.commission(row.department_id, turn)
        take(
            self.session, row, turn.action, standing=standing, today=day, at=at, reason=turn.reason,
            pages=[p.value for p in turn.pages] or None,
        )  # fmt: skip

    def _submit(self, row: Application, own: Standing, day: date, at: datetime) -> None:
        if row.submitted_at:
            self._corrected(row)
        if row.submitted_at is None or Page.FILES.value in (row.pages or ()):
            document = self._document(at, reading.newest_document(self.session, row))
            give(self.session, document, row)
        draft = reading.read(self.session, row, drafts.pages(self.session, row), day)
        submitting.submit(self.session, draft, standing=own, today=day, seen=None, at=at)

    def _ask(self, row: Application, asked: Asked, own: Standing) -> None:
        """A change asked for and answered, one day after the other; one that no rule lets through is left out."""
        assert row.starts_on  # noqa: S101 -- it is approved
        assert row.ends_on  # noqa: S101
        day, later = self.today - timedelta(days=asked.ago), timedelta(weeks=asked.weeks)
        starts_on = row.starts_on + later if asked.kind is ChangeKind.POSTPONE else row.starts_on
        ends_on = row.ends_on + (-later if asked.kind is ChangeKind.STOP else later)
        for entry in self._past(day, Declaration.application_id == row.id):
            self._confirm(entry)  # whoever is at work was entered: nobody else's dates change
        try:
            change = change_requests.ask(
                self.session, row, asked.kind, starts_on=starts_on, ends_on=ends_on, why=asked.why, standing=own,
                today=day, at=self.at(day),
            )  # fmt: skip
        except Refused:
            return
        person = row.supervisor
        assert person  # noqa: S101
        for n, action in enumerate(asked.answers, 1):
            by_firm = action in {Action.AGREE, Action.DECLINE}
            standing = (
                Standing(user_id=person.user_id, name=person.name, supervises_as=frozenset({person.id}))
                if by_firm
                else self.commission(row.department_id, Turn(action))
            )
            on = day + timedelta(days=n)
            take(
                self.session, change, action, standing=standing, today=on, at=self.at(on), reason=asked.refused_for
            )  # fmt: skip

    def _corrected(self, row: Application) -> None:
        """The student changes what the commission pointed at."""
        pages = drafts.pages(self.session, row)
        if Page.SUPERVISOR.value in (row.pages or ()):
            page = pages[Page.SUPERVISOR]
            drafts.keep(
                self.session, row, Page.SUPERVISOR, {"pick": reading.NEW, **NEW_PERSON}, valid=True, seen=page.version
            )
        if Page.DATES.value in (row.pages or ()):
            page = pages[Page.INSTITUTION]
            moved = {
                n: (date.fromisoformat(page.typed[n]) + timedelta(weeks=1)).isoformat()
                for n in ("starts_on", "ends_on")
            }
            drafts.keep(self.session, row, Page.INSTITUTION, page.typed | moved, valid=True, seen=page.version)

    def _document(self, at: datetime, before: Document | None = None) -> Document:
        """An archive of the student's own, other than the one before; its content is one of two that were looked into."""
        content, like = self._archives[self.told % 2]
        if before and before.sha256 == like.sha256:
            content, like = self._archives[(self.told + 1) % 2]
        return self._kept(content, like, at)

    def logbook(self, at: datetime) -> Document:
        """A logbook of the student's own."""
        return self._kept(*self._logbook, at)

    def _kept(self, content: bytes, like: Document, at: datetime) -> Document:
        key = f"{at:%Y/%m}/{uuid4().hex}"
        with TemporaryDirectory() as folder:
            path = Path(folder) / "archive"
            path.write_bytes(content)
            self.store.put(key, path)
        return Document(
            filename=like.filename, content_type=like.content_type, size=like.size, sha256=like.sha256,
            storage_key=key, entries=like.entries, uploaded_at=at,
        )  # fmt: skip

    def at(self, day: date) -> datetime:
        """A moment of that day's office hours, another one for each story."""
        return datetime.combine(day, time(9, 5), ISTANBUL).astimezone(UTC) + timedelta(minutes=7 * (self.told % 50))

    def standing(self, user: User) -> Standing:
        return standing_of(self.session, user.id, user.name, self.today)

    def commission(self, department: int, turn: Turn) -> Standing:
        actor = Actor.CHAIR if turn.by_chair else Actor.MEMBER
        held = (
            select(User)
            .join(Membership.user)
            .where(Membership.department_id == department)
            .order_by(Membership.actor != actor, Membership.id)
        )
        return self.standing(self.session.scalars(held.limit(1)).one())

    def office(self, actor: Actor) -> Standing:
        """Whoever holds this office first."""
        held = select(User).join(Membership.user).where(Membership.actor == actor).order_by(Membership.id)
        return self.standing(self.session.scalars(held.limit(1)).one())


def _taken(store: Any, filename: str, files: dict[str, str]) -> tuple[bytes, Document]:
    """A real archive of these files, and what the inspection of uploads made of it."""
    made = io.BytesIO()
    if filename.endswith(".zip"):
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, file in files.items():
                archive.write(FILES / file, name)
    else:
        with py7zr.SevenZipFile(made, "w") as seven:
            for name, file in files.items():
                seven.write(FILES / file, name)
    content = made.getvalue()
    document = take_in(store, io.BytesIO(content), filename, LIMIT)
    store.delete(document.storage_key)
    return content, document
