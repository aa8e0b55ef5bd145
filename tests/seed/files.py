"""A small university in files, and what the whole database holds."""

from typing import Any

from sqlalchemy import select

from models import Model
from services.scope import system_session

PDF = b"%PDF-1.7\nstartxref\n0\n%%EOF\n"
FACULTIES = "code,name,name_en,kind\nMUH,Mühendislik Fakültesi,Faculty of Engineering,faculty\n"
DEPARTMENTS = (
    "code,faculty,name,name_en\n"
    "BIL,MUH,Bilgisayar Mühendisliği,Computer Engineering\n"
    "INS,MUH,İnşaat Mühendisliği,Civil Engineering\n"
)
TYPES = "department,code,name,name_en,compulsory,total_days\nBIL,BIL-1,Mesleki Deneyim I,Experience I,yes,30\n"
POLICIES = """\
- department: BIL
  internship_type: BIL-1
  version: 1
  valid_from: 2021-11-22
  rules:
    min_days: {value: 20, article: "m. 7/1"}
"""
TERMS = "code,name,name_en,starts_on,ends_on,teaching\n2026-yaz,2026 Yaz,2026 Summer,2026-06-15,2026-09-11,no\n"
HOLIDAYS = "day,effect,concerns,reason,source\n2025-04-02,holiday,public,İdari izin,Genelge\n"
PUBLICATIONS = """\
- code: yonerge
  kind: regulation
  title: Staj Yönergesi
  must_read: yes
  file: files/yonerge.pdf
  published_on: 2026-09-14
"""
INSTITUTIONS = (
    "name,kind,sector,tax_no,address,city,phone,email,web,headcount,working_week\n"
    "Kaya Yazılım A.Ş.,private,Yazılım,,Kalkınma Mah.,Trabzon,0462 300 00 00,bilgi@kaya.example.com,,20,31\n"
)
SUPERVISORS = "institution,city,name,title,phone,email\nKaya Yazılım A.Ş.,Trabzon,Ali Kaya,Müdür,0462 300 00 01,ali@kaya.example.com\n"


def university(**changed: str | None) -> dict[str, bytes]:
    """The files, some changed (by name without ending) or left out (None)."""
    texts = {
        "faculties.csv": FACULTIES, "departments.csv": DEPARTMENTS, "terms.csv": TERMS, "internship_types.csv": TYPES,
        "policies.yaml": POLICIES, "holiday_overrides.csv": HOLIDAYS, "publications.yaml": PUBLICATIONS,
        "institutions.csv": INSTITUTIONS, "supervisors.csv": SUPERVISORS,
    }  # fmt: skip
    kept = {name: changed.get(name.split(".")[0], text) for name, text in texts.items()}
    return {"files/yonerge.pdf": PDF, **{name: text.encode() for name, text in kept.items() if text is not None}}


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    with system_session(reads=True) as session:
        tables = Model.metadata.sorted_tables
        return {t.name: sorted(map(tuple, session.execute(select(t))), key=str) for t in tables}
