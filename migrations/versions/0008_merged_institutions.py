"""Merged institutions, notes about them, what the figures read

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

from migrations.checks import promise, release, take_words
from workflow.legal_forms import marks

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

ACTIONS = (
    "submit", "approve", "reject", "withdraw", "cancel", "reopen", "postpone", "extend", "stop", "ask", "agree", "decline",
    "lapse", "answer", "close", "ask_again", "raise", "move", "drop", "send", "confirm", "fail", "correct", "show", "verify",
    "block", "unblock", "publish", "retract", "create", "edit", "delete", "complete", "return", "accept", "accept_partly",
    "not_accept", "reassess", "attest", "revise", "give", "waive", "retire", "replace",
)
NEW_ACTIONS = (*ACTIONS, "merge", "unmerge", "restore", "take_in", "give_back")
STATES = ("unverified", "verified", "blocked")
PROMISES = {
    "ck_institution_merged_has_survivor": "state <> 'merged' OR merged_into_id IS NOT NULL",
    "ck_institution_merged_has_decider": "state <> 'merged' OR decided_by_id IS NOT NULL",
}
INDEXES = {
    "ix_application_figures": ("application", ["department_id", "term_id", "state", "institution_id"]),
    "ix_application_places": ("application", ["institution_id", "department_id", "term_id", "state"]),
    "ix_institution_city_sector": ("institution", ["city", "sector"]),
    "ix_institution_sector": ("institution", ["sector"]),
    "ix_declaration_institution_id": ("declaration", ["institution_id"]),
    "ix_change_request_institution_id": ("change_request", ["institution_id"]),
}
KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
SQLITE_ADDS = "ALTER TABLE {0} ADD COLUMN merged_into_id INTEGER CONSTRAINT fk_{0}_merged_into_id REFERENCES {0} (id)"


def _points_on(table: str) -> None:
    """A column by which a row points at the one it became part of; SQLite adds it where the table stands."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(SQLITE_ADDS.format(table))
    else:
        op.add_column(table, sa.Column('merged_into_id', KEY, nullable=True))
        op.create_foreign_key(op.f(f'fk_{table}_merged_into_id'), table, table, ['merged_into_id'], ['id'])


def _fill_marks() -> None:
    connection = op.get_bind()
    firm = sa.table("institution", *(sa.column(n) for n in ("id", "name", "tax_no", "city")))
    into = sa.table("institution_mark", *(sa.column(n) for n in ("kind", "mark", "institution_id")))
    rows = [
        {"kind": kind, "mark": mark, "institution_id": row.id}
        for row in connection.execute(sa.select(firm)).all()
        for kind, mark in marks(row.name, row.tax_no, row.city)
    ]
    for start in range(0, len(rows), 10_000):
        connection.execute(into.insert(), rows[start : start + 10_000])


def upgrade() -> None:
    take_words("step", "action", NEW_ACTIONS)
    take_words("institution", "state", (*STATES, "merged"))
    for table in ("institution", "supervisor"):
        _points_on(table)
    for name, condition in PROMISES.items():
        promise("institution", name, condition)
    op.create_index('ix_institution_merged_into_id', 'institution', ['merged_into_id', 'id'])
    op.create_index('ix_supervisor_merged_into_id', 'supervisor', ['merged_into_id'])
    op.create_table(
        'institution_mark',
        sa.Column('kind', sa.String(length=4), nullable=False),
        sa.Column('mark', sa.String(length=120), nullable=False),
        sa.Column('institution_id', KEY, nullable=False),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_mark_institution_id')),
        sa.PrimaryKeyConstraint('kind', 'mark', 'institution_id', name=op.f('pk_institution_mark')),
        sqlite_with_rowid=False,
    )
    op.create_index('ix_institution_mark_institution_id', 'institution_mark', ['institution_id'])
    _fill_marks()
    op.create_table(
        'institution_note',
        sa.Column('id', KEY, nullable=False),
        sa.Column('institution_id', KEY, nullable=False),
        sa.Column('text', sa.String(length=2000), nullable=False),
        sa.Column('by_id', KEY, nullable=True),
        sa.Column('by_name', sa.String(length=200), nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.Column('struck_at', sa.DateTime(), nullable=True),
        sa.Column('struck_by_id', KEY, nullable=True),
        sa.Column('struck_by_name', sa.String(length=200), nullable=True),
        sa.CheckConstraint('(struck_at IS NULL) = (struck_by_name IS NULL)', name=op.f('ck_institution_note_struck_by_somebody')),
        sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_note_institution_id')),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_institution_note_by_id')),
        sa.ForeignKeyConstraint(['struck_by_id'], ['user.id'], name=op.f('fk_institution_note_struck_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_institution_note')),
    )
    op.create_index('ix_institution_note_institution_id', 'institution_note', ['institution_id', 'id'])
    op.create_table(
        'moved_reference',
        sa.Column('step_id', KEY, nullable=False),
        sa.Column('table_name', sa.String(length=40), nullable=False),
        sa.Column('column_name', sa.String(length=40), nullable=False),
        sa.Column('row_id', KEY, nullable=False),
        sa.Column('was', KEY, nullable=True),
        sa.Column('became', KEY, nullable=False),
        sa.ForeignKeyConstraint(['step_id'], ['step.id'], name=op.f('fk_moved_reference_step_id')),
        sa.PrimaryKeyConstraint('step_id', 'table_name', 'column_name', 'row_id', name=op.f('pk_moved_reference')),
        sqlite_with_rowid=False,
    )
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _columns) in INDEXES.items():
        op.drop_index(name, table)
    for table in ('moved_reference', 'institution_note', 'institution_mark'):
        op.drop_table(table)
    for name in PROMISES:
        release("institution", name)
    for table in ("institution", "supervisor"):
        op.drop_index(f'ix_{table}_merged_into_id', table)
        op.drop_column(table, 'merged_into_id')
    take_words("institution", "state", STATES)
    take_words("step", "action", ACTIONS)
