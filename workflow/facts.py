"""What the rules of a policy look at."""

from dataclasses import dataclass
from datetime import date

from workflow.words import ApplicationState


@dataclass(frozen=True)
class Other:
    """Another application of the same student that still stands (submitted or approved), by its effective dates."""

    starts_on: date
    ends_on: date
    institution_id: int | None
    internship_type_id: int | None
    state: ApplicationState = ApplicationState.APPROVED


@dataclass(frozen=True)
class Facts:
    """One application, or the dates a change request asks for. Counts are half-days.

    `teaching` holds (first, last) of teaching terms. `credited` is what already counts towards the same
    type: accepted, exempted, transferred, and planned in `others`. `notice` is given for a change request
    only: working days from today to the first day that would change; `insured` says the entry was made.
    """

    today: date
    starts_on: date
    ends_on: date
    half_days: int
    class_year: int
    institution_id: int | None = None
    internship_type_id: int | None = None
    others: tuple[Other, ...] = ()
    teaching: tuple[tuple[date, date], ...] = ()
    credited: int = 0
    owed: int | None = None  # worked out from `credited` by policy.check where the policy says total_days
    insured: bool = False
    notice: int | None = None
    own: bool = False  # asked by the student, who reads the sentences

    @property
    def is_change(self) -> bool:
        return self.notice is not None

    @property
    def days_left(self) -> int:
        """Calendar days from today to the start."""
        return (self.starts_on - self.today).days
