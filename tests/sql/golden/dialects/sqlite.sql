-- a session begins
PRAGMA query_only = ON;
-- all_differ
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL AND ("orders"."a" = "orders"."b" OR "orders"."a" = "orders"."c" OR "orders"."b" = "orders"."c")) AS m1 FROM "shop"."orders";
-- all_differ where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND (NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL AND ("orders"."a" = "orders"."b" OR "orders"."a" = "orders"."c" OR "orders"."b" = "orders"."c"))) AS m1 FROM "shop"."orders";
-- all_differ by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL AND NOT "orders"."c" IS NULL AND ("orders"."a" = "orders"."b" OR "orders"."a" = "orders"."c" OR "orders"."b" = "orders"."c")) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- between
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" BETWEEN 1 AND 2.5) AS m1 FROM "shop"."orders";
-- between where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" BETWEEN 1 AND 2.5) AS m1 FROM "shop"."orders";
-- between by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."a" BETWEEN 1 AND 2.5) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- column_count
SELECT name, type FROM PRAGMA_TABLE_XINFO('orders', 'shop') WHERE hidden <> 1 ORDER BY cid LIMIT 200001;
-- column_max
SELECT MAX("orders"."a") AS m0 FROM "shop"."orders";
-- column_max where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN "orders"."a" END) AS m0 FROM "shop"."orders";
-- column_max by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, MAX("orders"."a") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- column_min
SELECT MIN("orders"."a") AS m0 FROM "shop"."orders";
-- column_min where
SELECT MIN(CASE WHEN (a > 1 OR b = 2) THEN "orders"."a" END) AS m0 FROM "shop"."orders";
-- column_min by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, MIN("orders"."a") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- compare
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT ("orders"."a" <= "orders"."b")) AS m1 FROM "shop"."orders";
-- compare where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT ("orders"."a" <= "orders"."b")) AS m1 FROM "shop"."orders";
-- compare by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT ("orders"."a" <= "orders"."b")) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- decreasing
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- decreasing
SELECT COUNT(*) FILTER(WHERE v > v_before) FROM (SELECT "orders"."a" AS v, LAG("orders"."a") OVER (ORDER BY "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS steps;
-- decreasing where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- decreasing where
SELECT COUNT(*) FILTER(WHERE v > v_before) FROM (SELECT "orders"."a" AS v, LAG("orders"."a") OVER (ORDER BY "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS steps;
-- decreasing by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- decreasing by
SELECT segment, COUNT(*) FILTER(WHERE v > v_before) FROM (SELECT "orders"."region" AS segment, "orders"."a" AS v, LAG("orders"."a") OVER (PARTITION BY "orders"."region" ORDER BY "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS steps GROUP BY segment LIMIT 10001;
-- distinct_count
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."s" IS NULL GROUP BY "orders"."s") AS groups_of_rows;
-- distinct_count where
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL GROUP BY "orders"."s") AS groups_of_rows;
-- distinct_count by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- distinct_count by
SELECT segment, COUNT(*) FROM (SELECT "orders"."region" AS segment, COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."s" IS NULL GROUP BY "orders"."region", "orders"."s") AS groups_of_rows GROUP BY segment LIMIT 10001;
-- distribution
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x')) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('y')) AS m2 FROM "shop"."orders";
-- distribution where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IN ('x')) AS m1, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IN ('y')) AS m2 FROM "shop"."orders";
-- distribution by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x')) AS m2, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('y')) AS m3 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- failed_rows_sql
SELECT COUNT(*) AS m0 FROM "shop"."orders";
-- failed_rows_sql
SELECT COUNT(*) FROM (WITH w AS (SELECT id, a + b AS n FROM orders) SELECT id, n FROM w WHERE n < 0) AS failed_rows;
-- foreign_key
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0 FROM "shop"."orders";
-- foreign_key
SELECT COUNT(*) FROM (SELECT "orders"."a" AS k0, "orders"."b" AS k1 FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS child LEFT JOIN "shop"."parents" AS parent ON parent."k" = child.k0 AND parent."l" = child.k1 WHERE parent."k" IS NULL;
-- foreign_key where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0 FROM "shop"."orders";
-- foreign_key where
SELECT COUNT(*) FROM (SELECT "orders"."a" AS k0, "orders"."b" AS k1 FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS child LEFT JOIN "shop"."parents" AS parent ON parent."k" = child.k0 AND parent."l" = child.k1 WHERE parent."k" IS NULL;
-- foreign_key by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- foreign_key by
SELECT child.segment, COUNT(*) FROM (SELECT "orders"."region" AS segment, "orders"."a" AS k0, "orders"."b" AS k1 FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS child LEFT JOIN "shop"."parents" AS parent ON parent."k" = child.k0 AND parent."l" = child.k1 WHERE parent."k" IS NULL GROUP BY child.segment LIMIT 10001;
-- fresh
SELECT MAX("orders"."at") AS m0 FROM "shop"."orders";
-- fresh where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN "orders"."at" END) AS m0 FROM "shop"."orders";
-- fresh by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, MAX("orders"."at") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- has_values
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x')) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('y')) AS m2 FROM "shop"."orders";
-- has_values where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IN ('x')) AS m1, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IN ('y')) AS m2 FROM "shop"."orders";
-- has_values by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x')) AS m2, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('y')) AS m3 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- in_set
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x', 'O''Hare', 'back\slash', 'Ünï', 'new
line')) AS m1 FROM "shop"."orders";
-- in_set where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IN ('x', 'O''Hare', 'back\slash', 'Ünï', 'new
line')) AS m1 FROM "shop"."orders";
-- in_set by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IN ('x', 'O''Hare', 'back\slash', 'Ünï', 'new
line')) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- increasing
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- increasing
SELECT COUNT(*) FILTER(WHERE v <= v_before) FROM (SELECT "orders"."a" AS v, LAG("orders"."a") OVER (ORDER BY "orders"."day" NULLS LAST, "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS steps;
-- increasing where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- increasing where
SELECT COUNT(*) FILTER(WHERE v <= v_before) FROM (SELECT "orders"."a" AS v, LAG("orders"."a") OVER (ORDER BY "orders"."day" NULLS LAST, "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS steps;
-- increasing by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- increasing by
SELECT segment, COUNT(*) FILTER(WHERE v <= v_before) FROM (SELECT "orders"."region" AS segment, "orders"."a" AS v, LAG("orders"."a") OVER (PARTITION BY "orders"."region" ORDER BY "orders"."day" NULLS LAST, "orders"."id" NULLS LAST) AS v_before FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS steps GROUP BY segment LIMIT 10001;
-- json_valid
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT (JSON_VALID("orders"."s") = 1)) AS m1 FROM "shop"."orders";
-- json_valid where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND (NOT "orders"."s" IS NULL AND NOT (JSON_VALID("orders"."s") = 1))) AS m1 FROM "shop"."orders";
-- json_valid by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT (JSON_VALID("orders"."s") = 1)) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- length
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (LENGTH("orders"."s") < 1 OR LENGTH("orders"."s") > 20)) AS m1 FROM "shop"."orders";
-- length where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND (LENGTH("orders"."s") < 1 OR LENGTH("orders"."s") > 20)) AS m1 FROM "shop"."orders";
-- length by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE (LENGTH("orders"."s") < 1 OR LENGTH("orders"."s") > 20)) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- like
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT ("orders"."s" LIKE 'A%' OR "orders"."s" LIKE '50\%' ESCAPE '\' OR "orders"."s" LIKE '[x_')) AS m1 FROM "shop"."orders";
-- like where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT ("orders"."s" LIKE 'A%' OR "orders"."s" LIKE '50\%' ESCAPE '\' OR "orders"."s" LIKE '[x_')) AS m1 FROM "shop"."orders";
-- like by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT ("orders"."s" LIKE 'A%' OR "orders"."s" LIKE '50\%' ESCAPE '\' OR "orders"."s" LIKE '[x_')) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- matches
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" REGEXP '^\w+''\d{2}$') AS m1 FROM "shop"."orders";
-- matches where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" REGEXP '^\w+''\d{2}$') AS m1 FROM "shop"."orders";
-- matches by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" REGEXP '^\w+''\d{2}$') AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- mean
SELECT AVG("orders"."a") AS m0 FROM "shop"."orders";
-- mean where
SELECT AVG(CASE WHEN (a > 1 OR b = 2) THEN "orders"."a" END) AS m0 FROM "shop"."orders";
-- mean by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, AVG("orders"."a") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- median
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT "orders"."a" AS v, ROW_NUMBER() OVER (ORDER BY "orders"."a") AS place, COUNT(*) OVER () AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS numbered;
-- median where
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT "orders"."a" AS v, ROW_NUMBER() OVER (ORDER BY "orders"."a") AS place, COUNT(*) OVER () AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS numbered;
-- median by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- median by
SELECT segment, SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT "orders"."region" AS segment, "orders"."a" AS v, ROW_NUMBER() OVER (PARTITION BY "orders"."region" ORDER BY "orders"."a") AS place, COUNT(*) OVER (PARTITION BY "orders"."region") AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS numbered GROUP BY segment LIMIT 10001;
-- metric_sql
SELECT SUM(a) / NULLIF(COUNT(*), 0) AS m0 FROM "shop"."orders";
-- metric_sql where
SELECT SUM(a) / NULLIF(COUNT(*), 0) FROM "shop"."orders" WHERE (a > 1 OR b = 2);
-- metric_sql by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, SUM(a) / NULLIF(COUNT(*), 0) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- most_common
SELECT v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "orders"."s" AS v, COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."s" IS NULL GROUP BY "orders"."s") AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- most_common where
SELECT v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "orders"."s" AS v, COUNT(*) AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL GROUP BY "orders"."s") AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- most_common by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- most_common by
SELECT segment, v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT "orders"."region" AS segment, "orders"."s" AS v, COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."s" IS NULL GROUP BY "orders"."region", "orders"."s") AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- no_gaps
SELECT DISTINCT STRFTIME('%Y-%m-%d', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- no_gaps where
SELECT DISTINCT STRFTIME('%Y-%m-%d', "orders"."at") AS period FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."at" IS NULL LIMIT 200001;
-- no_gaps by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- no_gaps by
SELECT DISTINCT "orders"."region" AS segment, STRFTIME('%Y-%m-%d', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- not_empty
SELECT COUNT(*) AS m0, COUNT(*) FILTER(WHERE ("orders"."s" IS NULL OR TRIM("orders"."s", ' ') = '')) AS m1 FROM "shop"."orders";
-- not_empty where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2)) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND ("orders"."s" IS NULL OR TRIM("orders"."s", ' ') = '')) AS m1 FROM "shop"."orders";
-- not_empty by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE ("orders"."s" IS NULL OR TRIM("orders"."s", ' ') = '')) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- not_in_set
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m0, COUNT(*) FILTER(WHERE "orders"."a" IN (1, 2)) AS m1 FROM "shop"."orders";
-- not_in_set where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND "orders"."a" IN (1, 2)) AS m1 FROM "shop"."orders";
-- not_in_set by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1, COUNT(*) FILTER(WHERE "orders"."a" IN (1, 2)) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- not_like
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE "orders"."s" LIKE '%x%') AS m1 FROM "shop"."orders";
-- not_like where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND "orders"."s" LIKE '%x%') AS m1 FROM "shop"."orders";
-- not_like by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE "orders"."s" LIKE '%x%') AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- not_matches
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE "orders"."s" REGEXP '[0-9]') AS m1 FROM "shop"."orders";
-- not_matches where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND "orders"."s" REGEXP '[0-9]') AS m1 FROM "shop"."orders";
-- not_matches by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE "orders"."s" REGEXP '[0-9]') AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- not_null
SELECT COUNT(*) AS m0, COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1 FROM "shop"."orders";
-- not_null where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2)) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND "orders"."a" IS NULL) AS m1 FROM "shop"."orders";
-- not_null by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- null
SELECT COUNT(*) AS m0, COUNT("orders"."a") AS m1 FROM "shop"."orders";
-- null where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2)) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m1 FROM "shop"."orders";
-- null by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT("orders"."a") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- of_type
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m1 FROM "shop"."orders";
-- of_type where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND (NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$')) AS m1 FROM "shop"."orders";
-- of_type by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- quantile
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT "orders"."a" AS v, ROW_NUMBER() OVER (ORDER BY "orders"."a") AS place, COUNT(*) OVER () AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS numbered;
-- quantile where
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT "orders"."a" AS v, ROW_NUMBER() OVER (ORDER BY "orders"."a") AS place, COUNT(*) OVER () AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS numbered;
-- quantile by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- quantile by
SELECT segment, MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT "orders"."region" AS segment, "orders"."a" AS v, ROW_NUMBER() OVER (PARTITION BY "orders"."region" ORDER BY "orders"."a") AS place, COUNT(*) OVER (PARTITION BY "orders"."region") AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS numbered GROUP BY segment LIMIT 10001;
-- row_count
SELECT COUNT(*) AS m0 FROM "shop"."orders";
-- row_count where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2)) AS m0 FROM "shop"."orders";
-- row_count by
SELECT "orders"."region" AS segment, COUNT(*) AS m0 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- rows
SELECT COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT (a > 0 OR b IS NULL)) AS m1 FROM "shop"."orders";
-- rows where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2)) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT (a > 0 OR b IS NULL)) AS m1 FROM "shop"."orders";
-- rows by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT (a > 0 OR b IS NULL)) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- schema_is
SELECT name, type FROM PRAGMA_TABLE_XINFO('orders', 'shop') WHERE hidden <> 1 ORDER BY cid LIMIT 200001;
-- schema_unchanged
SELECT name, type FROM PRAGMA_TABLE_XINFO('orders', 'shop') WHERE hidden <> 1 ORDER BY cid LIMIT 200001;
-- stddev
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m0, CAST((SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders"))) * (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) - CAST(SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) * SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) AS REAL) / COUNT((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders"))))) AS REAL) / NULLIF(COUNT((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) - 1, 0) AS m1 FROM "shop"."orders";
-- stddev where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0, CAST((SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END * CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) - CAST(SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) * SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) AS REAL) / COUNT(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END)) AS REAL) / NULLIF(COUNT(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) - 1, 0) AS m1 FROM "shop"."orders";
-- stddev by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- stddev by
SELECT segment, CAST((SUM(d * d) - CAST(SUM(d) * SUM(d) AS REAL) / COUNT(d)) AS REAL) / NULLIF(COUNT(d) - 1, 0) FROM (SELECT "orders"."region" AS segment, 1.0 * ("orders"."a" - AVG("orders"."a") OVER (PARTITION BY "orders"."region")) AS d FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS distances GROUP BY segment LIMIT 10001;
-- sum_equals
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0, COUNT(*) FILTER(WHERE "orders"."a" + "orders"."b" <> 10) AS m1 FROM "shop"."orders";
-- sum_equals where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND "orders"."a" + "orders"."b" <> 10) AS m1 FROM "shop"."orders";
-- sum_equals by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."b" IS NULL) AS m1, COUNT(*) FILTER(WHERE "orders"."a" + "orders"."b" <> 10) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- total
SELECT SUM("orders"."a") AS m0 FROM "shop"."orders";
-- total where
SELECT SUM(CASE WHEN (a > 1 OR b = 2) THEN "orders"."a" END) AS m0 FROM "shop"."orders";
-- total by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, SUM("orders"."a") AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- tuple_in_set
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL AND NOT (("orders"."a" = 1 AND "orders"."s" = 'x') OR ("orders"."a" = 2 AND "orders"."s" = 'y'))) AS m1 FROM "shop"."orders";
-- tuple_in_set where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m0, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND (NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL AND NOT (("orders"."a" = 1 AND "orders"."s" = 'x') OR ("orders"."a" = 2 AND "orders"."s" = 'y')))) AS m1 FROM "shop"."orders";
-- tuple_in_set by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m1, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL AND NOT (("orders"."a" = 1 AND "orders"."s" = 'x') OR ("orders"."a" = 2 AND "orders"."s" = 'y'))) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- unique
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m0 FROM "shop"."orders";
-- unique
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL GROUP BY "orders"."a", "orders"."s" HAVING COUNT(*) > 1) AS groups_of_rows;
-- unique where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m0 FROM "shop"."orders";
-- unique where
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL GROUP BY "orders"."a", "orders"."s" HAVING COUNT(*) > 1) AS groups_of_rows;
-- unique by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- unique by
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT "orders"."region" AS segment, COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL AND NOT "orders"."s" IS NULL GROUP BY "orders"."region", "orders"."a", "orders"."s" HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;
-- unique_ratio
SELECT COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- unique_ratio
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL GROUP BY "orders"."a") AS groups_of_rows;
-- unique_ratio where
SELECT COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m0 FROM "shop"."orders";
-- unique_ratio where
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "shop"."orders" WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL GROUP BY "orders"."a") AS groups_of_rows;
-- unique_ratio by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, COUNT(*) FILTER(WHERE NOT "orders"."a" IS NULL) AS m1 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- unique_ratio by
SELECT segment, COUNT(*) FROM (SELECT "orders"."region" AS segment, COUNT(*) AS n FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL GROUP BY "orders"."region", "orders"."a") AS groups_of_rows GROUP BY segment LIMIT 10001;
-- z_scores
SELECT AVG("orders"."a") AS m0, CAST((SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders"))) * (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) - CAST(SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) * SUM((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) AS REAL) / COUNT((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders"))))) AS REAL) / NULLIF(COUNT((1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders")))) - 1, 0) AS m1, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m2 FROM "shop"."orders";
-- z_scores where
SELECT AVG(CASE WHEN (a > 1 OR b = 2) THEN "orders"."a" END) AS m0, CAST((SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END * CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) - CAST(SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) * SUM(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) AS REAL) / COUNT(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END)) AS REAL) / NULLIF(COUNT(CASE WHEN (a > 1 OR b = 2) THEN (1.0 * ("orders"."a" - (SELECT AVG("orders"."a") FROM "shop"."orders" WHERE (a > 1 OR b = 2)))) END) - 1, 0) AS m1, COUNT(*) FILTER(WHERE (a > 1 OR b = 2) AND NOT "orders"."a" IS NULL) AS m2 FROM "shop"."orders";
-- z_scores by
SELECT "orders"."region" AS segment, COUNT(*) AS m0, AVG("orders"."a") AS m1, COUNT(*) - COUNT(*) FILTER(WHERE "orders"."a" IS NULL) AS m2 FROM "shop"."orders" GROUP BY "orders"."region" LIMIT 10001;
-- z_scores by
SELECT segment, CAST((SUM(d * d) - CAST(SUM(d) * SUM(d) AS REAL) / COUNT(d)) AS REAL) / NULLIF(COUNT(d) - 1, 0) FROM (SELECT "orders"."region" AS segment, 1.0 * ("orders"."a" - AVG("orders"."a") OVER (PARTITION BY "orders"."region")) AS d FROM "shop"."orders" WHERE NOT "orders"."a" IS NULL) AS distances GROUP BY segment LIMIT 10001;
-- dates
SELECT COUNT(*) FILTER(WHERE NOT "orders"."at" BETWEEN '2013-01-01' AND '2013-12-31') AS m0 FROM "shop"."orders";
-- moments
SELECT COUNT(*) FILTER(WHERE NOT "orders"."at" BETWEEN '2013-01-01 05:00:00.250000' AND '2013-01-01 23:00:00+00:00') AS m0 FROM "shop"."orders";
-- booleans
SELECT COUNT(*) FILTER(WHERE NOT "orders"."b" IN (TRUE)) AS m0 FROM "shop"."orders";
-- an exact length
SELECT COUNT(*) FILTER(WHERE LENGTH("orders"."s") <> 4) AS m0 FROM "shop"."orders";
-- texts of type integer
SELECT COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*[-+]?[0-9]+\s*$') AS m0 FROM "shop"."orders";
-- texts of type boolean
SELECT COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$') AS m0 FROM "shop"."orders";
-- texts of type date
SELECT COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\s*$') AS m0 FROM "shop"."orders";
-- texts of type timestamp
SELECT COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\s*$') AS m0 FROM "shop"."orders";
-- texts of type uuid
SELECT COUNT(*) FILTER(WHERE NOT "orders"."s" IS NULL AND NOT "orders"."s" REGEXP '^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$') AS m0 FROM "shop"."orders";
-- each hour
SELECT DISTINCT STRFTIME('%Y-%m-%d %H:00:00', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- each day
SELECT DISTINCT STRFTIME('%Y-%m-%d', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- each week
SELECT DISTINCT DATE("orders"."at", 'weekday 0', '-6 days') AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- each month
SELECT DISTINCT STRFTIME('%Y-%m-01', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- each quarter
SELECT DISTINCT DATE("orders"."at", 'start of month', '-' || ((CAST(STRFTIME('%m', "orders"."at") AS INTEGER) - 1) % 3) || ' months') AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- each year
SELECT DISTINCT STRFTIME('%Y-01-01', "orders"."at") AS period FROM "shop"."orders" WHERE NOT "orders"."at" IS NULL LIMIT 200001;
-- columns of orders
SELECT name, type FROM PRAGMA_TABLE_XINFO('orders', NULL) WHERE hidden <> 1 ORDER BY cid LIMIT 200001;
-- columns of "cat-1".shop."odd ""name` ]\"
SELECT name, type FROM PRAGMA_TABLE_XINFO('odd "name` ]\', 'shop') WHERE hidden <> 1 ORDER BY cid LIMIT 200001;
