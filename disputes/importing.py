"""Bad reviews in an import open the dispute that their author would have opened, where the rules allow it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core import words
from core.actors import Actor
from core.batch import Batch
from core.errors import Refused
from disputes.effects import opening
from disputes.effects.opening import Claim
from disputes.models import Dispute
from disputes.selectors import eligibility
from disputes.states import Reason, Wanted
from orders import importers
from orders.importers import Disputes
from orders.importers.records import Review
from orders.models import Order

WORST = 2
"""Reviews of so many stars or fewer, with a text, are complaints."""

NOT_HERE = re.compile(
    r"\bn[ãa]o\s+(?:\w+\s+)?(?:recebi|chegou|chegaram|veio|vieram|entreg\w+|foi entregue)|nunca (?:recebi|chegou)|"
    r"ainda n[ãa]o|\bcad[êe]\b|extravi|not (?:received|arrived)|never (?:came|arrived)|no (?:ha )?lleg"
)
SIGNS: tuple[tuple[Reason, re.Pattern[str]], ...] = (
    (Reason.PARTS_MISSING, re.compile(
        r"(?:falt\w+|sem)[^.]{0,25}(?:pe[çc]a|parafus|acess[óo]ri|manual|controle|cabo|tampa)"
    )),
    (Reason.QUANTITY, re.compile(
        r"falt(?:ou|ando|aram|a um)|incomplet|metade|(?:veio|recebi|chegou|entreg\w+)\s+(?:s[óo]|apenas|somente)|"
        r"(?:s[óo]|apenas|somente)\s+(?:recebi|veio|chegou|entreg\w+)|restante|outr[ao]s? (?:item|produto)s? n[ãa]o"
    )),
    (Reason.DAMAGED, re.compile(
        r"quebrad|danificad|amassad|rasgad|arranhad|trincad|avaria|estragad|rachad|furad|manchad|broken|damaged|roto"
    )),
    (Reason.DEFECTIVE, re.compile(
        r"n[ãa]o funcion|defeit|n[ãa]o liga|parou de|queimad|does(?:n.t| not) work|no funciona"
    )),
    (Reason.COUNTERFEIT, re.compile(r"\bfals|r[ée]plica|pirata|n[ãa]o [ée] original|paralel|fake|counterfeit")),
    (Reason.COLOUR, re.compile(r"\bcor\b|\bcores\b|colou?r\b")),
    (Reason.SIZE, re.compile(r"tamanho|pequen|muito grande|n[ãa]o serv|medida|too (?:small|big|large)")),
    (Reason.STYLE, re.compile(r"qualidade|material|tecido|acabamento|quality")),
)  # fmt: skip


def guess(order: Order, review: Review) -> tuple[bool, Reason]:
    """Did it arrive, and what is wrong: delivery facts at the time of the review first, then its words."""
    text = f"{review.title} {review.text}".lower()
    arrived = order.delivered_at is not None and order.delivered_at <= review.at
    if not arrived:
        return False, Reason.LATE if order.promise_is_over(review.at) else Reason.NO_TRACKING
    found = next((reason for reason, sign in SIGNS if sign.search(text)), None)
    missing = NOT_HERE.search(text) and found not in {Reason.QUANTITY, Reason.PARTS_MISSING}
    if missing and eligibility.why_not_missing(order, review.at) is None:
        return False, Reason.WRONG_ADDRESS
    return True, found or Reason.SPECIFICATION


def claim(order: Order, review: Review) -> Claim:
    """What the author would have filled in: all of the money back, in the words of the review."""
    received, reason = guess(order, review)
    eligibility.check_reason(order, received, reason, review.at)
    most = int(order.policy.get("description_max_chars"))
    story = words.clean_text(f"{review.title}\n{review.text}".strip()[:most], most)
    if not story:
        raise Refused(code="no_story")
    return Claim(
        received=received, reason=reason, story=story, wanted=Wanted.REFUND, amount=order.refundable,
        language=review.language[:12],
    )  # fmt: skip


@importers.after_import
def open_from_reviews(orders: Sequence[Order], reviews: Mapping[int, Review]) -> Disputes:
    """Open disputes at the time of their reviews; count what the rules refused, by rule, and what is no complaint.

    What happened to the order by then counts, not what came later: before the delivery it is "not received".
    Clocks count from the review, so those that have run out since are enforced by the next sweep. An order
    that has its dispute already is passed over.
    """
    done, bad = Disputes(), dict[int, Review]()
    for pk in (order.pk for order in orders if order.pk in reviews):
        if reviews[pk].score > WORST:
            done.passed["content"] += 1
        elif not (reviews[pk].text or reviews[pk].title).strip():
            done.passed["no_words"] += 1
        else:
            bad[pk] = reviews[pk]
    with Batch() as batch:
        known = set(Dispute.objects.filter(order_id__in=bad).values_list("order_id", flat=True))
        done.passed["already"] += len(known)
        for order in batch.lock(Order, bad.keys() - known):
            review = bad[order.pk]
            if review.at > batch.now:
                done.passed["not_yet"] += 1
                continue
            if (no := eligibility.why_not_by_facts(order, review.at)) is not None:
                done.refused[no.code] += 1
                continue
            if any(deadline.passed(batch.now) for deadline in order.open_deadlines):
                done.refused["clock_is_due"] += 1  # the sweep comes first; a second import opens it
                continue
            try:
                told = claim(order, review)
            except Refused as refusal:
                done.refused[refusal.code] += 1
                continue
            author = Actor.person(order.buyer_id, why="review in an import")
            opening.open_dispute(batch, order, told, author, at=review.at)
            done.opened += 1
    return done
