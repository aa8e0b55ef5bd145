"""What happened to the demo university's applications: told in days before and after today."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflow.words import Action, ChangeKind, Page

DO = Action


@dataclass(frozen=True)
class Turn:
    """One step: `ago` days before today, or `before_start` days before the internship, whichever is given."""

    action: Action
    ago: int | None = None
    before_start: int | None = None
    by_chair: bool = False
    reason: str | None = None
    pages: tuple[Page, ...] = ()

    def day(self, today: date, start: date) -> date:
        if self.ago is not None:
            return today - timedelta(days=self.ago)
        return min(start - timedelta(days=self.before_start or 0), today - timedelta(days=1))


@dataclass(frozen=True)
class Asked:
    """A change asked for `ago` days before today and answered day by day: `weeks` later (a stop: earlier)."""

    kind: ChangeKind
    ago: int
    weeks: int
    why: str
    answers: tuple[Action, ...] = ()
    refused_for: str | None = None


@dataclass(frozen=True)
class Story:
    """One application. `starts` counts days from today; "summer" is the last summer that is over."""

    starts: int | str
    days: int
    turns: tuple[Turn, ...]
    compulsory: bool = False
    new_firm: bool = False  # typed by the student, so it starts unverified
    at_host: bool = False  # at the firm of the demo employer
    asked: Asked | None = None


STAMP = ("Kabul formunda kurumun kaşesi ve imzası eksik; tamamlayıp yeniden yükleyin.", (Page.FILES,))
ENGINEER = (
    "Kurumda bölümünüzle ilgili bir mühendis çalıştığını belgeleyin ya da başka bir kurum seçin.",
    (Page.INSTITUTION, Page.FILES),
)
DATES = ("Başlangıç tarihi ara sınav haftasıyla çakışıyor; tarihi bir hafta ileri alın.", (Page.DATES,))
CONTACT = ("Yetkilinin telefonu yanlış görünüyor; düzeltin.", (Page.SUPERVISOR,))


def _reject(why: tuple[str, tuple[Page, ...]], ago: int) -> Turn:
    return Turn(DO.REJECT, ago=ago, reason=why[0], pages=why[1])


def _waits(ago: int, starts: int, days: int = 15, *, new_firm: bool = False) -> Story:
    return Story(starts, days, (Turn(DO.SUBMIT, ago=ago),), new_firm=new_firm)


_APPROVED = (Turn(DO.SUBMIT, before_start=32), Turn(DO.APPROVE, before_start=27))
ENDED = Story("summer", 20, (Turn(DO.SUBMIT, before_start=48), Turn(DO.APPROVE, before_start=41)), compulsory=True)
ENDED_LATE = Story(
    "summer",
    25,
    (
        Turn(DO.SUBMIT, before_start=60),
        Turn(DO.REJECT, before_start=55, reason=STAMP[0], pages=STAMP[1]),
        Turn(DO.SUBMIT, before_start=52),
        Turn(DO.APPROVE, before_start=46, by_chair=True),
    ),
    compulsory=True,
)
RUNNING = Story(-12, 25, _APPROVED, at_host=True)
RUNNING_LONG = Story(-20, 40, _APPROVED, at_host=True)
UPCOMING = Story(9, 20, (Turn(DO.SUBMIT, ago=18), Turn(DO.APPROVE, ago=11)))
UPCOMING_AT_HOST = replace(UPCOMING, starts=16, at_host=True)
UPCOMING_LATER = Story(30, 20, (Turn(DO.SUBMIT, ago=12), Turn(DO.APPROVE, ago=3, by_chair=True)))
STOPPED = replace(
    RUNNING,
    asked=Asked(ChangeKind.STOP, 3, 1, "Ameliyat oldum, doktorum bir ay dinlenmemi istedi.", (DO.AGREE, DO.APPROVE)),
)
EXTENDED = replace(
    RUNNING_LONG,
    asked=Asked(ChangeKind.EXTEND, 6, 1, "Projenin teslimi bir hafta sonraya kaldı.", (DO.AGREE, DO.APPROVE)),
)
EXTENSION_DECLINED = replace(
    RUNNING,
    asked=Asked(
        ChangeKind.EXTEND, 5, 1, "Eksik günümü burada tamamlamak istiyorum.", (DO.DECLINE,),
        "Ay sonunda taşınıyoruz; yeni yerde stajyere yer yok.",
    ),
)  # fmt: skip
POSTPONE_WAITS = replace(
    UPCOMING_AT_HOST, asked=Asked(ChangeKind.POSTPONE, 2, 1, "Bütünleme sınavım stajın ilk haftasına denk geldi.")
)
POSTPONE_AGREED = replace(
    UPCOMING_LATER,
    asked=Asked(ChangeKind.POSTPONE, 2, 1, "Kurum bakım nedeniyle bir hafta kapalı.", (DO.AGREE,)),
)
REJECTED = Story(34, 20, (Turn(DO.SUBMIT, ago=8), _reject(STAMP, 3)))
REJECTED_FIRM = Story(40, 15, (Turn(DO.SUBMIT, ago=10), _reject(ENGINEER, 4)))
CORRECTED = Story(33, 20, (Turn(DO.SUBMIT, ago=11), _reject(CONTACT, 7), Turn(DO.SUBMIT, ago=2)))
CORRECTED_DATES = Story(37, 20, (Turn(DO.SUBMIT, ago=13), _reject(DATES, 9), Turn(DO.SUBMIT, ago=5)))
REOPENED = Story(
    36,
    20,
    (
        Turn(DO.SUBMIT, ago=12),
        _reject(ENGINEER, 8),
        Turn(
            DO.REOPEN,
            ago=2,
            by_chair=True,
            reason="Öğrenci mühendisin diplomasını elden getirdi; dosya yeniden görüşülecek.",
        ),
    ),
)
WITHDRAWN = Story(28, 20, (Turn(DO.SUBMIT, ago=9), Turn(DO.WITHDRAW, ago=6)))
CANCELLED = Story(
    16,
    20,
    (
        Turn(DO.SUBMIT, ago=20),
        Turn(DO.APPROVE, ago=14),
        Turn(DO.CANCEL, ago=4, reason="Başka bir kurumda burslu staj kazandım."),
    ),
)
CANCELLED_BY_CHAIR = Story(
    13,
    20,
    (
        Turn(DO.SUBMIT, ago=22),
        Turn(DO.APPROVE, ago=16),
        Turn(DO.CANCEL, ago=5, by_chair=True, reason="Kurum stajyer kabulünü durdurduğunu bildirdi."),
    ),
)
DRAFT = Story(45, 20, ())

# by department, in the order of the student file; what is left over gets OTHERS in turn
OF: dict[str, tuple[tuple[Story, ...], ...]] = {
    "BIL": (
        (ENDED,),
        (ENDED, RUNNING, REJECTED),
        (ENDED_LATE, EXTENSION_DECLINED),
        (_waits(1, 30),),
        (_waits(6, 26, 20, new_firm=True),),
        (CORRECTED,),
        (ENDED, POSTPONE_AGREED),
        (_waits(3, 41, 10),),
        (EXTENDED,),
        (CANCELLED,),
        (REOPENED,),
        (WITHDRAWN, DRAFT),
        (_waits(2, 34, 20),),
        (_waits(5, 28, 10), ENDED),
        (ENDED_LATE, _waits(4, 44)),
        (_waits(7, 31, 20, new_firm=True),),
        (CORRECTED_DATES,),
        (ENDED, _waits(9, 48, 25)),
        (_waits(12, 35, 10),),
        (CORRECTED, ENDED),
        (ENDED, POSTPONE_WAITS),
    ),
    "INS": (
        (_waits(2, 29, new_firm=True),),
        (ENDED, CORRECTED_DATES),
        (STOPPED,),
        (UPCOMING_LATER,),
        (REJECTED_FIRM,),
        (ENDED_LATE,),
        (CANCELLED_BY_CHAIR,),
        (DRAFT,),
        (UPCOMING,),
    ),
}
OTHERS: tuple[tuple[Story, ...], ...] = (
    (_waits(4, 32),),
    (UPCOMING,),
    (ENDED, RUNNING),
    (CORRECTED,),
    (ENDED_LATE,),
    (REJECTED,),
)
SECTORS = {
    "BIL": "Yazılım",
    "YAZ": "Yazılım",
    "INS": "İnşaat",
    "EEM": "Elektrik ve elektronik",
    "MAK": "Makina imalatı",
}


def first_day(story: Story, today: date) -> date:
    """The Monday a story starts on."""
    if isinstance(story.starts, int):
        day = today + timedelta(days=story.starts)
        return day + timedelta(days=-day.weekday() % 7) if story.starts > 0 else day - timedelta(days=day.weekday())
    year = today.year if today >= date(today.year, 9, 1) else today.year - 1
    day = date(year, 6, 30)
    return day + timedelta(days=-day.weekday() % 7)


NEW_FIRMS: tuple[dict[str, str], ...] = (
    {
        "name": "Karaca Bilişim ve Danışmanlık Ltd. Şti.", "kind": "private", "sector": "Yazılım", "tax_no": "", "address": "Fatih Mah. Yavuz Selim Bulvarı No: 41",
        "city": "Trabzon", "phone": "0462 230 41 41", "email": "insankaynaklari@karacabilisim.example.com", "web": "", "headcount": "14",
    },
    {
        "name": "Yedigöl Mühendislik", "kind": "private", "sector": "Proje ve müşavirlik", "tax_no": "", "address": "Gazipaşa Mah. Maraş Cad. No: 12",
        "city": "Trabzon", "phone": "0462 321 12 12", "email": "bilgi@yedigolmuhendislik.example.com", "web": "", "headcount": "9",
    },
)  # fmt: skip
NEW_PERSON = {
    "name": "Şenol Karaca",
    "title": "Teknik müdür",
    "phone": "0532 410 41 41",
    "email": "senol.karaca@staj.example.com",
}
BLOCKED_FOR = "Stajyerlerin iş güvenliği eğitimi almadan sahaya çıkarıldığı tutanakla bildirildi."
