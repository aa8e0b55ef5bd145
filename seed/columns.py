"""Which columns of each table a large university fills, in the order of its rows."""

STUDENT = (
    "id",
    "number",
    "name",
    "surname",
    "national_id_sealed",
    "national_id_tail",
    "email",
    "phone",
    "active",
    "refreshed_at",
)
ENROLMENT = ("id", "student_id", "department_id", "programme", "class_year")
INSTITUTION = (
    "id", "state", "name", "name_key", "collation_key", "kind", "sector", "tax_no", "address", "city", "phone", "email", "web", "headcount",
    "working_week", "created_at", "version", "reason", "decided_at", "decided_by_id",
)  # fmt: skip
SUPERVISOR = ("id", "institution_id", "name", "name_key", "collation_key", "title", "phone", "email")
APPLICATION = (
    "id", "state", "student_id", "department_id", "created_at", "submitted_at", "pages", "student_number", "student_name",
    "email", "phone", "programme", "class_year", "internship_type_id", "policy_id", "term_id", "paid",
    "family_health_cover", "abroad", "institution_id", "supervisor_id", "workplace_kind", "working_week", "starts_on",
    "ends_on", "half_days", "version", "reason", "decided_at", "decided_by_id",
)  # fmt: skip
STEP = (
    "id", "machine", "row_id", "seq", "action", "from_state", "to_state", "actor", "by_id", "by_name", "at", "reason",
    "facts", "department_id", "student_id", "before", "digest",
)  # fmt: skip
COLUMNS: dict[str, tuple[str, ...]] = {
    "student": STUDENT,
    "enrolment": ENROLMENT,
    "institution": INSTITUTION,
    "institution_word": ("word", "institution_id"),
    "institution_mark": ("kind", "mark", "institution_id"),
    "supervisor": SUPERVISOR,
    "supervisor_word": ("word", "supervisor_id"),
    "application": APPLICATION,
    "step": STEP,
    "search_word": ("word", "department_id", "application_id", "student_id"),
}
