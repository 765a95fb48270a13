"""The results store: a database of its own, never Airflow's. SQLite to start with, PostgreSQL in production."""
