"""Append-only tables refuse TRUNCATE too."""

from django.db import migrations

from core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_order_messages"), ("core", "0004_never_emptied")]
    operations = [AppendOnly("orders_ledgerentry"), AppendOnly("orders_walletentry")]
