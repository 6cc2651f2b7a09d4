"""An order remembers when the dispute that held it ended: there is no second one."""

from django.db import migrations, models

from orders.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_never_emptied")]
    operations = [
        Guards(up=False),
        migrations.AddField(
            model_name="order",
            name="dispute_ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="its dispute ended"),
        ),
        Guards(),
    ]
