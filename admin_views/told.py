"""What became of many rows, told on a page that can be reloaded: signed into its address, for whoever decided it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import abort, current_app, g
from itsdangerous import BadData, URLSafeSerializer

from workflow.say import Say

Words = list[tuple[str, str]]  # (key as typed, what became of it)


@dataclass(frozen=True)
class Outcome:
    """What became of one of many files: `say` is the refusal, None where the step was taken."""

    who: str
    url: str | None
    say: Say | None


def signed(outcomes: Iterable[tuple[str, str]]) -> str:
    """The token under which the signed-in person is told."""
    return _seal().dumps([g.standing.user_id, [*outcomes]])


def outcomes_of(token: str) -> Words:
    """What a token tells; to anybody else it is not there."""
    try:
        user_id, outcomes = _seal().loads(token)
    except BadData:
        return abort(404)
    found: Words = outcomes if user_id == g.standing.user_id else abort(404)
    return found


def _seal() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="decided many at once")
