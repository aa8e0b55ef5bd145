"""The people of the demo university: who they are, how they sign in."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
from flask_security import hash_password, verify_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Department, Institution, Membership, Supervisor, User
from services.passwords import refused
from services.settings import VAR, Settings
from workflow.words import Actor

HOST = "demo.edu.tr"
KEPT = VAR / "keys" / "demo_password"


@dataclass(frozen=True)
class Account:
    """One demo account: what it may do follows from `actor` (and the department's code)."""

    login: str
    name: str
    actor: Actor
    department: str | None = None
    since: int = 700  # days before today
    until: int | None = None  # days after today on which the term ends; none: until further notice

    @property
    def email(self) -> str:
        return f"{self.login}@{HOST}"


STUDENTS = (
    Account("ogrenci", "Elif Yıldız", Actor.STUDENT, "BIL"),
    Account("ogrenci2", "İbrahim Çağlayan", Actor.STUDENT, "BIL"),
)
STAFF = (
    Account("uye", "Dr. Selin Aksoy", Actor.MEMBER, "BIL", since=400, until=330),
    Account("uye2", "Doç. Dr. Murat Ertürk", Actor.MEMBER, "BIL", since=400, until=330),
    Account("baskan", "Prof. Dr. Hakan Karahan", Actor.CHAIR, "BIL", since=400, until=330),
    Account("uye.insaat", "Dr. Zeynep Kalyoncu", Actor.MEMBER, "INS"),
    Account("baskan.insaat", "Prof. Dr. Orhan Baltacı", Actor.CHAIR, "INS"),
    Account("uye.elektrik", "Dr. Emre Gündoğdu", Actor.MEMBER, "EEM"),
    Account("uye.makina", "Dr. Pınar Topal", Actor.MEMBER, "MAK"),
    Account("uye.yazilim", "Dr. Kerem Ulusoy", Actor.MEMBER, "YAZ"),
    Account("uye.istatistik", "Dr. Aylin Şahin", Actor.MEMBER, "IST"),
    Account("mediko", "Nuray Terzi", Actor.HEALTH_OFFICE),
    Account("kariyer", "Barış Oğuz", Actor.CAREER_CENTRE),
    Account("bidb", "Tuncay Işık", Actor.IT),
)
LEFT = Account("uye.eski", "Dr. Nihal Soylu", Actor.MEMBER, "BIL", since=730, until=-1)  # until yesterday
EMPLOYER = Account("isveren", "Karadeniz Yazılım A.Ş.", Actor.EMPLOYER)
PRINTED = (*STUDENTS, *STAFF[:1], *STAFF[2:4], EMPLOYER, *STAFF[-3:], *STAFF[1:2], *STAFF[4:9])


def password(settings: Settings, path: Path = KEPT) -> str:
    """The environment's, or one made at the first run and kept readable to this account of the machine only."""
    if settings.staj_demo_password:
        if weak := refused(settings.staj_demo_password):
            raise click.ClickException(f"STAJ_DEMO_PASSWORD: {' '.join(weak)}")
        return settings.staj_demo_password
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(f"{secrets.token_hex(2)}-{secrets.token_hex(2)}-{secrets.token_hex(2)}")
    return path.read_text().strip()


def staff(session: Session, today: date) -> None:
    """Everybody who works in an office or sits on a commission today; whoever is there already stays as they are."""
    departments = {d.code: d.id for d in session.execute(select(Department.code, Department.id))}
    for account in (*STAFF, LEFT):
        user = _user(session, account.email, account.name)
        of = departments[account.department] if account.department else None
        held = select(Membership.id).where(
            Membership.user_id == user.id,
            Membership.actor == account.actor,
            Membership.department_id.is_not_distinct_from(of),
        )
        if session.scalar(held) is None:
            since = today - timedelta(days=account.since)
            until = None if account.until is None else today + timedelta(days=account.until)
            session.add(
                Membership(user_id=user.id, actor=account.actor, department_id=of, starts_on=since, ends_on=until)
            )


def employer(session: Session) -> Supervisor:
    """The supervisor who signs in as isveren: the first one of a software firm."""
    user = session.scalar(select(User).where(User.email == EMPLOYER.email))
    if user and (known := session.scalar(select(Supervisor).where(Supervisor.user_id == user.id))):
        return known
    firms = select(Supervisor).join(Supervisor.institution).where(Institution.sector == "Yazılım")
    chosen: Supervisor = session.scalars(firms.order_by(Supervisor.id).limit(1)).one()
    chosen.user_id = _user(session, EMPLOYER.email, chosen.name).id
    return chosen


def _user(session: Session, email: str, name: str) -> User:
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        user = User(email=email, name=name, fs_uniquifier=uuid4().hex)
        session.add(user)
        session.flush()
    return user


def give_password(session: Session, word: str) -> bool:
    """Every demo account opens with this word; False when it did so already, and nothing was written."""
    logins = [account.email for account in PRINTED]
    users: list[Any] = list(session.scalars(select(User).where(User.email.in_(logins)).order_by(User.id)))
    hashes = {user.password for user in users}
    if len(hashes) == 1 and (only := hashes.pop()) and verify_password(word, only):
        return False
    sealed = str(hash_password(word))  # one for all: verifying a dozen would take a second at each start
    for user in users:
        user.password = sealed
    return True
