"""Accounts and who acts as what, from when until when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import hash_password
from flask_security.recoverable import send_reset_password_instructions
from sqlalchemy import ColumnElement, func, select
from wtforms import Form

from admin_views.desk import Card, Choice, Column
from admin_views.it import NONE_YET, OfficeDesk, departments
from forms.it import AccountForm, MembershipForm, OfficeForm
from models import Department, Membership, SignedIn, User, db
from services import audit, commissions, conflicts, duties, security_events, sessions
from services.accounts import by_words
from services.listing import Order, Sought, key
from services.say import said
from services.search import begins
from services.sign_in import as_account, today
from workflow.addresses import as_address
from workflow.say import N_
from workflow.words import Action, Actor

SOON = timedelta(days=14)  # before a membership's last day


def found(key: Any, term: str) -> Sought:
    """Accounts by the beginning of an address, or by any words of the name."""
    if "@" not in term:
        return by_words(db.session(), key, term)
    begun = select(User.id).where(begins(User.email, as_address(term)))
    return Sought(key, lambda key: [key.in_(begun)])


class AccountDesk(OfficeDesk):
    """Accounts: made by e-mail and name; nobody types a password for somebody else."""

    form = AccountForm
    edit_template = "it/account.html"
    icon = "person"
    label = N_("Accounts")
    one = N_("Account")
    can_delete = False  # history names them; "may sign in: no" ends an account
    unique = (("email",),)
    order = Order(User.email)
    searchable = N_("Name, surname or e-mail")
    columns = (
        Column("email", N_("E-mail"), User.email),
        Column("name", N_("Name"), User.name),
        Column("active", N_("May sign in"), User.active, "yes"),
        Column("created_at", N_("Created"), User.created_at, "moment"),
    )

    def __init__(self) -> None:
        super().__init__(User, name="accounts", endpoint="accounts")

    def search(self, term: str) -> Sought:
        return found(User.id, term)

    def get_save_return_url(self, model: User, is_created: bool = False) -> str:  # noqa: FBT002 -- the library's signature
        """A new account has no duty yet: its page is where one is added."""
        return url_for(".edit_view", id=model.id) if is_created else self.back()

    def validate_form(self, form: Any) -> bool:
        if "email" in form and form.email.data:
            form.email.data = as_account(form.email.data) or form.email.data
        return bool(super().validate_form(form)) and ("email" not in form or self._may_be(form))

    def _may_be(self, form: Any) -> bool:
        """Whether the address and the end are possible; says in the form what is against it."""
        row = db.session.get(User, key(request.args.get("id", "")) or 0)
        if row is None:
            return True
        if say := conflicts.of_account(db.session(), row, form.email.data, today()):
            form.email.errors = [said(say)]
        if say := duties.leaves_nobody(db.session(), today(), opened={row.id: form.active.data}):
            form.active.errors = [said(say)]
        return not form.errors

    def on_model_change(self, form: Any, model: User, is_created: bool) -> None:
        if is_created:
            model.password = hash_password(uuid4().hex)  # nobody knows it: the letter's link sets the first one
            model.fs_uniquifier = uuid4().hex
        super().on_model_change(form, model, is_created)

    @expose("/<pk>/letter", methods=("POST",))
    def letter(self, pk: str) -> ResponseReturnValue:
        """Send the link by which the person sets a password."""
        user = self.get_one(pk)
        if user.active:
            send_reset_password_instructions(user)  # type: ignore[no-untyped-call]
            audit.note(db.session(), user, Action.EDIT, g.standing)
            db.session.commit()
            flash(_("The letter with the link is on its way to %(email)s.", email=user.email), "success")
        else:
            flash(_("This account may not sign in; nothing was sent."), "danger")
        return redirect(url_for(".edit_view", id=user.id))

    @expose("/<pk>/end-sessions", methods=("POST",))
    def end_sessions(self, pk: str) -> ResponseReturnValue:
        """End every session of the person, wherever they are signed in."""
        user = self.get_one(pk)
        count = sessions.end_all(db.session(), user.id)
        audit.note(db.session(), user, Action.EDIT, g.standing, {"sessions_ended": count})
        db.session.commit()
        security_events.say("sessions_ended", account=user.id, by=g.standing.user_id, count=count)
        flash(ngettext("%(num)d session was ended.", "%(num)d sessions were ended.", count), "success")
        return redirect(url_for(".edit_view", id=user.id))

    def signed_in(self, user: User) -> Sequence[SignedIn]:
        """Where the person is signed in."""
        return sessions.of(db.session(), user.id)


def _ending() -> list[ColumnElement[bool]]:
    """The memberships whose last day is near."""
    return [Membership.ends_on >= today(), Membership.ends_on <= today() + SOON]


class MembershipDesk(OfficeDesk):
    """Who acts as what, from when until when."""

    form = MembershipForm
    edit_template = "it/membership.html"
    icon = "person-badge"
    label = N_("Memberships")
    one = N_("Membership")
    unique = ()
    order = Order(Membership.id, descending=True)
    joins = (Membership.user, Membership.department)
    searchable = N_("Name, surname or e-mail")
    columns = (
        Column("name", N_("Name"), User.name),
        Column("email", N_("E-mail"), User.email),
        Column("actor", N_("Acts as"), Membership.actor),
        Column("department", N_("Department"), Department.name),
        Column("starts_on", N_("From"), Membership.starts_on, "date"),
        Column("ends_on", N_("Until"), Membership.ends_on, "date"),
    )
    choices = (
        Choice(
            "actor",
            N_("Acts as"),
            Membership.actor,
            lambda: [(a.value, a) for a in Actor if a not in {Actor.STUDENT, Actor.EMPLOYER}],
        ),
        Choice("department", N_("Department"), Membership.department_id, departments),
    )

    def __init__(self) -> None:
        super().__init__(Membership, name="memberships", endpoint="memberships")

    def search(self, term: str) -> Sought:
        return found(Membership.user_id, term)

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [*(_ending() if args.get("ends") == "soon" else []), *super().conditions(args)]

    def waiting(self) -> list[Card]:
        """Who is about to lose a duty: IT asks whether it goes on before somebody misses it."""
        count = db.session.scalar(select(func.count()).select_from(Membership).where(*_ending())) or 0
        label = ngettext("membership ends within two weeks", "memberships end within two weeks", count)
        return [Card(str(count), label, url_for("memberships.index_view", ends="soon"))] if count else []

    def offered(self, form: OfficeForm) -> Form:
        return form.offer(department_id=[NONE_YET, *departments()])

    def create_form(self, obj: Any = None) -> Form:
        form: Any = super().create_form(obj)
        form.starts_on.data = form.starts_on.data or today()
        form.email.data = form.email.data or request.args.get("email", "")[:255]
        return form

    def edit_form(self, obj: Any = None) -> Form:
        form = self.form(obj=obj, data={"email": obj.user.email})
        return self.offered(form)

    def validate_form(self, form: Any) -> bool:
        if not super().validate_form(form):
            return False
        if "email" not in form:  # the question before deleting
            return True
        form.user = db.session.scalar(select(User).where(User.email == (as_account(form.email.data) or "")))
        if form.user is None:
            form.email.errors = [_("There is no account with this e-mail address. Add the account first.")]
            return False
        facts = {name: form[name].data for name in ("actor", "department_id", "starts_on", "ends_on")}
        pk = key(request.args.get("id", ""))
        term = Membership(id=pk, user_id=form.user.id, **facts)
        if say := duties.leaves_nobody(db.session(), today(), {pk or 0: duties.term_of(term)}):
            form.ends_on.errors = [said(say)]
        if say := commissions.overlap(db.session(), term, form.user.name):
            form.ends_on.errors = [said(say)]
        return not form.errors

    def stays(self, row: Any) -> str:
        return said(duties.leaves_nobody(db.session(), today(), {row.id: None}))

    def on_model_change(self, form: Any, model: Membership, is_created: bool) -> None:
        model.user_id = form.user.id
        model.actor = next(a for a in Actor if a == model.actor)  # the form has its word
        super().on_model_change(form, model, is_created)
