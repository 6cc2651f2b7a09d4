"""The thread of an order: read and written by buyer and seller, without any dispute."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import kept, web
from core.errors import NotAllowed, Refused
from core.transitions import why_not
from orders import forms, reading, selectors, services, thread
from orders.views import common
from orders.views.common import Reader

WHOLE, END = 200, 20
"""How many messages the thread's own page shows, and how many the order's."""


def parts(reader: Reader, most: int) -> dict[str, Any]:
    """The thread for a page: what was written, and the form, or why nobody can write here now."""
    order = reader.order
    refusal = why_not(order, "add_message", reader.actor)
    rows = selectors.messages_of(order, most + 1)
    selling = reader.side == reading.SELLER
    contact = _("Contact the buyer") if selling else _("Contact the seller")
    write_to = _("Write to the buyer") if selling else _("Write to the seller")
    return {
        "messages_list": thread.messages(order, rows[-most:], reader.actor.user_id), "more": len(rows) > most,
        "message_form": None if refusal else forms.MessageForm(order=order),
        "message_url": reverse("orders:message", args=[order.reference]), "contact": contact, "write_to": write_to,
        "message_closed": "" if refusal is None or isinstance(refusal, NotAllowed) else str(refusal),
    }  # fmt: skip


@common.form
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole thread with its form; a POST writes into it."""
    reader = common.reader_of(request, reference)
    if request.method == "POST":
        return _send(request, reader)
    held = kept.found(request)
    extra = kept.shown(held)
    if held.texts and why_not(reader.order, "add_message", reader.actor) is None:
        extra["message_form"] = forms.MessageForm(order=reader.order, initial=held.texts)
    return _page(request, reader, extra)


def _send(request: HttpRequest, reader: Reader) -> HttpResponse:
    form = forms.MessageForm(request.POST, order=reader.order)
    refusal = why_not(reader.order, "add_message", reader.actor)
    if refusal is not None:
        status = 403 if isinstance(refusal, NotAllowed) else 409
        return _page(request, reader, {"message_closed": str(refusal)}, status)
    if not form.is_valid():
        return _page(request, reader, {"message_form": form}, 422)

    def act() -> str:
        services.send_message(
            order_id=reader.order.pk, actor=reader.actor, body=form.cleaned_data["body"],
            language=get_language() or "",
        )  # fmt: skip
        return f"{reader.url}#messages"

    try:
        target = web.once(request, act)
    except Refused as refused:
        return _page(request, reader, {"message_closed": str(refused)}, web.status_of(refused))
    messages.success(request, _("Your message is sent. The other side was told."))
    return redirect(target)


def _page(
    request: HttpRequest, reader: Reader, extra: dict[str, Any], status: int = 200
) -> HttpResponse:
    shown = parts(reader, WHOLE)
    key = request.POST.get("form_key", "")[:64]
    context = shown | extra | {
        "reader": reader, "order": reader.order, "goods": reading.goods(reader.order),
        "crumbs": [
            *reader.crumbs, {"label": reader.order.number, "url": reader.url}, {"label": _("Messages")},
        ],
    }  # fmt: skip
    return render(
        request, "orders/message.html", context | ({"form_key": key} if key else {}), status=status
    )
