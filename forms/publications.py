"""What a department types when it publishes."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from forms.typed import Length, Line, Paragraphs, TypedForm
from workflow.kinds import Audience
from workflow.words import PublicationKind

ENDINGS = ".pdf,.doc,.docx,.xls,.xlsx,.pptx,.odt,.ods,.rtf,.jpg,.jpeg,.png,.txt,.csv"


class PublicationForm(TypedForm):
    """Title, text, whose students read it, and the file."""

    title = Line(_l("Title"), [InputRequired(_l("Write a title.")), Length(max=200)])
    body = Paragraphs(_l("Text"), [Length(max=20_000)], render_kw={"rows": 10})
    department = SelectField(_l("Of which department"), [InputRequired(_l("Choose a department."))])
    audience = SelectField(_l("For whom"), choices=[(a.value, _l(a.label)) for a in Audience])
    must_read = BooleanField(_l("Students tick it as read before they apply"))
    file = FileField(
        _l("File"),
        description=_l("PDF, Word, Excel, OpenDocument, picture or text, at most 20 MB"),
        render_kw={"accept": ENDINGS},
    )

    def suit(self, kind: PublicationKind, departments: list[tuple[str, str]]) -> "PublicationForm":
        """Keep the fields this kind has, and offer these departments."""
        self.department.choices = [SelectChoice(value, label) for value, label in departments]
        if kind != PublicationKind.REGULATION:
            del self.must_read
        if kind != PublicationKind.ANNOUNCEMENT:
            del self.audience
        else:
            self.body.validators = [InputRequired(_l("Write the text.")), *self.body.validators]
            del self.file
        return self
