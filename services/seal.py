"""National ids are sealed at rest; only the last two digits stand in the open."""

import os
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Seal:
    """AES-256-GCM under a key derived from the deployment's secret."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(sha256(b"staj national id " + secret.encode()).digest())

    def close(self, national_id: str) -> bytes:
        """The sealed bytes: nonce, then cipher text."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, national_id.encode(), None)

    def open(self, sealed: bytes) -> str:
        """The number in full; raises cryptography's InvalidTag for a foreign key or a changed byte."""
        return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()


def masked(tail: str) -> str:
    """Eleven places, of which the last two are readable."""
    return "•" * (11 - len(tail)) + tail
