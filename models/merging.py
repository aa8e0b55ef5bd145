"""What a merge of two institutions moved, so that it can be moved back."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Key, Model


class MovedReference(Model):
    """One reference that the merge of `step_id` moved: `column_name` of row `row_id` said `was`, then `became`."""

    __tablename__ = "moved_reference"
    __table_args__ = ({"sqlite_with_rowid": False},)

    step_id: Mapped[int] = mapped_column(Key, ForeignKey("step.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[int] = mapped_column(Key, primary_key=True)
    was: Mapped[int | None] = mapped_column(Key)
    became: Mapped[int] = mapped_column(Key)
