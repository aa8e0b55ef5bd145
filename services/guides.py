"""The user guides under docs/kilavuz as pages: one per desk, each section under the address of the page it explains."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markupsafe import Markup

from services.settings import ROOT
from workflow.words import Actor

FOLDER = ROOT / "docs" / "kilavuz"
PICTURES = FOLDER / "resimler"
GUIDES: dict[str, Actor] = {
    "ogrenci": Actor.STUDENT,
    "komisyon": Actor.MEMBER,
    "baskan": Actor.CHAIR,
    "kurum": Actor.EMPLOYER,
    "mediko": Actor.HEALTH_OFFICE,
    "kariyer": Actor.CAREER_CENTRE,
    "bilgi-islem": Actor.IT,
}
WITHOUT_ACCOUNT = frozenset({"firm", "firm_link", "firm_account", "answer", "reminders"})
_PAGES = re.compile(r"\s*\{#([\w ]+)\}\s*$")  # a heading's end: the pages its section explains
_PICTURE = re.compile(r"resimler/([\w-]+\.png)")


@dataclass(frozen=True)
class Guide:
    """One guide as HTML below its title; `sections` maps the endpoint of a desk to the anchor of its section."""

    name: str
    title: str
    html: Markup
    sections: dict[str, str]
    contents: tuple[tuple[str, str], ...]
    pictures: tuple[str, ...]


@cache
def guide(name: str) -> Guide:
    """Read one guide; raises KeyError for one that is not there."""
    if name not in GUIDES:
        raise KeyError(name)
    written = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(written)
    title, contents = "", []
    sections: dict[str, str] = {}
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        pages = _PAGES.search(inline.content)
        said = _PAGES.sub("", inline.content)
        if inline.children:
            inline.children[-1].content = _PAGES.sub("", inline.children[-1].content)
        if opening.tag == "h1":
            title = said
        elif pages:
            anchor = pages[1].split()[0]
            opening.attrSet("id", anchor)
            contents.append((anchor, said))
            sections |= dict.fromkeys(pages[1].split(), anchor)
    html = Markup(parser.renderer.render(tokens[3:], parser.options, {}))  # noqa: S704 -- our own text below the title
    return Guide(name, title, html, sections, tuple(contents), tuple(_PICTURE.findall(written)))


def of(endpoint: str, actors: frozenset[Actor]) -> tuple[str, str]:
    """The guide and the anchor that explain a desk to somebody who is any of `actors`; "" where no section does."""
    theirs = [name for name, actor in GUIDES.items() if actor in actors]
    if Actor.CHAIR in actors and "komisyon" not in theirs:
        theirs.append("komisyon")  # a chair does what a member does
    explained = [name for name in theirs if endpoint in guide(name).sections]
    name = next(iter([*explained, *theirs]), "")
    return name, guide(name).sections.get(endpoint, "") if name else ""
