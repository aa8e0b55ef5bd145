"""Publications come with files: what a file is, and putting it into the store before its row is written."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from seed.files import Bundle
from seed.values import Wrong
from seed.wanted import Wanted
from services.archives import Refusal, sniff_document
from workflow.say import Say


@dataclass(frozen=True)
class Attachment:
    """A publication's file: its bytes, and the columns that describe it (none where it is unchanged)."""

    data: bytes
    facts: dict[str, Any]


def attached(row: Wanted, existing: Any, files: Bundle) -> Attachment | None:
    """The file this row brings, if it brings one that the database does not have; raises Wrong."""
    name = row.values.get("file") if row.table.kind == "publication" else None
    if name is None:
        return None
    data = files.get(PurePosixPath(name).as_posix())
    if data is None:
        raise Wrong(Say("The file “%(file)s” is not beside this list.", file=name))
    digest = hashlib.sha256(data).hexdigest()
    filename = PurePosixPath(name).name
    if existing and existing.sha256 == digest and existing.filename == filename:
        return None
    key = hashlib.sha256(f"{row.values['code']} {digest}".encode()).hexdigest()
    facts = {"filename": filename, "sha256": digest, "size": len(data), "content_type": _sniffed(data, filename)}
    return Attachment(data, {**facts, "storage_key": f"seed/{key}"})


def _sniffed(data: bytes, filename: str) -> str:
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(data)
        kept.flush()
        try:
            return str(sniff_document(Path(kept.name), filename))
        except Refusal as refusal:
            raise Wrong(refusal.say) from None


def put(attachment: Attachment, store: Any) -> None:
    """Bytes first, row last: what a crash leaves behind the sweeper finds."""
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(attachment.data)
        kept.flush()
        store.put(attachment.facts["storage_key"], Path(kept.name))
