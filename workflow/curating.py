"""The law of what offices keep in order beside the files: the register of institutions, and what is published."""

from workflow import aftermath, guards
from workflow.machine import DECIDED, NOBODY, Machine, row
from workflow.say import N_
from workflow.words import Action as DO
from workflow.words import Actor as A
from workflow.words import InstitutionState, Need, PublicationState

_I = InstitutionState
INSTITUTIONS = Machine(
    "institution",
    N_("Institution"),
    _I,
    _I.UNVERIFIED,
    (
        row(
            DO.VERIFY, {_I.UNVERIFIED}, {A.CAREER_CENTRE}, _I.VERIFIED, needs=DECIDED, then=aftermath.INSTITUTION_VERIFY
        ),
        row(
            DO.BLOCK,
            {_I.UNVERIFIED, _I.VERIFIED},
            {A.CAREER_CENTRE},
            _I.BLOCKED,
            needs={Need.REASON, Need.DECIDER},
            then=aftermath.INSTITUTION_BLOCK,
        ),
        row(
            DO.UNBLOCK,
            {_I.BLOCKED},
            {A.CAREER_CENTRE},
            _I.VERIFIED,
            needs={Need.REASON, Need.DECIDER},
            then=aftermath.INSTITUTION_UNBLOCK,
        ),
        row(
            DO.MERGE,
            {_I.UNVERIFIED, _I.VERIFIED, _I.BLOCKED},
            {A.CAREER_CENTRE},
            _I.MERGED,
            guards.may_join,
            needs={Need.SURVIVOR, Need.DECIDER},
            then=aftermath.INSTITUTION_MERGE,
        ),
        row(
            DO.UNMERGE,
            {_I.MERGED},
            {A.CAREER_CENTRE},
            _I.UNVERIFIED,
            guards.survivor_stands,
            then=aftermath.INSTITUTION_UNMERGE,
        ),
        row(DO.RESTORE, {_I.UNVERIFIED}, NOBODY, _I.VERIFIED, needs=DECIDED, follows={("institution", DO.UNMERGE)}),
    ),
)

_P = PublicationState
PUBLISHERS = {A.MEMBER, A.CHAIR, A.CAREER_CENTRE, A.IT}
PUBLICATIONS = Machine(
    "publication",
    N_("Publication"),
    _P,
    _P.DRAFT,
    (
        row(
            DO.PUBLISH,
            {_P.DRAFT, _P.WITHDRAWN},
            PUBLISHERS,
            _P.PUBLISHED,
            guards.has_content,
            then=aftermath.PUBLICATION_PUBLISH,
        ),
        row(DO.RETRACT, {_P.PUBLISHED}, PUBLISHERS, _P.WITHDRAWN, then=aftermath.PUBLICATION_RETRACT),
    ),
)
