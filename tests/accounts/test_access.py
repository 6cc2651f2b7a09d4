"""The desk does not exist for those who do not work there."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from accounts import access
from core.models import Storefront
from tests.accounts.factories import person, staff

pytestmark = pytest.mark.django_db


def page(user: object, *roles: str) -> HttpResponse:
    @access.team_required(*roles)
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("desk")

    request = RequestFactory().get("/desk/")
    request.user = user  # type: ignore[assignment]
    return view(request)


def test_visitors_are_sent_to_sign_in() -> None:
    answer = page(AnonymousUser(), "mediator")

    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("account_login") + "?next=/desk/",
    )


def test_everybody_else_gets_404() -> None:
    with pytest.raises(Http404):
        page(person(), "mediator")
    with pytest.raises(Http404):
        page(staff("Dan", "reviewer"), "mediator")


def test_holders_come_in() -> None:
    assert page(staff(), "mediator", "reviewer").content == b"desk"
    assert page(staff("Dan", "reviewer")).content == b"desk"


def test_storefronts_are_those_of_the_role() -> None:
    carol = staff()

    assert access.storefronts_of(carol, "mediator") == [Storefront.default().pk]
    assert access.storefronts_of(carol, "reviewer") == []
