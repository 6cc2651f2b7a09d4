"""Finding a dispute among a million: by whole words or their beginnings, each through an index of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import User
from core import references
from disputes.models import Dispute, ReplacementParcel, ReturnParcel
from orders.models import Order, Shipment, Store

MOST = 200
"""So many orders or people are followed; who searches for less than that types more."""
LEAST = 3
"""Symbols of a reference, or letters of a name, below which nothing is looked for."""


def matches(text: str, storefront_ids: list[int]) -> Q:
    """Disputes by the beginning of their reference (with its prefix or not), order number or a name, or by a
    whole tracking number.

    Names are those of buyer, seller and store, in any case.
    """
    people = _people(text)
    found = Q(order_id__in=_orders(text, storefront_ids)) | Q(pk__in=_parcels(text))
    found |= Q(buyer_id__in=people) | Q(seller_id__in=people)
    reference = references.normalise(text)
    if references.is_valid(reference, Dispute.REFERENCE_PREFIX):
        return found | Q(reference=reference)
    symbols = "".join(c for c in text.upper() if c.isalnum()).removeprefix(Dispute.REFERENCE_PREFIX)
    if len(symbols) >= LEAST and set(symbols) <= set(references.ALPHABET):
        found |= Q(reference__startswith=f"{Dispute.REFERENCE_PREFIX}-{symbols}")
    return found


def _orders(text: str, storefront_ids: list[int]) -> set[int]:
    """Keys of orders whose number begins so, or a parcel of which has this tracking number."""
    found: set[int] = set()
    for storefront_id in storefront_ids if len(text) >= LEAST else ():
        for begin in {text, text.upper()}:
            rows = Order.objects.filter(storefront_id=storefront_id, number__gte=begin)
            first = rows.order_by("number").values_list("number", "pk")[:MOST]
            found |= {pk for number, pk in first if number.startswith(begin)}
    parcels = Shipment.objects.filter(tracking_number__in=_written(text))
    return found | set(parcels.values_list("order_id", flat=True)[:MOST])


def _parcels(text: str) -> set[int]:
    """Keys of disputes with a return or a replacement of this tracking number."""
    found: set[int] = set()
    for parcels in (ReturnParcel.objects, ReplacementParcel.objects):
        rows = parcels.filter(tracking_number__in=_written(text))
        found |= set(rows.values_list("dispute_id", flat=True)[:MOST])
    return found


def _written(text: str) -> set[str]:
    """How a tracking number may have been stored: as typed, in capitals, without its spaces."""
    joined = "".join(text.split())
    return {text, text.upper(), joined, joined.upper()}


def _people(text: str) -> set[int]:
    """Keys of people, and of the owners of stores, whose name begins so."""
    if len(text) < LEAST:
        return set()
    wanted: Any = text.upper()
    rows = User.objects.annotate(found=Upper("name")).filter(found__gte=wanted)
    first = rows.order_by("found").values_list("name", "pk")[:MOST]
    people = {pk for name, pk in first if name.casefold().startswith(text.casefold())}
    stores = Store.objects.filter(name__istartswith=text)
    return people | set(stores.values_list("owner_id", flat=True)[:MOST])
