"""The last word when a page fails: generic outside, exact in the log."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error

AWAY = (OperationalError, InterfaceError)


def failed(request: HttpRequest) -> HttpResponse:
    """500; but 503 with Retry-After while the database cannot be reached or takes nobody more."""
    answer = server_error(request)
    if isinstance(sys.exc_info()[1], AWAY):
        answer.status_code = 503
        answer["Retry-After"] = "5"
    return answer
