"""The ledger and wallets only grow; totals mirror the ledger; refunds fit their order."""

from django.db import migrations

from core.append_only import AppendOnly
from orders.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [AppendOnly("orders_ledgerentry"), AppendOnly("orders_walletentry"), Guards()]
