"""A firm stands in the register once: its name and tax number are not typed a second time, whoever says it is another."""

from typing import Any

import pytest

from models import Institution
from tests.people import looking
from tests.posts import DAYS, FIRM
from tests.university import University

SAME = {"name": "KAYA YAPI Ltd. Şti.", "tax_no": "5550001112"}
OF_A_BRANCH = {"name": "Kaya Yapı Rize Şubesi", "tax_no": "5550001112"}
OF_ANOTHER = {"name": "Kaya Yapı A.Ş.", "tax_no": "5550001113"}
REFUSED = "Kaya Yapı A.Ş. (Trabzon) bu ad ve vergi numarasıyla zaten kayıtlı. Onu seçin."


@pytest.fixture
def registered(university: University) -> None:
    with looking(university.app) as session:
        session.get_one(Institution, university.others["civil firm"]).tax_no = SAME["tax_no"]


def typed(university: University, who: str, firm: dict[str, str], *, different: bool) -> Any:
    """What somebody is answered who enters this firm; each of them may say that it is another one."""
    ticked = {"different": "y"} if different else {}
    path = "/institutions/new/"
    if who == "ayse":
        start = university.people[who].post("/apply/start").headers["Location"]
        path = start.removesuffix("/notice") + "/institution"
    return university.people[who].post(
        path, data={**FIRM, **DAYS, **firm, **ticked, "pick": "new"}, follow_redirects=True
    )


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("who", ["ayse", "career centre"])
def test_the_same_name_and_tax_number_are_refused_by_the_name_of_whom_they_belong_to(
    university: University, who: str
) -> None:
    answers = [typed(university, who, SAME, different=different) for different in (False, True)]
    assert [REFUSED in answer.text for answer in answers] == [True, True]


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("who", ["ayse", "career centre"])
@pytest.mark.parametrize("firm", [OF_A_BRANCH, OF_ANOTHER])
def test_a_branch_and_a_namesake_are_taken_once_somebody_says_so(
    university: University, who: str, firm: dict[str, str]
) -> None:
    asked, said = (typed(university, who, firm, different=different) for different in (False, True))
    assert (REFUSED in asked.text, 'name="different"' in asked.text) == (False, True)
    assert (REFUSED in said.text, 'name="different"' in said.text) == (False, False)


@pytest.mark.usefixtures("registered")
def test_a_registered_firm_keeps_its_own_number(university: University) -> None:
    url = f"/institutions/edit/?id={university.others['civil firm']}"
    page = university.people["career centre"].post(url, data={**FIRM, **SAME, "different": "y"})
    assert REFUSED not in page.text
