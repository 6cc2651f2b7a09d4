"""The parts of a dispute page as the templates of the design take them: offers, actions, money, history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import cases
from core.words import outside_deal_hints
from disputes.models import Message, Offer
from disputes.reading import clocks, exhibits, payout, settling, terms
from disputes.selectors import refunds as expected_refunds
from disputes.selectors.pages import CasePage
from disputes.states import TERMINAL, OfferState, Outcome, Party, Wanted
from disputes.states import DisputeState as S
from disputes.views.common import Reader
from disputes.views.moves import ELSEWHERE, MOVES, Move, possible
from orders import reading as orders_reading
from orders.models import Refund
from orders.thread import caution

Part = dict[str, Any]


def url_of(move: Move, reader: Reader) -> str:
    return reverse(move.url_name, args=[reader.dispute.reference])


def moves_of(reader: Reader, allowed: list[str]) -> dict[str, Part]:
    """Every move that is open now: its address, words, and the dialog that asks before it."""
    return {
        move.name: {
            "move": move,
            "url": url_of(move, reader),
            "title": move.say(move.title, reader),
            "text": move.say(move.text, reader),
            "label": move.say(move.label, reader),
            "yes": move.say(move.yes, reader),
            "kind": move.kind,
            "exactly": move.exactly(reader) if move.exactly else None,
        }
        for move in MOVES.values()
        if possible(move, reader, allowed)
    }


def offers(reader: Reader, page: CasePage, moves: dict[str, Part]) -> list[Part]:
    """The two sides' offers: theirs first, because it waits for the reader; each with the one thing to do."""
    dispute, side = reader.dispute, reader.side
    accept = moves.get("accept_request") or moves.get("accept_offer")
    if page.yours is None and page.theirs is None:
        return [_agreed(reader, o) for o in page.offers if o.state == OfferState.ACCEPTED]
    shown = []
    for offer, party in ((page.theirs, terms.other(side)), (page.yours, side)):
        mine = party == side
        if offer is None:
            shown.append(_missing(reader, party, mine, moves))
            continue
        action: Part = {}
        if mine and "offer" in moves:
            action = {"label": _("Change offer"), "url": moves["offer"]["url"]}
        elif not mine and accept:
            action = {"label": accept["label"], "url": accept["url"], "popover": "accept"}
        first = offer.made_at == dispute.opened_at
        title = (
            (_("You asked for") if first else _("You offer to take"))
            if mine and side == Party.BUYER
            else _("You offer")
            if mine
            else _offers(reader, first)
        )
        shown.append(_offer(reader, offer, title, "yours" if mine else "theirs", action))
    return shown


def _offers(reader: Reader, first: bool) -> str:
    if reader.side == Party.BUYER:
        return _("%(store)s offers") % {"store": terms.party(reader.dispute, reader.side)}
    return _("The buyer asks for") if first else _("The buyer offers to take")


def _offer(reader: Reader, offer: Offer, title: str, standing: str, action: Part) -> Part:
    return {
        "title": title, "at": offer.made_at, "amount": offer.amount, "currency": reader.dispute.currency,
        "standing": standing, "rows": terms.rows(reader.dispute, offer, reader.side), "action": action,
        "caution": warned(offer.note, mine=offer.party == reader.side),
    }  # fmt: skip


def _agreed(reader: Reader, offer: Offer) -> Part:
    """The terms that bind, with the moment at which they began to."""
    at = {"at": reader.dispute.agreed_at or offer.ended_at}
    return _offer(reader, offer, _("You both agreed on"), "agreed", {}) | at


def _missing(reader: Reader, party: str, mine: bool, moves: dict[str, Part]) -> Part:
    """A side without an offer: why, and what to do about it."""
    rejected = reader.dispute.answered_at is not None
    title = _("You rejected the request") if rejected else _("Your answer")
    if not mine:
        title = _("%(store)s rejected it") if rejected else _("%(store)s")
        title %= {"store": terms.party(reader.dispute, reader.side)}
    action = (
        {"label": moves["offer"]["label"], "url": moves["offer"]["url"]}
        if mine and "offer" in moves
        else {}
    )
    answer = reader.dispute.seller_answer if party == Party.SELLER else ""
    rows = [{"label": _("Reason"), "value": f"“{answer}”"}] if answer else []
    return {
        "title": title,
        "at": reader.dispute.answered_at,
        "amount": None,
        "standing": "yours" if mine else "theirs",
        "rows": rows,
        "action": action,
    }


def actions(reader: Reader, moves: dict[str, Part], can_add: bool) -> list[Part]:
    """What else one can do: the consequence beside each button; what ends the dispute comes last."""
    shown = [part for name, part in moves.items() if name not in ELSEWHERE]
    if can_add:
        add = {
            "move": {"name": "add_evidence"}, "title": _("Add evidence"), "label": _("Add evidence"), "kind": "",
            "text": _("At any time while the case is open. The other side sees it too."),
            "url": reverse("disputes:add_evidence", args=[reader.dispute.reference]),
        }  # fmt: skip
        last = next(
            (n for n, part in enumerate(shown) if part["move"].name in ("settle", "withdraw")),
            len(shown),
        )
        shown.insert(last, add)
    return shown


def money(reader: Reader, order: Any) -> list[Part]:
    """What was paid, by what, in the words of the order's own pages; and what still goes back."""
    last = payout.ahead(reader.dispute, reader.side)
    return [*orders_reading.money_rows(order, reader.side, items=True), *([last] if last else [])]


def settlement_warning(reader: Reader) -> str:
    """A word where the refund of an open settlement is expected after its own day."""
    settlement = reader.dispute.hand.settlement
    if settlement is None:
        return ""
    expected = expected_refunds.settlement_expected_by(reader.dispute, settlement)
    return settling.too_early(expected, settlement.by)


def refunds(reader: Reader, order: Any) -> list[Part]:
    """The refunds of this dispute as bars of progress: requested, sent, received, and what is late."""
    dispute = reader.dispute
    found = Refund.objects.filter(order=order, cause__startswith=f"dispute {dispute.reference}")
    rows = cases.present(found, dispute.now)
    for refund in rows:
        refund.order = order
    return [orders_reading.refund_part(refund, reader.side) for refund in rows]


def history(reader: Reader, page: CasePage) -> list[Part]:
    """What happened, newest first, with what is still to come on top."""
    dispute = reader.dispute
    past: list[Part] = [
        {
            "at": line.at,
            "text": line.what,
            "by": "" if line.is_clock else f"· {line.who}",
            "when": "",
        }
        for line in page.history
        if line.name != "message_added"
    ]
    if past and dispute.state not in TERMINAL:
        past[0] |= {"when": "now", "strong": True}
    ahead = [
        {"at": clock.due_at, "text": clocks.AHEAD[clock.kind], "when": "ahead"}
        for clock in dispute.open_deadlines
        if clock.state == "pending"
        and clock.kind in clocks.AHEAD
        and not clocks.is_late(dispute, clock.kind)
        and dispute.now
        and clock.due_at > dispute.now
    ]
    return [*sorted(ahead, key=lambda entry: entry["at"], reverse=True), *past]


def messages(reader: Reader, rows: Sequence[Message], others_read_at: Any) -> list[Part]:
    """The thread; a hint at a deal outside carries its caution, to both sides."""
    shown = []
    for row in rows:
        mine = row.author_id == reader.actor.user_id
        name = (
            _("You")
            if mine
            else _("Mediator")
            if row.party == Party.PLATFORM
            else terms.party(reader.dispute, reader.side)
        )
        shown.append(
            {
                "author": name[:1].upper() + name[1:] if not mine else name,
                "from": "you" if mine else "staff" if row.party == Party.PLATFORM else row.party,
                "at": row.sent_at,
                "text": row.body,
                "language": row.language,
                "read": mine and others_read_at is not None and others_read_at >= row.sent_at,
                "caution": caution(row.caution, mine),
            }
        )
    return shown


def warned(text: str, *, mine: bool) -> str:
    """The caution beside words of a party that are no message: the note of an offer, a rejection."""
    return caution(outside_deal_hints(text), mine) if text else ""


def facts(reader: Reader, order: Any) -> list[Part]:
    """The order in a few lines, for the side panel."""
    from core.templatetags import timewords

    rows = []
    if order.delivered_at:
        rows.append(
            {"label": _("Delivered"), "value": timewords.moment(order.delivered_at, "short")}
        )
    elif order.promised_at:
        rows.append(
            {"label": _("Promised for"), "value": timewords.moment(order.promised_at, "day")}
        )
    rows += [
        {"label": _("Parcel"), "value": s.tracking_number}
        for s in order.shipments.all()
        if s.tracking_number
    ]
    if order.destination_city:
        rows.append(
            {
                "label": _("Sent to"),
                "value": f"{order.destination_city}, {order.destination_country}",
            }
        )
    if reader.dispute.is_open and reader.side == Party.BUYER:
        rows.append({"label": _("Protection"), "value": _("Stands still during the dispute")})
    return rows


def held(reader: Reader) -> tuple[str, str]:
    """Where the money is, in one sentence, with the icon of the note."""
    dispute, buyer = reader.dispute, reader.side == Party.BUYER
    if dispute.is_open:
        if dispute.order.held:
            text = (
                _("We hold the money. The seller gets nothing while this dispute is open.")
                if buyer
                else _("The money is held while this dispute is open.")
            )
            return "lock", text
        return "info", _(
            "The money was already released to the seller; a refund would be taken back from there."
        ) if buyer else _("The money was already released to you; a refund would be taken back.")
    if dispute.outcome == Outcome.WITHDRAWN:
        return "info", _("The order goes on as before the dispute.")
    return "check", _("The dispute no longer holds the order.")


def claim(reader: Reader) -> list[Part]:
    """The buyer's claim in facts: what, why and how much, as it was sent."""
    dispute = reader.dispute
    return [
        {"label": _("Arrived?"), "value": _("Yes") if dispute.received else _("No")},
        {"label": _("What is wrong"), "value": dispute.get_reason_display()},
        {"label": _("Wanted"), "value": Wanted(dispute.wanted).label},
        {"label": _("Asked for"), "value": terms.amount(dispute, dispute.amount_asked)},
    ]  # fmt: skip


def tally(page: CasePage, reader: Reader) -> str:
    return exhibits.tally(page.evidence, reader.side)


def shows_offers(reader: Reader) -> bool:
    """Offers stand on the page while they matter: until agreed, and as what was agreed."""
    return (
        reader.dispute.state in (S.AWAITING_SELLER, S.NEGOTIATING)
        or reader.dispute.outcome == Outcome.AGREED
        or replacing(reader)
    )


def returning(reader: Reader) -> bool:
    """Whether a return is under way or was: its parcel has a card of its own."""
    return (
        reader.dispute.state in (S.AWAITING_RETURN, S.RETURN_IN_TRANSIT)
        or reader.dispute.hand.parcel is not None
    )


def replacing(reader: Reader) -> bool:
    """Whether a replacement is to come or has come: its parcel has a card of its own."""
    return (
        reader.dispute.state in (S.AWAITING_REPLACEMENT, S.REPLACEMENT_IN_TRANSIT)
        or reader.dispute.hand.replacement is not None
    )
