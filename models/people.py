"""Accounts, the capacities they hold, and the students the student database knows."""

from datetime import date, datetime
from secrets import token_urlsafe
from typing import Any, ClassVar

from flask_security import UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.academia import Department
from models.base import Key, Model, name_text, pk, utcnow, word, words_for
from workflow.turkish import WORD_LENGTH
from workflow.words import Actor, Programme


class User(Model, UserMixin):
    """An account. What it may do follows from memberships, a student row or a supervisor row.

    `unwanted` names the reminders this person switched off (workflow.reminders).
    """

    __tablename__ = "user"

    id: Mapped[pk]
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[name_text]
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="tr")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    unwanted: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")
    words: Mapped[list["UserWord"]] = relationship(cascade="all, delete-orphan")
    roles: ClassVar[list[Any]] = []  # type: ignore[misc]  # the library asks for roles; ours are memberships
    new_key = ""  # of the session that is being begun (services.sessions)

    @validates("name", "email")
    def _found_by(self, key: str, value: str) -> str:
        """The words of the name and of the address before its @ follow them, whoever writes them."""
        name, email = (value if key == fact else getattr(self, fact) for fact in ("name", "email"))
        self.words = words_for(self.words, UserWord, name, (email or "").partition("@")[0])
        return value

    def session_id(self) -> str:
        """What a browser keeps of a new session: the secret word of the account, and a key of the session's own."""
        self.new_key = token_urlsafe(32)
        return f"{self.fs_uniquifier}.{self.new_key}"

    def __str__(self) -> str:
        return self.name


class UserWord(Model):
    """A folded word by which IT looks an account up."""

    __tablename__ = "user_word"
    __table_args__ = (Index("ix_user_word_user_id", "user_id"), {"sqlite_with_rowid": False})

    word: Mapped[str] = mapped_column(String(WORD_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(Key, ForeignKey("user.id"), primary_key=True)


class Membership(Model):
    """Somebody acts as `actor` (in a department, where the actor has one) from one date to another."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint(
            "(actor IN ('member', 'chair')) = (department_id IS NOT NULL)", name="commission_has_department"
        ),
        CheckConstraint("actor NOT IN ('student', 'employer')", name="given_by_office"),
        Index("ix_membership_actor_department_id", "actor", "department_id"),
    )

    id: Mapped[pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    actor: Mapped[Actor] = mapped_column(word(Actor, "actor"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    user: Mapped[User] = relationship(back_populates="memberships")
    department: Mapped[Department | None] = relationship()

    def __str__(self) -> str:
        return self.user.name if self.user else f"#{self.id}"


class Student(Model):
    """A row of the student database, refreshed on sign-in and by command; never typed here."""

    __tablename__ = "student"

    id: Mapped[pk]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), unique=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    surname: Mapped[str] = mapped_column(String(100))
    national_id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    national_id_tail: Mapped[str] = mapped_column(String(2))
    email: Mapped[str] = mapped_column(String(255), index=True)
    phone: Mapped[str | None] = mapped_column(String(30))
    own_email: Mapped[str | None] = mapped_column(String(255))
    own_phone: Mapped[str | None] = mapped_column(String(30))
    active: Mapped[bool] = mapped_column(default=True)
    refreshed_at: Mapped[datetime] = mapped_column(default=utcnow)
    user: Mapped[User | None] = relationship()
    enrolments: Mapped[list["Enrolment"]] = relationship(
        back_populates="student", order_by="Enrolment.programme.desc()", cascade="all, delete-orphan"
    )

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.surname}"

    def __str__(self) -> str:
        return f"{self.full_name} ({self.number})"


class Enrolment(Model):
    """A student's place in one department; a double major has two."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("student_id", "programme"),
        UniqueConstraint("student_id", "department_id"),
        Index("ix_enrolment_department_id_student_id", "department_id", "student_id"),
    )

    id: Mapped[pk]
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    programme: Mapped[Programme] = mapped_column(word(Programme, "programme"), default=Programme.MAJOR)
    class_year: Mapped[int] = mapped_column(SmallInteger)
    student: Mapped[Student] = relationship(back_populates="enrolments")
    department: Mapped[Department] = relationship()
