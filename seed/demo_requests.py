"""What students of the demo university asked their commissions, and what they were answered."""

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AnswerTemplate, Application, Department, Enrolment, Request, Student
from seed.demo_history import FILES, LIMIT, History
from seed.demo_stories import Turn
from services import requests
from services.documents import SINGLE, take_in
from services.transition import take
from workflow.words import Action, ApplicationState, RequestState


@dataclass(frozen=True)
class Said:
    """One step, `ago` days before today."""

    action: Action
    ago: int
    text: str | None = None
    by_student: bool = False


@dataclass(frozen=True)
class Asking:
    """A request of the department's nth student, `ago` days before today."""

    department: str
    student: int
    ago: int
    subject: str
    text: str
    then: tuple[Said, ...] = ()
    file: str | None = None
    about_own: bool = False


TEMPLATES = {
    "Sigorta girişi": "Sigorta girişiniz, staj başlangıcından en geç bir gün önce Mediko tarafından yapılır. Ayrıca başvurmanız gerekmez; giriş yapılmadan staja başlamayın.",
    "Zorunlu staj belgesi": "Zorunlu staj belgesi, başvurunuz onaylandıktan sonra bölüm sekreterliğinden alınabilir. Kurumunuz ıslak imza istiyorsa belgeyi elden teslim alın.",
    "Yurt dışı staj": "Yurt dışında staj için kabul mektubunun noter onaylı Türkçe çevirisini başvuru dosyanıza ekleyin. Sigorta konusunda Mediko ile görüşün.",
    "Belge eksik": "Gönderdiğiniz belgede kurumun kaşesi ve yetkili imzası bulunmuyor. Tamamlayıp yeniden yükleyin.",
}
ANSWER, AGAIN, CLOSE = Action.ANSWER, Action.ASK_AGAIN, Action.CLOSE
ASKED: tuple[Asking, ...] = (
    Asking("BIL", 3, 12, "Haftada dört gün çalışan kurum", "Staj yapacağım kurum cuma günleri kapalı. Çalışma gününü dört olarak girersem eksik kalan günleri sonradan tamamlayabilir miyim?"),
    Asking("BIL", 0, 5, "Zorunlu staj belgesi", "Kurumum, üniversiteden ıslak imzalı zorunlu staj belgesi istiyor. Belgeyi nereden alabilirim?", about_own=True),
    Asking("BIL", 5, 1, "Kabul formunda kaşe yerine e-imza", "Kurum kabul formunu e-imza ile düzenledi. Ekteki belge geçerli midir?", file="yazi.pdf"),
    Asking("INS", 1, 8, "Şantiye değişikliği", "Aynı firmanın başka bir şantiyesine geçmem istendi. Yeni başvuru yapmam gerekir mi?"),
    Asking("BIL", 1, 16, "Stajda uzaktan çalışma", "Firma haftada bir gün uzaktan çalışıyor. Bu günler staj gününden sayılır mı?", (
        Said(ANSWER, 14, "Uzaktan çalışılan günler, firma devam çizelgesinde çalışıldığını onaylarsa sayılır."),
        Said(AGAIN, 9, "Devam çizelgesinde uzaktan çalışılan günler için ayrı bir işaret var mı?", by_student=True),
    )),
    Asking("BIL", 0, 20, "Sigorta girişi ne zaman yapılır?", "Stajım yakında başlıyor, sigorta girişim için bir şey yapmam gerekiyor mu?", (
        Said(ANSWER, 18, TEMPLATES["Sigorta girişi"]),
    )),
    Asking("BIL", 7, 40, "Çift anadal öğrencisinin stajı", "Anadal stajım, çift anadalda da sayılır mı?", (
        Said(ANSWER, 37, "Çift anadal komisyonunun kararıyla en çok yirmi iş günü saydırılabilir; dilekçenizi o bölüme verin."),
        Said(CLOSE, 36, by_student=True),
    )),
    Asking("BIL", 9, 6, "Yanlış bölüme yazdım", "Talebimi yanlış bölüme yazdım, dikkate almayınız.", (Said(Action.WITHDRAW, 6, by_student=True),)),
    Asking("INS", 2, 30, "Staj defteri elle mi yazılır?", "Staj defterini bilgisayarda hazırlayabilir miyim?", (
        Said(ANSWER, 28, "Evet; çizimler dışında bilgisayarda hazırlanabilir."),
        Said(CLOSE, 20),
        Said(Action.REOPEN, 4, "Yönerge değişti; yanıtımız güncellenecek."),
    )),
)  # fmt: skip


def tell(history: History, store: Any) -> None:
    """Write the templates of the commissions, and every request with its steps."""
    session = history.session
    departments = {d.code: d for d in session.scalars(select(Department).where(Department.code.in_(("BIL", "INS"))))}
    for department in departments.values():
        session.add_all(AnswerTemplate(department_id=department.id, title=t, text=x) for t, x in TEMPLATES.items())
    for number, asking in enumerate(ASKED):
        _told(history, store, asking, departments[asking.department], timedelta(minutes=11 * number))


def _told(history: History, store: Any, asking: Asking, of: Department, later: timedelta) -> None:
    student = _student(history.session, of, asking.student)
    assert student.user  # noqa: S101 -- the student file has an address for everybody
    own = history.standing(student.user)
    day = history.today - timedelta(days=asking.ago)
    document = asking.file and take_in(
        store, io.BytesIO((FILES / "mustehaklik-kilavuzu.pdf").read_bytes()), asking.file, LIMIT, single=SINGLE
    )
    row = requests.ask(
        history.session, department_id=of.id, application=_about(history.session, student, of) if asking.about_own else None,
        subject=asking.subject, text=asking.text, document=document or None, standing=own, today=day,
        at=history.at(day) + later,
    )  # fmt: skip
    for n, said in enumerate(asking.then, 1):
        _step(history, row, said, own, later + timedelta(minutes=n))


def _step(history: History, row: Request, said: Said, own: Any, later: timedelta) -> None:
    day = history.today - timedelta(days=said.ago)
    at = history.at(day) + later
    if said.action is Action.ASK_AGAIN:
        requests.ask_again(
            history.session, row, text=said.text or "", document=None, standing=own, today=day, at=at
        )  # fmt: skip
        return
    by = own if said.by_student else history.commission(row.department_id, Turn(said.action))
    opens = said.action is Action.REOPEN
    take(
        history.session, row, said.action, standing=by, today=day, at=at, reason=said.text,
        values=requests.waits_anew(RequestState.OPEN, at) if opens else None,
    )  # fmt: skip


def _student(session: Session, of: Department, nth: int) -> Student:
    enrolled = select(Student).join(Enrolment, Enrolment.student_id == Student.id)
    found = enrolled.where(Enrolment.department_id == of.id).order_by(Student.id).limit(nth + 1)
    return session.scalars(found).all()[nth]


def _about(session: Session, student: Student, of: Department) -> Application | None:
    found = select(Application).where(
        Application.student_id == student.id, Application.department_id == of.id, Application.state != ApplicationState.DRAFT
    )  # fmt: skip
    return session.scalars(found.order_by(Application.id.desc()).limit(1)).first()
