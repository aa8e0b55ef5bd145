"""A form that sends a file says what it takes, and one that is too large is answered before it is read."""

import io
import re
from typing import Any

import pytest

from tests.university import University

PAGES = {
    "ayse": ["/apply/{a[ayse draft]}/files", "/my-requests/new/", "/my-requests/step/{r[ayse answered]}/ask_again"],
    "emre": ["/completion/{a[emre running]}/logbook"],
    "member of civil": ["/publish/regulation/new/", "/publish/required_file/new/"],
    "health office": ["/declarations/references"],
    "it": ["/seed/", "/student_import/", "/publish/regulation/new/"],
}  # fmt: skip
CASES = [(who, page) for who, pages in PAGES.items() for page in pages]


class Unread(io.RawIOBase):
    """A body nobody may read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise AssertionError("the body was read")


def address(university: University, page: str) -> str:
    return page.format(a=university.applications, r=university.requests)


@pytest.mark.parametrize(("who", "page"), CASES)
def test_a_form_that_sends_a_file_says_the_kinds_it_takes(university: University, who: str, page: str) -> None:
    text = university.people[who].get(address(university, page), follow_redirects=True).text
    fields = re.findall(r'<input[^>]*type="file"[^>]*>', text)
    assert fields
    assert all(re.search(r'accept="\.\w+', field) and re.search(r' id="\w+"', field) for field in fields)
    assert "data-upload-words" in text
    assert f'data-most="{university.app.extensions["staj"].max_upload}"' in text


@pytest.mark.parametrize(("who", "page"), [*CASES, ("nobody", "/login")])
def test_a_body_that_is_too_large_is_answered_before_it_is_read(university: University, who: str, page: str) -> None:
    too_large = {
        "CONTENT_LENGTH": str(60 * 1024 * 1024),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Unread(),
    }
    answer = university.people[who].post(address(university, page), environ_overrides=too_large)
    assert (answer.status_code, "20 MB" in answer.text) == (413, True)
