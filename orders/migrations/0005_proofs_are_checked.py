"""An order on hold whose seller has answered waits for an administrator's check."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fsm
from core.append_only import AppendOnly
from orders.guards import Guards

STATES = [
    ("awaiting_payment", "Awaiting payment"), ("paid", "Paid, not shipped yet"),
    ("on_hold", "On hold for verification"), ("under_check", "On hold, being checked"), ("shipped", "Shipped"),
    ("delivered", "Delivered"), ("completed", "Completed"), ("cancelled", "Cancelled"),
    ("closed", "Closed by the platform"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_refund_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        Guards(up=False),
        migrations.RemoveConstraint(model_name="order", name="order_state_known"),
        migrations.AlterField(
            model_name="order",
            name="state",
            field=core.fsm.StateField(
                choices=STATES, default="awaiting_payment", max_length=32, protected=True, verbose_name="state"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=[name for name, _label in STATES]), name="order_state_known"
            ),
        ),
        Guards(),
        migrations.CreateModel(
            name="OrderProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tracking_number", models.CharField(
                    blank=True, db_index=True, max_length=80, verbose_name="tracking number")),
                ("text", models.TextField(blank=True, verbose_name="proof")),
                ("given_at", models.DateTimeField(verbose_name="time")),
                ("author", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("order", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="orders.order")),
            ],
            options={
                "ordering": ("given_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(tracking_number="", text=""), name="order_proof_says_something"
                    )
                ],
            },
        ),
        AppendOnly("orders_orderproof"),
    ]
