"""What a mediator does with a case, the decision apart. Each is one POST and comes back to the case."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.actors import Actor
from disputes import services
from disputes.desk import door
from disputes.models import Dispute
from disputes.states import DisputeState

Act = Callable[[HttpRequest, Dispute, Actor], HttpResponse]


def desk_act(act: Act) -> Callable[..., HttpResponse]:
    """A POST by staff on one case."""

    @door.takes_form
    @wraps(act)
    def view(request: HttpRequest, reference: str) -> HttpResponse:
        dispute, actor = door.enter(request, reference)
        return act(request, dispute, actor)

    return view


def _run(
    request: HttpRequest, dispute: Dispute, actor: Actor, service: Any, done: str, **values: Any
) -> HttpResponse:
    return door.act_once(
        request, dispute, lambda: service(dispute_id=dispute.pk, actor=actor, **values), done
    )


@desk_act
def claim(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Take the case."""
    return _run(
        request,
        dispute,
        actor,
        services.claim_dispute,
        _("The case is yours. Both parties were told."),
    )


@desk_act
def hand_over(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Give the case to a colleague; an empty choice puts it back into the queue. Nobody took it yet: assign it."""
    chosen, note = request.POST.get("mediator", ""), request.POST.get("note", "")
    if dispute.state == DisputeState.ESCALATED and chosen.isdecimal():
        words = _("The case was given to the mediator. Both parties were told.")
        to = int(chosen[:12])
        return _run(
            request, dispute, actor, services.assign_dispute, words, mediator_id=to, note=note
        )
    if not chosen.isdecimal():
        return _run(
            request,
            dispute,
            actor,
            services.hand_back_dispute,
            _("The case is back in the queue."),
            note=note,
        )
    words = _("The case was handed over.")
    return _run(
        request,
        dispute,
        actor,
        services.hand_over_dispute,
        words,
        mediator_id=int(chosen[:12]),
        note=note,
    )


@desk_act
def hand_back(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Put the case back into the queue."""
    words, note = _("The case is back in the queue."), request.POST.get("note", "")
    return _run(request, dispute, actor, services.hand_back_dispute, words, note=note)


@desk_act
def ask(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Ask a party a question."""
    values = {"party": request.POST.get("party", ""), "question": request.POST.get("question", "")}
    return _run(
        request, dispute, actor, services.request_evidence, _("The question was sent."), **values
    )


@desk_act
def take_back(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Take a question back."""
    party = request.POST.get("party", "")
    return _run(
        request,
        dispute,
        actor,
        services.take_back_request,
        _("The question was taken back."),
        party=party,
    )


@desk_act
def message(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """Write to both parties."""
    return _run(
        request,
        dispute,
        actor,
        services.send_message,
        _("Sent to both."),
        body=request.POST.get("body", ""),
    )


@desk_act
def note(request: HttpRequest, dispute: Dispute, actor: Actor) -> HttpResponse:
    """A note that only staff read."""
    return _run(
        request,
        dispute,
        actor,
        services.add_staff_note,
        _("Noted."),
        body=request.POST.get("body", ""),
    )
