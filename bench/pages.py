"""The mediator's queue and the parties' page at small and large numbers, beside the least page there can be."""

from __future__ import annotations

import json
import os
import sys
from time import perf_counter
from typing import Any

from bench import databases
from bench.report import line, spread

SIZES = (1_000, 100_000, 1_000_000)
ROUNDS = 40


def main(*sizes: int) -> None:
    """`N=1000` measures one size. The database grows from size to size; its mix is that of an ordinary day."""
    before: dict[str, float] = {}
    made = 0
    with databases.database("bench_pages") as name:
        databases.run(name, "django", "migrate", "--verbosity", "0")
        for size in sizes or SIZES:
            databases.run(name, "django", "make_cases", str(size - made))
            made = size
            with databases.connect(name) as server:
                server.execute("VACUUM ANALYZE")
            measured = json.loads(databases.run(name, "bench.pages"))
            limit, _p95 = spread(measured.pop("minimal"))
            for page, seconds in measured.items():
                p50, p95 = spread(seconds)
                more: dict[str, Any] = {
                    "p50_ms": p50,
                    "p95_ms": p95,
                    "times_minimal": round(p50 / limit, 2),
                }
                if page in before:
                    more["times_smallest"] = round(p50 / before[page], 2)
                before.setdefault(page, p50)
                line(page, size, p50, "ms", limit=limit, **more)


def measure() -> dict[str, list[float]]:
    """Seconds of each call, the pages by turns, in one process without a network."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from accounts import second_factor
    from accounts.models import RoleGrant, User
    from core.models import Storefront
    from disputes.models import Dispute

    settings.ROOT_URLCONF = "bench.urls"
    second_factor.is_done = lambda request: True  # shown before, as in any session
    carol, _made = User.objects.get_or_create(
        email="carol@cases.example", defaults={"name": "Carol", "password": "!"}
    )
    RoleGrant.objects.get_or_create(user=carol, storefront=Storefront.default(), role="mediator")
    dispute = Dispute.objects.filter(state="escalated").order_by("pk")[7]
    desk, buyer, seller = Client(), Client(), Client()
    desk.force_login(carol)
    buyer.force_login(dispute.buyer)
    seller.force_login(dispute.seller)
    calls = {
        "minimal": (desk, "/bench/minimal/"),
        "queue_page": (desk, reverse("mediation:queue")),
        "case_page": (desk, reverse("mediation:case", args=[dispute.reference])),
        "dispute_page": (buyer, reverse("disputes:dispute", args=[dispute.reference])),
        "inbox_page": (seller, reverse("disputes:inbox")),
    }
    taken: dict[str, list[float]] = {page: [] for page in calls}
    for number in range(ROUNDS + 5):
        for page, (client, address) in calls.items():
            began = perf_counter()
            status = client.get(address).status_code
            if number >= 5:
                taken[page].append(perf_counter() - began)
            assert status == 200, (page, status)
    return taken


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    json.dump(measure(), sys.stdout)
