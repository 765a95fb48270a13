"""A table that must be there by 8 on working days, the partition of each day, and the report that is made of them."""

from __future__ import annotations

from datetime import date

from airflow_dre import FreshnessSLA, open_incident, reliability_monitor

oncall = open_incident(severity="critical", routes=["oncall"])

orders = FreshnessSLA(
    "orders by 8",
    conn_id="warehouse",
    table="orders",
    column="loaded_at",
    due="08:00",
    due_time_zone="Europe/Berlin",
    days="working_days:DE",
    warn_before="30m",
    grace="5m",
    repeat_every="2h",
    on_warn=open_incident(severity="low"),
    on_miss=oncall,
)

partitions = FreshnessSLA(
    "partition of each day",
    conn_id="warehouse",
    table="orders_by_day",
    partition="day",
    due="3h after day",
    due_time_zone="Europe/Berlin",
    on_miss=oncall,
)

report = FreshnessSLA(
    "report of each month",
    dag="orders_report",
    due="18:00",
    time_zone="Europe/Berlin",
    days="month_ends of weekdays",
    except_days=[date(2026, 12, 31)],
    on_miss=oncall,
)

dag = reliability_monitor([orders, partitions, report], dag_id="table_by_8", doc_md=__doc__)
