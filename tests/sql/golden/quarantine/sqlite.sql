-- begin
BEGIN IMMEDIATE;
-- make the table
CREATE TABLE "shop"."bad" ("id" INTEGER, "amount" NUMERIC(10, 2), "odd ""name", "dre_row_id" TEXT, "dre_batch" TEXT, "dre_mode" TEXT, "dre_checks" TEXT, "dre_dataset" TEXT, "dre_suite" TEXT, "dre_dag_id" TEXT, "dre_run_id" TEXT, "dre_task_id" TEXT, "dre_map_index" INTEGER, "dre_quarantined_at" TIMESTAMPTZ, "dre_review" TEXT);
-- forget earlier copies
DELETE FROM "shop"."bad" WHERE "dre_batch" = 'b1' AND "dre_mode" = 'copy';
-- count
SELECT (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01')), (SELECT COUNT(*) FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("orders"."amount" IS NULL OR (NOT "orders"."id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "orders"."id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "orders"."id" IS NULL GROUP BY "orders"."id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id"))));
-- copy
INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT "orders"."id", "orders"."amount", "orders"."odd ""name", LOWER(HEX(RANDOMBLOB(16))), 'b1', 'copy', '[' || SUBSTR(CASE WHEN "orders"."amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "orders"."id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "orders"."id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "orders"."id" IS NULL GROUP BY "orders"."id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']', 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, '2026-01-01 00:00:00+00:00', NULL FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("orders"."amount" IS NULL OR (NOT "orders"."id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "orders"."id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "orders"."id" IS NULL GROUP BY "orders"."id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id")));
-- what a DELETE would change elsewhere
SELECT 'rows of ' || m.name || ', whose foreign key follows a DELETE' FROM PRAGMA_FOREIGN_KEYS AS p CROSS JOIN sqlite_master AS m JOIN PRAGMA_FOREIGN_KEY_LIST(m.name) AS f ON TRUE WHERE p.foreign_keys = 1 AND m.type = 'table' AND LOWER(f."table") = LOWER('orders') AND f.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT');
-- columns that are computed
SELECT name FROM PRAGMA_TABLE_XINFO('orders', 'shop') WHERE hidden > 1;
-- are there addresses
SELECT rowid FROM "shop"."orders" WHERE FALSE;
-- note the addresses
CREATE TEMPORARY TABLE dre_picked AS SELECT rowid AS address, '[' || SUBSTR(CASE WHEN "orders"."amount" IS NULL THEN ',{"id": "c2ed34527af53bcc", "name": "no \"amount\""}' ELSE '' END || CASE WHEN NOT "orders"."id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "orders"."id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "orders"."id" IS NULL GROUP BY "orders"."id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id") THEN ',{"id": "ddf786e428904103", "name": "unique(id)"}' ELSE '' END, 2) || ']' AS dre_checks FROM "shop"."orders" WHERE (day = '2026-01-01') AND ("orders"."amount" IS NULL OR (NOT "orders"."id" IS NULL AND EXISTS(SELECT 1 FROM (SELECT "orders"."id" AS dre_key_0 FROM "shop"."orders" WHERE (day = '2026-01-01') AND NOT "orders"."id" IS NULL GROUP BY "orders"."id" HAVING COUNT(*) > 1) AS dre_keys WHERE dre_keys.dre_key_0 = "id")));
-- insert
INSERT INTO "shop"."bad" ("id", "amount", "odd ""name", "dre_row_id", "dre_batch", "dre_mode", "dre_checks", "dre_dataset", "dre_suite", "dre_dag_id", "dre_run_id", "dre_task_id", "dre_map_index", "dre_quarantined_at", "dre_review") SELECT dre_source."id", dre_source."amount", dre_source."odd ""name", LOWER(HEX(RANDOMBLOB(16))), 'b1', 'move', dre_picked.dre_checks, 'postgres://h:1/shop.orders', 'it''s', 'd', 'r', NULL, -1, '2026-01-01 00:00:00+00:00', NULL FROM "shop"."orders" AS dre_source JOIN dre_picked ON dre_source.rowid = dre_picked.address;
-- delete
DELETE FROM "shop"."orders" WHERE rowid IN (SELECT address FROM dre_picked);
-- give back
INSERT INTO "shop"."orders" ("id", "amount", "odd ""name") SELECT "bad"."id", "bad"."amount", "bad"."odd ""name" FROM "shop"."bad" WHERE "bad"."dre_review" = 'v1' AND "bad"."dre_mode" = 'move';
-- delete what went back
DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1' AND "dre_mode" = 'move';
-- claim
UPDATE "shop"."bad" SET "dre_review" = 'v1' WHERE "dre_dataset" = 'n' AND "dre_dag_id" = 'd' AND "dre_run_id" = 'r';
-- tally
SELECT "bad"."dre_mode", "bad"."dre_dag_id", "bad"."dre_run_id", "bad"."dre_checks", COUNT(*) FROM "shop"."bad" WHERE "bad"."dre_review" = 'v1' GROUP BY "bad"."dre_mode", "bad"."dre_dag_id", "bad"."dre_run_id", "bad"."dre_checks";
-- leave to the next
UPDATE "shop"."bad" SET "dre_review" = NULL WHERE "dre_review" = 'v1';
-- drop
DELETE FROM "shop"."bad" WHERE "dre_review" = 'v1';
