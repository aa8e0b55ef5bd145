"""Every sentence of the sources has its Turkish: `python translations/check.py` names those that have not."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
KEYWORDS = {**DEFAULT_KEYWORDS, "_": None, "_l": None, "N_": None, "Say": None}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def asked() -> set[str]:
    """Every msgid the sources contain; of a plural its singular."""
    with (HERE / "babel.cfg").open() as configuration:
        methods, options = parse_mapping_cfg(configuration)
    found = extract_from_dir(HERE.parent, methods, options, keywords=KEYWORDS)
    return {first for _file, _line, msgid, _comments, _context in found if (first := _first(msgid))}


def faults(catalogue: Catalog) -> Iterator[str]:
    """One line for each sentence that is missing, empty, unsure, left over, or has other placeholders."""
    held = {_first(message.id): message for message in catalogue if message.id}
    wanted = asked()
    yield from (f"not translated: {msgid}" for msgid in sorted(wanted - held.keys()))
    yield from (f"no longer asked for: {msgid}" for msgid in sorted(held.keys() - wanted))
    for msgid, message in sorted(held.items()):
        if not all(_texts(message)):
            yield f"empty: {msgid}"
        elif message.fuzzy:
            yield f"unsure: {msgid}"
        elif any(_places(text) != _places(msgid) for text in _texts(message)):
            yield f"other placeholders: {msgid}"


def _first(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _places(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def main() -> None:
    """Exit code 1 when any catalogue is not complete."""
    wrong = 0
    for path in sorted(HERE.glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            for fault in faults(read_po(file)):
                wrong += 1
                print(f"{path.parent.parent.name}: {fault}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
