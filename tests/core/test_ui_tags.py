"""The tags of the design system: what they say, and how they are wired."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.translation import gettext

from core.templatetags import timewords, ui
from core.templatetags.icons import DIRECTIONAL, ICONS

NOW = datetime(2026, 3, 13, 11, 14, tzinfo=UTC)


def shown(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def words(html: str) -> str:
    """What a person reads of it."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ({"days": 5, "hours": 3, "minutes": 59}, "5 days 3 hours"),
        ({"days": 1, "hours": 1}, "1 day 1 hour"),
        ({"days": 2}, "2 days"),
        ({"days": 1, "minutes": 30}, "1 day"),
        ({"hours": 24}, "1 day"),
        ({"hours": 23, "minutes": 59, "seconds": 59}, "23 hours 59 minutes"),
        ({"hours": 5, "minutes": 12}, "5 hours 12 minutes"),
        ({"hours": 1}, "1 hour"),
        ({"minutes": 12, "seconds": 59}, "12 minutes"),
        ({"minutes": 1}, "1 minute"),
        ({"seconds": 59}, "less than a minute"),
        ({}, "less than a minute"),
        ({"days": -2, "hours": -4}, "2 days 4 hours"),
    ],
)
def test_time_left_is_rounded_down(length: dict[str, int], said: str) -> None:
    assert timewords.time_left(timedelta(**length)) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=3, hours=21, minutes=9), "3 d 21 h"),
        (timedelta(hours=5, minutes=10), "5 h 10 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(minutes=9), "9 min"),
        (timedelta(), "0 min"),
    ],
)
def test_time_left_short_fits_a_queue(length: timedelta, said: str) -> None:
    assert timewords.time_left_short(length) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Amsterdam", "Amsterdam time"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time"),
        ("UTC", "Universal time"),
        ("Etc/GMT+3", "Universal time"),
    ],
)
def test_zone_is_named_as_people_name_it(zone: str, said: str) -> None:
    assert timewords.zone_name(ZoneInfo(zone)) == said


def test_local_time_is_the_readers() -> None:
    at = datetime(2026, 3, 18, 14, 14, tzinfo=UTC)

    with timezone.override("Europe/Amsterdam"):
        html = shown("{% local_time at zone=True %}", at=at)

    assert (
        html
        == '<time datetime="2026-03-18T15:14+01:00">Wednesday 18 March 2026, 15:14</time>, Amsterdam time'
    )


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("short", "Wed 18 March, 14:14"),
        ("date", "18 March 2026"),
        ("day", "Wed 18 March"),
        ("time", "14:14"),
    ],
)
def test_local_time_has_styles(style: str, said: str) -> None:
    assert (
        words(
            shown(
                "{% local_time at style %}",
                at=datetime(2026, 3, 18, 14, 14, tzinfo=UTC),
                style=style,
            )
        )
        == said
    )


def test_local_time_of_nothing_is_nothing() -> None:
    assert shown("{% local_time at %}", at=None) == ""


@pytest.mark.parametrize(
    ("zone", "said"), [("UTC", "UTC"), ("Asia/Kolkata", "UTC+5:30"), ("America/Bogota", "UTC−5")]
)
def test_zone_offset(zone: str, said: str) -> None:
    with timezone.override(zone):
        assert shown("{% zone_offset %}") == said


def clock(hours: float, state: str = "pending", **more: Any) -> dict[str, Any]:
    due = NOW + timedelta(hours=hours)
    return {
        "due_at": due,
        "started_at": due - timedelta(days=15),
        "now": NOW,
        "state": state,
        **more,
    }


@pytest.mark.parametrize(
    ("hours", "state", "said"),
    [
        (123, "running", "5 days 3 hours left"),
        (24.02, "running", "1 day left"),
        (24, "soon", "1 day left"),
        (0.2, "soon", "12 minutes left"),
        (0, "overdue", "Time is up"),
        (-30, "overdue", "Time is up"),
    ],
)
def test_countdown_says_what_is_left(hours: float, state: str, said: str) -> None:
    html = shown("{% countdown clock %}", clock=clock(hours))

    assert f'data-state="{state}"' in html
    assert words(html).startswith(said)


def test_countdown_at_the_very_moment_is_over() -> None:
    assert ui.reading(clock(0), NOW)["state"] == "overdue"


def test_countdown_of_staff_tells_how_late() -> None:
    assert words(shown("{% countdown clock target=True %}", clock=clock(-3))).startswith(
        "3 hours overdue"
    )


def test_countdown_that_stands_still_does_not_tick() -> None:
    left = timedelta(days=2, hours=4) // timedelta(microseconds=1)

    html = shown("{% countdown clock %}", clock=clock(-50, "paused", left_us=left))

    assert "Stopped, 2 days 4 hours left" in words(html)
    assert "data-clock" not in html


@pytest.mark.parametrize("state", ["met", "enforced", "cancelled"])
def test_countdown_that_ended_is_not_shown(state: str) -> None:
    assert shown("{% countdown clock %}", clock=clock(5, state)).strip() == ""


def test_countdown_without_a_deadline_is_not_shown() -> None:
    assert shown("{% countdown clock %}", clock=None).strip() == ""


def test_countdown_shows_date_zone_and_consequence() -> None:
    with timezone.override("Europe/Amsterdam"):
        said = words(
            shown(
                "{% countdown clock consequence='A mediator takes the case.' %}", clock=clock(123)
            )
        )

    assert "until Wednesday 18 March 2026, 15:14 , Amsterdam time" in said
    assert said.endswith("A mediator takes the case.")


def test_countdown_shows_how_much_of_the_time_is_left() -> None:
    html = shown("{% countdown clock %}", clock=clock(123))

    assert '<progress max="21600" value="7380" aria-hidden="true">' in html


def test_countdown_takes_an_object() -> None:
    class Row:
        due_at, started_at, state, left_us = NOW + timedelta(hours=30), NOW, "pending", None

    assert words(shown("{% countdown row now=now %}", row=Row(), now=NOW)).startswith(
        "1 day 6 hours left"
    )


def test_due_is_short() -> None:
    assert words(shown("{% due clock %}", clock=clock(-3))) == "3 h overdue"


def explained(*steps: dict[str, Any]) -> list[tuple[str, str, tuple[str, ...]]]:
    told = {"started": "2026-03-03T08:14:00+00:00", "steps": list(steps)}
    return [
        (line.words, line.amount.replace("\xa0", " "), line.notes)
        for line in timewords.explain(told)
    ][1:]


def test_explanation_of_days() -> None:
    assert explained({"kind": "add_days", "days": 2}) == [
        ("Days of 24 hours each; weekends and holidays count", "+ 2 days", ())
    ]


def test_explanation_of_working_days_names_what_did_not_count() -> None:
    skipped = [
        {"date": "2026-12-25", "why": "Christmas Day", "kind": "holiday", "country": "DE"},
        {"date": "2026-12-26", "until": "2026-12-27", "why": "weekend", "kind": "weekend"},
        {"date": "2026-12-28", "why": "closing day", "kind": "closing"},
    ]

    (line,) = explained({"kind": "add_working_days", "days": 15, "skipped": skipped})

    assert line[1:] == (
        "+ 15 working days",
        (
            "Not counted: Fri 25 December (Christmas Day); Sat 26 December to Sun 27 December (weekend); "
            "Mon 28 December (closing day)",
        ),
    )


def test_explanation_of_working_days_is_honest_about_unknown_holidays() -> None:
    (line,) = explained(
        {"kind": "add_working_days", "days": 1, "skipped": [], "provisional": [["CN", 2027]]}
    )

    assert line[2] == (
        "Some holidays are not yet announced; the date may get later, never earlier.",
    )


def test_explanation_of_a_stop_gives_the_time_back() -> None:
    step = {
        "kind": "paused",
        "from": "2026-03-08T02:00:00+00:00",
        "to": "2026-03-08T08:00:00+00:00",
        "why": "uploads were down",
    }

    assert explained(step) == [
        (
            "The clock stood still from Sun 8 March, 02:00 to Sun 8 March, 08:00; that time is given back",
            "+ 6 hours",
            ("Reason: uploads were down",),
        )
    ]


def test_explanation_of_a_stop_that_goes_on() -> None:
    assert explained(
        {"kind": "paused", "from": "2026-03-08T02:00:00+00:00", "to": None, "why": "outage"}
    ) == [
        ("The clock stands still since Sun 8 March, 02:00", "until it goes on", ("Reason: outage",))
    ]


def test_explanation_of_an_extension_and_of_a_move() -> None:
    steps = (
        {"kind": "extended", "days": 1, "why": "The seller gave a day"},
        {
            "kind": "moved",
            "from": "2026-03-08T02:00:00+00:00",
            "to": "2026-03-09T02:00:00+00:00",
            "why": "It arrived later",
        },
    )

    assert explained(*steps) == [
        ("The seller gave a day", "+ 1 day", ()),
        ("It arrived later", "to Mon 9 March, 02:00", ("Before: Sun 8 March, 02:00",)),
    ]


def test_why_this_date_ends_in_the_date_and_names_rule_and_version() -> None:
    told = {
        "rule": "seller_answer_days",
        "policy": 3,
        "started": "2026-03-11T11:14:00+00:00",
        "steps": [{"kind": "add_days", "days": 2}],
    }

    said = words(shown("{% why_this_date clock %}", clock=clock(0, explanation=told)))

    assert "The clock started Wed 11 March, 11:14" in said
    assert "Last moment Fri 13 March, 11:14" in said
    assert "A seller answers a new dispute within”, version 3" in said
    assert "At 11:14 exactly, the time is over." in said


def test_why_this_date_without_a_sum_is_not_shown() -> None:
    assert shown("{% why_this_date clock %}", clock=clock(5)).strip() == ""


def test_money_shows_the_currencys_sign() -> None:
    assert shown('{{ amount|money:"EUR" }}', amount=Decimal("55")) == "€55.00"
    assert shown('{{ amount|money:"EUR" }}', amount=None) == ""


def test_badge_says_state_and_tone() -> None:
    assert (
        shown("{% badge 'on_hold' %}") == '<span class="badge" data-state="on_hold">On hold</span>'
    )
    assert (
        shown("{% badge 'x' label 'act' %}", label="<b>")
        == '<span class="badge" data-state="x" data-tone="act">&lt;b&gt;</span>'
    )


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icon_is_silent_and_mirrored_where_it_points(name: str) -> None:
    html = shown("{% icon name %}", name=name)

    assert 'aria-hidden="true"' in html
    assert ("data-directional" in html) is (name in DIRECTIONAL)


def test_icon_with_a_label_speaks() -> None:
    assert 'role="img" aria-label="Held &amp; safe"' in shown(
        "{% icon 'lock' label %}", label="Held & safe"
    )


def test_card_is_named_by_its_heading() -> None:
    html = shown('{% card "Money" id="money" note="Held" %}<p>x</p>{% endcard %}')

    assert '<section class="card" id="money" aria-labelledby="money-title">' in html
    assert '<h2 id="money-title">Money</h2>' in html


def test_what_people_wrote_is_escaped() -> None:
    evil = "<script>x</script>"

    html = shown(
        '{% card title %}{{ title }}{% endcard %}{% include "ui/timeline.html" %}',
        title=evil,
        entries=[{"text": evil, "at": NOW}],
    )

    assert "<script>" not in html


def test_stepper_says_where_one_is() -> None:
    steps = [
        {"label": "A", "state": "done"},
        {"label": "B", "state": "now"},
        {"label": "C", "state": "next"},
    ]

    html = shown('{% include "ui/stepper.html" %}', steps=steps)

    assert 'aria-current="step"' in html
    assert words(html).endswith("B · step 2 of 3")


def test_play_time() -> None:
    assert [ui.play_time(n) for n in (0, 48, 61.9, 600, None)] == [
        "0:00",
        "0:48",
        "1:01",
        "10:00",
        "0:00",
    ]


def test_words_are_translatable() -> None:
    with translation.override("de"):
        assert timewords.moment(date(2026, 3, 18), "date") == "18 " + gettext("March") + " 2026"
