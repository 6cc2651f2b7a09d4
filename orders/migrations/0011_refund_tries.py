"""How often a refund was sent without an answer."""

from django.db import migrations, models

from orders.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_wallets")]
    operations = [
        Guards(up=False),
        Guards(up=False, what="wallet"),
        migrations.AddField(
            "refund", "tries",
            models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="tries without an answer"),
        ),
        Guards(),
        Guards(what="wallet"),
    ]
