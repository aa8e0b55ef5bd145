"""Whoever opens a row from any list comes back to the same filter and the same page of it, without a script."""

import html
import re
from typing import Any

import pytest

from admin_views.desk import Desk
from tests.university import University

AFTER = "after=x"  # a page that cannot be read is the first one, and is carried on like any other
# who, the list as it is asked for, a page of one of its rows (the row's key at the end)
LISTS = [
    ("member of civil", "/applications/?state=all&q=ayse&order=newest", "/applications/details/?id={ayse submitted}"),
    ("member of civil", "/changes/?kind=postpone", "/changes/details/?id={ayse approved change}"),
    ("member of mining", "/requests/?state=all", "/requests/details/?id={zeynep open request}"),
    ("member of civil", "/publish/announcement/?state=draft", "/publish/announcement/details/?id={announcement: civil draft}"),
    ("member of civil", "/publish/announcement/?state=draft", "/publish/announcement/edit/?id={announcement: civil draft}"),
    ("chair of civil", "/commission/?when=all", "/commission/edit/?id={civil membership}"),
    ("member of civil", "/answer_templates/?", "/answer_templates/edit/?id={civil template}"),
    ("chair of civil", "/evaluation-forms/?", "/evaluation-forms/edit/?id={civil draft form}"),
    ("career centre", "/institutions/?kind=private&q=a", "/institutions/details/?id={civil firm}"),
    ("career centre", "/institutions/?kind=private&q=a", "/institutions/edit/?id={civil firm}"),
    ("health office", "/declarations/?q=ayse&state=all&kind=entry", "/declarations/details/?id={ayse due}"),
    ("it", "/faculties/?kind=faculty&q=f", "/faculties/edit/?id={faculty}"),
    ("it", "/departments/?q=b", "/departments/edit/?id={civil}"),
    ("it", "/terms/?", "/terms/edit/?id={term}"),
    ("it", "/holidays/?", "/holidays/edit/?id={holiday}"),
    ("it", "/accounts/?q=a", "/accounts/edit/?id={account}"),
    ("it", "/memberships/?", "/memberships/edit/?id={membership}"),
    ("boss", "/interns/?", "/interns/details/?id={emre running}"),
    ("boss", "/interns/?", "/interns/attendance/{emre running}"),
    ("zeynep", "/my-applications/?", "/my-applications/details/?id={zeynep submitted}"),
]  # fmt: skip


def keys(university: University) -> dict[str, Any]:
    return {
        **university.others, **university.applications, **university.publications, **university.declarations,
        **{f"{name} form": key for name, key in university.evaluation_forms.items()},
        **{f"{name} template": key for name, key in university.templates.items()},
        **{f"{name} change": key for name, key in university.changes.items()},
        **{f"{name} request": key for name, key in university.requests.items()},
    }  # fmt: skip


@pytest.mark.parametrize(("who", "path", "row"), LISTS, ids=[f"{row}" for _w, _p, row in LISTS])
def test_a_row_leads_back_to_the_place_in_the_list_it_was_opened_from(
    university: University, who: str, path: str, row: str
) -> None:
    found = keys(university)
    name = re.search(r"{(.*)}", row)
    assert name
    address = row.replace(name[0], str(found[name[1]]))
    asked = {*path.partition("?")[2].split("&"), AFTER} - {""}
    client = university.people[who]
    page = client.get(f"{address}{'&' if '?' in address else '?'}{'&'.join(asked)}")
    assert page.status_code == 200
    back = html.unescape(re.findall(r'<p class="crumb"><a href="([^"]*)"', page.text)[0])
    led, _dot, at = back.partition("#")
    assert (led.partition("?")[0], {*led.partition("?")[2].split("&")}) == (path.partition("?")[0], asked)
    assert at == f"r{found[name[1]]}"
    actions = [html.unescape(a) for a in re.findall(r'action="(/[^"]*/step/[^"]*)"', page.text)]
    assert all(asked <= {*action.partition("?")[2].split("&")} for action in actions)


@pytest.mark.parametrize(("who", "path"), sorted({(who, path) for who, path, _row in LISTS}))
def test_every_link_to_a_row_carries_the_place_on(university: University, who: str, path: str) -> None:
    page = university.people[who].get(f"{path.removesuffix('?')}{'&' if '=' in path else '?'}{AFTER}")
    asked = {*path.partition("?")[2].split("&"), AFTER} - {""}
    desk = path.partition("?")[0]
    rows = re.findall(r'<(?:tr|li)[^>]*id="r\d+".*?</(?:tr|li)>', page.text, re.DOTALL)
    links = [html.unescape(a) for row in rows for a in re.findall(rf'href="({desk}[^"]*)"', row)]
    assert all(asked <= {*link.partition("?")[2].split("&")} for link in links)
    assert links or not rows


def test_every_list_of_the_house_names_its_rows(university: University) -> None:
    drawn = {view.list_template for view in university.app.extensions["admin"][0]._views if isinstance(view, Desk)}
    unnamed = []
    for template in drawn:
        source = university.app.jinja_env.loader.get_source(university.app.jinja_env, template)[0]  # type: ignore[union-attr]
        if (
            "for row in page.rows" in source
            and 'id="r{{' not in source
            and "data-step" not in source
            and "data-run" not in source
        ):
            unnamed.append(template)
    assert unnamed == []
