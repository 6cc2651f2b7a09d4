"""Buyer and seller write to each other about an order."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_proofs_are_checked"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="OrderMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("buyer", "The buyer"), ("seller", "The seller")], max_length=8)),
                ("body", models.TextField(verbose_name="message")),
                ("language", models.CharField(blank=True, default="", max_length=12)),
                ("caution", models.JSONField(default=list)),
                ("sent_at", models.DateTimeField(verbose_name="time")),
                ("author", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("order", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="orders.order")),
            ],
            options={
                "ordering": ("sent_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(side__in=["buyer", "seller"]), name="order_message_side"
                    )
                ],
            },
        ),
        AppendOnly("orders_ordermessage"),
    ]
