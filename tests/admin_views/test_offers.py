"""Nothing is offered that the press would refuse: neither in a list, nor in bulk, nor on a file's page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from models import DepartmentSettings
from services.sign_in import today
from tests.people import Town, a_town, sign_in
from tests.statements import heard
from workflow.words import ApplicationState, InstitutionState


def blocked(t: Town, row: Any) -> None:
    row.institution.reason, row.institution.decided_by_id = "Kapandı.", t.user().id
    row.institution.decided_at = row.submitted_at
    _state(t, row.institution, InstitutionState.BLOCKED)


def merged(t: Town, row: Any) -> None:
    row.institution.merged_into_id = t.institution("Kalan Kurum").id
    row.institution.decided_by_id, row.institution.decided_at = t.user().id, row.submitted_at
    _state(t, row.institution, InstitutionState.MERGED)


def unverified_where_verified_only(t: Town, row: Any) -> None:
    t.add(DepartmentSettings(department_id=row.department_id, verified_only=True))


def _state(t: Town, row: Any, state: Any) -> None:
    t.session.flush()
    t.session.execute(
        type(row).__table__.update().where(type(row).id == row.id).values(state=state),
        execution_options={"on_behalf_of_the_system": True},
    )
    t.session.refresh(row)


WAYS: list[Callable[[Town, Any], None]] = [blocked, merged, unverified_where_verified_only]


@pytest.mark.parametrize("way", WAYS)
def test_what_a_guard_refuses_is_offered_nowhere_and_its_reason_is_said(
    app: Flask, way: Callable[[Town, Any], None]
) -> None:
    with app.app_context():
        with a_town() as t:
            of = t.department()
            row = t.application(t.student(of, "Ayşe", "Kapalı"), of, starts_on=today() + timedelta(days=60))
            way(t, row)
            fine = None
            if way is not unverified_where_verified_only:
                fine = t.application(t.student(of, "Can", "Açık"), of, starts_on=today() + timedelta(days=60)).id
            member, key = t.member(of), row.id
            t.session.flush()
            t.session.expunge(member)
    client = sign_in(app, member)
    queue = client.get("/applications/").text
    file = client.get(f"/applications/details/?id={key}").text
    bulk = client.get("/applications/bulk/approve", query_string={"row": [f"{key}:0", f"{fine}:0"]}).text
    assert re.findall(r"/step/(\d+)/approve", queue) == ([str(fine)] if fine else [])
    assert re.findall(r"/step/(\d+)/reject", queue) == [str(key), *([str(fine)] if fine else [])]
    assert f"/step/{key}/approve" not in file
    assert ('data-stay="1"' if fine else 'data-stay="2"') in bulk
    assert re.findall(r'name="row" value="(\d+):0"', bulk) == ([str(fine)] if fine else [])
    said = re.findall(r"Ayşe Kapalı: ([^<]+)</span></a>", queue)
    assert said
    assert said[0] in file
    assert said[0] in bulk
    step = client.get(f"/applications/step/{key}/approve")
    assert (step.status_code, step.location.partition("?")[0]) == (302, "/applications/details/")


def test_what_a_list_offers_costs_as_much_for_three_rows_as_for_one(app: Flask) -> None:
    asked = []
    with app.app_context(), a_town() as t:
        of = t.department()
        chair = t.chair(of)
        t.application(t.student(of), of)
        t.session.flush()
        t.session.expunge(chair)
    client = sign_in(app, chair)
    for state in ("submitted", "completion"):
        for more in (1, 2):
            with app.app_context(), a_town() as t:
                for _n in range(more):
                    t.application(t.student(t.session.merge(of)), of, state=ApplicationState(state))
            client.get("/applications/")
            with heard() as statements:
                client.get(f"/applications/?state={state}")
            asked.append((state, len(statements)))
    assert len(set(asked)) == 2
