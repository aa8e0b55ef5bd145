"""The reference data IT seeds: which file fills which table, by which key, with what in its columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models import (
    Department,
    EvaluationForm,
    Faculty,
    HolidayOverride,
    Institution,
    InternshipType,
    Model,
    Policy,
    Publication,
    SiteSettings,
    Supervisor,
    Term,
)
from models.site import CODE
from seed.values import Reader, Wrong, address, day, member, number, one_of, phone, questions, tax_no, text, week, yes
from workflow import policy
from workflow.days import EVERYBODY
from workflow.kinds import Audience
from workflow.say import N_
from workflow.words import InstitutionKind, PublicationKind

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Column:
    """A column of the file. `kept` ones are written to the attribute of the same name."""

    name: str
    read: Reader
    required: bool = True
    default: Any = None
    kept: bool = True


@dataclass(frozen=True)
class Reference:
    """A row of another kind that this one points to with `attr`; `key` reads that row's key off our columns `reads`."""

    attr: str
    to: str
    key: Callable[[Mapping[str, Any]], Key | None]
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One kind of reference data. `key` names columns and references; a `frozen` row never changes again.

    `narrow` is the key's column to look rows up by, where the table grows far beyond the files.
    """

    kind: str
    stem: str
    label: str
    model: type[Model]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...] = ()
    frozen: bool = False
    narrow: str | None = None


NAMES = (Column("name", text(200)), Column("name_en", text(200)))


def _of_department(values: Mapping[str, Any]) -> Key | None:
    return (values["department"],) if values.get("department") else None


def _rules(value: Any) -> Any:
    """A policy's rules as workflow.policy judges them."""
    if wrong := policy.faults(value):
        raise Wrong(*wrong)
    return value


DEPARTMENT = Column("department", text(20), kept=False)

TABLES = (
    Table(
        "site_settings", "site", N_("Settings of the university"), SiteSettings, ("code",),
        (
            Column("code", one_of(CODE)), Column("help_desk", text(300), required=False), Column("training", text(300), required=False),
            Column("cut_over", day, required=False),
        ),
    ),
    Table(
        "faculty", "faculties", N_("Faculties"), Faculty, ("code",),
        (Column("code", text(20)), *NAMES, Column("kind", one_of("faculty", "vocational_school"), required=False, default="faculty")),
    ),
    Table(
        "department", "departments", N_("Departments"), Department, ("code",),
        (Column("code", text(20)), Column("faculty", text(20), kept=False), *NAMES),
        (Reference("faculty_id", "faculty", lambda v: (v["faculty"],), ("faculty",)),),
    ),
    Table(
        "term", "terms", N_("Terms"), Term, ("code",),
        (Column("code", text(20)), *NAMES, Column("starts_on", day), Column("ends_on", day), Column("teaching", yes)),
    ),
    Table(
        "internship_type", "internship_types", N_("Internship types"), InternshipType, ("department_id", "code"),
        (
            DEPARTMENT, Column("code", text(20)), *NAMES, Column("compulsory", yes), Column("total_days", number(0, 400)),
            Column("active", yes, required=False, default=True),
        ),
        (Reference("department_id", "department", _of_department, ("department",)),),
    ),
    Table(
        "policy", "policies", N_("Policies"), Policy, ("internship_type_id", "version"),
        (
            DEPARTMENT, Column("internship_type", text(20), kept=False), Column("version", number(1, 9999)), Column("valid_from", day),
            Column("rules", _rules),
        ),
        (Reference("internship_type_id", "internship_type", lambda v: ((v["department"],), v["internship_type"]), ("department", "internship_type")),),
        frozen=True,
    ),
    Table(
        "holiday_override", "holiday_overrides", N_("Holiday exceptions"), HolidayOverride, ("day", "concerns"),
        (
            Column("day", day), Column("effect", one_of("holiday", "half", "working")),
            Column("concerns", one_of(EVERYBODY, *InstitutionKind), required=False, default=EVERYBODY),
            Column("reason", text(200)), Column("source", text(200), required=False),
        ),
    ),
    Table(
        "evaluation_form", "evaluation_forms", N_("Evaluation forms"), EvaluationForm, ("department_id", "number"),
        (
            Column("department", text(20), required=False, kept=False), Column("number", number(1, 9999)), Column("title", text(200)),
            Column("title_en", text(200), required=False), Column("asked", questions),
        ),
        (Reference("department_id", "department", _of_department, ("department",)),),
        frozen=True,
    ),
    Table(
        "publication", "publications", N_("Publications"), Publication, ("code",),
        (
            Column("code", text(60)), Column("kind", member(PublicationKind)), Column("department", text(20), required=False, kept=False),
            Column("title", text(200)), Column("body", text(20_000), required=False, default=""),
            Column("audience", member(Audience), required=False, default=Audience.STUDENTS),
            Column("must_read", yes, required=False, default=False), Column("file", text(255), required=False, kept=False),
            Column("published_on", day, required=False, kept=False),
        ),
        (Reference("department_id", "department", _of_department, ("department",)),),
    ),
    Table(
        "institution", "institutions", N_("Institutions"), Institution, ("name", "city"),
        (
            Column("name", text(200)), Column("kind", member(InstitutionKind)), Column("sector", text(100)),
            Column("tax_no", tax_no, required=False), Column("address", text(500)), Column("city", text(50)), Column("phone", phone),
            Column("email", address), Column("web", text(255), required=False), Column("headcount", number(0, 10_000_000)),
            Column("working_week", week, required=False, default=31),
        ),
        narrow="name",
    ),
    Table(
        "supervisor", "supervisors", N_("Supervisors"), Supervisor, ("institution_id", "email"),
        (
            Column("institution", text(200), kept=False), Column("city", text(50), kept=False), Column("name", text(200)),
            Column("title", text(100)), Column("phone", phone), Column("email", address),
        ),
        (Reference("institution_id", "institution", lambda v: (v["institution"], v["city"]), ("institution", "city")),),
        narrow="email",
    ),
)  # fmt: skip
BY_KIND = {table.kind: table for table in TABLES}
