"""Text that the database keeps locked: whoever reads a dump without the server's key reads nothing of it."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

MARK = "sealed:"
_NONCE = 12


class SealedText(TypeDecorator[str]):
    """AES-256-GCM under a key derived from the deployment's key for data at rest.

    Python reads and writes plain text, SQL sees `sealed:` and base64. A value without the mark was written before
    (migration 0014, or an older process that is still running) and is read as it stands. Raises cryptography's
    InvalidTag where the key is another one or a byte was changed.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        nonce = os.urandom(_NONCE)
        return MARK + urlsafe_b64encode(nonce + _cipher().encrypt(nonce, value.encode(), None)).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or not value.startswith(MARK):
            return value
        sealed = urlsafe_b64decode(value.removeprefix(MARK))
        return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()


def _cipher() -> AESGCM:
    return _made(str(current_app.extensions["staj"].national_id_key))


@lru_cache(maxsize=4)
def _made(secret: str) -> AESGCM:
    return AESGCM(sha256(b"staj letters " + secret.encode()).digest())
