"""The histories: who bought what, what went wrong, and how far it has come by now.

A step is (days before now, what to do, …). Whole days happen at some hour of that day, fractions exactly then.
Steps of the clock (a silent seller, a negotiation that ran out) are not written down: they happen by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from demo import goods, words
from demo.stage import LATE_CARD, REFUSED_CARD, Story
from demo.trades import VIEWS, Trade
from demo.world import PEOPLE, STORES, World
from orders.states import Means

Step = tuple[Any, ...]
Script = tuple[str, str, str, dict[str, Any], list[Step]]
RETURN = {"return_required": True, "postage_payer": "seller"}


def sent(shipped: float, placed: float | None = None) -> list[Step]:
    """Bought, paid and shipped."""
    begun = shipped + 2 if placed is None else placed
    return [(begun, "buy"), (shipped, "ship")]


def arrived(days: float, city: str = "") -> list[Step]:
    """Bought, shipped and delivered so many days ago."""
    return [*sent(days + 4), (days + 2, "report", "Hub", "Sorted"), (days, "deliver", city)]


def script(buyer: str, shop: str, kind: str, *steps: Step, **facts: Any) -> Script:
    return buyer, shop, kind, facts, list(steps)


def alice() -> list[Script]:
    """Something in every interesting state for Alice, who buys."""
    return [
        script("alice", "rui", "vase", *arrived(3)),
        script("alice", "harriet", "train", *sent(27, 29)),
        script("alice", "javier", "boots", *arrived(4), (1, "begin", "size")),
        script("alice", "bob", "lamp", *arrived(9), (6, "open", "damaged", "refund", 1, 2),
               (5.9, "show", "buyer", "video"),
               (5.2, "reject"), (4.6, "say", "seller"), (4.1, "say", "buyer"), (3.6, "offer", "seller", "0.3"),
               (2.8, "offer", "buyer", "0.8"), (1.1, "say", "seller", words.OUTSIDE),
               (0.2, "offer", "seller", "0.55")),
        script("alice", "liqiang", "headphones", *arrived(5), (1.8, "open", "defective", "return_refund")),
        script("alice", "javier", "backpack", *arrived(15), (12, "open", "colour", "refund", 1, 2),
               (11, "reject"), (8, "offer", "buyer", "0.7"), (1.2, "escalate")),
        script("alice", "ieva", "watch", *arrived(24), (21, "open", "counterfeit", "refund", 1, 2),
               (20, "reject"),
               (18, "escalate"), (17, "claim"), (16, "ask", "seller"), (14, "answer", "seller"),
               (2.2, "decide", "part", "0.6")),
        script("alice", "wyatt", "phone", *arrived(17), (14, "open", "specification"), (13, "reject"),
               (7, "escalate", "seller"), (5.4, "claim"), (2.1, "ask", "buyer")),
        script("alice", "rui", "mug", *arrived(12), (9, "open", "quantity", "return_refund"),
               (8, "offer", "seller", "1", False, RETURN), (4.3, "accept", "buyer")),
        script("alice", "haruto", "teapot", *arrived(9), (5, "open", "damaged", "refund", 1),
               (4, "reject"), (0.9, "settle", 9)),
        script("alice", "freja", "bikelight", *arrived(48), (45, "open", "defective"), (44, "accept_request"),
               last4=LATE_CARD),
        script("alice", "bob", "vase", *arrived(40), (37, "open", "damaged", "refund", 1),
               (36, "offer", "seller", "0.5"), (35, "accept", "buyer")),
        script("alice", "freja", "bikelight", *arrived(16), (13, "open", "defective", "replacement"),
               (12, "accept_request"), (8, "send_new"), (1.5, "new_came")),
        script("alice", "marina", "lamp", *arrived(33), (30, "confirm")),
        script("alice", "harriet", "blocks", (6, "buy"), (4, "ship"),
               (1, "report", "Calais", "Customs cleared")),
        script("alice", "bob", "mug", (2, "buy"), means=Means.WALLET),
        script("alice", "wyatt", "boots", (3, "buy"), (2.5, "hold")),
        script("alice", "haruto", "mug", (0.4, "place")),
        script("alice", "ieva", "phone", (12, "buy"), (10, "cancel"), coupon=True),
        script("alice", "freja", "backpack", *sent(14), (3, "extend_wish", 7)),
    ]  # fmt: skip


def bobs() -> list[Script]:
    """Bob's inbox: what he must answer, by what runs out first."""
    return [
        script("lena", "bob", "lamp", *arrived(6), (1.87, "open", "damaged", "refund", 1, 2)),
        script("grace", "bob", "mug", *arrived(4), (0.6, "open", "quantity", "refund", 1)),
        script("hugo", "bob", "vase", *arrived(10), (7, "open", "colour"), (6, "offer", "seller", "0.25"),
               (1.4, "offer", "buyer", "0.6")),
        script("aino", "bob", "lamp", *arrived(27), (24, "open", "damaged", "return_refund"), (23, "accept_request"),
               (20, "send_back"), (7.6, "came_back")),
        script("pieter", "bob", "vase", *arrived(20), (17, "open", "damaged", "return_refund"),
               (16, "accept_request"), (12, "send_back")),
        script("emma", "bob", "lamp", *arrived(8), (5, "open", "parts_missing"), (4, "reject"), (1.3, "settle", 12)),
        script("anna", "bob", "vase", *arrived(16), (13, "open", "damaged"), (12, "reject"), (9, "escalate"),
               (5, "claim"), (1.5, "ask", "seller")),
        script("camille", "bob", "mug", *arrived(30), (26, "open", "damaged", "refund", 1)),
        script("mikkel", "bob", "lamp", *arrived(50), (46, "open", "defective", "return_refund"),
               (45, "accept_request"),
               (42, "send_back"), (37, "came_back"), (35, "confirm_return")),
        script("liam", "bob", "lamp", *arrived(9), (6, "open", "damaged", "replacement"), (5, "accept_request")),
        script("joao", "bob", "lamp", (2.3, "buy")),
        script("sanne", "bob", "mug", *sent(3)),
        script("zofia", "bob", "vase", *arrived(6)),
    ]  # fmt: skip


def desk() -> list[Script]:
    """The mediators' queue: due first, with two that are overdue."""
    return [
        script("lucia", "rui", "vase", *arrived(14), (11, "open", "damaged", "refund", 1, 2),
               (10, "reject"), (4.4, "escalate")),
        script("timur", "liqiang", "phone", *arrived(22), (19.1, "open", "defective", "refund", 1),
               (18, "offer", "seller", "0.2"), (16, "say", "buyer"), (14, "say", "seller")),
        script("oliver", "javier", "boots", *arrived(12), (9, "open", "size"), (8, "reject"), (1.75, "escalate")),
        script("noah", "haruto", "teapot", *arrived(24), (21, "open", "damaged", "return_refund"),
               (20, "accept_request"), (14, "send_back"), (8, "came_back"), (0.7, "contest")),
        script("aoife", "rui", "mug", *arrived(22), (19, "open", "damaged", "replacement"),
               (18, "accept_request"), (14, "send_new"), (8, "new_came"), (1.2, "contest_new")),
        script("wangfang", "wyatt", "boots", *sent(26, 28), (9, "open", "no_tracking"), (8, "reject"),
               (0.4, "escalate")),
        script("giulia", "ieva", "watch", *arrived(20), (17, "open", "counterfeit", "refund", 1, 2),
               (16, "reject"), (11, "escalate"),
               (9.3, "claim"), (8, "note")),
        script("diego", "harriet", "train", *arrived(16), (13, "open", "parts_missing", "refund", "0.4", 2),
               (12, "reject"),
               (7, "escalate"), (5, "claim"), (4.4, "ask", "buyer"), (3.2, "answer", "buyer")),
        script("beatriz", "marina", "backpack", *arrived(18), (15, "open", "colour", "refund", 1), (14, "reject"),
               (8, "escalate"), (6, "claim"), (5, "ask", "buyer")),
        script("larissa", "marina", "lamp", *arrived(15), (12, "open", "style", "refund", 1), (11, "reject"),
               (8, "escalate"), (6, "claim"), (5, "ask", "seller"), (4.7, "take_back_question")),
        script("chenwei", "haruto", "mug", *arrived(14, "Osaka"), (11, "open", "wrong_address"), (10, "reject"),
               (6, "escalate"), (4, "claim", "mei"), (3, "ask", "seller", "mei")),
        script("valentina", "javier", "backpack", *arrived(19), (16, "open", "damaged", "refund", 1), (15, "reject"),
               (10, "escalate"), (9, "claim", "omar"), (3.3, "decide", "all", "", "omar")),
        script("rafael", "marina", "lamp", *arrived(21), (18, "open", "colour", "refund", 1), (17, "reject"),
               (12, "escalate"), (11, "claim"), (4.1, "decide", "none")),
        script("olga", "liqiang", "headphones", *arrived(23), (20, "open", "defective"), (19, "reject"),
               (15, "escalate"),
               (14, "claim"), (9.5, "decide", "part", "0.9", "carol", RETURN)),
        script("sofia", "wyatt", "watch", *arrived(60), (57, "open", "counterfeit"), (56, "reject"), (50, "escalate"),
               (49, "claim"), (44, "decide", "all")),
    ]  # fmt: skip


def endings() -> list[Script]:
    """The other ways in which a dispute goes on or ends."""
    return [
        script("jonas", "freja", "bikelight", *sent(40, 42), (20, "open", "sent_back"), (19, "accept_request")),
        script("yuki", "haruto", "teapot", *arrived(29), (26, "open", "damaged", "return_refund"),
               (25, "accept_request")),
        script("liam", "wyatt", "boots", *arrived(44), (41, "open", "size", "return_refund"),
               (40, "accept_request"),
               (37, "send_back"), (30, "came_back")),
        script("aoife", "harriet", "train", *arrived(26), (23, "open", "parts_missing", "refund", "0.3", 1),
               (22, "reject"),
               (19, "withdraw")),
        script("mateo", "javier", "boots", *arrived(19), (16, "open", "size", "refund", 1), (15, "reject"),
               (14, "settle", 14), (13, "agree"), means=Means.WALLET),
        script("camille", "rui", "teapot", *arrived(13), (10, "open", "damaged", "refund", 1), (9, "reject"),
               (3, "settle", 14), (1.5, "agree")),
        script("emma", "freja", "backpack", *arrived(17), (12, "open", "colour", "refund", 1), (11, "reject"),
               (9, "settle", 4), (8, "decline_settlement")),
        script("grace", "marina", "backpack", *arrived(15), (11, "open", "colour", "refund", 1), (10, "reject"),
               (8, "settle", 6), (7, "take_back_settlement"), (5, "settle", 3)),
        script("hugo", "ieva", "phone", *arrived(16), (12, "open", "style", "refund", 1), (11, "reject"),
               (9, "settle", 20), (7, "escalate"), (6, "withdraw")),
        script("joao", "marina", "lamp", *sent(33, 35), (16, "open", "late", "replacement"),
               (15.5, "offer", "seller", "0", True, {"replacement": True}), (15, "accept", "buyer")),
        script("liam", "freja", "backpack", *arrived(40), (37, "open", "colour", "replacement"),
               (36, "accept_request"), (33, "send_new"), (28, "new_came"), (26, "confirm_new")),
        script("mikkel", "harriet", "blocks", *arrived(60), (56, "open", "parts_missing", "replacement"),
               (55, "accept_request"), (50, "send_new")),
        script("lena", "wyatt", "watch", *sent(30, 32), (14, "open", "customs", "refund", 1, 2), last4=REFUSED_CARD),
        script("anna", "ieva", "watch", *arrived(70), (66, "open", "counterfeit"), (65, "reject"), (60, "escalate"),
               (58, "claim", "omar"), (53, "decide", "part", "0.5", "omar")),
        *second_looks(),
        script("sanne", "harriet", "blocks", (1.2, "buy"), (0.002, "cancel")),
        script("timur", "freja", "bikelight", (30, "buy"), (29, "hold")),
        script("olga", "rui", "mug", (9, "place")),
        script("pieter", "haruto", "mug", (11, "buy"), (10, "hold"), (9, "verify"), (8, "ship")),
        script("hugo", "bob", "lamp", (2, "buy"), (1.9, "hold"), (0.6, "invoice")),
        script("aino", "freja", "backpack", *sent(12), (6, "extend_wish", 5), (5, "extend", 5)),
    ]  # fmt: skip


CALLED = ((40, "reject"), (34, "escalate"), (33, "claim", "omar"))
"""How it came to a decision, in the histories that go on after it."""


def second_looks() -> list[Script]:
    """Complaints about decisions in every state: waiting, in review, correct, read, wrong, and over."""

    def case(buyer: str, shop: str, kind: str, verdict: str, share: str, *after: Step) -> Script:
        opened = (41, "open", "damaged", "refund", 1, 2)
        decided = (28, "decide", verdict, share, "omar")
        return script(buyer, shop, kind, *arrived(44), opened, *CALLED, decided, *after)

    def young(buyer: str, shop: str, kind: str, days: float, *after: Step) -> Script:
        steps = [(days + 8, "open", "damaged", "refund", 1, 2), (days + 7, "reject"), (days + 5, "escalate"),
                 (days + 4, "claim", "omar"), (days, "decide", "none", "", "omar")]  # fmt: skip
        return script(buyer, shop, kind, *arrived(days + 11), *steps, *after)

    return [
        young("alice", "harriet", "blocks", 4.3, (2.1, "complain")),
        young("emma", "rui", "teapot", 9.2, (6.2, "complain"), (3.4, "complain", "seller"), (1.6, "review")),
        young("grace", "freja", "bikelight", 16.1, (13, "complain"), (11, "review"), (4.6, "result", "correct")),
        case("aino", "marina", "lamp", "none", "", (26, "complain"), (24, "review", "ines"),
             (14, "result", "correct", "ines"), (2.2, "feedback")),
        case("lena", "javier", "boots", "none", "", (26, "complain"), (23, "review"), (18.5, "result", "wrong")),
        case("pieter", "ieva", "phone", "part", "0.3", (25, "complain", "seller"), (17.6, "review"),
             (16.5, "result", "correct")),
        case("camille", "wyatt", "watch", "none", "", (27, "complain"), (24, "review", "theo"),
             (13, "result", "correct", "theo"), (10, "feedback"), (7, "look_again")),
    ]  # fmt: skip


def background(chance: Random, orders: int, disputes: int) -> list[Script]:
    """Ordinary trade: orders that simply come, and disputes that ended some time ago."""
    found = []
    for n in range(orders):
        buyer, shop = chance.choice(sorted(PEOPLE)), chance.choice(sorted(STORES))
        kind = chance.choice(STORES[shop].goods)
        age = round(chance.uniform(1, 75), 2)
        done = (
            [(age - chance.uniform(1, 6), "confirm")] if age > 8 and chance.random() < 0.6 else []
        )
        steps = sent(age) if n % 4 == 0 and age < 9 else [*arrived(age), *done]
        found.append(script(buyer, shop, kind, *steps, coupon=n % 7 == 0))
    ends: list[list[Step]] = [
        [(2, "accept_request")], [], [(1, "offer", "seller", "0.5"), (3, "accept", "buyer")],
        [(1, "reject"), (4, "escalate"), (5, "claim", "omar"), (9, "decide", "all", "", "omar")],
        [(1, "reject"), (3, "withdraw")],
    ]  # fmt: skip
    reasons = ("damaged", "colour", "defective", "quantity", "specification")
    for n in range(disputes):
        buyer, shop = chance.choice(sorted(set(PEOPLE) - {"alice"})), chance.choice(sorted(STORES))
        opened = round(chance.uniform(24, 72), 2)
        later = [(opened - step[0] * 0.9, *step[1:]) for step in ends[n % len(ends)]]
        steps = [
            *arrived(opened + 3),
            (opened, "open", reasons[n % len(reasons)], "refund", 1, 0),
            *later,
        ]
        found.append(script(buyer, shop, chance.choice(STORES[shop].goods), *steps))
    return found


def stories(world: World, orders: int = 5, disputes: int = 2, copies: int = 0) -> Iterator[Story]:
    """All histories; `copies` more of the ordinary trade for a large demo."""
    scripts = [*alice(), *bobs(), *desk(), *endings()]
    scripts += background(world.chance, orders, disputes)
    for _ in range(copies):
        scripts += background(world.chance, 5 * orders, 5 * disputes)
    used: dict[str, int] = {}
    for buyer, shop, kind, facts, steps in scripts:
        things = goods.BY_KIND[kind]
        used[kind] = used.get(kind, -1) + 1
        trade = Trade(world, buyer, shop, things[used[kind] % len(things)], **facts)
        trade.take(shown(steps))
        yield tell(trade, steps)


def shown(steps: list[Step]) -> list[str]:
    """Which pictures a script needs, in their order."""
    views: list[str] = []
    for _days, verb, *rest in steps:
        if verb in ("begin", "open"):
            views += VIEWS[rest[0]][: rest[3] if len(rest) > 3 else 1]
        elif verb == "show":
            views.append(rest[1])
        elif verb == "contest":
            views.append("scratch")
    return views


def tell(trade: Trade, steps: list[Step]) -> Story:
    """Play one script; each step a little after the one before at least."""
    last = trade.world.now - timedelta(days=400)
    for days, verb, *rest in steps:
        terms: dict[str, Any] = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        at = max(moment(trade.world, days), last + timedelta(minutes=7))
        yield at
        try:
            getattr(trade, verb)(*rest, **terms)
        except Exception as error:
            error.add_note(f"{trade.buyer_key} and {trade.shop_key}, {days} days ago: {verb}")
            raise
        last = at


def moment(world: World, days: float) -> datetime:
    if isinstance(days, int):
        return world.ago(days, world.chance.randrange(7, 20))
    return world.ago(days)
