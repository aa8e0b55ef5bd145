"""Policies: the rules of each internship type, version by version; a version never changes."""

from datetime import date
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from admin_views.desk import Card, Choice, Column, Desk
from admin_views.it import departments
from forms.policy import PolicyForm, policy_form, worded
from models import Department, InternshipType, Policy, db
from services import audit
from services.listing import CAP, Order, capped, key
from services.say import said, spoken
from services.sign_in import today
from workflow.policy import RULES, faults
from workflow.say import N_
from workflow.words import Action, Actor


class PolicyDesk(Desk):
    """Read a version; write the next one."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "journal-text"
    label = N_("Policies")
    intro = N_(
        "The rules of each internship type. An application keeps the version it was submitted under, so a version never "
        "changes: write the next one instead."
    )
    can_view_details = True
    details_template = "it/policy.html"
    list_template = "it/policies.html"
    order = Order(Policy.id, descending=True)
    joins = (Policy.internship_type, InternshipType.department)
    columns = (
        Column("type", N_("Internship type"), InternshipType.name, "link"),
        Column("department", N_("Department"), Department.name),
        Column("version", N_("Version"), Policy.version),
        Column("valid_from", N_("Valid from"), Policy.valid_from, "date"),
    )
    choices = (Choice("department", N_("Department"), InternshipType.department_id, departments),)

    def __init__(self) -> None:
        super().__init__(Policy, name="policies", endpoint="policies")

    def conditions(self, args: Any) -> list[Any]:
        """Of one department: its types are few."""
        department = key(args.get("department"))
        types = select(InternshipType.id).where(InternshipType.department_id == department)
        return [Policy.internship_type_id.in_(types)] if department else []

    def list_extras(self, args: Any) -> dict[str, Any]:
        return {"without": self._without()}

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        versions = db.session.execute(
            select(Policy.id, Policy.version, Policy.valid_from)
            .where(Policy.internship_type_id == row.internship_type_id)
            .order_by(Policy.version.desc())
        ).all()
        return self.render(self.details_template, row=row, rules=_shown(row.rules), versions=versions)

    @expose("/next/<pk>", methods=("GET", "POST"))
    def next_version(self, pk: str) -> ResponseReturnValue:
        """The next version of an internship type's rules, beginning with the last one's."""
        writes = request.method == "POST"  # two who write a version take turns at its type
        kind = db.session.get(InternshipType, key(pk) or 0, with_for_update=writes) or abort(404)
        last = kind.policies[-1] if kind.policies else None
        form = policy_form(last.rules if last else {}, today())
        if self.sent(form, last) and form.validate() and self._keeps(form, last):
            return redirect(self.file_page(self._saved(kind, form, last)))
        back = self.file_page(last.id) if last else url_for(".index_view")
        return self.render("it/policy_form.html", form=form, kind=kind, last=last, back=back)

    def waiting(self) -> list[Card]:
        count = len(self._without())
        label = ngettext("internship type has no policy yet", "internship types have no policy yet", count)
        return [Card(capped(count), label, url_for("policies.index_view"), urgent=True)] if count else []

    def _keeps(self, form: PolicyForm, last: Policy | None) -> bool:
        """Whether what was typed may be kept: it says something new, and the law understands it."""
        rules = form.rules()
        if last and rules == last.rules and form.valid_from.data == last.valid_from:
            form.form_errors.append(_("These are the rules of the last version; nothing was saved."))
        form.form_errors.extend(said(fault) for fault in faults(rules))
        return not form.form_errors

    def _saved(self, kind: InternshipType, form: PolicyForm, last: Policy | None) -> int:
        version = (last.version if last else 0) + 1
        row = Policy(internship_type_id=kind.id, version=version, valid_from=form.valid_from.data, rules=form.rules())
        db.session.add(row)
        audit.note(db.session(), row, Action.CREATE, g.standing, _told(kind, row, last))
        db.session.commit()
        flash(_("Version %(version)s is saved.", version=version), "success")
        return row.id

    def _without(self) -> list[Any]:
        """Internship types nobody wrote rules for."""
        ruled = select(Policy.internship_type_id)
        return list(
            db.session.execute(
                select(
                    InternshipType.id,
                    spoken(InternshipType.name).label("name"),
                    spoken(Department.name).label("department"),
                )
                .join(InternshipType.department)
                .where(InternshipType.id.not_in(ruled))
                .order_by(InternshipType.id)
                .limit(CAP + 1)
            )
        )


def _told(kind: InternshipType, row: Policy, last: Policy | None) -> dict[str, Any]:
    """What the history keeps of a new version: whose it is, and how it differs from the one before."""
    told = ("version", "valid_from", "rules")
    changes = {name: [_plain(getattr(last, name, None)), _plain(getattr(row, name))] for name in told}
    return {"row": f"{kind.name} ({row.version})", "changes": changes}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _shown(rules: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(label, value, article) of every rule of a version."""
    return [
        (_(RULES[name].label) if name in RULES else name, worded(name, data["value"]), data.get("article", ""))
        for name, data in rules.items()
    ]
