"""The register of institutions: finding them, and what looks like one already there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from models import Application, Institution, InstitutionMark, Supervisor, ToldApart
from services import search
from services.listing import Conditions, Sought, asking, key
from services.seal import masked
from services.standing import Standing
from workflow import written
from workflow.legal_forms import marks, name_key
from workflow.turkish import search_key
from workflow.words import Actor, ApplicationState, InstitutionState

OFFERED = (InstitutionState.VERIFIED, InstitutionState.UNVERIFIED)


def may_curate(state: InstitutionState | None, actors: Collection[Actor]) -> bool:
    """Whether somebody with these duties may change an institution in this state (None: a new one), and its supervisors.

    A commission proposes and corrects what nobody has vouched for yet; the career centre does everything.
    """
    proposed = state in {None, InstitutionState.UNVERIFIED} and not {Actor.MEMBER, Actor.CHAIR}.isdisjoint(actors)
    return proposed or Actor.CAREER_CENTRE in actors


def shown_tax_no(number: str | None, actors: Collection[Actor]) -> str:
    """A tax number as these readers may see it: a sole trader's is the national id, and only the career centre's to read."""
    if number and written.is_personal(number) and Actor.CAREER_CENTRE not in actors:
        return masked(number[-2:])
    return number or "–"


def concerns(session: Session, institution: Institution, standing: Standing) -> bool:
    """Whether an institution, and its people, are somebody's to change: the career centre's always, a commission's
    where a file of its own names the institution, or nobody's does.
    """
    if Actor.CAREER_CENTRE in standing.actors or institution.id is None:
        return True
    named = select(Application.id).where(
        Application.institution_id == institution.id, Application.state != ApplicationState.DRAFT
    )
    own = named.where(Application.department_id.in_(sorted(standing.commissions)))
    ways = (select(own.limit(1).exists()), select(~named.limit(1).exists()))
    return any(session.scalar(way, execution_options={"on_behalf_of_the_system": True}) for way in ways)


def by_words(session: Session, term: str) -> Sought:
    """Institutions whose name has, for every typed word, one that begins with it; or whose tax number does.

    A sole trader's is found in full only: nobody works out a national id digit by digit.
    """
    typed = written.digits(term, " .-")
    if typed.isascii() and typed.isdigit():
        of = Institution.tax_no
        begun = and_(search.begins(of, typed), func.length(of) < written.NATIONAL_ID)
        meant = of == typed if len(typed) == written.NATIONAL_ID else begun
        return asking(meant)
    return search.sought(session, search.INSTITUTIONS, Institution.id, search.name_words(term))


def named_like(session: Session, term: str) -> Conditions:
    """The institutions a name as far as typed could mean; of very many, those whose name begins so. Empty: none."""
    found = by_words(session, term)
    return [search.begins(Institution.name_key, search_key(term)[:200])] if found.common else found.where


def look_alikes(
    session: Session, name: str, tax_no: str | None, city: str = "", *, but: int | None = None
) -> Sequence[Institution]:
    """At most ten institutions with this tax number, this name but for its legal form, or nearly this name in this city.

    `but`: the one they are held against; what was judged different from it does not look like it.
    """
    of = InstitutionMark
    asked = [and_(of.kind == kind, of.mark == mark) for kind, mark in sorted(marks(name, tax_no, city))]
    if not asked:
        return ()
    shared = select(of.institution_id).where(or_(*asked), of.institution_id != (but or 0))
    found = select(Institution).where(
        Institution.id.in_(shared), *([Institution.id.not_in(_apart(but))] if but else [])
    )
    return session.scalars(found.order_by(Institution.id).limit(10)).all()


def same_as(
    session: Session, keys: Collection[int], *, of: Institution | None, typed: Mapping[str, Any]
) -> frozenset[int]:
    """Which of these institutions count as that one, registered or typed anew: by its tax number, or its name but for the legal form.

    Not those that were judged different, and not where the career centre has verified both.
    """
    mark = InstitutionMark
    if of is not None:
        own = [(m.kind, m.mark) for m in of.marks]
    else:
        own = sorted(marks(str(typed.get("name", "")), typed.get("tax_no"), str(typed.get("city", ""))))
    asked = [and_(mark.kind == kind, mark.mark == text) for kind, text in own if kind != "near"]
    if not asked:
        return frozenset()
    shared = select(mark.institution_id).join(Institution, Institution.id == mark.institution_id)
    shared = shared.where(mark.institution_id.in_(keys), or_(*asked))
    if of is not None:
        shared = shared.where(mark.institution_id.not_in(_apart(of.id)))
    if of is not None and of.state is InstitutionState.VERIFIED:
        shared = shared.where(Institution.state != InstitutionState.VERIFIED)
    return frozenset(session.scalars(shared))


def _apart(pk: int) -> Any:
    """The keys of those judged different from the institution under this one."""
    one, other = ToldApart.one_now_id, ToldApart.other_now_id
    return select(other).where(one == pk).union_all(select(one).where(other == pk))


def registered(session: Session, name: str, tax_no: str | None, *, but: int | None = None) -> Institution | None:
    """The institution that has this name and this tax number already; a branch has a name of its own."""
    alike = name_key(name)
    found = look_alikes(session, name, tax_no, but=but) if tax_no else ()
    return next((i for i in found if i.tax_no == tax_no and name_key(i.name) == alike), None)


def lasting(session: Session, pk: Any) -> Institution | None:
    """The institution under a key as typed; of one that was merged, the one it is part of now."""
    found: Institution | None = _followed(session, Institution, pk)
    return found


def lasting_supervisor(session: Session, pk: Any) -> Supervisor | None:
    """The supervisor under a key as typed; of one folded into another, that one."""
    found: Supervisor | None = _followed(session, Supervisor, pk)
    return found


def _followed(session: Session, model: Any, typed: Any) -> Any:
    pk = key(typed)
    row = session.get(model, pk) if pk else None
    while row is not None and row.merged_into_id:
        row = session.get(model, row.merged_into_id)
    return row


def merged_namesake(session: Session, name: str, city: str) -> Institution | None:
    """What an institution of this name and city was merged into: typed once more, it is not entered once more."""
    same = select(Institution).where(
        Institution.state == InstitutionState.MERGED,
        Institution.name_key == search_key(name)[:200],
        Institution.city == city,
    )
    row = session.scalars(same.order_by(Institution.id.desc()).limit(1)).first()
    return lasting(session, row.id) if row else None


def suggestions(session: Session, term: str, limit: int = 10) -> Sequence[Institution]:
    """What a type-ahead offers: verified first, blocked and merged never."""
    where = named_like(session, term)
    if not where:
        return ()
    found = select(Institution).where(*where, Institution.state.in_(OFFERED))
    return session.scalars(
        found.order_by(Institution.state.desc(), Institution.collation_key, Institution.id).limit(limit)
    ).all()
