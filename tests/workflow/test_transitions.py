"""The law itself: every (state, action, actor), allowed or refused; and its promises to whoever reads it."""

from datetime import date
from itertools import product
from types import SimpleNamespace

import pytest

from workflow import guards
from workflow.guards import Moment
from workflow.say import Say
from workflow.transitions import MACHINES, Machine
from workflow.words import Action, Actor, InstitutionState, Need, PublicationKind, Word

# written down a second time, by hand, as the regulation reads: (machine, action, from) -> who
ALLOWED: dict[tuple[str, str, str], set[str]] = {
    ("application", "submit", "draft"): {"student"},
    ("application", "submit", "rejected"): {"student"},
    ("application", "approve", "submitted"): {"member", "chair"},
    ("application", "approve_late", "submitted"): {"chair"},
    ("application", "reject", "submitted"): {"member", "chair"},
    ("application", "withdraw", "submitted"): {"student"},
    ("application", "cancel", "approved"): {"student", "chair"},
    ("application", "reopen", "rejected"): {"chair"},
    **{("application", "complete", state): {"student"} for state in ("approved", "stopped", "returned")},
    **{
        ("application", action, "completion"): {"member", "chair"}
        for action in ("return", "accept", "accept_partly", "not_accept")
    },
    **{("application", "reassess", state): {"chair"} for state in ("accepted", "partly_accepted", "not_accepted")},
    ("attendance", "attest", "open"): {"employer"},
    ("attendance", "revise", "confirmed"): {"employer"},
    ("attendance", "waive", "open"): {"member", "chair"},
    ("evaluation", "give", "open"): {"employer"},
    ("evaluation", "waive", "open"): {"member", "chair"},
    ("evaluation_form", "publish", "draft"): {"member", "chair", "it"},
    ("evaluation_form", "retire", "in_use"): {"member", "chair", "it"},
    ("change_request", "ask", "new"): {"student"},
    ("change_request", "agree", "with_supervisor"): {"employer"},
    ("change_request", "decline", "with_supervisor"): {"employer"},
    ("change_request", "approve", "with_commission"): {"member", "chair"},
    ("change_request", "reject", "with_commission"): {"member", "chair"},
    ("change_request", "withdraw", "with_supervisor"): {"student"},
    ("change_request", "withdraw", "with_commission"): {"student"},
    ("request", "ask", "new"): {"student"},
    ("request", "answer", "open"): {"member", "chair"},
    ("request", "ask_again", "answered"): {"student"},
    ("request", "withdraw", "open"): {"student"},
    ("request", "close", "answered"): {"student", "member", "chair"},
    ("request", "reopen", "closed"): {"member", "chair"},
    ("declaration", "send", "due"): {"health_office"},
    ("declaration", "send", "failed"): {"health_office"},
    ("declaration", "confirm", "due"): {"health_office"},
    ("declaration", "confirm", "sent"): {"health_office"},
    ("declaration", "fail", "sent"): {"health_office"},
    ("declaration", "unsend", "sent"): {"health_office"},
    ("declaration", "correct", "done"): {"health_office"},
    ("institution", "verify", "unverified"): {"career_centre"},
    ("institution", "block", "unverified"): {"career_centre"},
    ("institution", "block", "verified"): {"career_centre"},
    ("institution", "unblock", "blocked"): {"career_centre"},
    ("institution", "merge", "unverified"): {"career_centre"},
    ("institution", "merge", "verified"): {"career_centre"},
    ("institution", "merge", "blocked"): {"career_centre"},
    ("institution", "unmerge", "merged"): {"career_centre"},
    ("publication", "publish", "draft"): {"member", "chair", "career_centre", "it"},
    ("publication", "publish", "withdrawn"): {"member", "chair", "career_centre", "it"},
    ("publication", "retract", "published"): {"member", "chair", "career_centre", "it"},
}
# and what turns by itself: (machine, action, from) -> what brings it about
FOLLOWS: dict[tuple[str, str, str], set[str]] = {
    ("application", "postpone", "approved"): {"change_request approve"},
    ("application", "extend", "approved"): {"change_request approve"},
    ("application", "stop", "approved"): {"change_request approve"},
    **{("application", "hand_over", s): {"change_request approve"} for s in ("approved", "stopped", "returned")},
    **{("attendance", "return", state): {"application return"} for state in ("confirmed", "waived")},
    **{("evaluation", "return", state): {"application return"} for state in ("given", "waived")},
    ("evaluation_form", "replace", "in_use"): {"evaluation_form publish"},
    ("institution", "restore", "unverified"): {"institution unmerge"},
    ("change_request", "lapse", "with_supervisor"): {"application cancel"},
    ("change_request", "lapse", "with_commission"): {"application cancel"},
    ("declaration", "raise", "new"): {
        f"application {a}" for a in ("approve", "approve_late", "cancel", "postpone", "extend", "stop")
    },
    **{
        ("declaration", action, state): {
            "declaration fail",
            "declaration unsend",
            *(f"application {a}" for a in ("cancel", "postpone", "extend", "stop")),
        }
        for action in ("move", "drop")
        for state in ("due", "failed")
    },
}
TRIPLES = [
    (machine, state, action, actor)
    for machine in MACHINES.values()
    for state, action, actor in product(machine.states, Action, Actor)
]


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_every_state_action_and_actor_is_allowed_or_refused_as_the_regulation_says(machine: Machine) -> None:
    for of, state, action, actor in TRIPLES:
        if of is machine:
            door = machine.door(action, state, {actor})
            allowed = actor.value in ALLOWED.get((machine.name, action.value, state.value), set())
            assert (door is not None) is allowed, (machine.name, state, action, actor)


def test_what_turns_by_itself_follows_the_steps_the_regulation_says_and_opens_to_nobody() -> None:
    turns = {
        (m.name, d.action.value, state.value): {f"{machine} {action}" for machine, action in d.follows}
        for m in MACHINES.values()
        for d in m.table
        for state in d.froms
        if d.follows
    }
    assert turns == FOLLOWS
    assert {d for m in MACHINES.values() for d in m.table if bool(d.by) is bool(d.follows)} == set()
    causes = {cause for m in MACHINES.values() for d in m.table for cause in d.follows}
    assert {cause for cause in causes if not any(d.action is cause[1] for d in MACHINES[cause[0]].table)} == set()


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_no_state_and_action_has_two_doors(machine: Machine) -> None:
    pairs = [(d.action, state) for d in machine.table for state in d.froms]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_every_state_can_be_reached(machine: Machine) -> None:
    assert {d.to for d in machine.table} | {machine.start} == set(machine.states)


def test_a_rejected_application_promises_its_reason_pages_and_decider() -> None:
    rejected = MACHINES["application"].states("rejected")
    assert MACHINES["application"].needs_of(rejected) == {Need.REASON, Need.PAGES, Need.DECIDER}


def test_every_word_has_a_label() -> None:
    words = [w for m in MACHINES.values() for w in m.states] + [*Action, *Actor]
    assert [w for w in words if not isinstance(w, Word) or not w.label] == []


def test_the_student_is_told_the_first_thing_missing() -> None:
    moment = Moment(date(2026, 6, 1), problems=(Say("First."), Say("Second.")))
    assert guards.is_complete(None, moment) == Say("First.")
    assert guards.is_complete(None, Moment(date(2026, 6, 1))) is None


def test_nobody_decides_on_their_own_file() -> None:
    row = SimpleNamespace(student_id=7)
    assert guards.not_own(row, Moment(date(2026, 6, 1), student_id=7)) is not None
    assert guards.not_own(row, Moment(date(2026, 6, 1), student_id=8)) is None


def test_a_blocked_institution_takes_no_interns() -> None:
    institution = SimpleNamespace(state=InstitutionState.BLOCKED, name="Kaya", reason="Belge sahte.")
    refusal = guards.institution_not_blocked(SimpleNamespace(institution=institution), Moment(date(2026, 6, 1)))
    assert str(refusal) == "Kaya is blocked by the career centre: Belge sahte."
    institution.state = InstitutionState.VERIFIED
    assert guards.institution_not_blocked(SimpleNamespace(institution=institution), Moment(date(2026, 6, 1))) is None


I = InstitutionState  # noqa: E741 -- the states of an institution, read as a table
KAYA, OTHER = SimpleNamespace(id=1, name="Kaya"), SimpleNamespace(id=2, name="Demir")
MERGES = {  # (what becomes part, what stays): what is against it
    (I.UNVERIFIED, I.UNVERIFIED): None,
    (I.UNVERIFIED, I.VERIFIED): None,
    (I.VERIFIED, I.VERIFIED): None,
    (
        I.VERIFIED,
        I.UNVERIFIED,
    ): "Kaya is verified and Demir is not: let the verified one stay, or verify the other one first.",
    (I.BLOCKED, I.VERIFIED): "Kaya is blocked: a blocked institution is not merged. Lift its block first.",
    (I.BLOCKED, I.BLOCKED): "Kaya is blocked: a blocked institution is not merged. Lift its block first.",
    (I.VERIFIED, I.BLOCKED): "Demir is blocked: a blocked institution is not merged. Lift its block first.",
    (I.UNVERIFIED, I.MERGED): "Demir was itself merged into another institution.",
}


@pytest.mark.parametrize(("one", "other"), MERGES)
def test_an_institution_joins_one_that_stands_and_is_vouched_for_no_less(one: Word, other: Word) -> None:
    stays = SimpleNamespace(**vars(OTHER), state=other)
    said = guards.may_join(SimpleNamespace(**vars(KAYA), state=one, survivor=stays), Moment(date(2026, 6, 1)))
    assert (said and str(said)) == MERGES[one, other]


def test_no_institution_joins_itself_or_nothing() -> None:
    row = SimpleNamespace(**vars(KAYA), state=I.VERIFIED)
    for survivor in (None, row):
        row.survivor = survivor
        said = guards.may_join(row, Moment(date(2026, 6, 1)))
        assert str(said) == "Choose two different institutions, and the one that stays."


def test_a_merge_is_undone_from_its_end() -> None:
    row = SimpleNamespace(survivor=SimpleNamespace(name="Demir", state=I.MERGED))
    assert (
        str(guards.survivor_stands(row, Moment(date(2026, 6, 1))))
        == "Demir was itself merged since: undo that merge first."
    )
    row.survivor.state = I.BLOCKED
    assert guards.survivor_stands(row, Moment(date(2026, 6, 1))) is None


@pytest.mark.parametrize(("starts", "refused"), [(date(2026, 6, 1), True), (date(2026, 6, 2), False)])
def test_cancelling_ends_on_the_first_day(starts: date, refused: bool) -> None:
    said = guards.not_started(SimpleNamespace(starts_on=starts), Moment(date(2026, 6, 1)))
    assert (said is not None) is refused


@pytest.mark.parametrize(
    ("kind", "body", "key", "refused"),
    [
        (PublicationKind.ANNOUNCEMENT, "", None, True),
        (PublicationKind.ANNOUNCEMENT, "Metin", None, False),
        (PublicationKind.REGULATION, "Metin", None, True),
        (PublicationKind.REQUIRED_FILE, "", "2026/1", False),
    ],
)
def test_nothing_empty_is_published(kind: str, body: str, key: str | None, refused: bool) -> None:
    row = SimpleNamespace(kind=kind, body=body, storage_key=key)
    assert (guards.has_content(row, Moment(date(2026, 6, 1))) is not None) is refused


def test_whoever_takes_a_step_reads_beforehand_what_follows() -> None:
    silent = [(m.name, d.action) for m in MACHINES.values() for d in m.table if d.by and not d.then.strip()]
    assert silent == []


def test_a_step_into_a_state_nothing_leads_out_of_asks_first() -> None:
    hasty = [
        (machine.name, door.action)
        for machine in MACHINES.values()
        for door in machine.table
        if door.by and not any(door.to in other.froms for other in machine.table)
        if not (door.asks_first or door.needs - {Need.DECIDER})
    ]
    assert hasty == [
        ("change_request", Action.APPROVE)
    ]  # its sentence stands below its button: the way back is a request
