"""The application wizard: one page at a time, everything kept, submitted from the preview only.

What is sent is kept first, right or wrong, and always answered by leading to a page: Back and Reload send nothing twice.
"""

from typing import Any

from flask import abort, current_app, flash, g, jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from admin_views import wizard_forms
from admin_views.desk import Opened
from models import Application, DraftPage, Student, db
from services import calendar
from services.archives import Refusal
from services.documents import give, take_in
from services.listing import key
from services.register import look_alikes, suggestions
from services.say import said
from services.sign_in import today
from services.transition import Refused
from services.wizard import checks, drafts, everything, overview, reading, submitting
from services.wizard.overview import ORDER
from services.wizard.sketches import sketches
from workflow import written
from workflow.plain import plain
from workflow.say import N_
from workflow.words import Actor, Page
from workflow.working_days import BadDates

FOUND_AT = {"search": "pick", "offer": "counted", "compute": "counted"}  # where the answer to a button is


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
            return self.render("wizard/start.html", **self._frame(row)) if row else self._gone()
        named = (joinedload(Application.internship_type), joinedload(Application.institution))
        mine = (Application.student_id == g.standing.student_id, Application.state.in_(drafts.OPEN))
        found = select(Application).options(*named).where(*mine).order_by(Application.id.desc()).limit(50)
        rows = db.session.scalars(found).all()
        return self.render("wizard/index.html", rows=rows, sketches=sketches(db.session(), [row.id for row in rows]))

    @expose("/start", methods=("POST",))
    def start(self) -> ResponseReturnValue:
        row = drafts.start(db.session(), g.standing)
        if row is None:
            flash(_("The student database names no department of yours; ask the student affairs office."), "danger")
            return redirect(url_for(".index"), 303)
        db.session.commit()
        return self._to(row, Page.NOTICE)

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
        return redirect(url_for(".index"), 303)

    @expose("/institutions")
    def institutions(self) -> ResponseReturnValue:
        """The type-ahead: names, cities and keys."""
        found = suggestions(db.session(), request.args.get("q", "")[:100])
        return jsonify([{"id": i.id, "name": i.name, "city": i.city, "state": said(i.state)} for i in found])

    @expose("/<pk>/count", methods=("POST",))
    def count(self, pk: str) -> ResponseReturnValue:
        """The day count for dates being typed: nothing is saved."""
        row = self._find(pk) or abort(404)
        typed = wizard_forms.typed(Page.INSTITUTION, request.form)
        _draft, judgement = self._judged(row, self._pages(row, Page.INSTITUTION, typed))
        return self.render("wizard/count.html", judgement=judgement)

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
        if request.method == "GET":
            return self._shown(row, page)
        typed = self._sent(row, page)
        form = self._form(row, page, typed)
        valid = form.validate() and not self._alike(row, page, form, typed)
        if not self._kept(row, page, typed, valid=valid):
            return self._to(row, page, late=1)
        if valid and request.form.get("go", "next") == "next":
            valid = not any(f.page is page for f in self._findings(row))
        return self._onward(row, page, right=valid)

    def _sent(self, row: Application, page: Page) -> dict[str, Any]:
        typed = wizard_forms.typed(page, request.form)
        asks = request.form.get("go")
        if asks == "offer" or (asks == "enter" and typed.get("wanted") and not typed.get("ends_on")):
            self._offer(row, typed)
        if page is Page.SUPERVISOR:
            typed[reading.OF] = reading.chosen_institution(drafts.pages(db.session(), row))
        return typed

    def _kept(self, row: Application, page: Page, typed: dict[str, Any], *, valid: bool) -> bool:
        """Keep what was sent; False where another tab was faster, and this one's words are kept beside."""
        pk, seen, settles = row.id, key(request.form.get("version")) or 0, "late" in request.args
        try:
            drafts.keep(db.session(), row, page, typed, valid=valid, seen=seen, settles=settles)
        except IntegrityError:  # at the same moment another tab sent the page's first words, or discarded the draft
            db.session.rollback()
            return self._kept(self._find(str(pk)) or abort(404), page, typed, valid=valid)
        except drafts.SavedElsewhere:
            db.session.commit()
            return False
        db.session.commit()
        return True

    def _onward(self, row: Application, page: Page, *, right: bool) -> ResponseReturnValue:
        """Where a page leads once it is kept; one that is not right leads to itself, which says why."""
        at = ORDER.index(page)
        if request.form.get("goto") in {p.value for p in ORDER}:
            return self._to(row, Page(request.form["goto"]))
        match request.form.get("go", "next"):
            case "leave":
                flash(_("Saved. You can come back to it whenever you like."), "success")
                return redirect(url_for(".index", application=row.id), 303)
            case "back" if at:
                return self._to(row, ORDER[at - 1])
            case "next" if not right:
                return self._to(row, page)
            case "next" | "on":
                return self._to(row, ORDER[at + 1])
            case asked:
                wrong = "_flashes" in session
                return self._to(row, page, quiet=1, _anchor=None if wrong else FOUND_AT.get(asked))

    def _to(self, row: Application, page: Page, **values: Any) -> ResponseReturnValue:
        return redirect(url_for(".page", pk=row.id, page=page.value, **values), 303)

    def _shown(self, row: Application, page: Page) -> ResponseReturnValue:
        """The page as it was left: `late` shows another tab's words, `quiet` keeps its faults for later."""
        kept = drafts.pages(db.session(), row).get(page)
        late = "late" in request.args and bool(kept and drafts.LATE in kept.typed)
        typed = drafts.words(kept, late=late)
        form = self._form(row, page, typed)
        told = kept and not kept.valid and not late and "quiet" not in request.args
        alike = self._alike(row, page, form, typed) if told and form.validate() else ()
        facts = {"form": form, "typed": typed, "version": kept.version if kept else 0, "alike": alike, "late": late}
        return self.render(f"wizard/{page.value}.html", **self._frame(row, page, typed if late else None) | facts)

    def _form(self, row: Application, page: Page, typed: dict[str, Any]) -> Any:
        return wizard_forms.form(db.session(), row, page, typed, today())

    def _alike(self, row: Application, page: Page, form: Any, typed: dict[str, Any]) -> Any:
        """Institutions that look like the one being typed, the one typed before aside, unless the student says it is another."""
        if page is not Page.INSTITUTION or form.pick.data != reading.NEW or typed.get("different"):
            return ()
        found = look_alikes(db.session(), form.name.data, form.tax_no.data, form.city.data)
        return [institution for institution in found if institution.id != row.institution_id]

    def _offer(self, row: Application, typed: dict[str, Any]) -> None:
        """Set the last day to the one that makes the wanted number of days."""
        draft, _judgement = self._judged(row, self._pages(row, Page.INSTITUTION, typed))
        wanted = written.whole(str(typed.get("wanted", "")))
        try:
            if wanted is None or not 0 < wanted <= 300:  # noqa: PLR2004 -- days in a year
                flash(_("Write the number of days you need, from 1 to 300."), "danger")
                return
            typed["ends_on"] = checks.offered_end(db.session(), draft, wanted).isoformat()
        except BadDates as bad:
            flash(said(bad.say), "danger")

    # -- files and preview --------------------------------------------------------------------------------

    def _files(self, row: Application) -> ResponseReturnValue:
        if request.method == "GET":
            pk, refusal = session.pop("refused_file", (None, ""))
            return self.render(
                "wizard/files.html", refusal=refusal if pk == row.id else "", **self._frame(row, Page.FILES)
            )
        upload = request.files.get("archive")
        if upload and upload.filename:
            if refusal := self._uploaded(row, upload):
                session["refused_file"] = row.id, refusal
                return self._to(row, Page.FILES)
            return self._onward(row, Page.FILES, right=False)
        there = reading.newest_document(db.session(), row) is not None
        if not there and request.form.get("go") == "next" and "goto" not in request.form:
            session["refused_file"] = row.id, _("Choose the .zip or .7z file first.")
        return self._onward(row, Page.FILES, right=there)

    def _uploaded(self, row: Application, upload: Any) -> str:
        """Take the archive in; answers why it is not taken."""
        db.session.commit()  # a slow upload or a large archive holds no lock
        settings, store = current_app.extensions["staj"], current_app.extensions["storage"]
        try:
            document = take_in(store, upload.stream, upload.filename, settings.max_upload)
        except Refusal as refusal:
            return said(refusal.say)
        give(db.session(), document, row)
        db.session.commit()
        flash(_("%(name)s was uploaded.", name=document.filename), "success")
        return ""

    def _preview(self, row: Application) -> ResponseReturnValue:
        if request.method == "POST":
            return self._submitted(row)
        frame = self._frame(row, Page.PREVIEW)
        tax_no = (frame["draft"].new_institution or {}).get("tax_no")
        of, word = session.pop("word", (None, ""))
        return self.render(
            "wizard/preview.html",
            typed=everything.of_draft(frame["draft"]),
            doubtful=tax_no and not written.tax_no_fits(tax_no),
            untouched=submitting.untouched(db.session(), frame["draft"], frame["judgement"]),
            word=word if of == row.id else "",
            **frame,
        )

    def _submitted(self, row: Application) -> ResponseReturnValue:
        calendar.share(db.session())  # before any row is held
        # two of one student's applications are judged one after the other
        db.session.execute(select(Student.id).where(Student.id == row.student_id).with_for_update())
        draft = reading.read(db.session(), row, self._pages(row), today())
        typed = request.form.get("version")
        seen = key(typed) or 0 if typed else None
        word = plain(request.form.get("word", ""))[: submitting.WORD_LENGTH]
        try:
            submitting.submit(db.session(), draft, standing=g.standing, today=today(), seen=seen, word=word)
            db.session.commit()
        except Refused as refusal:
            db.session.rollback()
            flash(said(refusal.say), "danger")
            session["word"] = row.id, word
            return self._to(row, Page.PREVIEW)
        flash(_("Your application was submitted to the commission."), "success")
        return redirect(url_for("my_applications.details_view", id=row.id), 303)

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

    def _pages(
        self, row: Application, page: Page | None = None, typed: dict[str, Any] | None = None
    ) -> dict[Page, DraftPage]:
        """What is kept, with one page as it is being typed."""
        pages = drafts.pages(db.session(), row)
        if page and typed is not None:
            pages[page] = DraftPage(page=page, typed=typed, valid=True)
        return pages

    def _judged(self, row: Application, pages: dict[Page, DraftPage]) -> tuple[reading.Draft, checks.Judgement]:
        draft = reading.read(db.session(), row, pages, today())
        return draft, checks.judge(db.session(), draft, today())

    def _findings(self, row: Application) -> list[checks.Finding]:
        return checks.findings(*self._judged(row, self._pages(row)))

    def _frame(self, row: Application, page: Page | None = None, typed: dict[str, Any] | None = None) -> dict[str, Any]:
        """What stands around a page: the draft so far, how each page is, and what is wrong with this one."""
        pages = self._pages(row, page, typed)
        draft, judgement = self._judged(row, pages)
        findings = checks.findings(draft, judgement)
        at = ORDER.index(page) if page else 0
        kept = page in pages and pages[page].valid
        return {
            "row": row, "page": page, "draft": draft, "judgement": judgement, "findings": findings,
            "states": overview.states(draft, pages, findings), "number": at + 1, "total": len(ORDER),
            "problems": [f for f in findings if f.page is page] if kept else [],
            "before": ORDER[at - 1] if at else None, "reason": row.reason if page in overview.pointed(row) else None,
        }  # fmt: skip
