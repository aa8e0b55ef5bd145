"""The IT desk: units, terms, internship types, the calendar's exceptions."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, func, select
from wtforms import Form

from admin_views.desk import Card, Choice, Column, Desk
from forms.it import (
    DepartmentForm,
    FacultyForm,
    InternshipTypeForm,
    OfficeForm,
    TermForm,
)
from models import Department, Faculty, InternshipType, Membership, Term, db
from services.listing import Order, Sought, asking
from services.say import spoken
from services.sign_in import today
from workflow.say import N_
from workflow.turkish import collation_key, search_key
from workflow.words import Actor

Options = list[tuple[int, str]]
NONE_YET = ("", "–")  # nothing is chosen for anybody beforehand


def departments() -> Options:
    """(key, name and faculty) of every department, in the alphabet's order: two faculties may teach the same."""
    found = select(Department.id, spoken(Department.name), spoken(Faculty.name).label("of")).join(Department.faculty)
    return _sorted((key, f"{name} ({of})") for key, name, of in db.session.execute(found))


def faculties() -> Options:
    """(key, name) of every faculty, in the alphabet's order."""
    return _sorted((key, name) for key, name in db.session.execute(select(Faculty.id, spoken(Faculty.name))))


def _sorted(options: Iterable[tuple[int, str]]) -> Options:
    return sorted(options, key=lambda option: collation_key(option[1]))


class OfficeDesk(Desk):
    """A small reference table: everything open to IT. `unique` groups of columns are checked with a sentence."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    can_create = can_edit = can_delete = True
    unique: ClassVar[tuple[tuple[str, ...], ...]] = (("code",),)

    def offered(self, form: OfficeForm) -> Form:
        """The form with the rows it may choose from."""
        return form

    def create_form(self, obj: Any = None) -> Form:
        return self.offered(self.form(obj=obj))

    def edit_form(self, obj: Any = None) -> Form:
        return self.offered(self.form(obj=obj))

    def validate_form(self, form: Any) -> bool:
        return bool(super().validate_form(form)) and self._is_alone(form)

    def _is_alone(self, form: Any) -> bool:
        """No other row has these values; says so at the field instead of failing at the database."""
        own = request.args.get("id", "0")
        for names in self.unique:
            if not all(name in form for name in names):
                continue
            same = [getattr(self.model, name) == form[name].data for name in names]
            others = db.session.scalars(select(self.model.id).where(*same)).all()
            if any(str(other) != own for other in others):
                form[names[-1]].errors = [*form[names[-1]].errors, _("Another record has this already.")]
        return not form.errors

    def search(self, term: str) -> Sought:
        """Small tables are searched the Turkish way, in Python."""
        wanted = search_key(term)
        rows = db.session.execute(select(self.model.id, self.model.name, self.model.code))
        return asking(self.model.id.in_([key for key, name, code in rows if wanted in search_key(f"{code} {name}")]))


class FacultyDesk(OfficeDesk):
    form = FacultyForm
    icon = "bank"
    label = N_("Faculties")
    one = N_("Faculty")
    unique = (("code",), ("name",))
    order = Order(Faculty.collation_key)
    searchable = N_("Name or code")
    columns = (
        Column("name", N_("Name"), Faculty.name),
        Column("code", N_("Code"), Faculty.code),
        Column("name_en", N_("Name (English)"), Faculty.name_en),
    )
    choices = (
        Choice(
            "kind",
            N_("Kind"),
            Faculty.kind,
            lambda: [("faculty", _("Faculty")), ("vocational_school", _("Vocational school"))],
        ),
    )

    def __init__(self) -> None:
        super().__init__(Faculty, name="faculties", endpoint="faculties")


class DepartmentDesk(OfficeDesk):
    form = DepartmentForm
    icon = "mortarboard"
    label = N_("Departments")
    one = N_("Department")
    unique = (("code",), ("faculty_id", "name"))
    order = Order(Department.collation_key)
    joins = (Department.faculty,)
    searchable = N_("Name or code")
    columns = (
        Column("name", N_("Name"), Department.name),
        Column("code", N_("Code"), Department.code),
        Column("faculty", N_("Faculty"), Faculty.name),
    )
    choices = (Choice("faculty", N_("Faculty"), Department.faculty_id, faculties),)

    def __init__(self) -> None:
        super().__init__(Department, name="departments", endpoint="departments")

    def offered(self, form: OfficeForm) -> Form:
        return form.offer(faculty_id=[NONE_YET, *faculties()])

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        unled = [Department.id.not_in(_led())] if args.get("chair") == "none" else []
        return [*unled, *super().conditions(args)]

    def waiting(self) -> list[Card]:
        count = db.session.scalar(select(func.count()).select_from(Department).where(Department.id.not_in(_led()))) or 0
        url = url_for("departments.index_view", chair="none")
        label = ngettext("department has no commission chair", "departments have no commission chair", count)
        return [Card(str(count), label, url)] if count else []


def _led() -> Any:
    """The departments somebody chairs today."""
    now = today()
    return select(Membership.department_id).where(
        Membership.actor == Actor.CHAIR,
        Membership.starts_on <= now,
        Membership.ends_on.is_(None) | (Membership.ends_on >= now),
    )


class TermDesk(OfficeDesk):
    form = TermForm
    icon = "calendar3"
    label = N_("Terms")
    one = N_("Term")
    order = Order(Term.starts_on, descending=True)
    columns = (
        Column("name", N_("Name"), Term.name),
        Column("starts_on", N_("First day"), Term.starts_on, "date"),
        Column("ends_on", N_("Last day"), Term.ends_on, "date"),
        Column("teaching", N_("Classes"), Term.teaching, "yes"),
    )

    def __init__(self) -> None:
        super().__init__(Term, name="terms", endpoint="terms")


class InternshipTypeDesk(OfficeDesk):
    form = InternshipTypeForm
    icon = "clipboard-check"
    label = N_("Internship types")
    one = N_("Internship type")
    unique = (("department_id", "code"),)
    order = Order(InternshipType.id)
    joins = (InternshipType.department,)
    searchable = N_("Name or code")
    columns = (
        Column("name", N_("Name"), InternshipType.name),
        Column("department", N_("Department"), Department.name),
        Column("compulsory", N_("Compulsory"), InternshipType.compulsory, "yes"),
        Column("total_days", N_("Days owed"), InternshipType.total_days),
        Column("active", N_("Open to new applications"), InternshipType.active, "yes"),
    )
    choices = (Choice("department", N_("Department"), InternshipType.department_id, departments),)

    def __init__(self) -> None:
        super().__init__(InternshipType, name="internship_types", endpoint="internship_types")

    def offered(self, form: OfficeForm) -> Form:
        return form.offer(department_id=[NONE_YET, *departments()])
