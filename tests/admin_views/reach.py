"""The map of the house, written by hand: every address, to whom it exists, and which rows they meet there.

Read like the regulation; tests/admin_views/test_reach.py walks it. An address nobody listed fails the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.sign_in import today
from tests.university import Names

STUDENTS: Names = frozenset({"ayse", "zeynep", "deniz", "emre"})
CIVIL: Names = frozenset({"member of civil", "chair of civil", "deniz"})
BOARD: Names = CIVIL | {"member of mining"}
CHAIR: Names = frozenset({"chair of civil"})
EMPLOYERS: Names = frozenset({"boss", "emre"})
HEALTH: Names = frozenset({"health office"})
CAREER: Names = frozenset({"career centre"})
IT: Names = frozenset({"it", "other it"})
STAFF: Names = BOARD | CAREER
PUBLISHERS: Names = STAFF | IT
SIGNED_IN: Names = STUDENTS | BOARD | EMPLOYERS | HEALTH | CAREER | IT | {"stranger"}
ANYBODY: Names = SIGNED_IN | {"nobody"}

Theirs = Mapping[str, Names]


def _of(name: str, *states: str) -> Names:
    return frozenset(f"{name} {state}" for state in states)


_COMPLETING = ("completion", "returned", "accepted", "partly_accepted", "not_accepted")
_TAKES_PLACE = ("approved", "stopped", *_COMPLETING)
_DECIDED = ("rejected", "withdrawn", "cancelled", *_TAKES_PLACE)
_HANDED_IN = ("submitted", *_DECIDED)
_CIVIL_FILES = _of("ayse", *_HANDED_IN) | {"emre in civil", "emre running", "deniz in civil"}
_MINING_FILES = _of("zeynep", *_HANDED_IN) | {"deniz in mining"}

MINE: Theirs = {
    "ayse": _of("ayse", "draft", *_HANDED_IN),
    "zeynep": _of("zeynep", "draft", *_HANDED_IN),
    "deniz": frozenset({"deniz in civil", "deniz in mining"}),
    "emre": frozenset({"emre draft", "emre in civil", "emre running"}),
}
QUEUE: Theirs = {
    "member of civil": _CIVIL_FILES,
    "chair of civil": _CIVIL_FILES,
    "deniz": _CIVIL_FILES - {"deniz in civil"},  # nobody is commission to their own file
    "member of mining": _MINING_FILES,
    "career centre": _CIVIL_FILES | _MINING_FILES,
}
CLOSING: Theirs = {  # what took place is completed
    **{name: _of(name, *_TAKES_PLACE) for name in ("ayse", "zeynep")},
    "emre": frozenset({"emre running"}),
}
COMMISSION: Theirs = {who: rows for who, rows in QUEUE.items() if who in BOARD}
CLOSED: Theirs = {
    who: frozenset(r for r in rows if r.split(" ")[1] in {*_TAKES_PLACE, "running"}) for who, rows in COMMISSION.items()
}
STUDENTS_OF: Theirs = {
    **dict.fromkeys(("member of civil", "chair of civil"), frozenset({"ayse", "deniz", "emre"})),
    "deniz": frozenset({"ayse", "emre"}),  # nobody keeps their own ledger
    "member of mining": frozenset({"zeynep", "deniz"}),
}
MY_LEDGER: Theirs = {
    "ayse": _of("ayse", "accepted", "partly_accepted", "in civil"),
    "zeynep": _of("zeynep", "accepted", "partly_accepted", "in mining"),
    "deniz": _of("deniz", "in civil", "in mining"),
}
LEDGER: Theirs = {
    **dict.fromkeys(("member of civil", "chair of civil"), MY_LEDGER["ayse"] | {"deniz in civil"}),
    "deniz": MY_LEDGER["ayse"],
    "member of mining": MY_LEDGER["zeynep"] | {"deniz in mining"},
}
INTERNS: Theirs = {"boss": _of("ayse", *_TAKES_PLACE) | {"emre running"}, "emre": _of("zeynep", *_TAKES_PLACE)}
BEGUN: Theirs = {who: frozenset(r for r in rows if not r.endswith("running")) for who, rows in INTERNS.items()}
_DECLARED = ("due", "sent", "done", "failed", "dropped")
DECLARATIONS: Theirs = {"health office": _of("ayse", *_DECLARED) | _of("zeynep", *_DECLARED)}
_CHANGES = ("with_supervisor", "approved", "declined", "rejected", "withdrawn", "lapsed")
MY_CHANGES: Theirs = {"ayse": _of("ayse", *_CHANGES), "zeynep": _of("zeynep", *_CHANGES)}
CHANGES: Theirs = {
    **dict.fromkeys(("member of civil", "chair of civil", "deniz"), _of("ayse", *_CHANGES)),
    "member of mining": _of("zeynep", *_CHANGES),
}
INTERN_CHANGES: Theirs = {"boss": _of("ayse", *_CHANGES), "emre": _of("zeynep", *_CHANGES)}
INSTITUTIONS: Theirs = dict.fromkeys(STAFF, frozenset({"civil", "mining"}))
HISTORY: Theirs = dict.fromkeys(IT, frozenset({"faculty"}))
_ASKED = ("open", "answered", "closed")
MY_REQUESTS: Theirs = {"ayse": _of("ayse", *_ASKED), "zeynep": _of("zeynep", *_ASKED)}
REQUESTS: Theirs = {
    **dict.fromkeys(("member of civil", "chair of civil", "deniz"), _of("ayse", *_ASKED)),
    "member of mining": _of("zeynep", *_ASKED),
}
OPEN_REQUESTS: Theirs = {who: frozenset(r for r in rows if r.endswith("open")) for who, rows in REQUESTS.items()}
TEMPLATES: Theirs = {**dict.fromkeys(CIVIL, frozenset({"civil"})), "member of mining": frozenset({"mining"})}
OPEN_DRAFTS: Theirs = {
    "ayse": _of("ayse", "draft", "rejected"),
    "zeynep": _of("zeynep", "draft", "rejected"),
    "emre": frozenset({"emre draft"}),
}


def read(kind: str) -> Theirs:
    """Published, of the departments somebody studies in and of the university."""
    studies = {"ayse": ("civil",), "zeynep": ("mining",), "deniz": ("civil", "mining"), "emre": ("civil",)}
    return {
        who: frozenset(f"{kind}: {where} published" for where in (*of, "university")) for who, of in studies.items()
    }


NEWS: Names = frozenset({"announcement: university staff", "announcement: university firms"})  # not for students


def edited(kind: str) -> Theirs:
    """Whatever its state, of the departments somebody publishes for."""
    states = ("draft", "published", "withdrawn")
    civil, mining, university = (_of(f"{kind}: {where}", *states) for where in ("civil", "mining", "university"))
    university |= NEWS if kind == "announcement" else frozenset()
    everything = civil | mining | university
    return {
        **dict.fromkeys(CIVIL, civil),
        "member of mining": mining,
        "career centre": university,
        **dict.fromkeys(IT, everything),
    }


def publishing(kind: str) -> Theirs:
    """What a publishing desk shows: what is edited there, what the university says, and what its reader reads anyway."""
    also = {"deniz": read(kind)["deniz"]}
    said = frozenset({f"{kind}: university published"}) | (NEWS if kind == "announcement" else frozenset())
    return {who: rows | said | also.get(who, frozenset()) for who, rows in edited(kind).items()}


_NAMES = (*SIGNED_IN,)
MAILBOX: Theirs = {
    **{who: frozenset({who}) for who in SIGNED_IN},
    **dict.fromkeys(IT, SIGNED_IN | {"an outsider"}),  # this installation sends no mail: IT is its mail server
}
OUTBOX: Theirs = dict.fromkeys(IT, SIGNED_IN | {"an outsider"})


@dataclass(frozen=True)
class Address:
    """To whom an address exists; `rows` names the rows it takes by argument `by`, of which `theirs` are met.

    `more` are its other arguments; `answers` what somebody to whom it is open is told.
    """

    to: Names
    rows: str = ""
    by: str = ""
    theirs: Theirs = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    answers: frozenset[int] = frozenset({200})


SCREENS = frozenset(
    [
        "index_view",
        "create_view",
        "edit_view",
        "details_view",
        "delete_view",
        "ajax_lookup",
        "ajax_update",
        "action_view",
        "export",
    ]
)
FOUND_OR_LED_AWAY = frozenset({200, 302})


def _desk(name: str, to: Names, **opened: Address) -> dict[str, Address]:
    """A desk: its list, what else it opens, and every other screen of the library, closed to everybody."""
    closed = {f"{name}.{screen}": Address(frozenset()) for screen in SCREENS}
    return closed | {f"{name}.index_view": Address(to)} | {f"{name}.{screen}": a for screen, a in opened.items()}


def _one_row(to: Names, row: str, by: str = "id", **more: Any) -> Address:
    """An address that takes a row of a reference table, which everybody at the desk meets."""
    return Address(to, "others", by, dict.fromkeys(to, frozenset({row})), **more)


def _table(name: str, row: str, *, deletes: bool = True, **more: Address) -> dict[str, Address]:
    """One of IT's reference tables."""
    delete = {"delete_view": _one_row(IT, row)} if deletes else {}
    return _desk(name, IT, create_view=Address(IT), edit_view=_one_row(IT, row), **delete, **more)


def _reading(name: str, kind: str) -> dict[str, Address]:
    rows = {"rows": "publications", "theirs": read(kind)}
    details, file = Address(STUDENTS, by="id", **rows), Address(STUDENTS, by="pk", **rows)  # type: ignore[arg-type]
    return _desk(name, STUDENTS, details_view=details, file=file)


def _news(name: str, to: Names, audience: str) -> dict[str, Address]:
    """Announcements for others than students."""
    rows = {"rows": "publications", "theirs": dict.fromkeys(to, frozenset({f"announcement: university {audience}"}))}
    details, file = Address(to, by="id", **rows), Address(to, by="pk", **rows)  # type: ignore[arg-type]
    return _desk(name, to, details_view=details, file=file)


def _publishing(kind: str) -> dict[str, Address]:
    seen = {"rows": "publications", "theirs": publishing(kind)}
    return _desk(
        f"publish_{kind}",
        PUBLISHERS,
        create_view=Address(PUBLISHERS),
        details_view=Address(PUBLISHERS, by="id", **seen),  # type: ignore[arg-type]
        file=Address(PUBLISHERS, by="pk", **seen),  # type: ignore[arg-type]
        edit_view=Address(PUBLISHERS, "publications", "id", edited(kind)),
        step=Address(PUBLISHERS, by="pk", more={"action": "publish"}, answers=FOUND_OR_LED_AWAY, **seen),  # type: ignore[arg-type]
    )


def _import(name: str) -> dict[str, Address]:
    token = Address(IT, more={"token": "x" * 43}, answers=frozenset({404}))
    return {
        f"{name}.index": Address(IT),
        f"{name}.difference": token,
        f"{name}.apply": token,
        f"{name}.progress": token,
    }


WRITTEN_ON = (today() + timedelta(days=40)).isoformat()  # the first day of every internship, with an entry
_CIVIL_FORMS = frozenset({"civil", "civil draft"})
FORMS: Theirs = {**dict.fromkeys(CIVIL, _CIVIL_FORMS), "member of mining": frozenset({"mining", "mining draft"})}
UNIVERSITY_FORMS: Theirs = dict.fromkeys(IT, frozenset({"university", "university draft"}))


def _forms(name: str, to: Names, theirs: Theirs) -> dict[str, Address]:
    """A desk of evaluation forms: a version in preparation is edited, any other leads to its page."""
    whole = {"rows": "evaluation_forms", "theirs": theirs}
    return _desk(
        name,
        to,
        create_view=Address(to),
        details_view=Address(to, by="id", **whole),  # type: ignore[arg-type]
        edit_view=Address(to, by="id", answers=FOUND_OR_LED_AWAY, **whole),  # type: ignore[arg-type]
        delete_view=Address(to, by="id", **whole),  # type: ignore[arg-type]
        question=Address(to, by="pk", more={"kind": "choice"}, answers=FOUND_OR_LED_AWAY, **whole),  # type: ignore[arg-type]
        arrange=Address(to, by="pk", **whole),  # type: ignore[arg-type]
        step=Address(to, by="pk", more={"action": "retire"}, answers=FOUND_OR_LED_AWAY, **whole),  # type: ignore[arg-type]
    )


PARTS = ("intern_attendance", "intern_evaluation")
_STEP = {"answers": FOUND_OR_LED_AWAY}
ADDRESSES: dict[str, Address] = {
    **_reading("announcements", "announcement"),
    **_reading("regulations", "regulation"),
    **_news("news", BOARD | HEALTH | CAREER | IT, "staff"),
    **_news("firm_news", EMPLOYERS, "firms"),
    "site_settings.index": Address(IT),
    **_reading("required_files", "required_file"),
    **_desk(
        "my_applications",
        STUDENTS,
        details_view=Address(STUDENTS, "applications", "id", MINE),
        document=Address(STUDENTS, "documents", "pk", MINE),
        step=Address(STUDENTS, "applications", "pk", MINE, {"action": "withdraw"}, FOUND_OR_LED_AWAY),
        call=Address(STUDENTS, "applications", "pk", MINE, answers=FOUND_OR_LED_AWAY),
    ),
    "wizard.index": Address(STUDENTS, "applications", "application", MINE, answers=FOUND_OR_LED_AWAY),
    "wizard.start": Address(STUDENTS),
    "wizard.institutions": Address(STUDENTS),
    "wizard.page": Address(STUDENTS, "applications", "pk", MINE, {"page": "profile"}, FOUND_OR_LED_AWAY),
    "wizard.count": Address(STUDENTS, "applications", "pk", MINE),
    "wizard.discard": Address(STUDENTS, "applications", "pk", MINE),
    "completion.index": Address(STUDENTS),
    "completion.details_view": Address(STUDENTS, "applications", "pk", CLOSING),
    "completion.call": Address(STUDENTS, "applications", "pk", CLOSING, answers=FOUND_OR_LED_AWAY),
    "completion.logbook": Address(STUDENTS, "applications", "pk", CLOSING),
    "completion.day": Address(
        STUDENTS, "applications", "pk", {who: CLOSING[who] for who in ("ayse", "zeynep")}, {"day": WRITTEN_ON}
    ),
    "completion.printed": Address(STUDENTS, "applications", "pk", CLOSING),
    "my_obligation.index": Address(STUDENTS),
    "completions.index": Address(BOARD, answers=frozenset({302})),
    "ledger.index": Address(BOARD),
    "ledger.details_view": Address(BOARD, "students", "pk", STUDENTS_OF),
    "ledger.take_back": Address(BOARD, "ledger", "pk", LEDGER),
    **_desk(
        "applications",
        STAFF,
        details_view=Address(STAFF, "applications", "id", QUEUE),
        document=Address(STAFF, "documents", "pk", QUEUE),
        step=Address(STAFF, "applications", "pk", QUEUE, {"action": "reject"}, FOUND_OR_LED_AWAY),
        call=Address(STAFF, "applications", "pk", QUEUE, answers=FOUND_OR_LED_AWAY),
        waive=Address(STAFF, "applications", "pk", COMMISSION, {"part": "attendance"}, FOUND_OR_LED_AWAY),
        logbook=Address(STAFF, "applications", "pk", CLOSED),
        institutions=Address(STAFF),
        export=Address(STAFF, more={"export_type": "csv"}),
        bulk=Address(STAFF, more={"action": "approve"}, answers=FOUND_OR_LED_AWAY),
        share=Address(CHAIR, answers=FOUND_OR_LED_AWAY),
        take_up=Address(BOARD, "applications", "pk", {who: QUEUE[who] for who in BOARD}),
    ),
    "figures.index": Address(STAFF),
    "figures.export": Address(STAFF, more={"by": "city", "export_type": "csv"}),
    **_desk(
        "commission",
        BOARD,
        create_view=Address(CHAIR),
        edit_view=_one_row(CHAIR, "civil membership"),
        delete_view=_one_row(CHAIR, "civil membership"),
        people=Address(CHAIR),
    ),
    "department_settings.index": Address(CHAIR, answers=frozenset({302})),
    "department_settings.of": _one_row(CHAIR, "civil", "pk"),
    **_desk(
        "my_changes",
        STUDENTS,
        details_view=Address(STUDENTS, "changes", "id", MY_CHANGES),
        step=Address(STUDENTS, "changes", "pk", MY_CHANGES, {"action": "withdraw"}, FOUND_OR_LED_AWAY),
        call=Address(STUDENTS, "changes", "pk", MY_CHANGES, answers=FOUND_OR_LED_AWAY),
        hand_over=Address(STUDENTS, "applications", "pk", MINE, answers=FOUND_OR_LED_AWAY),
        ask=Address(STUDENTS, "applications", "pk", MINE, {"kind": "postpone"}, FOUND_OR_LED_AWAY),
    ),
    **_desk(
        "changes",
        BOARD,
        details_view=Address(BOARD, "changes", "id", CHANGES),
        step=Address(BOARD, "changes", "pk", CHANGES, {"action": "reject"}, FOUND_OR_LED_AWAY),
        call=Address(BOARD, "changes", "pk", CHANGES, answers=FOUND_OR_LED_AWAY),
    ),
    **_desk(
        "intern_changes",
        EMPLOYERS,
        details_view=Address(EMPLOYERS, "changes", "id", INTERN_CHANGES),
        step=Address(EMPLOYERS, "changes", "pk", INTERN_CHANGES, {"action": "decline"}, FOUND_OR_LED_AWAY),
        call=Address(EMPLOYERS, "changes", "pk", INTERN_CHANGES, answers=FOUND_OR_LED_AWAY),
    ),
    **_desk(
        "my_requests",
        STUDENTS,
        create_view=Address(STUDENTS),
        details_view=Address(STUDENTS, "requests", "id", MY_REQUESTS),
        step=Address(STUDENTS, "requests", "pk", MY_REQUESTS, {"action": "ask_again"}, FOUND_OR_LED_AWAY),
        file=Address(STUDENTS, "request_files", "pk", MY_REQUESTS),
    ),
    **_desk(
        "requests",
        BOARD,
        details_view=Address(BOARD, "requests", "id", REQUESTS),
        step=Address(BOARD, "requests", "pk", REQUESTS, {"action": "answer"}, FOUND_OR_LED_AWAY),
        file=Address(BOARD, "request_files", "pk", REQUESTS),
    ),
    **_desk(
        "answer_templates",
        BOARD,
        create_view=Address(BOARD),
        edit_view=Address(BOARD, "templates", "id", TEMPLATES),
        delete_view=Address(BOARD, "templates", "id", TEMPLATES),
    ),
    "answer": Address(ANYBODY, more={"token": "x" * 43}, answers=frozenset({404})),
    "address": Address(ANYBODY, more={"token": "x" * 43}, answers=frozenset({404})),
    "no_answer": Address(ANYBODY, answers=frozenset({404})),
    "firm": Address(ANYBODY),
    "firm_link": Address(ANYBODY, more={"token": "x" * 43}, answers=frozenset({404})),
    "firm_account": Address(ANYBODY, answers=frozenset({302})),  # for a visit alone: tests/admin_views/test_firm.py
    "firm_leave": Address(ANYBODY),
    **{f"{part}.index": Address(EMPLOYERS, answers=frozenset({302})) for part in PARTS},
    **{f"{part}.page": Address(EMPLOYERS, "applications", "pk", INTERNS) for part in PARTS},
    **{
        f"{part}.step": Address(EMPLOYERS, "applications", "pk", BEGUN, {"action": "waive"}, FOUND_OR_LED_AWAY)
        for part in PARTS
    },
    **_desk("interns", EMPLOYERS, details_view=Address(EMPLOYERS, "applications", "id", INTERNS)),
    **_desk(
        "declarations",
        HEALTH,
        details_view=Address(HEALTH, "declarations", "id", DECLARATIONS),
        step=Address(HEALTH, "declarations", "pk", DECLARATIONS, {"action": "confirm"}, FOUND_OR_LED_AWAY),
        national_id=Address(HEALTH, "declarations", "pk", DECLARATIONS),
        list_out=Address(HEALTH, answers=frozenset({404})),
        download=Address(HEALTH, more={"export_type": "csv"}),
        uninsured=Address(HEALTH),
        references=Address(HEALTH),
        recorded=Address(HEALTH, more={"token": "x" * 43}, answers=frozenset({404})),
    ),
    **_desk(
        "institutions",
        STAFF,
        create_view=Address(STAFF),
        edit_view=_one_row(
            STAFF, "civil firm", answers=FOUND_OR_LED_AWAY
        ),  # led away: tests/admin_views/test_takeover.py
        details_view=_one_row(STAFF, "civil firm"),
        step=_one_row(STAFF, "civil firm", "pk", more={"action": "verify"}, answers=FOUND_OR_LED_AWAY),
    ),
    "institutions.note": _one_row(CAREER, "civil firm", "pk"),
    "institutions.strike": _one_row(CAREER, "civil firm", "pk", more={"line": 1}, answers=FOUND_OR_LED_AWAY),
    "merging.index": Address(CAREER),
    "merging.compare": _one_row(CAREER, "civil firm", "first", answers=FOUND_OR_LED_AWAY),
    "merging.different": Address(CAREER),
    "merging.tell_apart": _one_row(CAREER, "civil firm", "first", answers=FOUND_OR_LED_AWAY),
    "merging.hold_alike": _one_row(CAREER, "civil firm", "first", answers=FOUND_OR_LED_AWAY),
    "merging.merged": _one_row(CAREER, "civil firm", "pk", answers=FOUND_OR_LED_AWAY),
    **_desk(
        "supervisors",
        STAFF,
        create_view=_one_row(STAFF, "civil firm", "institution", answers=FOUND_OR_LED_AWAY),
        edit_view=_one_row(STAFF, "civil supervisor", answers=FOUND_OR_LED_AWAY),
        delete_view=_one_row(STAFF, "civil supervisor"),
    ),
    **_publishing("announcement"),
    **_publishing("regulation"),
    **_publishing("required_file"),
    **_table("faculties", "faculty"),
    **_table("departments", "civil"),
    **_table("terms", "term"),
    **_table("internship_types", "civil type"),
    **_table("holidays", "holiday"),
    **_table(
        "accounts",
        "account",
        deletes=False,
        letter=_one_row(IT, "account", "pk"),
        end_sessions=_one_row(IT, "account", "pk"),
    ),
    **_table("memberships", "membership"),
    **_forms("evaluation_forms", BOARD, FORMS),
    **_forms("university_forms", IT, UNIVERSITY_FORMS),
    **_desk(
        "policies",
        IT,
        details_view=_one_row(IT, "policy"),
        next_version=_one_row(IT, "civil type", "pk"),
    ),
    **_desk("outbox", IT, retry=Address(IT, "letters", "pk", OUTBOX), retry_failed=Address(IT)),
    **_desk("who_did_what", IT, export=Address(IT, more={"export_type": "csv"})),
    **_desk("jobs", IT, run=Address(IT, more={"job": "tidy"})),
    "system.index": Address(IT),
    "health": Address(ANYBODY),
    "mailbox.index": Address(SIGNED_IN - {"stranger"}),
    "mailbox.letter": Address(SIGNED_IN - {"stranger"}, "letters", "pk", MAILBOX),
    "notifications.index": Address(SIGNED_IN),
    "my_sessions.index": Address(SIGNED_IN),
    "my_sessions.end": Address(SIGNED_IN),
    "my_sessions.end_others": Address(SIGNED_IN),
    "reminders": Address(ANYBODY, more={"token": "x" * 43}, answers=frozenset({404})),
    **_import("seed"),
    **_import("student_import"),
    "home.index": Address(SIGNED_IN, answers=FOUND_OR_LED_AWAY),
    "go": Address(ANYBODY, more={"machine": "application", "pk": 1}, answers=frozenset({302})),
    "settings": Address(ANYBODY),
    "icons": Address(ANYBODY),
    "help": Address(ANYBODY),
    "guide": Address(ANYBODY, more={"name": "ogrenci"}),
    "guide_picture": Address(ANYBODY, more={"name": "none.png"}, answers=frozenset({404})),
    "security.login": Address(ANYBODY, answers=FOUND_OR_LED_AWAY),
    "security.logout": Address(ANYBODY),
    "security.verify": Address(ANYBODY, answers=FOUND_OR_LED_AWAY),
    "security.change_password": Address(SIGNED_IN),
    "security.forgot_password": Address(ANYBODY, answers=FOUND_OR_LED_AWAY),
    "sign_in_link": Address(ANYBODY, answers=FOUND_OR_LED_AWAY),
    "known_device": Address(ANYBODY, more={"token": "x"}, answers=frozenset({302})),
    "security.reset_password": Address(ANYBODY, more={"token": "x"}, answers=frozenset({302})),
    **{
        f"{name}static": Address(ANYBODY, more={"filename": "none"}, answers=frozenset({404}))
        for name in ("", "home.", "security.", "bootstrap.")
    },
}
