"""Every part of the design on one page, with invented content: `/styleguide/`, in development only.

`?theme=dark`, `?density=compact` and `?dir=rtl` show the same parts in that guise.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.templatetags.icons import ICONS

NOW = datetime(2026, 3, 13, 11, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Sample(forms.Form):
    """One field of each kind, some of them wrong."""

    what = forms.CharField(
        label="What happened?",
        help_text="In your own language.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    amount = forms.DecimalField(
        label="How much do you want back?",
        help_text="At most €102.50.",
        max_value=Decimal("102.50"),
    )
    reason = forms.ChoiceField(
        label="What is wrong?",
        widget=forms.RadioSelect,
        choices=[
            ("damaged", "It is damaged"),
            ("broken", "It does not work"),
            ("missing", "Parts are missing"),
        ],
    )
    proved = forms.ChoiceField(
        label="The vase was cracked on arrival",
        widget=forms.RadioSelect,
        choices=[("yes", "Proved"), ("no", "Not proved"), ("none", "Not needed")],
    )
    postage = forms.ChoiceField(
        label="Who pays the postage?",
        choices=[("s", "The seller"), ("b", "The buyer")],
        required=False,
    )
    photo = forms.FileField(label="A photo", required=False)
    agree = forms.BooleanField(
        label="I understand that the dispute cannot be opened again", required=False
    )


def deadline(hours: float, state: str = "pending", **more: Any) -> dict[str, Any]:
    """A clock that has so many hours left at `NOW`."""
    due = NOW + hours * HOUR
    return {"due_at": due, "started_at": due - 15 * 24 * HOUR, "now": NOW, "state": state, **more}


def explanation(due: datetime) -> dict[str, Any]:
    """A sum with one step of every kind."""
    begun = due - timedelta(days=36, hours=6)
    stop = begun + timedelta(days=4)
    skipped = [
        {"date": "2026-03-14", "until": "2026-03-15", "kind": "weekend", "why": "weekend"},
        {"date": "2026-04-03", "kind": "holiday", "why": "Good Friday", "country": "DE"},
    ]
    return {
        "rule": "negotiation_days",
        "policy": 7,
        "calendar": "elapsed",
        "started": begun.isoformat(),
        "due": due.isoformat(),
        "steps": [
            {"kind": "add_days", "days": 15},
            {"kind": "add_working_days", "days": 5, "skipped": skipped},
            {
                "kind": "paused",
                "from": stop.isoformat(),
                "to": (stop + 6 * HOUR).isoformat(),
                "why": "uploads were down",
            },
            {"kind": "extended", "days": 2, "why": "The seller gave two more days"},
        ],
    }


def content() -> dict[str, Any]:
    """The invented case that all parts show."""
    due = NOW + timedelta(days=5, hours=3)
    main = deadline(
        123,
        explanation=explanation(due),
        consequence="If nobody agrees by then, a mediator takes the case.",
    )
    rows = [
        ("The vase", "You keep it"),
        ("Postage back", "None"),
        ("Replacement", "No"),
        ("Note", "“A new one costs about €30.”"),
    ]
    theirs = {
        "title": "Northlight Home offers",
        "at": NOW - 19 * HOUR,
        "amount": Decimal(55),
        "currency": "EUR",
        "standing": "theirs",
        "rows": [{"label": a, "value": b} for a, b in rows],
        "action": {"label": "Accept €55.00", "url": "#accept", "popover": "accept"},
    }
    other = [
        ("The vase", "You send it back"),
        ("Postage back", "The seller pays"),
        ("Replacement", "No"),
        ("Note", "“The crack goes right through. I want to return it.”"),
    ]
    yours = {
        "title": "You asked for",
        "at": NOW - 240 * HOUR,
        "amount": Decimal(89),
        "currency": "EUR",
        "standing": "yours",
        "rows": [{"label": a, "value": b} for a, b in other],
        "action": {"label": "Change offer", "url": "#"},
    }
    vase, parcel = "/static/styleguide/vase.svg", "/static/styleguide/parcel.svg"
    evidence = [
        {
            "number": "E1",
            "url": vase,
            "thumbnail": vase,
            "alt": "Blue vase with a long crack",
            "caption": "The crack",
            "by": "You",
            "at": NOW - 240 * HOUR,
            "state": "clean",
        },
        {
            "number": "E2",
            "url": parcel,
            "thumbnail": parcel,
            "alt": "Parcel with a crushed corner",
            "caption": "Unpacking",
            "by": "You",
            "at": NOW - 240 * HOUR,
            "state": "clean",
            "seconds": 48,
        },
        {
            "number": "E3",
            "caption": "invoice.pdf",
            "by": "Seller",
            "at": NOW - 200 * HOUR,
            "state": "quarantined",
        },
        {
            "number": "E4",
            "caption": "holiday.exe",
            "by": "You",
            "at": NOW - 2 * HOUR,
            "state": "refused",
            "problem": "This is a program, not a photo, video or PDF.",
        },
    ]
    return {
        "main_clock": main,
        "asking": {"turn": "you", "clock": main},
        "clocks": [
            deadline(123),
            deadline(7.2),
            deadline(-3),
            deadline(60, "paused", left_us=190_000_000_000),
        ],
        "steps": [
            {"label": "Opened", "note": "3 March", "state": "done"},
            {"label": "Seller answered", "note": "4 March", "state": "done"},
            {"label": "You two negotiate", "note": "until 18 March", "state": "now"},
            {"label": "Mediator", "note": "only if you do not agree", "state": "maybe"},
            {"label": "Money moves", "note": "after the agreement", "state": "next"},
        ],
        "offers": [theirs, yours],
        "actions": [
            {
                "title": "Ask a mediator to decide.",
                "text": "Final: the offers above end.",
                "label": "Ask a mediator",
                "url": "#",
            },
            {
                "title": "Withdraw the dispute.",
                "text": "You cannot open it again. Do not withdraw before the money is back.",
                "label": "Withdraw…",
                "url": "#",
                "kind": "danger",
            },
        ],
        "evidence": evidence,
        "uploads": [
            {
                "number": "E1",
                "name": "IMG_2214.jpg",
                "thumbnail": vase,
                "state": "clean",
                "words": "Added. Made smaller from 7.8 MB to 1.9 MB.",
                "remove_url": "#",
            },
            {"name": "unpacking.mp4", "state": "quarantined"},
            {
                "name": "invoice.pdf",
                "state": "refused",
                "problem": "Not added: this PDF is locked with a password.",
                "remedy": "Save it without the password, or take a photo of the page.",
                "remove_url": "#",
            },
        ],
        "money_rows": [
            {"label": "Blue vase", "amount": Decimal(89)},
            {"label": "Delivery", "amount": Decimal("23.50")},
            {"label": "You paid", "amount": Decimal("112.50"), "kind": "sum"},
            {"label": "Coupon", "small": "is not refunded", "amount": Decimal(10), "kind": "break"},
            {"label": "Back to your card", "amount": Decimal(55), "kind": "in"},
        ],
        "facts": [
            {"label": "Delivered", "value": "Mon 2 March, 13:22, Rotterdam"},
            {"label": "Parcel", "value": "RR473124829NL"},
            {"label": "Protection", "value": "Stands still during the dispute"},
        ],
        "entries": [
            {
                "at": due,
                "text": "A mediator takes the case, if nobody agrees before",
                "when": "ahead",
            },
            {
                "at": NOW - 19 * HOUR,
                "text": "The seller offered €55.00",
                "when": "now",
                "strong": True,
            },
            {"at": NOW - 40 * HOUR, "text": "A reminder could not be delivered", "when": "trouble"},
            {
                "at": NOW - 240 * HOUR,
                "text": "You opened the dispute: arrived damaged",
                "by": "You",
            },
        ],
        "talk": [
            {
                "author": "Northlight Home",
                "from": "seller",
                "at": NOW - 49 * HOUR,
                "text": "Please confirm receipt first, then I send the money to your bank.",
                "caution": "If you confirm receipt, we can no longer hold the money for you.",
            },
            {
                "author": "You",
                "from": "you",
                "at": NOW - 40 * HOUR,
                "text": "I would rather keep everything here.",
                "read": True,
            },
            {
                "author": "Mediator",
                "from": "staff",
                "at": NOW - 3 * HOUR,
                "text": "Please send a photo of the label.",
                "language": "en",
            },
        ],
        "tabs": [
            {"label": "All", "url": "#", "count": 23},
            {"label": "Needs you", "url": "#", "count": 3, "current": True},
            {"label": "On the way", "url": "#", "count": 2},
            {"label": "Disputes", "url": "#", "count": 1},
            {"label": "Done", "url": "#", "count": 15},
        ],
        "crumbs": [
            {"label": "My orders", "url": "#"},
            {"label": "Order 260219-8841", "url": "#"},
            {"label": "Dispute"},
        ],
        "pages": Paginator(range(230), 10).page(4),
        "tones": [
            ("act", "Negotiating"),
            ("overdue", "Late"),
            ("caution", "On hold"),
            ("money-in", "Refunded"),
            ("", "On the way"),
        ],
        "icon_names": sorted(ICONS),
        "kinds": [
            ("primary", "Primary"),
            ("", "Ordinary"),
            ("danger", "Withdraw…"),
            ("quiet", "Quiet"),
        ],
    }


def page(request: HttpRequest) -> HttpResponse:
    """The page of all parts."""
    wrong = Sample({"amount": "4000", "reason": "damaged", "what": ""}, auto_id="wrong_%s")
    theme, density, direction = (request.GET.get(name, "") for name in ("theme", "density", "dir"))
    context = content() | {
        "form": Sample(initial={"reason": "damaged", "proved": "yes"}),
        "wrong": wrong,
        "uploading": Sample(auto_id="up_%s"),
        "now": NOW,
        "theme": theme if theme in {"light", "dark"} else "",
        "compact": density == "compact",
        "rtl": direction == "rtl",
        "nav": [
            {"label": "Orders", "url": "#"},
            {"label": "Disputes", "url": "#", "current": True, "count": 1},
            {"label": "Help", "url": "#"},
        ],
        "nav_user": {"name": "Ines Moreau", "url": "#", "notices_url": "#", "unread": 2},
        "footer_links": [
            {"label": "Disputes and reports", "url": "#"},
            {"label": "Help", "url": "#"},
        ],
    }
    return render(request, "styleguide.html", context)
