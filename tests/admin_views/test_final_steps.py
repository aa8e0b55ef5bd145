"""Every step somebody can take says beforehand what follows, on whatever page its button stands."""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

import pytest
from flask_babel import force_locale, gettext

from tests.university import University
from workflow.transitions import MACHINES

STEP = re.compile(r"/step/\d+/(\w+)")
LINK = re.compile(r'href="(/[^"#]*)"')
FORM = re.compile(r'<form[^>]*action="([^"]*/step/[^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
MOST = 60
WANTED = re.compile(r"^/[\w-]+/$|/details/\?id=[0-9]+$|/step/|^/(completion|interns)[\w/-]*/[0-9]+$|/edit/\?id=[0-9]+$")
EACH = 3  # pages of one shape: files of one desk differ by their state
LISTS = re.compile(r"data-queue")  # a row of the queue has no room for a sentence: the undo stands in its place


def sentences(university: University, action: str) -> set[str]:
    """What may follow an action of that name, in the reader's language."""
    with university.app.test_request_context(), force_locale("tr"):
        return {gettext(d.then) for m in MACHINES.values() for d in m.table if d.action == action and d.then}


def crawled(university: University, who: str) -> Iterator[tuple[str, str]]:
    """The pages of somebody's desks, and the files and steps these lead to: not their filters."""
    seen, ahead, shapes = {"/"}, ["/"], Counter[str]()
    while ahead and len(seen) < MOST:
        url = ahead.pop(0)
        answer = university.people[who].get(url, follow_redirects=True, buffered=True)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        yield url, answer.text
        for link in map(unescape, LINK.findall(answer.text)):
            shape = re.sub(r"[0-9]+", "#", link)
            if link not in seen and WANTED.search(link) and shapes[shape] < EACH:
                shapes[shape] += 1
                seen.add(link)
                ahead.append(link)


@pytest.mark.parametrize(
    "who",
    ["ayse", "boss", "chair of civil", "health office", "career centre", "it"],
)
def test_a_button_or_the_page_it_leads_to_says_what_follows(university: University, who: str) -> None:
    silent, told = [], 0
    for url, page in crawled(university, who):
        text = unescape(page)
        if LISTS.search(page):
            continue
        buttons = {action for where, _form in FORM.findall(page) for action in STEP.findall(where)}
        here = STEP.findall(url)  # the page of a step
        for action in {*buttons, *here}:
            told += 1
            if not any(sentence in text for sentence in sentences(university, action)):
                silent.append((url, action))
    assert silent == []
    assert told
