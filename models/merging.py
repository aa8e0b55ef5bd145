"""What a merge of two institutions moved, so that it can be moved back; and which two are not one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Key, Model, name_text, pk, utcnow
from models.institutions import Institution


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


class ToldApart(Model):
    """Two entries somebody has judged different: as they were judged, in one order, and what each is part of now.

    A merge moves `one_now_id` and `other_now_id` as it moves everything else; where they meet, the two have been
    made one after all, and the judgement sleeps until that is undone.
    """

    __tablename__ = "told_apart"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="in_order"),
        Index("ix_told_apart_one_now_id", "one_now_id", "other_now_id"),
        Index("ix_told_apart_other_now_id", "other_now_id", "one_now_id"),
        Index("ix_told_apart_at_id", "at", "id"),
        {"sqlite_autoincrement": True},  # what a merge has moved is remembered by its key
    )

    id: Mapped[pk]
    one_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    one_now_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    other_now_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[name_text]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    one: Mapped[Institution] = relationship(foreign_keys=[one_now_id])
    other: Mapped[Institution] = relationship(foreign_keys=[other_now_id])
