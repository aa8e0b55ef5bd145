"""`flask seed many`: a national year-book of applications, to see how the house carries it."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import yaml
from flask import current_app
from flask.cli import with_appcontext
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from models import Department, HolidayOverride, InternshipType, Membership, Model, Policy, Student, Term, User, db
from seed.bulk import Load, loading
from seed.columns import COLUMNS
from seed.invented import MAIL, YEARS, Place, Plan, Rows, University
from seed.naming import Names
from services.scope import system_session
from services.sign_in import today
from workflow.turkish import lowered
from workflow.words import Actor
from workflow.working_days import Override

NAMES = Path(__file__).parent / "names.yaml"
CHUNK = 2_000
FEW = 20_000  # below this, starting other processes costs more than they save
TABLES: tuple[Table, ...] = tuple(Model.metadata.tables[name] for name in COLUMNS)
Job = tuple[str, int, int]


@click.command("many")
@click.option("--applications", "-n", type=click.IntRange(min=100), default=1_000_000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another university.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day it all leads up to (default: today).")
@with_appcontext
def many(applications: int, seed: int, until: datetime | None) -> None:
    """Add many applications, with their students, institutions, supervisors and history."""
    if current_app.extensions["staj"].production:
        raise click.ClickException("This is a production installation: invented people have no place here.")
    with system_session() as session:
        plan = planned(session, applications, seed, until.date() if until else today())
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as progress:
        load(plan, progress)
    click.echo(
        f"{plan.applications:,} applications of {plan.students:,} students at {plan.institutions:,} institutions."
    )


def planned(session: Session, applications: int, seed: int, until: date) -> Plan:
    """What to make, upon the reference data that is there; missing terms and commissions are added."""
    places = tuple(_places(session))
    if not places:
        raise click.ClickException("There are no departments with internship types yet: run flask seed apply first.")
    curator = _somebody(session, Actor.CAREER_CENTRE, None)
    plan = Plan(
        applications=applications,
        students=applications * 35 // 100,
        institutions=max(applications // 10, 2),
        seed=seed,
        until=until,
        first={t.name: (session.scalar(select(func.max(t.c.id))) or 0) + 1 for t in TABLES if "id" in t.c},
        places=places,
        terms=tuple(_terms(session, until)),
        overrides=tuple(
            Override(o.day, o.effect, o.concerns, o.reason) for o in session.scalars(select(HolidayOverride))
        ),
        names=names(),
        curator=(curator.id, curator.name),
        secret=current_app.extensions["staj"].national_id_key,
    )
    if session.scalar(select(Student.id).where(Student.email.endswith(f"@{MAIL}")).limit(1)):
        raise click.ClickException("The invented students are there already: choose another database.")
    return plan


def names(path: Path = NAMES) -> Names:
    """What names are drawn from."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Names(**{kind: tuple(listed) for kind, listed in read.items()})


def load(plan: Plan, progress: Progress) -> None:
    """Make and write everything, in one transaction."""
    bar = progress.add_task("Making applications", total=plan.applications)
    with loading(db.engine, TABLES) as into:
        for (kind, start, stop), rows in _made(plan):
            _write(into, rows)
            progress.advance(bar, stop - start if kind == "files" else 0)
        progress.update(bar, total=None)
        for step in into.steps(TABLES):
            progress.update(bar, description=step)
        progress.update(bar, description="Writing it down", total=plan.applications, completed=plan.applications)


def _write(into: Load, rows: Rows) -> None:
    for name, part in rows.items():
        into.write(Model.metadata.tables[name], COLUMNS[name], part)


def _made(plan: Plan) -> Iterator[tuple[Job, Rows]]:
    """Every job with its rows, in order; a few jobs ahead of the writer, so that memory stays flat."""
    if plan.applications < FEW:
        university = University(plan)
        yield from ((job, _rows(university, job)) for job in _jobs(plan))
        return
    workers = max(2, min(4, cpu_count() or 1))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(plan,)) as pool:
        ahead: deque[tuple[Job, Future[Rows]]] = deque()
        for job in _jobs(plan):
            ahead.append((job, pool.submit(_work, job)))
            if len(ahead) > 3 * workers:
                done, future = ahead.popleft()
                yield done, future.result()
        yield from ((job, future.result()) for job, future in ahead)


def _jobs(plan: Plan) -> Iterator[Job]:
    for kind, total in (("firms", plan.institutions), ("students", plan.students), ("files", plan.applications)):
        yield from ((kind, start, min(start + CHUNK, total)) for start in range(0, total, CHUNK))


def _rows(university: University, job: Job) -> Rows:
    kind, start, stop = job
    made: Rows = getattr(university, kind)(start, stop)
    return made


_here: list[University] = []


def _begin(plan: Plan) -> None:
    _here.append(University(plan))


def _work(job: Job) -> Rows:
    return _rows(_here[0], job)


# -- what it stands on ------------------------------------------------------------------------------------


def _places(session: Session) -> Iterator[Place]:
    """Departments with a type that has a policy; the first ones are the large ones."""
    latest = (
        select(Policy.internship_type_id, func.max(Policy.version).label("version"))
        .group_by(Policy.internship_type_id)
        .subquery()
    )
    types: dict[int, list[tuple[int, int]]] = {}
    found = session.execute(
        select(InternshipType.department_id, InternshipType.id, Policy.id)
        .join(latest, latest.c.internship_type_id == InternshipType.id)
        .join(Policy, (Policy.internship_type_id == InternshipType.id) & (Policy.version == latest.c.version))
        .where(InternshipType.active)
        .order_by(InternshipType.id)
    )
    for department_id, type_id, policy_id in found:
        types.setdefault(department_id, []).append((type_id, policy_id))
    for n, department in enumerate(
        session.scalars(select(Department).where(Department.id.in_(types)).order_by(Department.id))
    ):
        decider = _somebody(session, Actor.MEMBER, department)
        yield Place(department.id, tuple(types[department.id]), decider.id, decider.name, weight=max(40 - n, 4))


def _somebody(session: Session, actor: Actor, department: Department | None) -> User:
    """Who acts there; where nobody does yet, an account that cannot sign in stands for the office."""
    of = department.id if department else None
    held = (
        select(User)
        .join(Membership.user)
        .where(Membership.actor == actor, Membership.department_id.is_not_distinct_from(of))
    )
    if user := session.scalars(held.order_by(User.id).limit(1)).first():
        return user
    code = lowered(department.code) if department else actor.value
    name = f"{department.name} Staj Komisyonu" if department else "Kariyer Merkezi"
    user = User(email=f"{code}@ofis.demo.edu.tr", name=name[:200], fs_uniquifier=uuid4().hex)
    user.memberships = [Membership(actor=actor, department_id=of, starts_on=date(2020, 1, 1))]
    session.add(user)
    session.flush()
    return user


def _terms(session: Session, until: date) -> Iterator[tuple[date, date, int]]:
    """The terms of the last years, those missing added as plain summer terms; by first day."""
    kept: list[Any] = list(session.execute(select(Term.starts_on, Term.ends_on, Term.id).order_by(Term.starts_on)))
    for year in range(until.year - YEARS, until.year + 2):
        first, last = date(year, 6, 15), date(year, 9, 15)
        if not any(start <= first + timedelta(days=30) <= end for start, end, _id in kept):
            term = Term(
                code=f"{year}-yaz",
                name=f"{year} Yaz",
                name_en=f"Summer {year}",
                starts_on=first,
                ends_on=last,
                teaching=False,
            )
            session.add(term)
            session.flush()
            kept.append((first, last, term.id))
    yield from sorted((start, end, key) for start, end, key in kept)
