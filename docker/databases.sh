#!/usr/bin/env bash
# The results store and Marquez get databases and users of their own, beside Airflow's.
set -euo pipefail
for owner in dre marquez; do
    secret="${owner^^}_PASSWORD"
    psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set owner="$owner" --set secret="${!secret}" <<'SQL'
CREATE USER :"owner" PASSWORD :'secret';
CREATE DATABASE :"owner" OWNER :"owner";
SQL
done
