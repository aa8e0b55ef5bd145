"""How a letter looks, plain and HTML, whoever writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app


@dataclass(frozen=True)
class Line:
    """One number of a summary, what it counts, and where that is."""

    count: str
    label: str
    note: str
    link: str


def drawn(  # noqa: PLR0913 -- what a letter is made of, named
    language: str,
    name: str,
    title: str,
    body: str,
    link: str,
    go: str = "",
    *,
    lines: Sequence[Line] = (),
    choices: str = "",
    contact: str = "",
) -> dict[str, str]:
    """The `text` and `html` of a letter; `go` names the link where it does not open a file, `contact` are the
    lines of the office it comes from.

    Called under the reader's locale: a letter knows no request, menu or person signed in.
    """
    about = {
        "language": language, "name": name, "title": title, "body": body, "link": link, "go": go, "lines": lines,
        "choices": choices, "contact": contact, "help_desk": current_app.extensions["site"].fresh().help_desk,
    }  # fmt: skip
    return {
        kind: current_app.jinja_env.get_template(f"letters/letter.{ending}").render(about)
        for kind, ending in (("text", "txt"), ("html", "html"))
    }
