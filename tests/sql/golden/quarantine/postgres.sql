-- begin
SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
-- wait for others
SELECT PG_ADVISORY_XACT_LOCK(HASHTEXTEXTENDED('airflow_dre.shop.bad', 0));
-- make the table
CREATE TABLE "shop"."bad" AS SELECT "id", "amount", "odd ""name", CAST(NULL AS TEXT) AS "dre_row_id", CAST(NULL AS TEXT) AS "dre_batch", CAST(NULL AS TEXT) AS "dre_mode", CAST(NULL AS TEXT) AS "dre_checks", CAST(NULL AS TEXT) AS "dre_dataset", CAST(NULL AS TEXT) AS "dre_suite", CAST(NULL AS TEXT) AS "dre_dag_id", CAST(NULL AS TEXT) AS "dre_run_id", CAST(NULL AS TEXT) AS "dre_task_id", CAST(NULL AS INT) AS "dre_map_index", CAST(NULL AS TIMESTAMPTZ) AS "dre_quarantined_at", CAST(NULL AS TEXT) AS "dre_review" FROM "shop"."orders" WHERE FALSE;
-- forget earlier copies
DELETE FROM "shop"."bad" WHERE "dre_batch" = 'b1' AND "dre_mode" = 'copy';
-- count
SELECT (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01')), (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id"))));
-- copy
INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT "id", "amount", "odd ""name", CAST(GEN_RANDOM_UUID() AS TEXT), 'b1', 'copy', '[' || SUBSTR(CASE WHEN "amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']', 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMPTZ), NULL FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id")));
-- what a DELETE would change elsewhere
SELECT 'rows of ' || CAST(c.conrelid AS REGCLASS) || ', whose foreign key follows a DELETE' FROM pg_constraint AS c WHERE c.confrelid = TO_REGCLASS('"shop"."orders"') AND c.contype = 'f' AND c.confdeltype IN ('c', 'n', 'd') UNION ALL SELECT 'columns that only its heir ' || CAST(i.inhrelid AS REGCLASS) || ' has' FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhparent WHERE c.oid = TO_REGCLASS('"shop"."orders"') AND c.relkind = 'r' UNION ALL SELECT 'what only the tables below the view know' FROM pg_class AS c WHERE c.oid = TO_REGCLASS('"shop"."orders"') AND c.relkind = 'v';
-- columns that are computed
SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = TO_REGCLASS('"shop"."orders"') AND a.attgenerated <> '';
-- move
WITH dre_gone AS (DELETE FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id"))) RETURNING "id", "amount", "odd ""name", '[' || SUBSTR(CASE WHEN "amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']' AS "dre_checks"), dre_kept AS (INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT "id", "amount", "odd ""name", CAST(GEN_RANDOM_UUID() AS TEXT), 'b1', 'move', "dre_checks", 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMPTZ), NULL FROM dre_gone RETURNING 1) SELECT (SELECT COUNT(*) FROM dre_gone), (SELECT COUNT(*) FROM dre_kept);
-- give back
WITH dre_gone AS (DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1' AND "dre_mode" = 'move' RETURNING "id", "amount", "odd ""name"), dre_back AS (INSERT INTO "shop"."orders" ("id", "amount", "odd ""name") OVERRIDING SYSTEM VALUE SELECT "id", "amount", "odd ""name" FROM dre_gone RETURNING 1) SELECT (SELECT COUNT(*) FROM dre_gone), (SELECT COUNT(*) FROM dre_back);
-- claim
UPDATE "shop"."bad" SET "dre_review" = 'v1' WHERE "dre_dataset" = 'n' AND "dre_dag_id" = 'd' AND "dre_run_id" = 'r';
-- tally
SELECT "dre_mode", "dre_dag_id", "dre_run_id", "dre_checks", COUNT(*) FROM "shop"."bad" WHERE "dre_review" = 'v1' GROUP BY "dre_mode", "dre_dag_id", "dre_run_id", "dre_checks";
-- leave to the next
UPDATE "shop"."bad" SET "dre_review" = NULL WHERE "dre_review" = 'v1';
-- drop
DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1';
