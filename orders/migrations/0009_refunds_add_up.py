"""Refunds sum to what their order says; a refund stays, and money keeps its currency."""

from django.db import migrations

from orders.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_its_dispute_ended")]
    operations = [Guards()]
