"""Lists of disputes: a buyer's own, and a seller's inbox sorted by what runs out first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actors import actor_for
from core import cases, clock, counts, transitions
from disputes.models import Dispute
from disputes.reading import terms, turn
from disputes.selectors import turns
from disputes.states import DisputeState as S
from disputes.states import Party
from disputes.views import kept
from disputes.views.common import Reader, address
from disputes.views.moves import (
    ACCEPT_OFFER,
    ACCEPT_REQUEST,
    AGREE,
    ANSWER,
    ARRIVED,
    CONFIRM_REPLACEMENT,
    CONFIRM_RETURN,
    CONTEST_REPLACEMENT,
    CONTEST_RETURN,
    DECLINE,
    OFFER,
    REJECT,
    REPLACEMENT_ARRIVED,
    SHIP,
    SHIP_REPLACEMENT,
    Move,
    possible,
)
from disputes.views.parts import url_of

PAGE = 20
ONE_CLICK: tuple[Move, ...] = (
    ANSWER, ACCEPT_REQUEST, ACCEPT_OFFER, OFFER, REJECT, ARRIVED, CONFIRM_RETURN, CONTEST_RETURN, SHIP,
    SHIP_REPLACEMENT, REPLACEMENT_ARRIVED, CONFIRM_REPLACEMENT, CONTEST_REPLACEMENT,
)  # fmt: skip
"""The answers that stand in the list itself; the others are a click away, on the dispute's page."""


def tasks(
    user: Any, rows: list[Dispute], now: datetime, *, buttons: bool = True
) -> list[dict[str, Any]]:
    """Disputes as tasks: what to do, until when, what then, and the buttons. A fixed number of queries."""
    turns.at_hand(cases.present(rows, now))
    prefetch_related_objects([row.order for row in rows], "lines")
    return [task(user, row, buttons=buttons) for row in rows]


def task(user: Any, dispute: Dispute, *, buttons: bool = True) -> dict[str, Any]:
    actor = actor_for(user, dispute.storefront_id)
    side = Party.BUYER if dispute.buyer_id == user.pk else Party.SELLER
    reader, now_turn = Reader(dispute, actor, side), turn.turn_of(dispute, side)
    do = []
    if buttons and now_turn.turn == turn.YOU:
        fitting = (AGREE, DECLINE) if now_turn.step == "#settlement" else ONE_CLICK
        open_now = transitions.allowed(dispute, actor)
        do = [
            {"url": url_of(move, reader), "label": move.say(move.label, reader)}
            for move in fitting
            if possible(move, reader, open_now)
        ]
    return {
        "dispute": dispute,
        "side": str(side),
        "turn": now_turn,
        "goods": terms.goods(dispute.order),
        "url": address(dispute),
        "heading": terms.heading(dispute),
        "reason": terms.IN_SHORT[dispute.reason],
        "other": terms.party(dispute, side),
        "badge": {
            "state": dispute.state,
            "label": S(dispute.state).label,
            "tone": now_turn.tone,
        },
        "amount": dispute.final_amount
        if dispute.final_amount is not None
        else dispute.amount_asked,
        "do": do,
    }


def _list(request: HttpRequest, side: Party, name: str, context: dict[str, Any]) -> HttpResponse:
    assert request.user.pk is not None
    now = clock.now()
    found = turns.tab_counts(request.user, now, side)
    wanted = request.GET.get("show", "")
    tab = (
        wanted if wanted in turns.TABS else next((t for t in turns.TABS if found[t]), turns.TABS[0])
    )
    rows = turns.inbox(request.user.pk, now, side, tab)
    page = counts.Pages(rows, PAGE, found[tab]).get_page(request.GET.get("page"))
    labels = {"mine": _("Needs you"), "others": _("Waiting for others"), "ended": _("Ended")}
    context |= {
        "tab": tab,
        "page": page,
        "tasks": tasks(request.user, list(page.object_list), now),
        "now": now,
        "tabs": [
            {
                "label": labels[t],
                "url": f"{request.path}?show={t}",
                "count": found[t],
                "current": t == tab,
            }
            for t in turns.TABS
        ],
    }
    return render(request, name, context)


@kept.read
def mine(request: HttpRequest) -> HttpResponse:
    """The disputes that the person opened as a buyer."""
    crumbs = [{"label": _("Resolution centre"), "url": "/"}, {"label": _("My disputes")}]
    return _list(
        request, Party.BUYER, "disputes/list.html", {"crumbs": crumbs, "title": _("My disputes")}
    )


@kept.read
def inbox(request: HttpRequest) -> HttpResponse:
    """A seller's inbox: what runs out first is first, with the answers beside it."""
    crumbs = [{"label": _("Resolution centre"), "url": "/"}, {"label": _("Inbox")}]
    context = {
        "crumbs": crumbs,
        "title": _("Inbox"),
        "selling": True,
        "orders_url": reverse("disputes:inbox"),
    }
    return _list(request, Party.SELLER, "disputes/list.html", context)
