from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0003_pending_imports")]

    operations = [migrations.AddField("signintry", "is_open", models.BooleanField(default=False))]
