"""Files nobody should send, at every door that takes one: refused with a sentence, nothing kept, never a fault."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bad_input import BIDI, FAULT, found_faultless, written
from tests.services.test_archives import BAD, PDF, docx, seven, zipped
from tests.university import University

LONG = "a" * 10_000
NAMES = {
    "up and out": "../../etc/passwd.zip",
    "windows": "C:\\temp\\..\\belge.zip",
    "10 kB": f"{LONG}.zip",
    "NUL": "a\x00.zip",
    "bidi": f"{BIDI}piz.zip",
    "bell": "a\x07.zip",
    "only dots": "..",
    "only a slash": "/",
    "an option": "--help.zip",
    "storm": "a" + "\u0301" * 90 + ".zip",
    "a wrong ending": "belge.exe",
    "two endings": "belge.pdf.exe",
    "no ending": "belge",
    "a broken half": "a\ud800.zip",
}
TAKEN = frozenset({"up and out", "windows", "NUL", "an option"})  # cut to their last part, they are names like others
TABLES = {
    "no table": b"\x00\x01\x02",
    "not utf-8": b"code,name\r\n\xff\xfe,\x80\r\n",
    "utf-16": "code,name\r\nA,B\r\n".encode("utf-16"),
    "one long line": b"code," + b"x" * 1_000_000,
    "a thousand columns": b",".join(b"c%d" % n for n in range(1_000)) + b"\r\n1",
    "open quote": b'code,name\r\n"A,B\r\n',
    "hidden": "code,name,name_en\r\nA\x07,gro.\u202eB\x00,\ufffd\r\n".encode(),
    "formulas": b"code,name,name_en\r\n=1+1,@SUM(A1),-1\r\n",
    "too long": b"code,name,name_en\r\n" + b"A" * 9_000 + b",B,C\r\n",
    "a foreign key": b"code,faculty,name,name_en\r\nX,NOWHERE,B,C\r\n",
    "empty": b"",
}


@pytest.fixture(autouse=True)
def nothing_is_written(university: University, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    before = university.contents()
    yield from found_faultless(university, caplog)
    assert university.contents() == before


def doors(university: University) -> dict[str, tuple[str, str, str, dict[str, Any]]]:
    """(who, where, the field, what stands beside it)."""
    draft, keys = university.applications["ayse draft"], university.publications
    news = {"title": "Dosya", "body": "Metin", "department": str(university.others["civil"])}
    return {
        "the archive": ("ayse", f"/apply/{draft}/files", "archive", {"go": "next"}),
        "a required file": ("member of civil", "/publish/required_file/new/", "file", news),
        "a regulation": ("member of civil", f"/publish/regulation/edit/?id={keys['regulation: civil draft']}", "file", news),
        "a request": ("ayse", "/my-requests/new/", "file", {"subject": "Sigorta", "text": "Ekte.", "application": ""}),
        "the seed": ("it", "/seed/", "files", {}),
        "students": ("it", "/student_import/", "files", {}),
        "references": ("health office", "/declarations/references", "file", {}),
    }  # fmt: skip


DOORS = ("the archive", "a required file", "a regulation", "a request", "the seed", "students", "references")


def sent(university: University, door: str, data: bytes, name: str) -> tuple[Any, set[str]]:
    who, url, field, beside = doors(university)[door]
    with written() as tables:
        body = multipart(beside, field, data, name)
        answer = university.people[who].post(
            url, input_stream=io.BytesIO(body), content_length=len(body), content_type=MULTIPART
        )
    return answer, tables


MULTIPART = "multipart/form-data; boundary=grenze"


def multipart(beside: dict[str, Any], field: str, data: bytes, name: str) -> bytes:
    """As a browser encodes it; the test client would spool a large one to a file that nobody closes."""
    said = {f'name="{n}"': v.encode() for n, v in beside.items()} | {
        f'name="{field}"; filename="{name}"\r\nContent-Type: application/octet-stream': data
    }
    parts = [
        b"--grenze\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (_sent(head), body)
        for head, body in said.items()
    ]
    return b"".join(parts) + b"--grenze--\r\n"


def _sent(head: str) -> bytes:
    return head.encode("utf-8", "surrogatepass")


def looked_at(university: University, answer: Any) -> int:
    """An import is shown before anything is written: the page of the difference."""
    where = answer.location or ""
    return university.people["it"].get(where).status_code if where.startswith(("/seed/", "/student_import/")) else 200


@pytest.mark.parametrize("door", DOORS)
def test_a_hostile_archive_is_refused(university: University, door: str) -> None:
    """Where a zip is unpacked; where it would lie as it is, it is no document."""
    wrong = []
    for kind, made in BAD.items() if door != "students" else [(k, BAD[k]) for k in ("bomb", "overlapping", "cut off")]:
        answer, tables = sent(university, door, *made())
        if answer.status_code >= FAULT or tables or looked_at(university, answer) >= FAULT:
            wrong.append((kind, answer.status_code, tables))
    assert wrong == []


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", sorted(NAMES.keys() - TAKEN))
def test_a_file_with_an_impossible_name_is_refused(university: University, door: str, name: str) -> None:
    answer, tables = sent(university, door, zipped({"form.pdf": PDF}), NAMES[name])
    assert (answer.status_code < FAULT, tables, looked_at(university, answer) < FAULT) == (True, set(), True)


@pytest.mark.parametrize("door", ["the seed", "students"])
def test_a_path_is_cut_to_the_name_at_its_end(university: University, door: str) -> None:
    for name in TAKEN:
        answer, tables = sent(university, door, b"", NAMES[name])
        assert (answer.status_code < FAULT, tables, looked_at(university, answer)) == (True, set(), 200)


@pytest.mark.parametrize("door", DOORS)
def test_an_empty_file_or_none_is_refused(university: University, door: str) -> None:
    later = door in {"a required file", "a regulation", "a request"}  # may be saved without its file
    for data, name in ((b"", "a.zip"), (b"", "a.pdf"), *(() if later else ((b"", ""), (b"x", "")))):
        answer, tables = sent(university, door, data, name)
        assert (answer.status_code < FAULT, tables) == (True, set())
    who, url, field, beside = doors(university)[door]
    if door == "the archive" or not beside:
        with written() as tables:
            assert university.people[who].post(url, data={**beside, field: "text, no file"}).status_code < FAULT
        assert tables == set()


@pytest.mark.parametrize("stem", ["faculties", "departments", "institutions", "publications", "students", "policies"])
def test_a_table_that_is_none_is_shown_with_its_problems(university: University, stem: str) -> None:
    wrong = []
    for kind, data in TABLES.items():
        for ending in ("csv", "xlsx", "yaml"):
            answer, tables = sent(
                university, "students" if stem == "students" else "the seed", data, f"{stem}.{ending}"
            )
            if answer.status_code >= FAULT or tables or looked_at(university, answer) >= FAULT:
                wrong.append((kind, ending, answer.status_code, tables))
    assert wrong == []


def test_too_large_is_refused_before_it_is_read(university: University) -> None:
    data = bytes(22 * 1024 * 1024)
    answers = {door: sent(university, door, data, "a.zip") for door in DOORS}
    assert {door: (answer.status_code, tables) for door, (answer, tables) in answers.items()} == dict.fromkeys(
        DOORS, (413, set())
    )


def test_a_document_for_an_archive_and_the_other_way_round(university: University) -> None:
    for data, name in ((PDF, "a.zip"), (docx(), "a.7z"), (seven({"a.pdf": PDF}), "a.pdf"), (b"<script>", "a.html")):
        for door in ("the archive", "a required file", "a regulation", "a request"):
            answer, tables = sent(university, door, data, name)
            assert (door, name, answer.status_code < FAULT, tables) == (door, name, True, set())
