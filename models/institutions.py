"""The register of institutions and the supervisors who answer for them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Key, Model, Stateful, name_text, pk, promises, utcnow, word, words_for
from workflow.turkish import WORD_LENGTH, search_key
from workflow.words import InstitutionKind, InstitutionState


class Institution(Stateful, Model):
    """A firm or public body where internships are done.

    `working_week` is a bit mask, Monday = 1 … Sunday = 64. `name_key` follows `name`.
    """

    __tablename__ = "institution"
    __table_args__ = (
        *promises("institution"),
        Index("ix_institution_name_key_id", "name_key", "id"),
        Index("ix_institution_state_name_key_id", "state", "name_key", "id"),
    )

    id: Mapped[pk]
    state: Mapped[InstitutionState] = mapped_column(
        word(InstitutionState, "state"), default=InstitutionState.UNVERIFIED
    )
    name: Mapped[name_text]
    name_key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[InstitutionKind] = mapped_column(word(InstitutionKind, "kind"))
    sector: Mapped[str] = mapped_column(String(100))
    tax_no: Mapped[str | None] = mapped_column(String(11), index=True)
    address: Mapped[str] = mapped_column(String(500))
    city: Mapped[str] = mapped_column(String(50))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(255))
    web: Mapped[str | None] = mapped_column(String(255))
    headcount: Mapped[int] = mapped_column(Integer)
    working_week: Mapped[int] = mapped_column(SmallInteger, default=31)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    supervisors: Mapped[list["Supervisor"]] = relationship(back_populates="institution")
    words: Mapped[list["InstitutionWord"]] = relationship(cascade="all, delete-orphan")

    @validates("name")
    def _found_by(self, _key: str, name: str) -> str:
        """The folded name and its words follow the name, whoever writes it."""
        self.name_key = search_key(name)[:200]
        self.words = words_for(self.words, InstitutionWord, name)
        return name

    def __str__(self) -> str:
        return self.name


class InstitutionWord(Model):
    """A folded word of an institution's name, by which it is looked up."""

    __tablename__ = "institution_word"
    __table_args__ = (Index("ix_institution_word_institution_id", "institution_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    institution_id: Mapped[int] = mapped_column(Key, ForeignKey("institution.id"), primary_key=True)


class Supervisor(Model):
    """The firm's authorised contact; the account is optional."""

    __tablename__ = "supervisor"
    __table_args__ = (Index("ix_supervisor_name_key_id", "name_key", "id"),)

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[name_text]
    name_key: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(255), index=True)
    institution: Mapped[Institution] = relationship(back_populates="supervisors")
    words: Mapped[list["SupervisorWord"]] = relationship(cascade="all, delete-orphan")

    @validates("name")
    def _found_by(self, _key: str, name: str) -> str:
        self.name_key = search_key(name)[:200]
        self.words = words_for(self.words, SupervisorWord, name)
        return name

    def __str__(self) -> str:
        return self.name


class SupervisorWord(Model):
    """A folded word of a supervisor's name, by which they are looked up."""

    __tablename__ = "supervisor_word"
    __table_args__ = (Index("ix_supervisor_word_supervisor_id", "supervisor_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(Key, ForeignKey("supervisor.id"), primary_key=True)
