"""Reviewers, a department's settings, terms that do not overlap

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import take_words

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show",
    "verify", "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept",
    "accept_partly", "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
    "merge", "unmerge", "restore", "take_in", "give_back",
)
GIVEN, NOBODYS = "reviewer_id IS NOT NULL", "reviewer_id IS NULL"
INDEXES = {
    "ix_application_reviewer": (["department_id", "reviewer_id", "submitted_at", "id"], GIVEN),
    "ix_application_reviewer_state": (["department_id", "reviewer_id", "state", "submitted_at", "id"], GIVEN),
    "ix_application_unassigned": (["department_id", "state", "submitted_at", "id"], NOBODYS),
}
# somebody sits on one commission, or in one office, once at a time
OVERLAPS = """EXISTS (
    SELECT 1 FROM membership AS held
    WHERE held.user_id = NEW.user_id AND (NEW.id IS NULL OR held.id <> NEW.id)
    AND (held.department_id = NEW.department_id
         OR held.department_id IS NULL AND NEW.department_id IS NULL AND held.actor = NEW.actor)
    AND held.starts_on <= COALESCE(NEW.ends_on, '9999-12-31') AND COALESCE(held.ends_on, '9999-12-31') >= NEW.starts_on
)"""
NO_OVERLAP = {
    "sqlite": [
        f"CREATE TRIGGER membership_terms_{verb} BEFORE {verb} ON membership WHEN {OVERLAPS} "
        "BEGIN SELECT RAISE(ABORT, 'terms of one person overlap'); END"
        for verb in ("insert", "update")
    ],
    "postgresql": [
        "CREATE FUNCTION membership_terms() RETURNS trigger LANGUAGE plpgsql AS "
        '$$ BEGIN PERFORM 1 FROM "user" WHERE id = NEW.user_id FOR NO KEY UPDATE; '  # one at a time for one person
        f"IF {OVERLAPS} THEN RAISE EXCEPTION 'terms of one person overlap' USING ERRCODE = 'exclusion_violation'; END IF; "
        "RETURN NEW; END $$",
        "CREATE TRIGGER membership_terms BEFORE INSERT OR UPDATE ON membership "
        "FOR EACH ROW EXECUTE FUNCTION membership_terms()",
    ],
}
OVERLAP_AGAIN = {
    "sqlite": ["DROP TRIGGER membership_terms_insert", "DROP TRIGGER membership_terms_update"],
    "postgresql": ["DROP TRIGGER membership_terms ON membership", "DROP FUNCTION membership_terms"],
}


def upgrade() -> None:
    op.create_table('department_settings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('department_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('late_days', sa.SmallInteger(), nullable=False),
    sa.Column('overdue_days', sa.SmallInteger(), nullable=False),
    sa.Column('verified_only', sa.Boolean(), nullable=False),
    sa.Column('contact', sa.String(length=300), nullable=True),
    sa.Column('instructions', sa.String(length=2000), nullable=True),
    sa.CheckConstraint('0 < late_days AND late_days < overdue_days', name=op.f('ck_department_settings_late_before_overdue')),
    sa.ForeignKeyConstraint(['department_id'], ['department.id'], name=op.f('fk_department_settings_department_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_department_settings')),
    sa.UniqueConstraint('department_id', name=op.f('uq_department_settings_department_id'))
    )
    kind = "INTEGER" if _engine() == "sqlite" else "BIGINT"  # in place: SQLite would copy the whole table
    op.execute(
        f'ALTER TABLE application ADD COLUMN reviewer_id {kind} CONSTRAINT fk_application_reviewer_id REFERENCES "user" (id)'
    )
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "application", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    for statement in NO_OVERLAP[_engine()]:
        op.execute(statement)
    take_words("step", "action", (*ACTIONS, "assign"))


def downgrade() -> None:
    take_words("step", "action", ACTIONS)
    for statement in OVERLAP_AGAIN[_engine()]:
        op.execute(statement)
    for name in INDEXES:
        op.drop_index(name, "application")
    op.execute("ALTER TABLE application DROP COLUMN reviewer_id")
    op.drop_table('department_settings')


def _engine() -> str:
    return op.get_bind().dialect.name
