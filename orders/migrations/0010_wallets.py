"""A wallet is an account of its own, with entries that follow from each other."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import append_only
from core.append_only import AppendOnly
from orders.guards import Guards

OPEN = """
INSERT INTO orders_walletaccount (user_id, currency, balance, length)
SELECT user_id, currency, SUM(amount), COUNT(*) FROM orders_walletentry GROUP BY user_id, currency
"""
NUMBER = """
UPDATE orders_walletentry SET
  account_id = (SELECT a.id FROM orders_walletaccount a
                WHERE a.user_id = orders_walletentry.user_id AND a.currency = orders_walletentry.currency),
  seq = (SELECT COUNT(*) FROM orders_walletentry e WHERE e.user_id = orders_walletentry.user_id
         AND e.currency = orders_walletentry.currency AND e.id <= orders_walletentry.id),
  balance = (SELECT SUM(e.amount) FROM orders_walletentry e WHERE e.user_id = orders_walletentry.user_id
             AND e.currency = orders_walletentry.currency AND e.id <= orders_walletentry.id)
"""


def fill(apps, schema_editor):
    """Give each entry its account, number and balance, while the table may be changed."""
    with schema_editor.connection.cursor() as cursor:
        append_only.remove(cursor, schema_editor.connection.vendor, "orders_walletentry")
        cursor.execute(OPEN)
        cursor.execute(NUMBER)
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def money(**options):
    return models.DecimalField(decimal_places=4, max_digits=14, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0009_refunds_add_up"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="WalletAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("balance", money(default=0, verbose_name="balance")),
                ("length", models.PositiveIntegerField(default=0, editable=False)),
                ("user", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="wallets", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("user", "currency"),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "currency"), name="wallet_once"),
                    models.CheckConstraint(condition=models.Q(balance__gte=0), name="wallet_no_debts"),
                ],
            },
        ),
        migrations.AddField("walletentry", "account", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="orders.walletaccount")),
        migrations.AddField("walletentry", "seq", models.PositiveIntegerField(null=True)),
        migrations.AddField("walletentry", "balance", money(null=True, verbose_name="balance")),
        migrations.RunPython(fill),
        migrations.AlterField("walletentry", "account", models.ForeignKey(
            on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="orders.walletaccount")),
        migrations.AlterField("walletentry", "seq", models.PositiveIntegerField()),
        migrations.AlterField("walletentry", "balance", money(verbose_name="balance")),
        migrations.RemoveIndex("walletentry", "wallet_of_user"),
        migrations.AlterModelOptions("walletentry", {"ordering": ("account", "seq")}),
        migrations.RemoveField("walletentry", "user"),
        migrations.RemoveField("walletentry", "currency"),
        migrations.AddConstraint(
            "walletentry", models.UniqueConstraint(fields=("account", "seq"), name="wallet_seq_once")),
        AppendOnly("orders_walletentry"),
        Guards(what="wallet"),
    ]
