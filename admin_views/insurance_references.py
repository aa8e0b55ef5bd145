"""The references in: a file that says line by line under which reference a declaration was taken, or why it was refused."""

import io
import json
from pathlib import PurePath
from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from admin_views.desk import Opened
from models import db
from services import insurance_list
from services import insurance_references as inward
from services.archives import Refusal
from services.archives.rules import upload_name
from services.imports import Shelf
from services.insurance_codes import BadColumns
from services.say import said
from services.sign_in import today
from services.tables import OTHER_SHEETS, TABULAR, Unreadable, read_table
from workflow.say import Say
from workflow.turkish import ascii_lowered

KEPT = "references.json"  # what is kept of a file for an hour: numbers, references, refusals; nothing else that stood in it


class ReferencesIn(Opened):
    """Adds the way in for references to the health office's desk."""

    @expose("/references", methods=("GET", "POST"))
    def references(self) -> ResponseReturnValue:
        """Taken by POST line by line, told by GET: reloading records nothing twice."""
        error = ""
        if request.method == "POST":
            try:
                given = self._given()
            except (Refusal, Unreadable) as bad:
                error = said(bad.say) if isinstance(bad, Refusal) else _where(bad)
            else:
                inward.record(db.session(), given, standing=g.standing, today=today())
                kept = json.dumps([line.kept() for line in given]).encode()
                return redirect(url_for(".recorded", token=self._shelf().keep([(KEPT, io.BytesIO(kept))])), 303)
        return self.render("declarations/references.html", error=error)

    def _given(self) -> list[inward.Given]:
        file = request.files.get("file")
        name = upload_name(file.filename or "") if file else ""
        if not file or ascii_lowered(PurePath(name).suffix) not in TABULAR | OTHER_SHEETS:
            raise Refusal(Say("Choose a CSV or XLSX file."))
        try:
            names = inward.headings(insurance_list.columns())
        except BadColumns:  # which stops the list out; what went out before may still come back
            names = inward.HEADINGS
        return inward.given(name, read_table(name, file.read(), remark=""), names)

    @expose("/references/<token>")
    def recorded(self, token: str) -> ResponseReturnValue:
        """How the records stand to each line by now."""
        files = self._shelf().files(token) or {}
        if KEPT not in files:
            return self.render("declarations/forgotten.html"), 404
        lines: list[Any] = json.loads(files[KEPT])
        told = inward.answers(db.session(), [inward.Given(**line) for line in lines])
        return self.render("declarations/recorded.html", answers=told)

    def _shelf(self) -> Shelf:
        settings = current_app.extensions["staj"]
        return Shelf(settings.imports_path, g.standing.user_id, settings.max_upload)


def _where(bad: Unreadable) -> str:
    problem = bad.problem
    return (
        said(Say("Line %(line)s: %(say)s", line=problem.line, say=problem.say)) if problem.line else said(problem.say)
    )
