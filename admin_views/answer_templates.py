"""Answers a commission gives often."""

from typing import Any

from flask import g
from sqlalchemy import func

from admin_views.desk import Column, Desk
from admin_views.requests import departments
from forms.request import AnswerTemplateForm
from models import AnswerTemplate, Department
from services.listing import Order
from workflow.say import N_
from workflow.words import Actor


class AnswerTemplateDesk(Desk):
    """Answers a commission gives often, kept by the commission itself."""

    actors = frozenset({Actor.MEMBER, Actor.CHAIR})
    group = N_("Commission")
    label = N_("Answer templates")
    one = N_("Answer template")
    icon = "journal-text"
    intro = N_("An answer given often is written once here and chosen when a request is answered.")
    empty = N_("Your commission keeps no template yet. “Add” writes the first one.")
    can_create = can_edit = can_delete = True
    form = AnswerTemplateForm
    order = Order(AnswerTemplate.collation_key)
    joins = (Department,)
    columns = (
        Column("title", N_("Title"), AnswerTemplate.title),
        Column("begins", N_("Text"), func.substr(AnswerTemplate.text, 1, 120), "begins"),
        Column("department", N_("Department"), Department.name),
    )

    def __init__(self) -> None:
        super().__init__(AnswerTemplate, name="answer_templates", endpoint="answer_templates")

    def create_form(self, obj: Any = None) -> Any:
        return self.edit_form(obj)

    def edit_form(self, obj: Any = None) -> Any:
        return self.form(obj=obj).offer(department_id=departments(g.standing.commissions))

    def on_model_change(self, form: Any, model: AnswerTemplate, is_created: bool) -> None:
        if "department_id" in form:
            model.department_id = int(form.department_id.data)
        elif is_created:
            (model.department_id,) = g.standing.commissions
        super().on_model_change(form, model, is_created)
