"""Each answer of a bank is remembered, so that it counts once ever."""

import django.db.models.deletion
from django.db import migrations, models

from core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_disputed_orders_stand_still")]
    operations = [
        migrations.CreateModel(
            name="RefundAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="orders.refund"
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
                "constraints": [
                    models.UniqueConstraint(fields=("refund", "digest"), name="refund_answer_once")
                ],
            },
        ),
        AppendOnly("orders_refundanswer"),
    ]
