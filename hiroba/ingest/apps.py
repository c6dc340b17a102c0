from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "hiroba.ingest"
    label = "ingest"
