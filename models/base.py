"""The declarative base, the column types both databases share, and the session every request works in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Integer,
    MetaData,
    String,
    event,
)
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, declared_attr, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from workflow.transitions import MACHINES
from workflow.turkish import COLLATION_LENGTH, ascii_lowered, collation_key, search_words
from workflow.words import Word

Key = BigInteger().with_variant(Integer, "sqlite")
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; both databases store it without a zone, Python always sees it with one."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def word(kind: type[Word], name: str) -> Enum:
    """A column type that stores the word of a member and refuses any other in the database."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=20,
        name=name,
        values_callable=lambda members: [m.value for m in members],
    )


class ReachSession(FlaskSession):
    """Sees only what `info["standing"]` reaches (services.scope); `info["reads"]` picks the read engine."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        bind: Any = super().get_bind(*args, **kwargs)
        if not self.info.get("reads"):
            return bind
        # one engine for all: a session opens a connection for each engine it meets
        if "reads" not in bind.__dict__:
            bind.reads = bind.execution_options(isolation_level="AUTOCOMMIT")
        return bind.reads


class Base(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: Instant})


db = SQLAlchemy(
    model_class=Base, session_options={"class_": ReachSession, "expire_on_commit": False}, disable_autonaming=True
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

pk = Annotated[int, mapped_column(Key, primary_key=True)]
name_text = Annotated[str, mapped_column(String(200))]


collation = Annotated[str, mapped_column(String(COLLATION_LENGTH), server_default="")]


def keeps_order(text: InstrumentedAttribute[str]) -> None:
    """Let a row's `collation_key` follow this text, whoever writes it: lists are put in Turkish order by it."""

    def follow(row: Any, value: str, _before: Any, _initiator: Any) -> None:
        row.collation_key = collation_key(value or "")

    event.listen(text, "set", follow)


def utcnow() -> datetime:
    """Now, with its zone."""
    return datetime.now(UTC)


def words_for(kept: Sequence[Any], made: Callable[..., Any], *texts: str | None) -> list[Any]:
    """The word rows of a record that is found by these texts: those it has already, and new ones."""
    known = {row.word: row for row in kept}
    return [known.get(word) or made(word=word) for word in sorted(search_words(*(t for t in texts if t)))]


class Stateful:
    """A row that a machine moves: only services.transition writes `state` and `version`."""

    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    reason: Mapped[str | None] = mapped_column(String(2000))
    decided_at: Mapped[datetime | None]

    @declared_attr
    def decided_by_id(cls) -> Mapped[int | None]:  # noqa: N805 -- called on the class
        return mapped_column(ForeignKey("user.id"))


def promises(machine_name: str) -> list[CheckConstraint]:
    """One CHECK per fact that every row in a state must carry, read off the machine's table."""
    machine = MACHINES[machine_name]
    return [
        CheckConstraint(
            f"state <> '{state.value}' OR {need.value} IS NOT NULL",
            name=f"{state.value}_has_{ascii_lowered(need.name)}",
        )
        for state in machine.states
        for need in sorted(machine.needs_of(state))
    ]
