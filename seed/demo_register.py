"""What the demo's career centre has on its desk: entries made twice, two made one, and what it keeps in mind."""

from datetime import timedelta

from sqlalchemy import select

from models import Institution, InstitutionNote, Supervisor
from seed.demo_history import History
from seed.demo_stories import NEW_FIRMS
from services import audit, merging
from services.standing import Standing
from workflow.words import Action, Actor

# the registered firm, the name it was typed under once more, whether the tax number was typed too
TYPED_AGAIN: tuple[tuple[str, str, bool], ...] = (
    ("Boztepe Yazılım San. ve Tic. Ltd. Şti.", "BOZTEPE YAZILIM Limited Şirketi", True),
    ("Maçka Yazılım San. ve Tic. A.Ş.", "Maçka Yazlım", False),
)
MADE_ONE = ("Karadeniz Yazılım A.Ş.", "Karadeniz Yazilim Anonim Şirketi")
NOTES: tuple[tuple[str, int, str, bool], ...] = (
    ("Karadeniz Yazılım A.Ş.", 40, "Yaz döneminde en çok altı stajyer alıyor; kontenjanı nisanda soruyoruz.", False),
    ("Karadeniz Yazılım A.Ş.", 200, "Stajyere ödeme yapmıyor.", True),
    ("Zigana İnşaat Ltd. Şti.", 15, "İSG eğitimi belgesi istendi, gönderilecek.", False),
)


def tell(history: History) -> None:
    """Enter firms a second time, make two of them one, and note a few lines."""
    session, desk = history.session, history.office(Actor.CAREER_CENTRE)
    for name, again, whole in TYPED_AGAIN:
        _entered(history, _firm(history, name), again, desk, whole=whole)
    kept = _firm(history, MADE_ONE[0])
    doubles = [(_entered(history, kept, MADE_ONE[1], desk, whole=True), kept)]
    typed_twice = select(Institution).where(Institution.name == NEW_FIRMS[0]["name"]).order_by(Institution.id)
    first, *others = session.scalars(typed_twice).all() or (kept,)
    doubles += [(other, first) for other in others[:1]]  # two students typed it, each not knowing of the other
    for name, ago, text, struck in NOTES:
        at = history.at(history.today - timedelta(days=ago))
        by = {"by_id": desk.user_id, "by_name": desk.name}
        out = {"struck_at": at + timedelta(days=90), "struck_by_id": desk.user_id, "struck_by_name": desk.name}
        session.add(
            InstitutionNote(institution_id=_firm(history, name).id, text=text, at=at, **by, **(out if struck else {}))
        )
    session.flush()
    for double, stays in doubles:
        seen = (double.version, stays.version)
        merging.merge(session, double, stays, standing=desk, today=history.today, seen=seen)


def _firm(history: History, name: str) -> Institution:
    return history.session.scalars(
        select(Institution).where(Institution.name == name).order_by(Institution.id).limit(1)
    ).one()


def _entered(history: History, like: Institution, name: str, desk: Standing, *, whole: bool) -> Institution:
    """The firm as somebody who did not find it typed it, with its first supervisor."""
    facts = {
        n: getattr(like, n)
        for n in ("kind", "sector", "address", "city", "phone", "email", "headcount", "working_week")
    }
    row = Institution(name=name, tax_no=like.tax_no if whole else None, **facts)
    history.session.add(row)
    history.session.flush()
    people = select(Supervisor).where(Supervisor.institution_id == like.id).order_by(Supervisor.id).limit(1)
    for person in history.session.scalars(people).all():
        known = {n: getattr(person, n) for n in ("name", "title", "phone", "email")}
        history.session.add(Supervisor(institution=row, **known))
    audit.note(history.session, row, Action.CREATE, desk)
    return row
