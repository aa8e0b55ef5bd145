"""The application wizard: one page at a time, everything kept, submitted from the preview only."""

from typing import Any

from flask import abort, current_app, flash, g, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from stdnum.tr import vkn

from admin_views import wizard_forms
from admin_views.desk import Opened
from models import Application, DraftPage, Student, db
from services.archives import Refusal
from services.documents import give, take_in
from services.listing import key
from services.register import look_alikes, suggestions
from services.say import said
from services.sign_in import today
from services.transition import Refused
from services.wizard import checks, drafts, reading, submitting
from workflow.say import N_
from workflow.words import Actor, Page
from workflow.working_days import BadDates

ORDER = (*drafts.PAGES, Page.PREVIEW)
SAVED_ELSEWHERE = N_(
    "This page was saved from another tab meanwhile. What you typed here is below: save again to keep this version."
)


class Wizard(Opened):
    """New application, and the correction of a rejected one."""

    actors = frozenset({Actor.STUDENT})
    group = N_("Student")
    label = N_("New application")
    icon = "send"

    def __init__(self) -> None:
        super().__init__(name="wizard", endpoint="wizard", url="/apply")

    @expose("/")
    def index(self) -> ResponseReturnValue:
        if request.args.get("application"):
            row = self._find(request.args["application"])
            return self.render("wizard/start.html", row=row, states=self._states(row)) if row else self._gone()
        open_ = select(Application).options(joinedload(Application.internship_type)).where(
            Application.student_id == g.standing.student_id, Application.state.in_(drafts.OPEN)
        )  # fmt: skip
        return self.render(
            "wizard/index.html", rows=db.session.scalars(open_.order_by(Application.id.desc()).limit(50)).all()
        )

    @expose("/start", methods=("POST",))
    def start(self) -> ResponseReturnValue:
        row = drafts.start(db.session(), g.standing)
        if row is None:
            flash(_("The student database names no department of yours; ask the student affairs office."), "danger")
            return redirect(url_for(".index"))
        db.session.commit()
        return redirect(url_for(".page", pk=row.id, page=Page.NOTICE.value))

    @expose("/<pk>/discard", methods=("POST",))
    def discard(self, pk: str) -> ResponseReturnValue:
        row = self._find(pk)
        if row is None or row.submitted_at:
            return self._gone()
        for page in db.session.scalars(select(DraftPage).where(DraftPage.application_id == row.id)):
            db.session.delete(page)
        while document := reading.newest_document(db.session(), row):
            db.session.delete(document)
            db.session.flush()
        db.session.delete(row)
        db.session.commit()
        flash(_("The draft was discarded."), "success")
        return redirect(url_for(".index"))

    @expose("/institutions")
    def institutions(self) -> ResponseReturnValue:
        """The type-ahead: names, cities and keys."""
        found = suggestions(db.session(), request.args.get("q", "")[:100])
        return jsonify([{"id": i.id, "name": i.name, "city": i.city, "state": said(i.state)} for i in found])

    @expose("/<pk>/count", methods=("POST",))
    def count(self, pk: str) -> ResponseReturnValue:
        """The day count for dates being typed: nothing is saved."""
        row = self._find(pk) or abort(404)
        pages = drafts.pages(db.session(), row)
        typed = wizard_forms.typed(Page.INSTITUTION, request.form)
        pages[Page.INSTITUTION] = DraftPage(page=Page.INSTITUTION, typed=typed, valid=True)
        draft = reading.read(db.session(), row, pages, today())
        return self.render("wizard/count.html", judgement=checks.judge(db.session(), draft, today()))

    @expose("/<pk>/<page>", methods=("GET", "POST"))
    def page(self, pk: str, page: str) -> ResponseReturnValue:
        if page not in {p.value for p in ORDER}:
            return abort(404)
        row = self._find(pk)
        if row is None:
            return self._gone()
        match drafts.page_of(page):
            case Page.FILES:
                return self._files(row)
            case Page.PREVIEW:
                return self._preview(row)
            case word:
                return self._typed(row, word)

    # -- a page that is typed ---------------------------------------------------------------------------

    def _typed(self, row: Application, page: Page) -> ResponseReturnValue:
        kept = drafts.pages(db.session(), row).get(page)
        if request.method == "GET":
            typed = kept.typed if kept else {}
            return self._drawn(
                row, page, typed, version=kept.version if kept else 0, check=bool(kept and not kept.valid)
            )
        typed = wizard_forms.typed(page, request.form)
        asks = request.form.get("go")
        if asks == "offer" or (asks == "enter" and request.form.get("wanted") and not typed.get("ends_on")):
            self._offer(row, typed)
        form = self._form(row, page, typed)
        alike = self._alike(page, form, typed) if (valid := form.validate()) else ()
        seen = key(request.form.get("version")) or 0
        try:
            kept = drafts.keep(db.session(), row, page, typed, valid=valid and not alike, seen=seen)
            db.session.commit()
        except (drafts.SavedElsewhere, IntegrityError):
            db.session.rollback()
            flash(_(SAVED_ELSEWHERE), "warning")
            now = drafts.pages(db.session(), row).get(page)
            return self._drawn(row, page, typed, version=now.version if now else 0)
        go = request.form.get("go", "next")
        if go == "leave":
            flash(_("Saved. You can come back to it whenever you like."), "success")
            return redirect(url_for(".index", application=row.id))
        if go == "back" and ORDER.index(page):
            return redirect(url_for(".page", pk=row.id, page=ORDER[ORDER.index(page) - 1].value))
        if go == "next" and kept.valid:
            return redirect(url_for(".page", pk=row.id, page=ORDER[ORDER.index(page) + 1].value))
        return self._drawn(row, page, typed, version=kept.version, check=go == "next", alike=alike)

    def _drawn(
        self, row: Application, page: Page, typed: dict[str, Any], *, version: int, check: bool = False, alike: Any = ()
    ) -> ResponseReturnValue:
        form = self._form(row, page, typed)
        if check:
            form.validate()
        draft, judgement = self._judged(row, {page: typed})
        facts = self._frame(row, page) | {"form": form, "typed": typed, "version": version, "alike": alike}
        return self.render(f"wizard/{page.value}.html", draft=draft, judgement=judgement, **facts)

    def _form(self, row: Application, page: Page, typed: dict[str, Any]) -> Any:
        return wizard_forms.form(db.session(), row, page, typed, today())

    def _alike(self, page: Page, form: Any, typed: dict[str, Any]) -> Any:
        """Institutions that look like the one being typed, unless the student says it is another."""
        if page is not Page.INSTITUTION or form.pick.data != reading.NEW or typed.get("different"):
            return ()
        return look_alikes(db.session(), form.name.data, form.tax_no.data)

    def _offer(self, row: Application, typed: dict[str, Any]) -> None:
        """Set the last day to the one that makes the wanted number of days."""
        draft, _judgement = self._judged(row, {Page.INSTITUTION: typed})
        wanted = str(request.form.get("wanted", "")).strip()
        try:
            if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 3 or not 0 < int(wanted) <= 300:  # noqa: PLR2004 -- days in a year
                flash(_("Write the number of days you need, from 1 to 300."), "danger")
                return
            typed["ends_on"] = checks.offered_end(db.session(), draft, int(wanted)).isoformat()
        except BadDates as bad:
            flash(said(bad.say), "danger")

    # -- files and preview --------------------------------------------------------------------------------

    def _files(self, row: Application) -> ResponseReturnValue:
        if request.method == "POST":
            if request.form.get("go") == "leave":
                return redirect(url_for(".index", application=row.id))
            if request.form.get("go") == "back":
                return redirect(url_for(".page", pk=row.id, page=Page.SUPERVISOR.value))
            upload = request.files.get("archive")
            if upload and upload.filename:
                if (taken := self._uploaded(row, upload)) is not None:
                    return taken
            elif reading.newest_document(db.session(), row):
                return redirect(url_for(".page", pk=row.id, page=Page.PREVIEW.value))
            else:
                flash(_("Choose the .zip or .7z file first."), "danger")
        document = reading.newest_document(db.session(), row)
        return self.render("wizard/files.html", document=document, **self._frame(row, Page.FILES))

    def _uploaded(self, row: Application, upload: Any) -> ResponseReturnValue | None:
        db.session.commit()  # a slow upload or a large archive holds no lock
        settings, store = current_app.extensions["staj"], current_app.extensions["storage"]
        try:
            document = take_in(store, upload.stream, upload.filename, settings.max_upload)
        except Refusal as refusal:
            flash(said(refusal.say), "danger")
            return None
        give(db.session(), document, row)
        db.session.commit()
        flash(_("%(name)s was uploaded.", name=document.filename), "success")
        return redirect(url_for(".page", pk=row.id, page=Page.FILES.value))

    def _preview(self, row: Application) -> ResponseReturnValue:
        if request.method == "POST":  # two of one student's applications are judged one after the other
            db.session.execute(select(Student.id).where(Student.id == row.student_id).with_for_update())
        draft, judgement = self._judged(row, {})
        if request.method == "POST":
            typed = request.form.get("version")
            try:
                submitting.submit(
                    db.session(),
                    draft,
                    judgement,
                    standing=g.standing,
                    today=today(),
                    seen=key(typed) or 0 if typed else None,
                )
                db.session.commit()
            except Refused as refusal:
                db.session.rollback()
                flash(said(refusal.say), "danger")
                return redirect(url_for(".page", pk=row.id, page=Page.PREVIEW.value))
            flash(_("Your application was submitted to the commission."), "success")
            return redirect(url_for("my_applications.details_view", id=row.id))
        findings = checks.findings(draft, judgement)
        doubtful = (draft.new_institution or {}).get("tax_no") and not vkn.is_valid(
            (draft.new_institution or {})["tax_no"]
        )
        return self.render(
            "wizard/preview.html", draft=draft, judgement=judgement, findings=findings, doubtful=doubtful,
            **self._frame(row, Page.PREVIEW),
        )  # fmt: skip

    # -- shared -------------------------------------------------------------------------------------------

    def _find(self, pk: str) -> Application | None:
        """The student's own open application; None once it is with the commission or decided."""
        found = db.session.scalars(
            select(Application).where(Application.id == (key(pk) or 0), Application.student_id == g.standing.student_id)
        ).one_or_none() or abort(404)
        return found if found.state in drafts.OPEN else None

    def _gone(self) -> ResponseReturnValue:
        flash(_("This application is no longer open for editing; here is where it stands."), "info")
        return redirect(url_for("my_applications.index_view"))

    def _judged(self, row: Application, typed: dict[Page, dict[str, Any]]) -> tuple[reading.Draft, checks.Judgement]:
        pages = drafts.pages(db.session(), row)
        for page, values in typed.items():
            with db.session.no_autoflush:
                pages[page] = DraftPage(page=page, typed=values, valid=True)
        draft = reading.read(db.session(), row, pages, today())
        return draft, checks.judge(db.session(), draft, today())

    def _frame(self, row: Application, page: Page) -> dict[str, Any]:
        at = ORDER.index(page)
        pointed = {drafts.page_of(p) for p in row.pages or ()}
        return {
            "row": row, "page": page, "states": self._states(row), "number": at, "total": len(ORDER) - 1,
            "before": ORDER[at - 1] if at else None, "reason": row.reason if page in pointed else None,
        }  # fmt: skip

    def _states(self, row: Application) -> list[tuple[Page, str]]:
        """Each page with how it stands: done, pointed at, begun or open."""
        pages = drafts.pages(db.session(), row)
        pointed = {drafts.page_of(p) for p in row.pages or ()}
        document = reading.newest_document(db.session(), row)

        def state(page: Page) -> str:
            if page in pointed:
                return "pointed"
            if page is Page.FILES:
                return "done" if document else "open"
            kept = pages.get(page)
            return ("done" if kept.valid else "begun") if kept else "open"

        return [(p, state(p)) for p in drafts.PAGES] + [(Page.PREVIEW, "open")]
