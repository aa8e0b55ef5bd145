"""The marks of a name know its legal form however it is written

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

from workflow.legal_forms import marks

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BATCH = 5000
FIRM = sa.table("institution", *(sa.column(n) for n in ("id", "state", "name", "tax_no", "city")))
MARK = sa.table("institution_mark", *(sa.column(n) for n in ("kind", "mark", "institution_id")))


def upgrade() -> None:
    """Every institution's marks anew, a batch at a time; one that was merged carries none."""
    connection, last = op.get_bind(), 0
    standing = sa.select(FIRM).where(FIRM.c.state != "merged").order_by(FIRM.c.id).limit(BATCH)
    while firms := connection.execute(standing.where(FIRM.c.id > last)).all():
        within = sa.and_(MARK.c.institution_id > last, MARK.c.institution_id <= firms[-1].id)
        connection.execute(sa.delete(MARK).where(within))
        rows = [
            {"kind": kind, "mark": mark, "institution_id": firm.id}
            for firm in firms
            for kind, mark in marks(firm.name, firm.tax_no, firm.city)
        ]
        if rows:
            connection.execute(sa.insert(MARK), rows)
        last = firms[-1].id


def downgrade() -> None:
    """The marks stay: each is still what its entry has in common with others."""
