"""What letters say, and where their links lead, is kept locked

Revision: 0014, after 0013
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256

import sqlalchemy as sa
from alembic import op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from migrations.checks import take_type

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

MARK, NONCE, PAGE = "sealed:", 12, 1000
COLUMNS = ("text", "html", "link")
LETTER = sa.table("letter", sa.column("id", sa.BigInteger), *(sa.column(name, sa.Text) for name in COLUMNS))


def upgrade() -> None:
    take_type("letter", "link", "VARCHAR(300)", "TEXT")
    _rewrite(_closed)


def downgrade() -> None:
    _rewrite(_opened)
    take_type("letter", "link", "TEXT", "VARCHAR(300)")


def _rewrite(turned: Callable[[AESGCM, str], str]) -> None:
    """Every letter, page by page; one that was rewritten before a run broke off is left as it is."""
    bind, last = op.get_bind(), 0
    cipher = AESGCM(sha256(b"staj letters " + current_app.extensions["staj"].national_id_key.encode()).digest())
    rewritten = LETTER.update().where(LETTER.c.id == sa.bindparam("key"))
    rewritten = rewritten.values({name: sa.bindparam(f"new_{name}") for name in COLUMNS})
    while page := bind.execute(sa.select(LETTER).where(LETTER.c.id > last).order_by(LETTER.c.id).limit(PAGE)).all():
        rows = [
            {f"new_{n}": None if (was := getattr(row, n)) is None else turned(cipher, was) for n in COLUMNS}
            | {"key": row.id}
            for row in page
        ]
        bind.execute(rewritten, rows)
        last = page[-1].id


def _closed(cipher: AESGCM, value: str) -> str:
    if value.startswith(MARK):
        return value
    nonce = os.urandom(NONCE)
    return MARK + urlsafe_b64encode(nonce + cipher.encrypt(nonce, value.encode(), None)).decode()


def _opened(cipher: AESGCM, value: str) -> str:
    if not value.startswith(MARK):
        return value
    sealed = urlsafe_b64decode(value.removeprefix(MARK))
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()
