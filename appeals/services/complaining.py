"""What the parties do: complain about a decision, and say afterwards how the service did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from appeals import selectors
from appeals.effects import complaints, feedback, loading
from appeals.effects.complaints import ALREADY, Said
from appeals.models import Complaint
from appeals.states import HIGHEST, LOWEST, Scale
from core.actors import Actor
from core.batch import Batch
from core.errors import CaseChanged, Refused
from disputes import policies as dispute_policies
from disputes.effects import loading as below
from disputes.models import Dispute
from disputes.services import input

EMPTY = _("Write why the decision is wrong.")


@contextmanager
def moving(complaint_id: int) -> Iterator[tuple[Batch, Complaint]]:
    """One complaint under lock with all that its effects need; written when the block ends well."""
    with Batch() as batch:
        yield batch, loading.take(batch, complaint_id)


def complain_about_decision(
    *, dispute_id: int, actor: Actor, body: str, language: str = ""
) -> Complaint:
    """Say why the decision is wrong: once per dispute and party, in time, in so many characters.

    The second party joins the complaint of the first. A complaint is locked before its dispute, so the first
    one, which has no complaint yet, starts over where the other party was faster.
    """
    limit = Dispute.objects.get(pk=dispute_id).policy.get("complaint_max_chars")
    said = Said(input.text(body, int(limit), empty=EMPTY), input.language(language))
    if (known := selectors.joinable(dispute_id)) is not None:
        return _join(known, actor, said)
    try:
        with Batch() as batch:
            dispute = below.take(batch, dispute_id)
            _refuse_twice(dispute, actor)
            return complaints.complain(batch, dispute, actor, said)
    except CaseChanged as refused:
        known = selectors.joinable(dispute_id)
        if refused.code == "complained" or known is None:
            raise
    return _join(known, actor, said)


def _join(complaint_id: int, actor: Actor, said: Said) -> Complaint:
    with moving(complaint_id) as (batch, complaint):
        _refuse_twice(complaint.dispute, actor)
        complaints.join(batch, complaint, actor, said)
    return complaint


def _refuse_twice(dispute: Dispute, actor: Actor) -> None:
    """Once per dispute and party, whatever was decided since; read under the lock."""
    party = dispute_policies.party_of(dispute, actor) or ""
    if selectors.has_complained(dispute.pk, party):
        raise CaseChanged(ALREADY, "complained")


def give_feedback(
    *, complaint_id: int, actor: Actor, scales: Mapping[str, int], body: str = ""
) -> Complaint:
    """Three answers from 1 to 5 and a few words, once, as long as its clock runs."""
    if set(scales) != set(Scale.values) or not all(LOWEST <= n <= HIGHEST for n in scales.values()):
        raise Refused(_("Answer each of the three questions from 1 to 5."), "scales")
    with moving(complaint_id) as (batch, complaint):
        limit = int(complaint.policy.get("complaint_max_chars"))
        words = input.text(body, limit, optional=True)
        feedback.give(batch, complaint, actor, scales, words)
    return complaint
