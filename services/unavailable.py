"""Something the site leans on does not serve just now: 503 with a sentence, and how long to wait."""

from typing import ClassVar

from werkzeug.exceptions import ServiceUnavailable

from workflow.say import Say


class Unavailable(ServiceUnavailable):
    """`say` is the sentence for the person, `after` the seconds after which trying again is worth while."""

    say: ClassVar[Say]
    after: ClassVar[int] = 60

    def __init__(self) -> None:
        super().__init__(retry_after=self.after)
