"""The jobs of the worker for IT: what it does when, how it went, and again now."""

from datetime import datetime
from typing import Any

from flask import abort, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from admin_views.desk import Card, Choice, Column, Desk
from models import JobRun, db, utcnow
from services import job_runs, jobs
from services.listing import Order
from workflow.say import N_
from workflow.words import Actor, Outcome

MINUTE = 60  # seconds


class JobDesk(Desk):
    """Each job with its last and next run; below, every run that is still kept."""

    actors = frozenset({Actor.IT})
    group = N_("IT")
    icon = "gear"
    label = N_("Jobs of the worker")
    list_template = "it/jobs.html"
    order = Order(JobRun.id, descending=True)
    empty = N_("No job ever ran here: the worker was not started yet.")
    columns = (
        Column("job", N_("Job"), JobRun.job),
        Column("started_at", N_("Began"), JobRun.started_at, "moment"),
        Column("ended_at", N_("Took"), JobRun.ended_at),
        Column("outcome", N_("Outcome"), JobRun.outcome),
        Column("amount", N_("What it did"), JobRun.counted),
        Column("error", "", JobRun.error),
    )
    choices = (
        Choice("outcome", N_("Outcome"), JobRun.outcome, lambda: [(o.value, o) for o in Outcome]),
        Choice("job", N_("Job"), JobRun.job, lambda: [(job.name, _(job.label)) for job in jobs.JOBS]),
    )

    def __init__(self) -> None:
        super().__init__(JobRun, name="jobs", endpoint="jobs")

    def list_extras(self, args: Any) -> dict[str, Any]:
        return {
            "jobs": jobs.JOBS,
            "by_name": jobs.BY_NAME,
            "last": job_runs.last_runs(db.session(), [*jobs.BY_NAME]),
            "waits": jobs.jobs(current_app).waiting(),
            "now": utcnow(),
            "seems": job_runs.seems,
            "took": took,
        }

    @expose("/run/<job>", methods=("POST",))
    def run(self, job: str) -> ResponseReturnValue:
        """Have a job done now: it joins the queue, unless it waits there already."""
        wanted = jobs.BY_NAME.get(job) or abort(404)
        queue = jobs.jobs(current_app)
        if job in queue.waiting():
            flash(_("“%(job)s” waits in the queue already.", job=_(wanted.label)), "info")
        else:
            queue.start[job]()
            flash(
                _("“%(job)s” is in the queue; the worker takes it at once if it runs.", job=_(wanted.label)), "success"
            )
        return redirect(url_for(".index_view"))

    def waiting(self) -> list[Card]:
        """Jobs whose last run failed."""
        last = job_runs.last_runs(db.session(), [*jobs.BY_NAME])
        failed = sum(job_runs.seems(run, utcnow()) is Outcome.FAILED for run in last.values())
        label = ngettext("job failed when it last ran", "jobs failed when they last ran", failed)
        return [Card(str(failed), label, url_for("jobs.index_view"), urgent=True)] if failed else []


def took(began: datetime, ended: datetime | None) -> str:
    """How long a run took, as people say it."""
    if ended is None:
        return "–"
    seconds = (ended - began).total_seconds()
    if seconds < MINUTE:
        return str(_("%(count)s s", count=format_decimal(round(seconds, 1))))
    return str(_("%(count)s min", count=round(seconds / MINUTE)))
