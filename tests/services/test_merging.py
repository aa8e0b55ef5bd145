"""Two entries made one and taken apart again: everything moves, nothing is lost, and one of two who try wins."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models import (
    AnswerLink,
    Application,
    ChangeRequest,
    Declaration,
    Institution,
    InstitutionMark,
    InstitutionNote,
    InstitutionWord,
    MovedReference,
    SearchWord,
    Step,
    Supervisor,
    SupervisorWord,
    ToldApart,
    db,
    utcnow,
)
from services import apart, audit, duplicates, merging, search
from services.register import lasting, lasting_supervisor, look_alikes, suggestions
from services.scope import system_session
from services.transition import Outrun, Refused
from tests.people import TODAY, Town, a_town
from tests.services.test_transition import in_session
from workflow.words import Action, Actor, ApplicationState, InstitutionState, LinkPurpose

KAYA, OTHER = "Kaya Yazılım A.Ş.", "Kaya Bilişim Ltd. Şti."
STAY = {
    Institution.merged_into_id: "an earlier merge: whoever looks follows on",
    ToldApart.one_id: "as it was judged",
    ToldApart.other_id: "as it was judged",
    Supervisor.merged_into_id: "an earlier folding: whoever looks follows on",
    InstitutionWord.institution_id: "its own words, by which its record is found",
    InstitutionMark.institution_id: "taken away: nothing takes a merged one for a duplicate",
    SupervisorWord.supervisor_id: "their own words",
}


@pytest.fixture
def twice(app: Flask) -> Iterator[dict[str, Any]]:
    """One firm entered twice, with everything that can name it; both have a supervisor of the same address."""
    with app.app_context():
        with a_town() as t:
            yield_ = _twice(t)
        yield yield_


def _twice(t: Town) -> dict[str, Any]:
    of, desk = t.department(), t.office(Actor.CAREER_CENTRE)
    kaya, other = t.institution(KAYA), t.institution(OTHER)
    boss = t.user()
    people = {"kept": t.supervisor(kaya), "folded": t.supervisor(other, boss), "own": t.supervisor(other)}
    people["kept"].email = boss.email.upper()
    t.session.flush()
    files = {}
    for name, person in people.items():
        row = t.application(t.student(of, surname="Kaya"), of, state=ApplicationState.APPROVED, supervisor=person)
        change = t.change(row)
        link = t.add(
            AnswerLink(
                digest=name,
                purpose=LinkPurpose.ANSWER,
                change_request_id=change.id,
                supervisor_id=person.id,
                email=person.email,
                expires_at=utcnow(),
            )
        )
        files[name] = {
            "application": row.id, "change": change.id, "declaration": t.declaration(row).id, "link": link.id,
        }  # fmt: skip
    for firm in (kaya, other):
        t.add(InstitutionNote(institution_id=firm.id, text=firm.name, by_name="Kariyer"))
    return {
        "kaya": kaya.id, "other": other.id, "people": {n: p.id for n, p in people.items()}, "files": files,
        "desk": t.standing(desk), "boss": boss.id, "of": of.id,
    }  # fmt: skip


def merged(twice: dict[str, Any], row: str = "other", into: str = "kaya") -> Step:
    return in_session(twice["desk"], lambda s: _merge(s, twice, row, into))


def _merge(session: Any, twice: dict[str, Any], row: str, into: str) -> Step:
    one, stays = session.get_one(Institution, twice[row]), session.get_one(Institution, twice[into])
    seen = (one.version, stays.version)
    return merging.merge(session, one, stays, standing=twice["desk"], today=TODAY, seen=seen)


def unmerged(twice: dict[str, Any], row: str = "other") -> Step:
    def undo(session: Any) -> Step:
        return merging.unmerge(session, session.get_one(Institution, twice[row]), standing=twice["desk"], today=TODAY)

    return in_session(twice["desk"], undo)


def everything() -> dict[str, list[Any]]:
    """Every row of every table but the history, what was moved, and how often a record was touched."""
    passed = {"step", "moved_reference"}
    touched = {"version", "decided_by_id", "decided_at"}
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(*(c for c in table.c if c.name not in touched)))))
            for table in db.metadata.sorted_tables
            if table.name not in passed
        }


def test_every_reference_to_an_institution_or_a_supervisor_moves_or_says_why_not() -> None:
    handled = {str(c) for c in (*merging.OF_INSTITUTION, *merging.OF_SUPERVISOR, *merging.APART, *STAY)}
    references = {
        f"{mapper.class_.__name__}.{mapper.get_property_by_column(fk.parent).key}"
        for mapper in db.Model.registry.mappers
        for fk in mapper.local_table.foreign_keys  # type: ignore[union-attr]
        if fk.column.table.name in {"institution", "supervisor"}
    }
    assert handled == references


def test_a_merge_leaves_no_reference_behind(twice: dict[str, Any]) -> None:
    merged(twice)
    kaya, people, files = twice["kaya"], twice["people"], twice["files"]
    with system_session() as s:
        for column in merging.OF_INSTITUTION:
            assert set(s.scalars(select(column))) == {kaya}, column
        answer_for = {row.id: row.supervisor_id for row in s.scalars(select(Application))}
        assert answer_for == {
            files["kept"]["application"]: people["kept"],
            files["folded"]["application"]: people["kept"],
            files["own"]["application"]: people["own"],
        }
        asked = {row.id: row.supervisor_id for row in s.scalars(select(ChangeRequest))}
        assert {asked[files[n]["change"]] for n in ("kept", "folded")} == {people["kept"]}
        links = {row.id: row.supervisor_id for row in s.scalars(select(AnswerLink))}
        assert {links[files[n]["link"]] for n in ("kept", "folded")} == {people["kept"]}
        assert {d.institution_id for d in s.scalars(select(Declaration))} == {kaya}
        kept = s.get_one(Supervisor, people["kept"])
        assert (kept.user_id, s.get_one(Supervisor, people["folded"]).merged_into_id) == (twice["boss"], kept.id)


def test_a_merge_is_written_down_on_both_and_the_chains_hold(twice: dict[str, Any]) -> None:
    merged(twice)
    unmerged(twice)
    with system_session() as s:
        steps = s.scalars(select(Step).where(Step.machine == "institution").order_by(Step.row_id, Step.seq))
        told = [(step.row_id, step.action, step.from_state, step.to_state) for step in steps]
        assert told == [
            (twice["kaya"], "take_in", "unverified", "unverified"),
            (twice["kaya"], "give_back", "unverified", "unverified"),
            (twice["other"], "merge", "unverified", "merged"),
            (twice["other"], "unmerge", "merged", "unverified"),
        ]
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break) and b.machine == "institution"] == []
        moved = s.scalars(select(Step).where(Step.action == Action.TAKE_IN)).one().facts["moved"]
        assert moved == {
            "application": 2,
            "change_request": 2,
            "declaration": 2,
            "supervisor": 2,
            "institution_note": 1,
        }


def test_a_merged_institution_is_offered_nowhere_and_its_addresses_lead_to_the_survivor(twice: dict[str, Any]) -> None:
    merged(twice)
    with system_session() as s:
        assert [i.id for i in suggestions(s, "kaya")] == [twice["kaya"]]
        found = lasting(s, str(twice["other"]))
        assert found
        assert found.id == twice["kaya"]
        person = lasting_supervisor(s, twice["people"]["folded"])
        assert person
        assert person.id == twice["people"]["kept"]
        assert set(s.scalars(select(InstitutionMark.institution_id))) == {twice["kaya"]}


def test_the_files_are_found_by_the_name_of_the_one_that_stays(twice: dict[str, Any]) -> None:
    for turn, names in ((merged, {KAYA}), (unmerged, {KAYA, OTHER})):
        turn(twice)
        with system_session() as s:
            rows = s.scalars(select(Application)).all()
            assert {r.institution.name for r in rows if r.institution} == names
            for row in rows:
                words = set(s.scalars(select(SearchWord.word).where(SearchWord.application_id == row.id)))
                assert row.institution
                assert words == search.words_of(row.student_name, row.student_number, row.institution.name)


@pytest.mark.parametrize("state", [InstitutionState.UNVERIFIED, InstitutionState.VERIFIED])
def test_a_merge_undone_at_once_leaves_everything_as_it_was(twice: dict[str, Any], state: InstitutionState) -> None:
    if state is InstitutionState.VERIFIED:
        with system_session() as s:
            for name in ("kaya", "other"):
                row = s.get_one(Institution, twice[name])
                merging.take(s, row, Action.VERIFY, standing=twice["desk"], today=TODAY)
    before = everything()
    merged(twice)
    assert everything() != before
    unmerged(twice)
    assert everything() == before
    with system_session() as s:
        assert s.get_one(Institution, twice["other"]).state is state


def test_what_came_later_stays_with_the_one_that_took_in(twice: dict[str, Any]) -> None:
    merged(twice)
    with a_town() as t:
        person = t.session.get_one(Supervisor, twice["people"]["own"])
        row = t.application(t.student(_department(t, twice)), _department(t, twice), supervisor=person)
        change = t.change(row)
        later = {"application": row.id, "change": change.id}
        back = t.session.get_one(Application, twice["files"]["folded"]["application"])
        late = t.change(back, "declined").id, t.declaration(back, "exit").id
        moved_on = t.session.get_one(Application, twice["files"]["own"]["application"])
        moved_on.supervisor_id = twice["people"]["kept"]  # somebody gave it to the other's supervisor since
    unmerged(twice)
    with system_session() as s:
        rows = {r.id: (r.institution_id, r.supervisor_id) for r in s.scalars(select(Application))}
        twin = s.scalars(select(Supervisor).order_by(Supervisor.id.desc()).limit(1)).one()
        assert (twin.institution_id, twin.email, twin.id in twice["people"].values()) == (
            twice["kaya"], s.get_one(Supervisor, twice["people"]["own"]).email, False,
        )  # fmt: skip
        assert rows[later["application"]] == (twice["kaya"], twin.id)
        assert s.get_one(ChangeRequest, later["change"]).supervisor_id == twin.id
        assert rows[twice["files"]["own"]["application"]] == (twice["kaya"], twice["people"]["kept"])
        assert rows[twice["files"]["folded"]["application"]] == (twice["other"], twice["people"]["folded"])
        change, exit_ = s.get_one(ChangeRequest, late[0]), s.get_one(Declaration, late[1])  # they belong to that file
        assert (change.institution_id, change.supervisor_id) == (twice["other"], twice["people"]["folded"])
        assert exit_.institution_id == twice["other"]


def _department(t: Town, twice: dict[str, Any]) -> Any:
    from models import Department  # noqa: PLC0415 -- used here only

    return t.session.get_one(Department, twice["of"])


def test_two_accounts_of_one_address_are_both_kept(twice: dict[str, Any]) -> None:
    with a_town() as t:
        t.session.get_one(Supervisor, twice["people"]["kept"]).user_id = t.user().id
    merged(twice)
    with system_session() as s:
        folded = s.get_one(Supervisor, twice["people"]["folded"])
        assert (folded.merged_into_id, folded.institution_id, folded.user_id) == (None, twice["kaya"], twice["boss"])


def test_a_merge_is_undone_from_its_end(twice: dict[str, Any]) -> None:
    with a_town() as t:
        twice["third"] = t.institution("Kaya Holding A.Ş.").id
    before = everything()
    merged(twice)
    merged(twice, "kaya", "third")
    with pytest.raises(Refused, match="was itself merged since"):
        unmerged(twice)
    with system_session() as s:
        found = lasting(s, twice["other"])
        assert found
        assert found.id == twice["third"]
    unmerged(twice, "kaya")
    unmerged(twice)
    assert everything() == before


AGAINST: dict[str, tuple[Action, str]] = {
    "a blocked one becoming part": (Action.BLOCK, "other"),
    "a blocked one staying": (Action.BLOCK, "kaya"),
    "a verified one lost in an unverified one": (Action.VERIFY, "other"),
}


@pytest.mark.parametrize("what", AGAINST)
def test_the_rule_refuses(twice: dict[str, Any], what: str) -> None:
    action, name = AGAINST[what]
    with system_session() as s:
        row = s.get_one(Institution, twice[name])
        merging.take(s, row, action, standing=twice["desk"], today=TODAY, reason="Sahte belge.")
    before = everything()
    with pytest.raises(Refused):
        merged(twice)
    assert everything() == before
    with system_session() as s:
        one, into = (s.get_one(Institution, twice[n]) for n in ("other", "kaya"))
        assert merging.why_not(one, into, TODAY) is not None


def test_a_page_that_is_out_of_date_merges_nothing(twice: dict[str, Any]) -> None:
    def late(session: Any) -> Step:
        one, stays = (session.get_one(Institution, twice[n]) for n in ("other", "kaya"))
        return merging.merge(session, one, stays, standing=twice["desk"], today=TODAY, seen=(0, 7))

    with pytest.raises(Outrun):
        in_session(twice["desk"], late)


def test_of_two_who_merge_each_into_the_other_one_wins(app: Flask, twice: dict[str, Any]) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def attempt(row: str, into: str) -> Callable[[], None]:
        def go() -> None:
            with app.app_context():

                def once(session: Any) -> Step:
                    one, stays = (session.get_one(Institution, twice[n]) for n in (row, into))
                    seen = (one.version, stays.version)
                    session.commit()  # both have read before anybody writes
                    together.wait()
                    return merging.merge(session, one, stays, standing=twice["desk"], today=TODAY, seen=seen)

                try:
                    in_session(twice["desk"], once)
                    outcomes.append("won")
                except Outrun:
                    outcomes.append("outrun")

        return go

    people = [threading.Thread(target=attempt(*way)) for way in (("kaya", "other"), ("other", "kaya"))]
    [p.start() for p in people]
    [p.join() for p in people]
    assert sorted(outcomes) == ["outrun", "won"]
    with system_session() as s:
        states = sorted(s.scalars(select(Institution.state).where(Institution.name.in_((KAYA, OTHER)))))
        assert states == ["merged", "unverified"]
        assert len(set(s.scalars(select(MovedReference.step_id)))) == 1


# -- judged different ------------------------------------------------------------------------------------------------


@pytest.fixture
def alike(twice: dict[str, Any]) -> dict[str, Any]:
    """Three entries of one tax number, and a fourth one they may be merged with."""
    with a_town() as t:
        keys = {name: t.institution(f"{name} Kargo A.Ş.", tax_no="9876543210").id for name in ("Ak", "Bor", "Cam")}
        keys["far"] = t.institution("Zirve Nakliyat").id
    return twice | keys


def told_apart(of: dict[str, Any], one: str, other: str, judge: Callable[..., None] = apart.tell_apart) -> None:
    def do(session: Any) -> None:
        judge(session, *(session.get_one(Institution, of[n]) for n in (one, other)), standing=of["desk"])

    in_session(of["desk"], do)


def listed(of: dict[str, Any]) -> list[str]:
    """The pairs of likely duplicates by tax number, in the order of the page."""
    with system_session(reads=True) as s:
        pairs = duplicates.found(s, "tax").pairs
        assert bool(pairs) == (duplicates.counted(s)["tax"] == 1)
    names = {pk: name for name, pk in of.items() if isinstance(pk, int)}
    return [f"{names[p.stays.id]}-{names[p.other.id]}" for p in pairs]


def judged(of: dict[str, Any]) -> list[set[str]]:
    names = {pk: name for name, pk in of.items() if isinstance(pk, int)}
    with system_session(reads=True) as s:
        return [{names[row.one_id], names[row.other_id]} for row in apart.page(s, None).rows]


def test_two_that_were_judged_different_are_listed_no_more_and_the_others_still_are(alike: dict[str, Any]) -> None:
    seen = [listed(alike)]
    for pair in (("Ak", "Bor"), ("Cam", "Ak"), ("Bor", "Cam")):
        told_apart(alike, *pair)
        seen.append(listed(alike))
    assert seen == [["Ak-Bor", "Ak-Cam"], ["Ak-Cam", "Bor-Cam"], ["Bor-Cam"], []]
    told_apart(alike, "Ak", "Cam", apart.hold_alike)
    assert (listed(alike), judged(alike)) == (["Ak-Cam"], [{"Bor", "Cam"}, {"Ak", "Bor"}])


def test_one_that_was_compared_with_every_other_leaves_its_place_to_the_rest(
    alike: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duplicates, "CROWD", 2)
    seen = []
    for pair in (("Ak", "Bor"), ("Ak", "Cam")):
        told_apart(alike, *pair)
        seen.append(listed(alike))
    assert seen == [["Ak-Cam"], ["Bor-Cam"]]


def test_a_judgement_is_made_once_taken_back_once_and_written_into_both_histories(alike: dict[str, Any]) -> None:
    told_apart(alike, "Bor", "Ak")
    with pytest.raises(Refused, match="have been judged different already"):
        told_apart(alike, "Ak", "Bor")
    told_apart(alike, "Ak", "Bor", apart.hold_alike)
    with pytest.raises(Refused, match="are not judged different"):
        told_apart(alike, "Ak", "Bor", apart.hold_alike)
    with system_session() as s:
        steps = s.scalars(select(Step).where(Step.machine == "institution").order_by(Step.row_id, Step.seq))
        told = [(step.row_id, step.action, step.facts["apart"][0], step.by_id) for step in steps]
        by = alike["desk"].user_id
        assert told == [
            (alike[one], action, alike[other], by)
            for one, other in (("Ak", "Bor"), ("Bor", "Ak"))
            for action in ("tell_apart", "hold_alike")
        ]
        assert [b for b in audit.verify(s) if isinstance(b, audit.Break) and b.machine == "institution"] == []


def test_a_judgement_goes_with_the_one_that_takes_in_and_comes_back_with_an_undone_merge(alike: dict[str, Any]) -> None:
    told_apart(alike, "Ak", "Bor")
    before = everything()
    merged(alike, "Bor", "far")
    assert judged(alike) == [{"Ak", "far"}]
    merged(alike, "Ak", "Cam")
    assert judged(alike) == [{"Cam", "far"}]
    with pytest.raises(Refused, match="judged different already"):
        told_apart(alike, "Cam", "far")
    unmerged(alike, "Bor")
    assert (judged(alike), listed(alike)) == ([{"Cam", "Bor"}], [])
    unmerged(alike, "Ak")
    assert (judged(alike), everything()) == ([{"Ak", "Bor"}], before)


def test_two_that_are_made_one_after_all_are_judged_different_again_when_that_is_undone(alike: dict[str, Any]) -> None:
    told_apart(alike, "Ak", "Bor")
    merged(alike, "Bor", "Ak")
    assert (judged(alike), listed(alike)) == ([], ["Ak-Cam"])
    with pytest.raises(Outrun):
        told_apart(alike, "Ak", "Bor")
    unmerged(alike, "Bor")
    assert (judged(alike), listed(alike)) == ([{"Ak", "Bor"}], ["Ak-Cam", "Bor-Cam"])


def test_a_judgement_of_both_is_taken_back_whole(alike: dict[str, Any]) -> None:
    told_apart(alike, "Ak", "Bor")
    told_apart(alike, "Ak", "Cam")
    merged(alike, "Cam", "Bor")
    told_apart(alike, "Bor", "Ak", apart.hold_alike)
    assert (judged(alike), listed(alike)) == ([], ["Ak-Bor"])


def test_the_database_takes_a_pair_once_and_in_one_order(alike: dict[str, Any]) -> None:
    one, other = sorted((alike["Ak"], alike["Bor"]))
    for first, second, times in ((one, other, 2), (other, one, 1)):
        with pytest.raises(IntegrityError), system_session() as s:
            keys = {"one_id": first, "other_id": second, "one_now_id": first, "other_now_id": second, "by_name": "K"}
            s.add_all(ToldApart(**keys) for _time in range(times))


def test_what_was_judged_different_does_not_look_the_same_on_the_institution_s_page(alike: dict[str, Any]) -> None:
    def others(session: Any) -> list[int]:
        row = session.get_one(Institution, alike["Ak"])
        return [i.id for i in look_alikes(session, row.name, row.tax_no, row.city, but=row.id)]

    told_apart(alike, "Ak", "Bor")
    assert in_session(alike["desk"], others) == [alike["Cam"]]
