"""Every move on an order as a page that asks, with its consequence, and the POST that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from core import kept, web
from core.errors import CaseChanged, NotAllowed, Refused
from core.transitions import allowed, why_not
from orders import forms, policies, reading, services
from orders.models import Order
from orders.states import OrderState
from orders.views import common
from orders.views.common import Reader

Run = Callable[[Reader, dict[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the transition that allows it, its words, its form, and the service that does it."""

    name: str
    transition: str
    label: Any
    title: Any
    text: Callable[[Reader], str]
    form: type[forms.MoveForm]
    run: Run
    done: Any
    """What is said afterwards: a sentence, or a function that makes it from the order as it is then."""
    yes: Any
    kind: str = ""

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")

    def part(self, reader: Reader) -> dict[str, Any]:
        """The move as an entry of the list of actions."""
        url = reverse(f"orders:{self.name}", args=[reader.order.reference])
        return {
            "name": self.name,
            "title": self.title,
            "text": self.text(reader),
            "label": self.label,
            "url": url,
        }


def _confirm_text(reader: Reader) -> str:
    if policies.had_its_dispute(reader.order):
        return _(
            "The money goes to the seller now. This order has had its one dispute; it cannot have a second one."
        )
    days = reader.order.policy.days("protection_days")
    return ngettext(
        "The money goes to the seller now, and you can no longer say that the goods did not arrive. Goods that are"
        " damaged or not as described can be disputed for %(days)s more day.",
        "The money goes to the seller now, and you can no longer say that the goods did not arrive. Goods that are"
        " damaged or not as described can be disputed for %(days)s more days.",
        days,
    ) % {"days": days}


def _ask_text(reader: Reader) -> str:
    return _(
        "The seller may move the delivery date; your protection moves with it. Until then nothing changes."
    )


def _extend_text(reader: Reader) -> str:
    asked = reader.order.extension_requested_days
    if asked:
        return ngettext(
            "The buyer asks for %(days)s day more. The buyer’s protection moves with the date.",
            "The buyer asks for %(days)s days more. The buyer’s protection moves with the date.",
            asked,
        ) % {"days": asked}
    return _("The buyer is told, and the buyer’s protection moves with the date.")


def _cancel_text(reader: Reader) -> str:
    if reader.order.state == OrderState.AWAITING_PAYMENT:
        return _("Nothing was paid, so nothing is owed. This cannot be undone.")
    return _("All of the money that was paid goes back to the buyer. This cannot be undone.")


def _ship_text(reader: Reader) -> str:
    day = date_format(localtime(reader.order.promised_at), "DATE_FORMAT")
    return _("The buyer gets the tracking number. Delivery was promised by %(day)s.") % {"day": day}


def _proof_text(reader: Reader) -> str:
    days = reader.order.policy.days("proof_check_days")
    return ngettext(
        "A tracking number lets the order go on at once. Anything else is read by us within %(days)s day; the order"
        " is not closed meanwhile. Proof that is false counts against the store.",
        "A tracking number lets the order go on at once. Anything else is read by us within %(days)s days; the order"
        " is not closed meanwhile. Proof that is false counts against the store.",
        days,
    ) % {"days": days}


def _proved(order: Order) -> str:
    if order.state == OrderState.UNDER_CHECK:
        return _("Thank you. We check your proof; the order waits and is not closed meanwhile.")
    return _("Thank you. The order goes on.")


def _lift_text(reader: Reader) -> str:
    if reader.order.state == OrderState.UNDER_CHECK:
        return _("You accept the proof: the order goes on, and both sides are told.")
    return _(
        "You are satisfied without the seller’s proof: the order goes on, and both sides are told."
    )


def _pk(reader: Reader) -> dict[str, Any]:
    return {"order_id": reader.order.pk, "actor": reader.actor}


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move(
            "ship", "ship", lazy("Send the parcel"), lazy("Send the parcel"), _ship_text, forms.ShipForm,
            lambda reader, data: services.ship_order(**_pk(reader), **data),
            lazy("The parcel is on its way. The buyer has the tracking number."), lazy("It is sent"),
        ),
        Move(
            "verify", "submit_proof", lazy("Prove this order"), lazy("Prove this order"), _proof_text, forms.ProofForm,
            lambda reader, data: services.prove_order(**_pk(reader), **data),
            _proved, lazy("Send the proof"),
        ),
        Move(
            "lift", "lift_hold", lazy("Lift the hold"), lazy("Let this order go on"), _lift_text, forms.ReasonForm,
            lambda reader, data: services.confirm_verification(**_pk(reader), proof=data["reason"]),
            lazy("The order goes on. Both sides were told."), lazy("Let it go on"),
        ),
        Move(
            "refuse_proof", "refuse_proof", lazy("Refuse the proof"), lazy("Refuse the seller’s proof"),
            lambda reader: _("The seller reads your reason and may answer again in the time that was left, at least"
                             " for a day. After that the order closes and the money goes back."),
            forms.ReasonForm, lambda reader, data: services.refuse_proof(**_pk(reader), reason=data["reason"]),
            lazy("The seller was told why, and may answer again."), lazy("Refuse it"),
        ),
        Move(
            "confirm_receipt", "confirm_receipt", lazy("Confirm receipt"), lazy("Confirm receipt"), _confirm_text,
            forms.ConfirmForm, lambda reader, _data: services.confirm_receipt(**_pk(reader)),
            lazy("Receipt is confirmed. The money goes to the seller."), lazy("Yes, I have the goods"),
        ),
        Move(
            "ask_extension", "request_extension", lazy("Ask for more time"), lazy("Ask for a later delivery date"),
            _ask_text, forms.DaysForm,
            lambda reader, data: services.request_extension(**_pk(reader), days=data["days"]),
            lazy("The seller was asked. We write to you when the date moves."), lazy("Ask the seller"),
        ),
        Move(
            "extend_delivery", "extend_delivery", lazy("Move the delivery date"), lazy("Move the delivery date"),
            _extend_text, forms.DaysForm,
            lambda reader, data: services.extend_delivery(**_pk(reader), days=data["days"]),
            lazy("The new date is set, and the buyer was told."), lazy("Set the new date"),
        ),
        Move(
            "hold", "place_on_hold", lazy("Put on hold"), lazy("Put this order on hold"),
            lambda reader: _("Nothing is sent until it is verified. Both sides read your reason."), forms.ReasonForm,
            lambda reader, data: services.place_on_hold(**_pk(reader), reason=data["reason"]),
            lazy("The order is on hold."), lazy("Put it on hold"),
        ),
        Move(
            "cancel", "cancel", lazy("Cancel the order"), lazy("Cancel this order"), _cancel_text, forms.CancelForm,
            lambda reader, data: services.cancel_order(**_pk(reader), reason=data["reason"]),
            lazy("The order is cancelled."), lazy("Cancel the order"), "danger",
        ),
        Move(
            "close", "close", lazy("Close the order"), lazy("Close this order"),
            lambda reader: _("The order ends, and what is held goes back to the buyer. Both sides read your reason."),
            forms.ReasonForm, lambda reader, data: services.close_order(**_pk(reader), reason=data["reason"]),
            lazy("The order is closed."), lazy("Close the order"), "danger",
        ),
    )
}  # fmt: skip


def possible(reader: Reader, names: list[str]) -> list[Move]:
    """The moves that are open to the reader now, the next step first."""
    return [move for move in MOVES.values() if move.transition in names]


def view_of(move: Move) -> common.View:
    """The view at the move's address."""

    @common.form
    def ask_or_do(request: HttpRequest, reference: str) -> HttpResponse:
        reader = common.reader_of(request, reference)
        if request.method == "POST":
            return _do(request, reader, move)
        if move.transition not in allowed(reader.order, reader.actor):
            messages.warning(
                request, _("This is not possible now. Here is the order as it stands.")
            )
            return redirect(reader.url)
        held = kept.found(request)
        form = move.form(order=reader.order, initial=held.texts)
        return _page(request, reader, move, form, **kept.shown(held))

    ask_or_do.__name__ = move.name
    return ask_or_do


def _do(request: HttpRequest, reader: Reader, move: Move) -> HttpResponse:
    """The POST of a move: what is not possible now is said before anything is asked of what was typed."""
    form = move.form(request.POST, order=reader.order)

    after: list[Any] = []

    def act() -> str:
        _check(reader, move)
        after.append(move.run(reader, form.cleaned_data))
        return reader.url

    try:
        if not form.is_valid():
            _check(reader, move)
            return _page(request, reader, move, form, status=422)
        target = web.once(request, act)
    except Refused as refusal:
        form.errors.clear()
        form.add_error(None, str(refusal))
        return _page(request, reader, move, form, status=web.status_of(refusal))
    if not callable(move.done):
        messages.success(request, move.done)
    elif after:
        messages.success(request, move.done(after[0]))
    return redirect(target)


def _check(reader: Reader, move: Move) -> None:
    """Raise why the move is closed to this reader now; the batch asks again under the lock."""
    refusal = why_not(reader.order, move.transition, reader.actor)
    if isinstance(refusal, NotAllowed):
        raise refusal
    if refusal is not None:
        raise CaseChanged(refusal.message, refusal.code)


def _page(
    request: HttpRequest, reader: Reader, move: Move, form: Any, status: int = 200, **more: Any
) -> HttpResponse:
    context = {
        "reader": reader, "order": reader.order, "move": move, "form": form, "text": move.text(reader),
        "goods": reading.goods(reader.order), "turn": reading.turn_of(reader.order, reader.side), "gone": status == 409,
        "crumbs": [*reader.crumbs, {"label": reader.order.number, "url": reader.url}, {"label": move.title}],
    }  # fmt: skip
    return render(
        request, "orders/move.html", context | web.kept_key(request) | more, status=status
    )
