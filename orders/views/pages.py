"""Lists of orders, the order's page, and the refund tracker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core import cases, clock, web
from core.errors import Refused
from core.transitions import allowed
from orders import correcting, panels, policies, reading, selectors, services
from orders.models import Order, Refund, Store
from orders.states import RefundState
from orders.views import common, moves, talk
from orders.views.common import Reader

PAGE, TASKS = 20, 5


@common.read
def bought(request: HttpRequest) -> HttpResponse:
    """The person's own orders; what needs them first."""
    return _list(request, selling=False)


@common.read
def sold(request: HttpRequest) -> HttpResponse:
    """Orders of the person's own stores."""
    return _list(request, selling=True)


def _list(request: HttpRequest, selling: bool) -> HttpResponse:
    side = reading.SELLER if selling else reading.BUYER
    mine = selectors.sold_by(request.user) if selling else selectors.bought_by(request.user)
    now = clock.now()
    counts = selectors.tab_counts(mine, now, selling)
    tab = request.GET.get("show", "all")
    tab = tab if tab in counts else "all"
    query = request.GET.get("q", "")[:200]
    found = selectors.listed(mine, now, tab=tab, query=query, selling=selling)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    orders = cases.present(page.object_list, now)
    extra = panels.panels(request.user, orders)
    labels = {
        "all": _("All"), "mine": _("Needs you"), "way": _("On the way"), "held": _("On hold or in dispute"),
        "ended": _("Ended"),
    }  # fmt: skip
    title = _("Sales") if selling else _("My orders")
    rows = [_row(order, extra[order.pk], side) for order in orders]
    first = tab == "all" and not query and page.number == 1
    tasks = [row for row in rows if row["task"]][:TASKS] if first else []
    context = {
        "title": title, "selling": selling, "page": page, "query": query, "tab": tab,
        "rows": [row for row in rows if row not in tasks], "tasks": tasks,
        "needs": counts["mine"],
        "tabs": [
            {"label": labels[name], "url": f"{request.path}?show={name}", "count": count, "current": name == tab}
            for name, count in counts.items()
        ],
        "other_list": _other_list(request, selling),
        "has_wallet": not selling and selectors.wallets_of(request.user).exists(),
    }  # fmt: skip
    return render(request, "orders/list.html", context)


def _other_list(request: HttpRequest, selling: bool) -> dict[str, str] | None:
    if selling:
        return {"label": _("My own orders"), "url": reverse("orders:list")}
    if Store.objects.filter(owner_id=request.user.pk).exists():
        return {"label": _("Sales of my store"), "url": reverse("orders:sold")}
    return None


def _row(order: Order, panel: panels.Panel, side: str) -> dict[str, Any]:
    """An order in a list. It is a `task` where its own turn is the reader's: what the tab of these counts.

    Where an app above waits for the reader (a dispute), the mark says so; it is counted there.
    """
    turn = reading.turn_of(order, side)
    return {
        "order": order, "goods": reading.goods(order), "badge": reading.badge(order, side), "marks": panel.marks,
        "turn": turn, "task": turn.turn == "you", "mine": panel.needs_me or turn.turn == "you",
        "actions": panel.actions,
        "url": reverse("orders:order", args=[order.reference]), "amount": reading.amount(order),
        "who": order.buyer.name if side == reading.SELLER else order.store.name,
    }  # fmt: skip


@common.read
def order(request: HttpRequest, reference: str) -> HttpResponse:
    """One order: whose turn it is, until when, what can be done, where parcel and money are."""
    reader = common.reader_of(request, reference)
    row, panel = reader.order, panels.panels(request.user, [reader.order])[reader.order.pk]
    refunds = _refunds(row)
    open_moves = moves.possible(reader, allowed(row, reader.actor))
    turn = reading.turn_of(row, reader.side)
    context = {
        "reader": reader, "order": row, "turn": turn, "badge": reading.badge(row, reader.side),
        "goods": reading.goods(row), "marks": panel.marks, "panel_actions": panel.actions,
        "actions": [move.part(reader) for move in open_moves],
        "money_rows": reading.money_rows(row, reader.side, refunds),
        "story": reading.story(row), "facts": _facts(reader), "lines": row.lines.all(),
        "refunds": [reading.refund_part(refund, reader.side) for refund in refunds],
        "proofs": reading.proofs([] if reader.side == reading.BUYER else selectors.proof_history(row)),
        "asked_days": row.extension_requested_days, "crumbs": [*reader.crumbs, {"label": row.number}],
        "payments_url": reverse("orders:payments", args=[row.reference]),
    }  # fmt: skip
    return render(request, "orders/order.html", context | talk.parts(reader, talk.END))


def _facts(reader: Reader) -> list[dict[str, Any]]:
    row = reader.order
    buying = reader.side == reading.BUYER
    purchase = row.purchase_number if row.purchase_number != row.number else ""
    facts = [
        (_("Store"), row.store.name if buying else ""), (_("Buyer"), "" if buying else row.buyer.name),
        (_("Number"), row.number), (_("Part of purchase"), purchase),
        (_("Goes to"), ", ".join(filter(None, (row.destination_city, row.destination_country)))),
    ]  # fmt: skip
    return [{"label": label, "value": value} for label, value in facts if value]


def _refunds(row: Order) -> list[Refund]:
    found = cases.present(row.refunds.order_by("created_at", "pk"), row.now)
    for refund in found:
        refund.order = row
    return found


@common.read
def payments(request: HttpRequest, reference: str) -> HttpResponse:
    """The money of an order: what was paid, where it is, and each refund from request to receipt."""
    reader = common.reader_of(request, reference)
    row = reader.order
    refunds = _refunds(row)
    context = {
        "reader": reader, "order": row, "money_rows": reading.money_rows(row, reader.side, refunds),
        "goods": reading.goods(row), "refunds": [reading.refund_part(refund, reader.side) for refund in refunds],
        "corrections": _corrections(row, reader.side),
        "coupon_said": reading.coupon_words(row, reader.side),
        "entries": row.entries.order_by("seq"), "may_retry": policies.may_move_refund(row, reader.actor),
        "crumbs": [*reader.crumbs, {"label": row.number, "url": reader.url}, {"label": _("Payments")}],
    }  # fmt: skip
    return render(request, "orders/payments.html", context)


def _corrections(row: Order, side: str) -> list[dict[str, Any]]:
    """What settlements showed to be wrong: for the buyer and for us; the seller has no part in it."""
    if side == reading.SELLER:
        return []
    return [correcting.part(correction, side) for correction in selectors.corrections_of(row)]


def _back(request: HttpRequest) -> str:
    """Where the form came from (a list of the desk, say), if that is a page of ours."""
    back = request.POST.get("next", "")[:200]
    ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if ours and back.startswith("/") else ""


@common.post
def retry_refund(request: HttpRequest, reference: str, refund: str) -> HttpResponse:
    """An administrator sends a failed refund again."""
    return _again(request, reference, refund, services.retry_refund, _("The refund is sent again."))


@common.post
def correct_refund(request: HttpRequest, reference: str, refund: str) -> HttpResponse:
    """An administrator pays a failed refund into the wallet instead."""
    return _again(
        request, reference, refund, services.correct_refund, _("It is in the buyer’s wallet.")
    )


def _again(
    request: HttpRequest, reference: str, refund: str, act: Callable[..., Refund], done: str
) -> HttpResponse:
    reader = common.reader_of(request, reference)
    found = selectors.get_refund(request.user, refund)
    if (
        found.order_id != reader.order.pk
        or found.state != RefundState.FAILED
        or not policies.may_move_refund(found, reader.actor)
    ):
        raise Http404
    back = _back(request) or reverse("orders:payments", args=[reader.order.reference])
    reason = request.POST.get("reason", "")

    def once() -> str:
        act(refund_id=found.pk, actor=reader.actor, reason=reason)
        return back

    try:
        target = web.once(request, once)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    messages.success(request, done)
    return redirect(target)
