-- begin
BEGIN TRANSACTION;
-- make the table
CREATE TABLE "shop"."bad" AS SELECT "id", "amount", "odd ""name", CAST(NULL AS TEXT) AS "dre_row_id", CAST(NULL AS TEXT) AS "dre_batch", CAST(NULL AS TEXT) AS "dre_mode", CAST(NULL AS TEXT) AS "dre_checks", CAST(NULL AS TEXT) AS "dre_dataset", CAST(NULL AS TEXT) AS "dre_suite", CAST(NULL AS TEXT) AS "dre_dag_id", CAST(NULL AS TEXT) AS "dre_run_id", CAST(NULL AS TEXT) AS "dre_task_id", CAST(NULL AS INT) AS "dre_map_index", CAST(NULL AS TIMESTAMPTZ) AS "dre_quarantined_at", CAST(NULL AS TEXT) AS "dre_review" FROM "shop"."orders" WHERE FALSE;
-- forget earlier copies
DELETE FROM "shop"."bad" WHERE "dre_batch" = 'b1' AND "dre_mode" = 'copy';
-- count
SELECT (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01')), (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id"))));
-- copy
INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT "id", "amount", "odd ""name", CAST(UUID() AS TEXT), 'b1', 'copy', '[' || SUBSTR(CASE WHEN "amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']', 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMPTZ), NULL FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id")));
-- are there addresses
SELECT rowid FROM "shop"."orders" WHERE FALSE;
-- note the addresses
CREATE TEMPORARY TABLE dre_picked AS SELECT rowid AS address, '[' || SUBSTR(CASE WHEN "amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']' AS dre_checks FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("amount" IS NULL OR (NOT "id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "id" IS NULL GROUP BY "id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id")));
-- insert
INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT dre_source."id", dre_source."amount", dre_source."odd ""name", CAST(UUID() AS TEXT), 'b1', 'move', dre_picked.dre_checks, 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, CAST('2026-01-01 00:00:00+00:00' AS TIMESTAMPTZ), NULL FROM "shop"."orders" AS dre_source JOIN dre_picked ON dre_source.rowid = dre_picked.address;
-- delete
DELETE FROM "shop"."orders" WHERE rowid IN (SELECT address FROM dre_picked);
-- give back
INSERT INTO "shop"."orders" ("id", "amount", "odd ""name") SELECT "id", "amount", "odd ""name" FROM "shop"."bad" WHERE "dre_review" = 'v1' AND "dre_mode" = 'move';
-- delete what went back
DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1' AND "dre_mode" = 'move';
-- claim
UPDATE "shop"."bad" SET "dre_review" = 'v1' WHERE "dre_dataset" = 'n' AND "dre_dag_id" = 'd' AND "dre_run_id" = 'r';
-- tally
SELECT "dre_mode", "dre_dag_id", "dre_run_id", "dre_checks", COUNT(*) FROM "shop"."bad" WHERE "dre_review" = 'v1' GROUP BY "dre_mode", "dre_dag_id", "dre_run_id", "dre_checks";
-- leave to the next
UPDATE "shop"."bad" SET "dre_review" = NULL WHERE "dre_review" = 'v1';
-- drop
DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1';
