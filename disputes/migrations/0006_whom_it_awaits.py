from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0007_outside_bodies'),
        ('disputes', '0005_judged_under_complaint'),
    ]

    operations = [
        migrations.AddField(
            model_name='dispute',
            name='awaits_buyer',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='dispute',
            name='awaits_seller',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='dispute',
            name='spoke_last',
            field=models.CharField(choices=[('buyer', 'Buyer'), ('seller', 'Seller'), ('platform', 'Mediator')], db_default='buyer', default='buyer', help_text='Who made the latest move of the negotiation', max_length=8),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('spoke_last__in', ['buyer', 'seller'])), name='dispute_spoke_last'),
        ),
    ]
