"""The session every request works in."""

import pytest
from flask import Flask
from sqlalchemy import select

from models import Department, db
from services.scope import system_session


@pytest.mark.parametrize("reads", [True, False])
def test_a_session_holds_one_connection_however_much_it_asks(app: Flask, reads: bool) -> None:
    with app.app_context(), system_session(reads=reads) as session:
        for _ in range(3):
            session.scalars(select(Department)).all()
        assert db.engine.pool.checkedout() == 1
