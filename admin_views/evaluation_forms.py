"""Evaluation forms: a commission makes its own, IT the university's; question by question, version by version."""

from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from admin_views.buttons import Steps, buttons
from admin_views.desk import Choice, Column, Desk
from admin_views.requests import departments
from admin_views.seen import outrun
from forms.evaluation import answers_form
from forms.evaluation_form import NewVersionForm, VersionForm, question_form
from models import Department, EvaluationForm, EvaluationQuestion, db
from services import audit, evaluation_forms
from services.evaluation_forms import Wording
from services.listing import Order, key
from services.say import said
from services.scope import among, may_write
from services.transition import FASTER, Refused
from workflow.say import N_
from workflow.words import Action, Actor, EvaluationFormState, QuestionKind

USUAL = N_("Evaluation of the intern by the firm")


class EvaluationForms(Steps, Desk):
    """The versions of some commission's questions: read, prepare the next one, publish it."""

    icon = "clipboard-check"
    label = N_("Evaluation forms")
    one = N_("Evaluation form")
    adds = N_("New version")
    empty = N_("There is no form yet. “New version” begins one.")
    can_view_details = can_create = can_edit = can_delete = True
    create_template = "evaluation_forms/new.html"
    edit_template = "evaluation_forms/edit.html"
    details_template = "evaluation_forms/file.html"
    order = Order(EvaluationForm.id, descending=True)
    joins = (EvaluationForm.department,)
    columns = (
        Column("title", N_("Title"), EvaluationForm.title, "link"),
        Column("department", N_("Department"), Department.name, "of"),
        Column("number", N_("Version"), EvaluationForm.number),
        Column("state", N_("Status"), EvaluationForm.state, "state"),
    )
    choices = (
        Choice("state", N_("Status"), EvaluationForm.state, lambda: [(s.value, s) for s in EvaluationFormState]),
    )

    def __init__(self, endpoint: str, url: str) -> None:
        super().__init__(EvaluationForm, name=endpoint, endpoint=endpoint, url=url)

    def theirs(self) -> list[ColumnElement[bool]]:
        """The versions made at this desk."""
        raise NotImplementedError

    def places(self) -> list[tuple[int, str]]:
        """The departments a version can be begun for; none for the university's own."""
        return []

    def conditions(self, args: Any) -> list[ColumnElement[bool]]:
        return [*self.theirs(), *super().conditions(args)]

    def get_one(self, id: Any) -> EvaluationForm:
        found = select(EvaluationForm).where(EvaluationForm.id == (key(id) or 0), *self.theirs())
        whole = selectinload(EvaluationForm.questions)
        return db.session.scalars(found.options(whole)).one_or_none() or abort(404)

    def edits(self, row: Any) -> bool:
        return bool(row.state is EvaluationFormState.DRAFT)

    def refusal(self, row: EvaluationForm) -> str:
        return "" if may_write(row, g.standing) else said(evaluation_forms.PUBLISHED)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        places = self.places()
        form = NewVersionForm(data=self._titles(places))
        form.offer(places)
        if request.method == "POST" and form.validate():
            chosen = form.data.get("department") or (places[0][0] if places else None)
            try:
                of = int(chosen) if chosen else None
                row = evaluation_forms.begin(db.session(), of, *form.titles(), standing=g.standing)
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                flash(said(refused.say), "danger")
            else:
                return redirect(url_for(".edit_view", id=row.id))
        return self.render(self.create_template, form=form)

    def _titles(self, places: list[tuple[int, str]]) -> dict[str, str | None]:
        """What the form is called so far."""
        if now := evaluation_forms.in_use(db.session(), places[0][0] if places else None):
            return {"title": now.title, "title_en": now.title_en}
        with force_locale("tr"):
            return {"title": _(USUAL), "title_en": USUAL}

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        row = self.get_one(request.args.get("id"))
        return self.render(
            self.details_template, row=row, buttons=buttons(row), form=answers_form(row, {}, filled=False),
            steps=audit.timeline(db.session(), "evaluation_form", row.id),
        )  # fmt: skip

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """The questions in order, and the title to change."""
        row = self.get_one(request.args.get("id"))
        if refusal := self.refusal(row):
            flash(refusal, "danger")
            return redirect(self.file_page(row.id))
        form = VersionForm(obj=row)
        if self.sent(form, row) and form.validate():
            try:
                evaluation_forms.entitle(db.session(), row, *form.titles(), standing=g.standing)
            except Refused as refused:
                db.session.rollback()
                form.title.errors = [*form.title.errors, said(refused.say)]
            else:
                return self._on(row, _("The title is saved."))
        return self.render(self.edit_template, row=row, form=form, kinds=QuestionKind, buttons=buttons(row))

    @expose("/delete/", methods=("POST",))
    def delete_view(self) -> ResponseReturnValue:
        row = self.get_one(request.form.get("id"))
        page = self.file_page(row.id)
        try:
            evaluation_forms.discard(db.session(), row, standing=g.standing)
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
            return redirect(page)
        self.tell(Action.DELETE)
        return redirect(url_for(".index_view"))

    @expose("/question/<pk>", methods=("GET", "POST"))
    def question(self, pk: str) -> ResponseReturnValue:
        """One question: a new one of the kind asked for, or one of the form's."""
        row = self.get_one(pk)
        asked = self._asked(row, request.args.get("question")) if request.args.get("question") else None
        named = request.args.get("kind", "")
        kind = asked.kind if asked else QuestionKind(named) if named in set(QuestionKind) else abort(404)
        if refusal := self.refusal(row):
            flash(refusal, "danger")
            return redirect(self.file_page(row.id))
        form = question_form(kind, asked)
        if request.method == "POST":
            try:
                if self._worded(row, asked, kind, form):
                    return self._on(row, _("The question is saved."))
            except Refused as refused:
                db.session.rollback()
                form.form_errors.append(said(refused.say))
                row = self.get_one(pk)  # or it was given up meanwhile
        return self.render("evaluation_forms/question.html", row=row, form=form, kind=kind, asked=asked)

    def _worded(self, row: EvaluationForm, asked: EvaluationQuestion | None, kind: QuestionKind, form: Any) -> bool:
        """Keep what was typed, unless a colleague changed the question meanwhile; raises Refused."""
        evaluation_forms.hold(db.session(), row)  # the version first, then its question: nobody waits for the other
        if (asked and outrun(form, asked)) or not form.validate():
            return False
        text = form.text.data or ""
        wording = Wording(kind, text, form.text_en.data or text, form.options(), bool(form.required.data))
        evaluation_forms.word(db.session(), row, asked, wording)
        return True

    @expose("/arrange/<pk>", methods=("POST",))
    def arrange(self, pk: str) -> ResponseReturnValue:
        """Move a question up or down, or take it out."""
        row, how = self.get_one(pk), request.form.get("how")
        asked = next((q for q in row.questions if q.id == key(request.form.get("question"))), None)
        try:
            if asked is None:  # taken out meanwhile, or by the first of two clicks
                flash(said(FASTER), "danger")
            elif how == "remove":
                evaluation_forms.remove(db.session(), row, asked)
            elif how in {"up", "down"}:
                evaluation_forms.move(db.session(), row, asked, up=how == "up")
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            flash(said(refused.say), "danger")
        return redirect(f"{url_for('.edit_view', id=pk)}#questions")

    def _asked(self, row: EvaluationForm, pk: Any) -> EvaluationQuestion:
        found = key(pk)
        return next((q for q in row.questions if q.id == found), None) or abort(404)

    def _on(self, row: EvaluationForm, told: str) -> ResponseReturnValue:
        db.session.commit()
        flash(told, "success")
        return redirect(url_for(".edit_view", id=row.id))

    def done(self, row: Any, door: Any) -> str:
        return f"{said(row)}: {said(door.to)}"


class CommissionForms(EvaluationForms):
    """A commission's own."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group: ClassVar[str] = N_("Commission")
    files = "evaluation_form"
    intro = N_(
        "What your commission asks firms about their interns. A published version never changes; what was begun on it is "
        "finished on it. Where the commission has no form, the university's is asked."
    )

    def theirs(self) -> list[ColumnElement[bool]]:
        return [among(EvaluationForm.department_id, g.standing.commissions)]

    def places(self) -> list[tuple[int, str]]:
        return [(int(pk), str(name)) for pk, name in departments(g.standing.commissions)]


class UniversityForms(EvaluationForms):
    """The university's own, asked where a commission has none."""

    actors = frozenset({Actor.IT})
    group: ClassVar[str] = N_("IT")
    intro = N_("What firms are asked about interns of departments whose commission has no form of its own.")

    def theirs(self) -> list[ColumnElement[bool]]:
        return [EvaluationForm.department_id.is_(None)]
