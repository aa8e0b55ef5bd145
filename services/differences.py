"""What a student changed since the last time: two submissions, fact by fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Step
from workflow.say import N_
from workflow.words import Action, Page

FACTS: Mapping[str, str] = {
    "notice.read": N_("Regulations ticked as read"),
    "profile.email": N_("E-mail"),
    "profile.phone": N_("Phone"),
    "internship.type": N_("Internship"),
    "internship.term": N_("Term"),
    "internship.paid": N_("Paid"),
    "internship.family_health_cover": N_("Health cover through the family"),
    "internship.abroad": N_("Abroad"),
    "institution.name": N_("Institution"),
    "institution.tax_no": N_("Tax number"),
    "institution.address": N_("Address"),
    "institution.city": N_("City"),
    "institution.phone": N_("Phone"),
    "institution.email": N_("E-mail"),
    "institution.headcount": N_("Headcount"),
    "institution.week": N_("Working days of the week"),
    "dates.starts_on": N_("Start"),
    "dates.ends_on": N_("End"),
    "dates.half_days": N_("Working days"),
    "supervisor.name": N_("Supervisor"),
    "supervisor.title": N_("Job title"),
    "supervisor.phone": N_("Phone"),
    "supervisor.email": N_("E-mail"),
    "files.name": N_("File"),
    "files.sha256": N_("File content"),
}


@dataclass(frozen=True)
class Change:
    """One fact that differs: `before` and `after` are texts as the history keeps them."""

    page: Page
    fact: str
    label: str
    before: str
    after: str


def since_rejection(steps: Sequence[Step]) -> list[Change] | None:
    """What the latest submission changed against the one rejected before it; None where there was none."""
    submitted = [s for s in steps if s.action is Action.SUBMIT]
    if len(submitted) < 2:  # noqa: PLR2004 -- a difference needs two
        return None
    before, after = (_facts(s) for s in submitted[-2:])
    return [
        Change(Page(name.split(".")[0]), name, label, before.get(name, ""), after.get(name, ""))
        for name, label in FACTS.items()
        if before.get(name, "") != after.get(name, "")
    ]


def _facts(step: Step) -> dict[str, Any]:
    facts: dict[str, Any] = step.facts.get("submission", {})
    return facts
