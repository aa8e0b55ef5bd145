"""What the career centre keeps in mind about an institution: lines that are added and struck out."""

from typing import Any

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from admin_views.desk import Opened
from forms.institutions import NoteForm
from models import Institution, InstitutionNote, db, utcnow
from services.listing import key
from workflow.words import Actor

SHOWN = 100


class Notes(Opened):
    """Adds the notes to the institution's page: written by the career centre, read by the commissions too."""

    def file(self, row: Institution, note: Any = None) -> ResponseReturnValue:
        """The institution's page."""
        raise NotImplementedError

    def note_form(self) -> NoteForm | None:
        """The form of a new note, for whoever may write one."""
        return NoteForm() if Actor.CAREER_CENTRE in g.standing.actors else None

    def notes(self, row: Institution) -> list[InstitutionNote]:
        """The notes of an institution, newest first, as far as the reader reaches them."""
        of = select(InstitutionNote).where(InstitutionNote.institution_id == row.id)
        return list(db.session.scalars(of.order_by(InstitutionNote.id.desc()).limit(SHOWN)))

    @expose("/note/<pk>", methods=("GET", "POST"))
    def note(self, pk: str) -> ResponseReturnValue:
        row = self.get_one(pk)
        form = self.note_form() or abort(404)
        if request.method == "GET" or not form.validate():
            return self.file(row, form)
        by = {"by_id": g.standing.user_id, "by_name": g.standing.name}
        db.session.add(InstitutionNote(institution_id=row.id, text=form.text.data, **by))
        db.session.commit()
        flash(_("The note was added."), "success")
        return redirect(f"{self.file_page(row.id)}#notes")

    @expose("/strike/<pk>/<line>", methods=("POST",))
    def strike(self, pk: str, line: str) -> ResponseReturnValue:
        """Strike a note out: its words stay, with who struck them out and when."""
        row = self.get_one(pk)
        if self.note_form() is None:
            return abort(404)
        of = (InstitutionNote.id == (key(line) or 0), InstitutionNote.institution_id == row.id)
        found = db.session.scalars(select(InstitutionNote).where(*of).with_for_update()).one_or_none() or abort(404)
        if found.struck_at is None:
            found.struck_at, found.struck_by_id, found.struck_by_name = utcnow(), g.standing.user_id, g.standing.name
            db.session.commit()
            flash(_("The note was struck out."), "success")
        return redirect(f"{self.file_page(row.id)}#notes")
