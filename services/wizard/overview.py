"""How far each page of an application is, and what is wrong with the one being looked at."""

from collections.abc import Iterable, Mapping, Sequence

from models import Application, DraftPage
from services.wizard.checks import Finding
from services.wizard.drafts import PAGES, page_of
from services.wizard.reading import Draft
from workflow.words import Page

ORDER = (*PAGES, Page.PREVIEW)


def pointed(application: Application) -> frozenset[Page]:
    """The pages the commission asked to correct."""
    return frozenset(page_of(word) for word in application.pages or ())


def states(draft: Draft, pages: Mapping[Page, DraftPage], findings: Sequence[Finding]) -> list[tuple[Page, str]]:
    """Each page with how it stands: pointed (at), open, begun, rule (broken), attention (needed) or done."""
    at = pointed(draft.application)
    stand = {page: "pointed" if page in at else _state(page, draft, pages, findings) for page in PAGES}
    return [*stand.items(), (Page.PREVIEW, "open")]


def _state(page: Page, draft: Draft, pages: Mapping[Page, DraftPage], findings: Iterable[Finding]) -> str:
    if page is Page.FILES:
        return "done" if draft.document else "open"
    if page not in pages:
        return "open"
    if not pages[page].valid:
        return "begun"
    found = [f for f in findings if f.page is page]
    return "rule" if any(f.breaks for f in found) else "attention" if found else "done"
