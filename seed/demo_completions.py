"""How the demo university's internships are closed: days written, sheets confirmed, completions assessed, days credited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import Select, select

from models import (
    Absence,
    Application,
    Attendance,
    AttendanceWeek,
    Department,
    Enrolment,
    Evaluation,
    EvaluationAnswer,
    EvaluationForm,
    EvaluationQuestion,
    InternshipType,
    LedgerEntry,
    LogEntry,
    Student,
)
from seed.demo_history import History
from seed.demo_stories import Turn
from services import completion, ledger
from services.documents import give
from services.standing import Standing
from services.transition import take
from workflow.words import (
    Action,
    Actor,
    ApplicationState,
    AttendanceState,
    EvaluationFormState,
    EvaluationState,
    LedgerKind,
    Part,
    Programme,
    Purpose,
    QuestionKind,
)

DO = Action


@dataclass(frozen=True)
class Closing:
    """How far one internship has come. Half-days accepted below all of them need `why`; `handed_in` counts days before today."""

    firm: bool = True
    entries: int = 0  # days written here, 99: all of them
    file: bool = False
    absent: tuple[int, ...] = ()  # half-days missed, from the third day on
    on_paper: bool = False  # the commission went on without the attendance sheet
    handed_in: int | None = None
    short: int | None = None  # half-days not accepted; None: not assessed yet
    why: str | None = None
    returned: tuple[Part, ...] = ()
    reopened: str | None = None


LATELY, LONG_AGO = 6, 0  # days before today; 0: soon after the internship
EMPTY_BOOK = "Defterde son iki haftanın günlük çalışmaları yazılmamış; yalnızca yazılan günler kabul edildi."
READY = Closing(entries=4)
OPEN = Closing(firm=False, entries=7)
DONE = Closing(entries=99, handed_in=LONG_AGO, short=0)
PLANS = (
    Closing(file=True, handed_in=LATELY),
    Closing(file=True, handed_in=LATELY + 3, why="Defterin ilk haftasında yetkili imzası yok; imzalatıp yeniden yükleyin.", returned=(Part.LOGBOOK,)),
    Closing(file=True, absent=(2, 1), handed_in=LONG_AGO, short=10, why=EMPTY_BOOK),
    Closing(entries=99, absent=(1,), handed_in=LATELY - 2),
    Closing(file=True, handed_in=LONG_AGO, short=99, why="Teslim edilen defter başka bir öğrenciye ait çıktı; staj kabul edilmedi."),
    Closing(file=True, handed_in=LONG_AGO, short=6, why=EMPTY_BOOK, reopened="Öğrenci eksik sayfaları elden getirdi; yeniden değerlendirilecek."),
    Closing(file=True, on_paper=True, handed_in=LATELY - 4),
    DONE,
    OPEN,
)  # fmt: skip
FIRST = {"BIL": (READY, DONE)}  # of the demo's own students
WORK = (
    "İş güvenliği eğitimi aldım; birimi ve ekibi tanıdım, çalışma düzeni anlatıldı.",
    "Kullanılan araçları bilgisayarıma kurdum, örnek bir projeyi çalıştırdım.",
    "Sorumlu mühendisle birlikte devam eden işin gereksinim belgesini okudum, notlar çıkardım.",
    "Verilen ilk görevi tamamladım: eski kayıtlardaki hatalı tarihleri bulup raporladım.",
    "Haftalık toplantıya katıldım; yaptığım işi anlattım, gelen önerileri not aldım.",
    "Müşteri ziyaretine eşlik ettim, ölçüm tutanağını yetkiliyle birlikte doldurdum.",
    "Bir önceki günün ölçümlerini tabloya işledim, sapmaları grafikle gösterdim.",
    "Yazdığım bölümü bir mühendis inceledi; düzeltmeleri yapıp yeniden teslim ettim.",
    "Arıza kaydını inceledim, nedenini bulmak için deneme düzeneği kurdum.",
    "Hafta boyunca yaptıklarımı özetleyen kısa bir sunum hazırladım.",
)
FORM, FORM_EN = "Stajyer Değerlendirme Formu", "Evaluation of the Intern"
QUESTIONS: tuple[tuple[QuestionKind, str, str, list[object] | None], ...] = (
    (QuestionKind.SCALE, "İşe ilgisi", "Interest in the work", [1, 5]),
    (QuestionKind.SCALE, "Teknik bilgi ve beceri", "Technical knowledge and skill", [1, 5]),
    (QuestionKind.SCALE, "Devam ve zamana uyma", "Attendance and punctuality", [1, 5]),
    (QuestionKind.CHOICE, "Ekip içinde çalışması", "Work within the team", ["Çok iyi", "İyi", "Yeterli", "Yetersiz"]),
    (QuestionKind.YES_NO, "Yeniden stajyer olarak alır mısınız?", "Would you take the intern again?", None),
    (QuestionKind.TEXT, "Eklemek istedikleriniz", "Anything to add", None),
)
SAID = "Kendini geliştirmeye açık; verilen işleri zamanında bitirdi."


def tell(history: History) -> None:
    """Close the internships that have ended, each in another way; write the days of one that runs; credit what was not done here."""
    form = _form(history)
    rest = cycle(PLANS)
    met: dict[str, int] = {}
    for row, code in _ended(history):
        nth = met[code] = met.get(code, -1) + 1
        own = FIRST.get(code, ())
        _close(history, row, own[nth] if nth < len(own) else next(rest), form)
    for row in history.session.scalars(_running(history)):
        _write(history, row, 99)
    _credits(history)


def _ended(history: History) -> Sequence[tuple[Application, str]]:
    over = (Application.state == ApplicationState.APPROVED, Application.ends_on < history.today - timedelta(days=14))
    found = select(Application, Department.code).join(Application.department).where(*over).order_by(Application.id)
    return sorted(history.session.execute(found).all(), key=lambda of: of[1] not in FIRST)  # theirs first


def _running(history: History) -> Select[Application]:
    own = Application.supervisor_id == history.host.id
    runs = (Application.starts_on <= history.today, Application.ends_on >= history.today)
    return select(Application).where(Application.state == ApplicationState.APPROVED, own, *runs)


def _close(history: History, row: Application, plan: Closing, form: EvaluationForm) -> None:
    assert row.ends_on  # noqa: S101 -- it has ended
    _write(history, row, plan.entries)
    if plan.firm:
        _firm(history, row, plan, form, row.ends_on + timedelta(days=1))
    ago = plan.handed_in
    day = history.today - timedelta(days=ago) if ago else row.ends_on + timedelta(days=4)
    if plan.file:
        at = history.at(day) - timedelta(hours=1)
        give(history.session, history.logbook(at), row, Purpose.LOGBOOK)
    if ago is None:
        return
    assert row.student.user  # noqa: S101 -- the student file has an address for everybody
    own = history.standing(row.student.user)
    completion.hand_in(history.session, row, standing=own, today=day, at=history.at(day))
    _assess(history, row, plan, day + timedelta(days=5))


def _assess(history: History, row: Application, plan: Closing, day: date) -> None:
    of, session = row.department_id, history.session
    member = history.commission(of, Turn(DO.ACCEPT))
    by = {"standing": member, "today": day, "at": history.at(day)}
    if plan.returned:
        completion.send_back(
            session, row, plan.returned, history.today + timedelta(days=6), reason=plan.why or "", **by  # type: ignore[arg-type]
        )  # fmt: skip
    if plan.short is None:
        return
    accepted = max((row.counted_half_days or 0) - plan.short, 0)
    completion.assess(session, row, accepted, reason=plan.why, **by)  # type: ignore[arg-type]
    if plan.reopened:
        chair, later = history.commission(of, Turn(DO.REASSESS, by_chair=True)), day + timedelta(days=3)
        if Actor.CHAIR in chair.actors:
            completion.reopen(
                session, row, reason=plan.reopened, standing=chair, today=later, at=history.at(later)
            )  # fmt: skip


# -- what the student and the firm write ---------------------------------------------------------------------------


def _write(history: History, row: Application, days: int) -> None:
    """The first so many days of the logbook, up to yesterday."""
    counted = [d.day for d in completion.counted(history.session, row).days if d.half_days and d.day < history.today]
    for n, day in enumerate(counted[:days]):
        history.session.add(
            LogEntry(
                application_id=row.id,
                student_id=row.student_id,
                department_id=row.department_id,
                day=day,
                text=WORK[(n + row.id) % len(WORK) if n else 0],
                saved_at=history.at(day) + timedelta(hours=8),
            )
        )
    history.session.flush()


def _firm(history: History, row: Application, plan: Closing, form: EvaluationForm, day: date) -> None:
    """Attendance week by week and confirmed, then the evaluation; or the sheet came on paper."""
    person, session = row.supervisor, history.session
    assert person  # noqa: S101 -- it is approved
    firm = Standing(user_id=person.user_id, name=person.name, supervises_as=frozenset({person.id}))
    same = {n: getattr(row, n) for n in ("student_id", "department_id", "supervisor_id")} | {"application_id": row.id}
    counted = [d.day for d in completion.counted(session, row).days if d.half_days]
    for monday in sorted({d - timedelta(days=d.weekday()) for d in counted}) if not plan.on_paper else ():
        session.add(AttendanceWeek(monday=monday, saved_at=history.at(day), saved_by=person.name, **same))
    for missed, on in zip(plan.absent, counted[2:], strict=False):
        session.add(Absence(day=on, half_days=missed, reason="Sağlık raporu", **same))
    session.flush()
    if plan.on_paper:
        member = history.commission(row.department_id, Turn(DO.WAIVE))
        completion.waive(
            session, row, Part.ATTENDANCE, reason="Kaşeli devam çizelgesi kâğıt olarak geldi, dosyasına kondu.",
            standing=member, today=day, at=history.at(day),
        )  # fmt: skip
    else:
        sheet = Attendance(state=AttendanceState.OPEN, **same)
        session.add(sheet)
        session.flush()
        take(session, sheet, DO.ATTEST, standing=firm, today=day, at=history.at(day))
    _evaluate(history, Evaluation(state=EvaluationState.OPEN, form_id=form.id, **same), form, firm, day)


def _evaluate(history: History, row: Evaluation, form: EvaluationForm, firm: Standing, day: date) -> None:
    session, at = history.session, history.at(day) + timedelta(minutes=20)
    session.add(row)
    session.flush()
    same = {n: getattr(row, n) for n in ("student_id", "department_id", "supervisor_id", "application_id")}
    for question in form.questions:
        answer = _answer(question, row.id)
        session.add(EvaluationAnswer(evaluation_id=row.id, question_id=question.id, answer=answer, **same))
    session.flush()
    take(session, row, DO.GIVE, standing=firm, today=day, at=at, values={"given_at": at})


def _answer(question: EvaluationQuestion, number: int) -> str:
    """One that fits, another one for each intern."""
    offered = [o[0] if isinstance(o, list) else o for o in question.options or ()]
    match question.kind:
        case QuestionKind.YES_NO:
            return "no" if number % 5 == 0 else "yes"
        case QuestionKind.CHOICE:
            return str(offered[number % 2])
        case QuestionKind.SCALE:
            return str(int(offered[-1]) - number % 3)
    return SAID


def _form(history: History) -> EvaluationForm:
    """The university's form: the one in use, or a new one."""
    session = history.session
    used = (EvaluationForm.state == EvaluationFormState.IN_USE, EvaluationForm.department_id.is_(None))
    if form := session.scalars(select(EvaluationForm).where(*used)).first():
        return form
    form = EvaluationForm(
        state=EvaluationFormState.DRAFT, number=1, title=FORM, title_en=FORM_EN, questions=[
            EvaluationQuestion(position=n, kind=kind, text=text, text_en=english, options=options, required=kind is not QuestionKind.TEXT)
            for n, (kind, text, english, options) in enumerate(QUESTIONS, 1)
        ],
    )  # fmt: skip
    session.add(form)
    session.flush()
    take(session, form, DO.PUBLISH, standing=history.office(Actor.IT), today=history.today)
    return form


# -- what was not done here ----------------------------------------------------------------------------------------


def _credits(history: History) -> None:
    """A double major's exemption and transfer, and an exemption of somebody else's taken back."""
    double = select(Enrolment).where(Enrolment.programme == Programme.DOUBLE_MAJOR).order_by(Enrolment.id).limit(1)
    second = history.session.scalars(double).one()
    of = history.session.get_one(Student, second.student_id)
    major = next(e for e in of.enrolments if e.programme is Programme.MAJOR)
    other = _neighbour(history, major)
    _enter(history, major, LedgerKind.EXEMPTION, 20, "Yönetim Kurulu kararı 2026/14-3: önceki iş deneyimi sayıldı.", 20)
    _enter(
        history, second, LedgerKind.TRANSFER, 30, "Anadal stajının 15 günü çift anadal için sayıldı (2026/16-1).", 12
    )
    line = _enter(history, other, LedgerKind.TRANSFER, 10, "Yatay geçiş intibakı (2026/11-7).", 30)
    day = history.today - timedelta(days=28)
    by = history.commission(other.department_id, Turn(DO.ACCEPT))
    ledger.take_back(history.session, line, "Karar başka bir öğrenciye aitmiş.", by, history.at(day))


def _neighbour(history: History, enrolment: Enrolment) -> Enrolment:
    """The next student of the same programme."""
    of = (Enrolment.department_id == enrolment.department_id, Enrolment.student_id > enrolment.student_id)
    return history.session.scalars(select(Enrolment).where(*of).order_by(Enrolment.student_id).limit(1)).one()


def _enter(history: History, of: Enrolment, kind: LedgerKind, half_days: int, why: str, ago: int) -> LedgerEntry:
    """The last compulsory internship of the programme is the one that is credited."""
    types = select(InternshipType).where(InternshipType.department_id == of.department_id, InternshipType.compulsory)
    last = history.session.scalars(types.order_by(InternshipType.id.desc()).limit(1)).one()
    by = history.commission(of.department_id, Turn(DO.ACCEPT))
    at = history.at(history.today - timedelta(days=ago))
    return ledger.enter(history.session, kind, of, last, half_days, reason=why, standing=by, at=at)
