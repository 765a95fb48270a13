"""Listeners: what Airflow reports even where no callback runs."""
