"""No clock of an order runs while a dispute holds it: those that did are stopped, and the database holds it."""

from datetime import timedelta

from django.db import migrations, models

from core import clock
from orders.guards import Guards


def stop(apps, _schema):
    """Clocks that a lifted hold had started again in the middle of a dispute stand still with what was left."""
    Order = apps.get_model("orders", "Order")
    now = clock.now()
    for order in Order.objects.filter(disputed_at__isnull=False, next_due_at__isnull=False):
        for row in order.deadlines.filter(state="pending"):
            pause = {"kind": "paused", "from": now.isoformat(), "to": None, "why": "dispute"}
            row.explanation["steps"] = [*row.explanation.get("steps", []), pause]
            row.left_us = max((row.due_at - now) // timedelta(microseconds=1), 1)
            row.state, row.remind_at = "paused", None
            row.save(update_fields=["state", "left_us", "remind_at", "explanation"])
        Order.objects.filter(pk=order.pk).update(next_due_at=None)


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_guards")]
    operations = [
        Guards(up=False),
        migrations.RunPython(stop, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(disputed_at__isnull=True) | models.Q(next_due_at__isnull=True),
                name="order_disputed_stands_still",
            ),
        ),
        Guards(),
    ]
