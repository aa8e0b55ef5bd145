"""Files into the database, seen before they are written: upload, look at the difference, apply."""

from typing import BinaryIO, ClassVar, cast

from flask import abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin_views.desk import Opened
from models import db
from services.archives import Refusal
from services.imports import Files, Importer, Shelf, start
from services.say import said
from workflow.say import N_
from workflow.words import Actor

SHOWN = 50  # changes of one kind spelled out on the page


class ImportDesk(Opened):
    """Upload → difference → apply → summary; the kept upload belongs to whoever sent it, for an hour."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    importer: ClassVar[str]
    intro: ClassVar[str] = ""
    accepts: ClassVar[str] = ".csv,.txt,.tsv,.xlsx"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        error = ""
        if request.method == "POST":
            try:
                token = self._shelf().keep(
                    (f.filename or "", cast("BinaryIO", f.stream)) for f in request.files.getlist("files") if f.filename
                )
                return redirect(url_for(".difference", token=token))
            except Refusal as refusal:
                error = said(refusal.say)
        return self.render("imports/upload.html", error=error, shapes=self._importer().shapes)

    @expose("/<token>/")
    def difference(self, token: str) -> ResponseReturnValue:
        """What the kept files would change; nothing is written here."""
        found = self._importer().check(self._files(token))
        return self.render("imports/difference.html", difference=found, token=token, shown=SHOWN)

    @expose("/<token>/apply", methods=("POST",))
    def apply(self, token: str) -> ResponseReturnValue:
        shelf = self._shelf()
        self._files(token)
        told = shelf.progress(token)
        if told is None or told["state"] in {"faulty", "failed", "interrupted"}:
            db.session.commit()  # the import writes on a connection of its own and must not wait for ours
            start(current_app._get_current_object(), shelf, token, self._importer(), g.standing)  # type: ignore[attr-defined]  # noqa: SLF001 -- kept beyond this request
        return redirect(url_for(".progress", token=token))

    @expose("/<token>/progress")
    def progress(self, token: str) -> ResponseReturnValue:
        told = self._shelf().progress(token) or abort(404)
        page = current_app.make_response(
            self.render("imports/progress.html", told=told, token=token, labels=LABELS, left=Shelf.seconds_left(told))
        )
        if told["state"] == "running":
            page.headers["Refresh"] = "2"
        return page

    def _shelf(self) -> Shelf:
        settings = current_app.extensions["staj"]
        return Shelf(settings.imports_path, g.standing.user_id, settings.max_upload)

    def _files(self, token: str) -> Files:
        files = self._shelf().files(token)
        return files if files is not None else abort(404)

    def _importer(self) -> Importer:
        found: Importer = current_app.extensions["importers"][self.importer]
        return found


class SeedDesk(ImportDesk):
    """The reference data."""

    importer = "reference"
    icon = "layers"
    label = N_("Seed files")
    intro = N_(
        "Faculties, departments, terms, internship types, policies, holiday exceptions, publications, institutions and "
        "supervisors come from files. Upload one or several, or a zip of them: first you see what would change."
    )
    accepts = ".csv,.txt,.tsv,.xlsx,.yaml,.yml,.zip"


class StudentImportDesk(ImportDesk):
    """The students, where the student database gives a file."""

    importer = "students"
    icon = "mortarboard"
    label = N_("Import students")
    intro = N_(
        "Students come from the student database, as a CSV or XLSX file. First you see what would change, line by line."
    )
    accepts = ".csv,.txt,.tsv,.xlsx,.zip"


LABELS = {
    "site_settings": N_("Settings of the university"),
    "faculty": N_("Faculties"),
    "department": N_("Departments"),
    "term": N_("Terms"),
    "internship_type": N_("Internship types"),
    "policy": N_("Policies"),
    "evaluation_form": N_("Evaluation forms"),
    "holiday_override": N_("Holiday exceptions"),
    "publication": N_("Publications"),
    "institution": N_("Institutions"),
    "supervisor": N_("Supervisors"),
    "student": N_("Students"),
}
