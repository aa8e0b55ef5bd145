"""What IT types for the whole university."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from forms.read import Day
from forms.typed import Length, MaybeLine, TypedForm

LONGEST = 300


class SiteForm(TypedForm):
    """Everything may stay empty, and is then said nowhere."""

    help_desk = MaybeLine(
        _l("Help desk"),
        [Length(max=LONGEST)],
        description=_l(
            "A web or e-mail address; stands at the foot of every page and letter, in the help and on error pages."
        ),
    )
    training = MaybeLine(
        _l("Training recording"),
        [Length(max=LONGEST)],
        description=_l(
            "Where the recording is found, with its address if there is one; stands at the foot of every page and in the help."
        ),
    )
    cut_over = Day(
        _l("Internships begin here from"),
        [Optional()],
        description=_l(
            "Those begun earlier end the way they began; said to students before they apply and on their pages."
        ),
    )
