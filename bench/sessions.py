"""People who are signed in already: one JSON line of session cookies, for `bench.people`.

Run on the database that is measured: `python -m bench.sessions BUYERS SELLERS MEDIATORS`.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from typing import Any


def main(buyers: int, sellers: int, mediators: int) -> None:
    import django

    django.setup()
    from accounts.models import RoleGrant, User
    from core.actors import StaffRole
    from core.models import Storefront
    from disputes.models import Dispute
    from orders.models import Order

    waiting = Order.objects.filter(dispute=None, state="delivered").order_by("pk")[:buyers]
    owners = Dispute.objects.filter(state="awaiting_seller").values("seller").distinct()
    staff = []
    for number in range(mediators):  # the same ones where a smaller round ran before
        person, _made = User.objects.get_or_create(
            email=f"mediator{number}@cases.example",
            defaults={"name": f"Mediator {number}", "password": "!"},
        )
        RoleGrant.objects.get_or_create(
            user=person, storefront=Storefront.default(), role=StaffRole.MEDIATOR
        )
        staff.append(person)
    said = {
        "buyers": [(sign_in(o.buyer), o.reference) for o in waiting.select_related("buyer")],
        "sellers": [sign_in(user) for user in User.objects.filter(pk__in=owners)[:sellers]],
        "mediators": [sign_in(user, proven=True) for user in staff],
    }
    json.dump(said, sys.stdout)


def sign_in(user: Any, *, proven: bool = False) -> str:
    """The key of a session as the sign-in page would have made it; `proven`: with a second factor."""
    from django.conf import settings
    from django.contrib.auth import login
    from django.http import HttpRequest

    from accounts import second_factor

    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    if proven:
        second_factor.record(request, user, "totp")
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(*map(int, sys.argv[1:]))
