"""Who sees which coupon, and the sums over all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.http import Http404

from core import cases, money, references
from core.models import Storefront
from coupons.models import Compensation, Coupon, CouponEntry
from coupons.states import OPEN, Account, CouponDeadlineKind, CouponState

ZERO = Decimal(0)


def coupons_of(user_id: int) -> QuerySet[Coupon]:
    """A person's coupons; those that were replaced by a choice are not among them."""
    mine = Coupon.objects.filter(owner_id=user_id, choice=F("compensation__choices"))
    return mine.select_related("compensation")


def usable_sums(coupons: Iterable[Coupon]) -> list[tuple[str, Decimal]]:
    """What can be spent now, for each currency. The coupons have the time and their clocks."""
    sums: dict[str, Decimal] = {}
    for coupon in coupons:
        if coupon.is_usable:
            sums[coupon.currency] = sums.get(coupon.currency, ZERO) + coupon.value
    return sorted(sums.items())


def open_coupons(user_id: int, most: int) -> list[Coupon]:
    """What is promised to a person or can be spent, what runs out first on top, with the time."""
    rows = coupons_of(user_id).filter(state__in=sorted(OPEN)).order_by("next_due_at", "pk")
    return cases.present(rows[:most])


def get_compensation(user: Any, reference: str) -> Compensation:
    """A person's own compensation by its reference as typed. Raises Http404 for everybody else."""
    wanted = references.normalise(reference[:40])
    if not references.is_valid(wanted, Compensation.REFERENCE_PREFIX):
        raise Http404
    found = Compensation.objects.filter(reference=wanted, owner_id=user.pk).first()
    if found is None:
        raise Http404
    return found


def present_coupons(compensation: Compensation) -> list[Coupon]:
    """The coupons of the present choice, with the time and their clocks."""
    rows = compensation.coupons.filter(choice=compensation.choices)
    return cases.present(rows.order_by("-value", "pk"))


def get_coupon(storefronts: Iterable[int], reference: str) -> Coupon:
    """A coupon of one of these storefronts. Raises Http404."""
    wanted = references.normalise(reference[:40])
    if not references.is_valid(wanted, Coupon.REFERENCE_PREFIX):
        raise Http404
    found = Coupon.objects.filter(reference=wanted, storefront__in=list(storefronts)).first()
    if found is None:
        raise Http404
    return cases.at(found)


def listed(storefront: Storefront, state: str, query: str) -> QuerySet[Coupon]:
    """Coupons of a storefront for its administrators: in one state, or with this reference or of this person."""
    rows = Coupon.objects.filter(storefront=storefront).select_related("compensation", "owner")
    if state in CouponState.values:
        rows = rows.filter(state=state)
    if query:
        wanted = references.normalise(query)
        known = Q(reference=wanted) | Q(compensation__reference=wanted)
        known |= Q(compensation__cause=wanted)
        person = Q(owner__name__iexact=query) | Q(owner__email__iexact=query)
        rows = rows.filter(known if references.is_valid(wanted) else person)
    return rows.order_by("-changed_at", "-pk")


@dataclass(slots=True)
class Balance:
    """The value of a storefront's coupons in one currency: given is what all compensations promised."""

    currency: str
    given: Decimal
    by_account: dict[str, Decimal]

    @property
    def balances(self) -> bool:
        return self.given == sum(self.by_account.values(), ZERO)


def balances(storefront: Storefront) -> list[Balance]:
    """What the ledger says, for each currency: promised to people in all, and where that value is now."""
    entries = CouponEntry.objects.filter(storefront=storefront).order_by()
    found: dict[str, dict[str, Decimal]] = {}
    for side, sign in (("credit", 1), ("debit", -1)):
        sums = entries.values_list("currency", side).annotate(total=Sum("amount"))
        for currency, account, total in sums:
            accounts = found.setdefault(currency, {})
            moved = sign * money.quantize(total, currency)
            accounts[account] = accounts.get(account, ZERO) + moved
    rows = []
    for currency, accounts in sorted(found.items()):
        given = -accounts.pop(Account.MARKETPLACE, ZERO)
        shown = {a: accounts.get(a, ZERO) for a in Account.values if a != Account.MARKETPLACE}
        rows.append(Balance(currency, given, shown))
    return rows


_FAULTS = (
    (
        "its coupons do not sum to it",
        "SELECT m.reference FROM coupons_compensation m WHERE round(m.value, 4) <>"
        " (SELECT round(coalesce(sum(c.value), 0), 4) FROM coupons_coupon c"
        " WHERE c.compensation_id = m.id AND c.choice = m.choices)",
    ),
    (
        "a coupon of an earlier choice still lives",
        "SELECT m.reference FROM coupons_compensation m JOIN coupons_coupon c ON c.compensation_id = m.id"
        " WHERE c.choice <> m.choices AND c.state <> 'revoked'",
    ),
    (
        "its state is not where its ledger says",
        "SELECT c.reference FROM coupons_coupon c LEFT JOIN coupons_couponentry e ON e.coupon_id = c.id AND e.seq ="
        " (SELECT max(l.seq) FROM coupons_couponentry l WHERE l.coupon_id = c.id)"
        " WHERE e.id IS NULL OR NOT (c.state = e.credit OR (c.state = 'revoked' AND e.kind = 'split'))",
    ),
    (
        "its ledger has a gap or moves another amount",
        "SELECT c.reference FROM coupons_coupon c JOIN coupons_couponentry e ON e.coupon_id = c.id"
        " LEFT JOIN coupons_couponentry b ON b.coupon_id = c.id AND b.seq = e.seq - 1"
        " WHERE round(e.amount, 4) <> round(c.value, 4) OR e.currency <> c.currency"
        " OR e.debit <> coalesce(b.credit, 'marketplace') OR (e.seq > 1 AND b.id IS NULL)",
    ),
)


def faults() -> Iterator[tuple[str, str]]:
    """References of compensations and coupons that do not add up, each with why. Trusts no sum and no state."""
    with connection.cursor() as cursor:
        for why, sql in _FAULTS:
            cursor.execute(f"SELECT DISTINCT x.reference FROM ({sql}) AS x ORDER BY 1")  # noqa: S608
            while rows := cursor.fetchmany(1000):
                yield from ((str(reference), why) for (reference,) in rows)
    for storefront in Storefront.objects.order_by("pk"):
        for row in balances(storefront):
            if not row.balances:
                yield (
                    f"{storefront.slug} {row.currency}",
                    "its accounts do not sum to what was promised",
                )


def clock_of(coupon: Coupon) -> Any:
    """The clock that runs on a coupon: until it is there, or until it expires."""
    kinds = CouponDeadlineKind
    return coupon.deadline(kinds.ISSUE) or coupon.deadline(kinds.EXPIRY)


def most_and_least(coupon: Coupon) -> tuple[int, int]:
    """Into how many coupons a value may be split, and how small one may be, by the coupon's own policy."""
    policy = coupon.policy
    return int(policy.get("coupon_most_parts")), int(policy.get("coupon_least"))
