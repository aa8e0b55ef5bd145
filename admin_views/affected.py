"""Saving what changes stored counts: the first time the files are listed, sent again as listed it is saved."""

from flask import request

from services.recount import Affected


def confirmed(affected: Affected | None) -> bool:
    """Whether nobody is touched, or these very files were seen."""
    return not affected or request.form.get("affected") == affected.stamp
