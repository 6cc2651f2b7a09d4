"""The product's addresses, and beside them the least that an authenticated page of 25 rows can be."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from config.urls import urlpatterns as product
from disputes.models import Dispute

ROWS = """<!doctype html><title>Disputes</title><table>{% for d in rows %}<tr><td>{{ d.reference }}</td>
<td>{{ d.state }}</td><td>{{ d.next_due_at }}</td><td>{{ d.amount_asked }}</td></tr>{% endfor %}</table>"""


@login_required
def minimal(request: HttpRequest) -> HttpResponse:
    """One indexed query, 25 rows, no frame."""
    rows = Dispute.objects.filter(storefront_id=1, state="escalated")
    rows = rows.order_by("overdue_at", "next_due_at", "id")[:25]  # the order of the index
    return HttpResponse(engines["django"].from_string(ROWS).render({"rows": rows}, request))


urlpatterns = [path("bench/minimal/", minimal), *product]
