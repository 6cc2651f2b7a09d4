"""Whether this process lives, can do its work, and whether the clocks are kept; and the figures behind it."""

from collections.abc import Iterator
from hmac import compare_digest
from typing import Any

import redis
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from core import watch

SOON = {"Retry-After": "5"}


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has our sessions, else 503 with Retry-After.

    The broker may be away: pages do without it.
    """
    try:
        SessionStore().exists("probe")
    except DatabaseError:
        return JsonResponse({"ready": False, "database": "away"}, status=503, headers=SOON)
    return JsonResponse({"ready": True, "database": "ok"})


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """The whole: database, broker, clocks. 503 where the database is away or the clocks are late.

    For the monitoring, not for the load balancer: a web process can serve pages while workers stand still.
    Whoever asks also sees to it that the operator is told.
    """
    try:
        seen = watch.look()
        watch.tell_operator(seen)
    except DatabaseError:
        return JsonResponse({"well": False, "database": "away"}, status=503, headers=SOON)
    clocks = "late" if seen.late else "nobody sweeps" if seen.stopped else "kept"
    parts = {"database": "ok", "broker": "ok" if _broker_answers() else "away", "clocks": clocks}
    return JsonResponse({"well": seen.well, **parts}, status=200 if seen.well else 503)


def _broker() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)


def _broker_answers() -> bool:
    if not settings.REDIS_URL:
        return False
    try:
        with _broker() as broker:
            return bool(broker.ping())
    except redis.RedisError:
        return False


@watch.measured("queue_messages", "Messages that wait in the broker.", "queue")
def _queues() -> dict[str, float]:
    """Nothing where the broker is away: then nobody knows."""
    if not settings.REDIS_URL:
        return {}
    try:
        with _broker() as broker:
            return {name: float(broker.llen(name)) for name in settings.CELERY_TASK_QUEUES}
    except redis.RedisError:
        return {}


class _Figures:
    """Everything that is registered with `watch.measured`, read at the moment of asking."""

    def collect(self) -> Iterator[Any]:
        for measure in watch.measures:
            name = f"recourse_{measure.name}"
            family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            found = measure.read()
            if isinstance(found, int | float):
                yield family(name, measure.meaning, value=found)
                continue
            rows = family(name, measure.meaning, labels=[measure.label])
            for label, value in found.items():
                rows.add_metric([label], value)
            yield rows


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus, to whoever shows METRICS_TOKEN (in development and the demo to anybody)."""
    token = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not (compare_digest(shown.encode(), token.encode()) if token else settings.LOCAL):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    watch.tell_operator()
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
