"""What the whole university sets for everybody: one row, seeded by file and edited by IT."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, pk

CODE = "site"


class SiteSettings(Model):
    """Where to ask for help, where the training is recorded, and the day the site took over (seed: the circular).

    Internships begun before `cut_over` end the way they began. An empty one is said nowhere.
    """

    __tablename__ = "site_settings"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(20), unique=True, default=CODE)
    help_desk: Mapped[str | None] = mapped_column(String(300))
    training: Mapped[str | None] = mapped_column(String(300))
    cut_over: Mapped[date | None]

    def __str__(self) -> str:
        return self.code
