"""The register of institutions and the supervisors who answer for them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Key, Model, Stateful, collation, keeps_order, name_text, pk, promises, utcnow, word, words_for
from workflow.addresses import as_address
from workflow.legal_forms import marks
from workflow.turkish import MARK_LENGTH, WORD_LENGTH, search_key
from workflow.words import InstitutionKind, InstitutionState


class Institution(Stateful, Model):
    """A firm or public body where internships are done.

    `working_week` is a bit mask, Monday = 1 … Sunday = 64. `name_key` and `collation_key` follow `name`. One that was merged points at
    its survivor and carries no marks, so that nothing takes it for a duplicate again.
    """

    __tablename__ = "institution"
    __table_args__ = (
        *promises("institution"),
        Index("ix_institution_name_key_id", "name_key", "id"),
        Index("ix_institution_collation_key_id", "collation_key", "id"),
        Index("ix_institution_state_collation_key_id", "state", "collation_key", "id"),
        Index("ix_institution_merged_into_id", "merged_into_id", "id"),
        Index("ix_institution_city_sector", "city", "sector"),
        Index("ix_institution_sector", "sector"),
    )

    id: Mapped[pk]
    state: Mapped[InstitutionState] = mapped_column(
        word(InstitutionState, "state"), default=InstitutionState.UNVERIFIED
    )
    name: Mapped[name_text]
    name_key: Mapped[str] = mapped_column(String(200))
    collation_key: Mapped[collation]
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
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    survivor: Mapped["Institution | None"] = relationship(remote_side="Institution.id")
    supervisors: Mapped[list["Supervisor"]] = relationship(back_populates="institution")
    words: Mapped[list["InstitutionWord"]] = relationship(cascade="all, delete-orphan")
    marks: Mapped[list["InstitutionMark"]] = relationship(cascade="all, delete-orphan")

    @validates("name", "tax_no", "city")
    def _found_by(self, key: str, value: str) -> str:
        """The folded name, its words and the marks of a duplicate follow what they are made of, whoever writes it."""
        if key == "name":
            self.name_key = search_key(value)[:200]
            self.words = words_for(self.words, InstitutionWord, value)
        self.mark(**{key: value})
        return value

    def mark(self, **anew: str) -> None:
        """Bring the marks by which a duplicate is told up to date."""
        name, tax_no, city = (anew.get(n, getattr(self, n)) for n in ("name", "tax_no", "city"))
        kept = {(m.kind, m.mark): m for m in self.marks}
        wanted = sorted(marks(name or "", tax_no, city or ""))
        self.marks = [kept.get(m) or InstitutionMark(kind=m[0], mark=m[1]) for m in wanted]

    def __str__(self) -> str:
        return self.name


keeps_order(Institution.name)


class InstitutionWord(Model):
    """A folded word of an institution's name, by which it is looked up."""

    __tablename__ = "institution_word"
    __table_args__ = (Index("ix_institution_word_institution_id", "institution_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    institution_id: Mapped[int] = mapped_column(Key, ForeignKey("institution.id"), primary_key=True)


class InstitutionMark(Model):
    """What two entries of one institution share: a tax number, a name but for its legal form, a near name."""

    __tablename__ = "institution_mark"
    __table_args__ = (Index("ix_institution_mark_institution_id", "institution_id"), {"sqlite_with_rowid": False})

    kind: Mapped[str] = mapped_column(String(4), primary_key=True)
    mark: Mapped[str] = mapped_column(String(MARK_LENGTH), primary_key=True)
    institution_id: Mapped[int] = mapped_column(Key, ForeignKey("institution.id"), primary_key=True)


class InstitutionNote(Model):
    """A line the career centre keeps about an institution: struck out when it no longer holds, never taken away."""

    __tablename__ = "institution_note"
    __table_args__ = (
        CheckConstraint("(struck_at IS NULL) = (struck_by_name IS NULL)", name="struck_by_somebody"),
        Index("ix_institution_note_institution_id", "institution_id", "id"),
    )

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    text: Mapped[str] = mapped_column(String(2000))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[name_text]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    struck_at: Mapped[datetime | None]
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    struck_by_name: Mapped[str | None] = mapped_column(String(200))


class Supervisor(Model):
    """The firm's authorised contact; the account is optional. One folded into another points at it.

    `reminded`: whether reminders go to this address.
    """

    __tablename__ = "supervisor"
    __table_args__ = (Index("ix_supervisor_collation_key_id", "collation_key", "id"),)

    id: Mapped[pk]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[name_text]
    name_key: Mapped[str] = mapped_column(String(200))
    collation_key: Mapped[collation]
    title: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(255), index=True)
    reminded: Mapped[bool] = mapped_column(default=True, server_default=true())
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("supervisor.id"), index=True)
    institution: Mapped[Institution] = relationship(back_populates="supervisors")
    words: Mapped[list["SupervisorWord"]] = relationship(cascade="all, delete-orphan")

    @validates("name")
    def _found_by(self, _key: str, name: str) -> str:
        self.name_key = search_key(name)[:200]
        self.words = words_for(self.words, SupervisorWord, name)
        return name

    @validates("email")
    def _one_address(self, _key: str, email: str) -> str:
        """Entries of one person are known by their address, however it was typed."""
        return as_address(email)

    def __str__(self) -> str:
        return self.name


keeps_order(Supervisor.name)


class SupervisorWord(Model):
    """A folded word of a supervisor's name, by which they are looked up."""

    __tablename__ = "supervisor_word"
    __table_args__ = (Index("ix_supervisor_word_supervisor_id", "supervisor_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(Key, ForeignKey("supervisor.id"), primary_key=True)
