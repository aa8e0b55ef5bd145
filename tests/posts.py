"""Every form of the house, written by hand: who fills it in, where, and with what it is taken.

tests/test_bad_forms.py walks it. An address that takes a form and that nobody listed fails the run.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.sign_in import today
from tests.admin_views.reach import WRITTEN_ON
from tests.people import PASSWORD


@dataclass(frozen=True)
class Post:
    """A form: who fills it in, where, and what they type (over what its page shows).

    `keeps` is what is written even when it is wrong; `takes` says whether as typed it is taken.
    """

    who: str
    path: str
    typed: dict[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()
    takes: bool = True
    free: frozenset[str] = frozenset()  # fields in which nothing is wrong


DRAFT = frozenset({"draft_page"})
VERSION = frozenset({"version"})  # of a page: the same words again are no conflict
FIRM = {"name": "Işık Gıda A.Ş.", "kind": "private", "sector": "Gıda", "tax_no": "1234567890", "address": "Yomra\nTrabzon", "city": "Trabzon",
        "phone": "0462 300 00 00", "email": "x@isik.example.com", "web": "isik.example.com", "headcount": "3", "weekdays": ["0"]}  # fmt: skip
PERSON = {"name": "Şule Işık", "title": "Müdür", "phone": "0462 300 00 01", "email": "sule@isik.example.com"}
NAMES = {"code": "KOD", "name": "Adı", "name_en": "Name"}
DAYS = {"starts_on": "2027-07-05", "ends_on": "2027-07-30"}
REASON = {"reason": "Belge eksik.", "pages": ["files"]}
NEWS = {"title": "Duyuru", "body": "Metin"}
ANY_BACK = frozenset({"back", "url", "next"})


def _published(kind: str, more: dict[str, Any] = {}) -> dict[str, list[Post]]:  # noqa: B006 -- read only
    return {
        f"publish_{kind}.create_view": [Post("member of civil", f"/publish/{kind}/new/", {**NEWS, **more, "department": "{civil}"})],
        f"publish_{kind}.edit_view": [Post("member of civil", f"/publish/{kind}/edit/?id={{{kind}: civil draft}}")],
        f"publish_{kind}.step": [Post("member of civil", f"/publish/{kind}/step/{{{kind}: civil draft}}/publish")],
    }  # fmt: skip


def _table(name: str, row: str, typed: dict[str, Any], free: frozenset[str] = frozenset()) -> dict[str, list[Post]]:
    return {
        f"{name}.create_view": [Post("it", f"/{name}/new/", typed, free=free)],
        f"{name}.edit_view": [Post("it", f"/{name}/edit/?id={{{row}}}", free=free)],
    }


def _forms(name: str, who: str, url: str, draft: str) -> dict[str, list[Post]]:
    asked = {"text": "Soru", "text_en": "Question"}
    scale = {**asked, "low": "1", "low_words": "az | few", "high": "5", "high_words": "çok | many"}
    return {
        f"{name}.create_view": [Post(who, f"{url}/new/", {"title": "Form"}, takes=False)],  # one is in preparation
        f"{name}.edit_view": [Post(who, f"{url}/edit/?id={{{draft}}}", {"title": "Form"})],
        f"{name}.question": [
            Post(who, f"{url}/question/{{{draft}}}?kind=yes_no", asked),
            Post(who, f"{url}/question/{{{draft}}}?kind=choice", {**asked, "answers": "Bir | One\nİki | Two"}),
            Post(who, f"{url}/question/{{{draft}}}?kind=scale", scale),
        ],
        f"{name}.arrange": [Post(who, f"{url}/arrange/{{{draft}}}", {"question": "1", "how": "up"}, takes=False)],
        f"{name}.step": [Post(who, f"{url}/step/{{{draft}}}/publish")],
    }


POSTS: dict[str, list[Post]] = {
    **_table("faculties", "faculty", {**NAMES, "kind": "faculty"}),
    **_table("departments", "civil", {**NAMES, "faculty_id": "{faculty}"}),
    **_table("terms", "term", {**NAMES, **DAYS}),
    **_table("internship_types", "civil type", {**NAMES, "department_id": "{civil}", "total_days": "20"}),
    **_table("holidays", "holiday", {"day": "2027-05-05", "effect": "half", "concerns": "public", "reason": "Karar"}),
    **_table("accounts", "account", {"email": "yeni@demo.edu.tr", "name": "Yeni", "language": "tr", "active": "y"}),
    **_table("memberships", "membership", {"email": "{email}", "actor": "it", "department_id": "", "starts_on": "2027-01-01"}),
    **_published("announcement", {"audience": "staff"}),
    **_published("regulation"),
    **_published("required_file"),
    "site_settings.index": [Post("it", "/site-settings/", {"help_desk": "https://destek.example.edu.tr", "training": "Eğitim kaydı", "cut_over": "2021-11-22"})],
    "institutions.create_view": [Post("career centre", "/institutions/new/", FIRM)],
    "institutions.edit_view": [Post("career centre", "/institutions/edit/?id={civil firm}", {"tax_no": "1234567891"})],
    "institutions.step": [Post("career centre", "/institutions/step/{mining firm}/block", {"reason": "Kapandı."})],
    "institutions.note": [Post("career centre", "/institutions/note/{civil firm}", {"text": "Aranınca ulaşılıyor."})],
    "merging.compare": [
        Post("career centre", "/merging/compare?first={civil firm}&other={mining firm}", {"stays": "{mining firm}"}, takes=False)
    ],
    "supervisors.create_view": [Post("career centre", "/supervisors/new/?institution={civil firm}", PERSON)],
    "supervisors.edit_view": [Post("career centre", "/supervisors/edit/?id={civil supervisor}")],
    "policies.next_version": [Post("it", "/policies/next/{civil type}", {"valid_from": "2026-01-01"})],
    "applications.share": [Post("chair of civil", "/applications/share?row={ayse submitted}", {"to": "evenly"}, free=frozenset({"asked"}))],
    "applications.step": [
        Post("member of civil", "/applications/step/{ayse submitted}/reject", REASON),
        Post("member of civil", "/applications/step/{ayse completion}/accept_partly", {"accepted": "1,5", "reason": "Defter eksik."}),
        Post("member of civil", "/applications/step/{ayse completion}/return", {"pages": ["logbook"], "reason": "Eksik.", "due_on": (today() + timedelta(days=14)).isoformat()}, takes=False),
    ],
    "applications.bulk": [
        Post("member of civil", "/applications/bulk/reject", {"row": "{ayse submitted}:99", "asked": "yes", **REASON}, takes=False, free=frozenset({"asked"}))
    ],
    "commission.create_view": [Post("chair of civil", "/commission/new/", {"person": "{email}"})],
    "commission.edit_view": [Post("chair of civil", "/commission/edit/?id={civil membership}", {"ends_on": "2030-01-01"})],
    "department_settings.of": [Post("chair of civil", "/department-settings/{civil}", {"contact": "Oda 12", "instructions": "Önce okuyun."})],
    "my_changes.ask": [
        Post("zeynep", "/my-changes/ask/{zeynep approved}/postpone", {**DAYS, "why": "Sınavım var."}, takes=False),  # one is open
    ],
    "my_changes.hand_over": [
        Post("zeynep", "/my-changes/hand-over/{zeynep approved}", {**PERSON, "pick": "new", "why": "Ayrıldı."}, takes=False),  # one is open
    ],
    "my_changes.step": [Post("zeynep", "/my-changes/step/{zeynep with_supervisor}/withdraw")],
    "changes.step": [Post("member of civil", "/changes/step/{ayse approved change}/reject", REASON, takes=False)],
    "intern_changes.step": [Post("boss", "/intern-changes/step/{ayse with_supervisor}/decline", {"reason": "Yer yok."})],
    "answer": [Post("nobody", "/answer/x", {"answer": "agree", "reason": "", "code": "000000"}, takes=False)],
    **_forms("evaluation_forms", "chair of civil", "/evaluation-forms", "civil draft form"),
    **_forms("university_forms", "it", "/university-forms", "university draft form"),
    "address": [Post("nobody", "/address/x", {"answer": "yes", "code": "000000"}, takes=False)],
    "firm": [Post("nobody", "/firm", {"email": "yok@kaya.example.com"}, takes=False)],
    "firm_link": [Post("nobody", "/firm/x", {"code": "000000"}, takes=False)],
    "firm_account": [Post("nobody", "/firm/account", {"password": "x", "again": "y"}, takes=False)],
    "firm_leave": [Post("nobody", "/firm/leave", {"links": "all"}, takes=False)],
    "intern_attendance.page": [Post("boss", "/interns/attendance/{emre running}")],
    "intern_attendance.step": [Post("boss", "/interns/attendance/step/{ayse approved}/attest", takes=False)],
    "intern_evaluation.page": [Post("boss", "/interns/evaluation/{emre running}")],
    "intern_evaluation.step": [Post("boss", "/interns/evaluation/step/{ayse approved}/waive", takes=False)],
    "declarations.step": [
        Post("health office", "/declarations/step/{ayse due}/confirm", {"reference": "SGK-1"}),
        Post("health office", "/declarations/step/{ayse done}/correct", {"reference": "SGK-2", "reason": "Yanlış yazılmış."}),
    ],
    "declarations.list_out": [Post("health office", "/declarations/list", {"row": "{ayse due}:99"}, takes=False)],
    "declarations.download": [Post("health office", "/declarations/list/xlsx", {"told": "x"}, takes=False)],
    "completion.details_view": [Post("ayse", "/completion/{ayse approved}", takes=False)],  # it has not ended
    "completion.day": [Post("ayse", "/completion/{ayse approved}/day/" + WRITTEN_ON, {"text": "Kazı yaptık.", "version": "1"}, takes=False)],
    "applications.waive": [Post("member of civil", "/applications/waive/{ayse approved}/attendance", {"reason": "Kağıtta geldi."}, takes=False)],
    "ledger.details_view": [Post("member of civil", "/ledger/{ayse student}", {"kind": "exemption", "internship_type": "{civil type}", "days": "1½", "reason": "Kurul kararı"}, free=frozenset({"last"}))],
    "ledger.take_back": [Post("member of civil", "/ledger/take-back/{ayse in civil line}", {"reason": "Yanlış öğrenci."})],
    "my_applications.step": [Post("zeynep", "/my-applications/step/{zeynep submitted}/withdraw")],
    "my_requests.create_view": [Post("ayse", "/my-requests/new/", {"subject": "Sigorta", "text": "Ne zaman başlar?"})],
    "my_requests.step": [Post("ayse", "/my-requests/step/{ayse answered request}/ask_again", {"reason": "Anlamadım."})],
    "requests.step": [Post("member of mining", "/requests/step/{zeynep open request}/answer", {"reason": "Yarın."})],
    "answer_templates.create_view": [Post("member of civil", "/answer_templates/new/", {"title": "Belge", "text": "Metin"})],
    "answer_templates.edit_view": [Post("member of civil", "/answer_templates/edit/?id={civil template}")],
    "wizard.page": [
        Post("ayse", "/apply/{ayse draft}/notice", keeps=DRAFT, free=VERSION),
        Post("ayse", "/apply/{ayse draft}/profile", {"phone": "0532 000 00 00", "email": "ayse@demo.edu.tr"}, DRAFT, free=VERSION),
        Post("ayse", "/apply/{ayse draft}/internship", {"internship_type": "{civil type}", "term": "{term}", "paid": "no", "family_health_cover": "no", "abroad": "no"}, DRAFT, free=VERSION),
        Post("ayse", "/apply/{ayse draft}/institution", {**FIRM, **DAYS, "name": "Çay İşleri", "tax_no": "1234567892", "pick": "new"}, DRAFT, free=VERSION),
        Post("ayse", "/apply/{ayse draft}/supervisor", {**PERSON, "pick": "new"}, DRAFT, free=VERSION),
        Post("ayse", "/apply/{ayse draft}/preview", takes=False),
    ],
    "wizard.count": [Post("ayse", "/apply/{ayse draft}/count", {**FIRM, **DAYS, "pick": "new"}, takes=False)],
    "notifications.index": [Post("health office", "/notifications/", {"wanted": ["digest"], "language": "en"})],
    "my_sessions.end": [Post("stranger", "/my-sessions/end", {"session": "1"}, takes=False)],
    "reminders": [Post("nobody", "/reminders/x", {"reminders": "off"}, takes=False)],
    "settings": [Post("it", "/settings", {"language": "xx", "theme": "xx", "shortcuts": "xx", "back": "//evil.example"}, takes=False)],
    "security.login": [Post("nobody", "/login", {"email": "{email}", "password": "yanlis-parola", "next": "//evil.example"}, takes=False)],
    "security.forgot_password": [Post("nobody", "/reset", {"email": "nobody@demo.edu.tr"}, takes=False)],
    "sign_in_link": [Post("nobody", "/sign-in-link", {"email": "nobody@demo.edu.tr"}, takes=False)],
    "security.reset_password": [Post("nobody", "/reset/x", {"password": "x", "password_confirm": "y"}, takes=False)],
    "security.change_password": [Post("stranger", "/change", {"password": "x", "new_password": PASSWORD, "new_password_confirm": "y"}, takes=False)],
    "security.verify": [Post("stranger", "/verify", {"password": "x"}, takes=False)],
}  # fmt: skip
# what takes its row from the address and nothing from a form, and the uploads of tests/test_bad_uploads.py
WITHOUT_FIELDS = frozenset({
    "no_answer", "my_applications.call", "completion.call", "my_changes.call", "applications.call", "changes.call", "intern_changes.call",
    "accounts.letter", "accounts.end_sessions", "my_sessions.end_others", "known_device", "institutions.strike", "merging.merged", "merging.tell_apart", "merging.hold_alike", "outbox.retry", "outbox.retry_failed", "jobs.run", "applications.take_up", "declarations.national_id", "wizard.start", "wizard.discard", "security.logout",
    "seed.apply", "student_import.apply",
})  # fmt: skip
