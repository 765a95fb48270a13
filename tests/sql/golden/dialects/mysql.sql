-- a session begins
SET SESSION TRANSACTION READ ONLY;
-- a session begins
SET SESSION time_zone = '+00:00', sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '');
-- a session begins
SET SESSION /*!80000 max_execution_time = 1500 */ /*M!100100 max_statement_time = 1.5 */;
-- all_differ
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL AND (`a` = `b` OR `a` = `c` OR `b` = `c`) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- all_differ where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL AND (`a` = `b` OR `a` = `c` OR `b` = `c`)) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- all_differ by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL THEN 1 END) AS m1, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL AND NOT `c` IS NULL AND (`a` = `b` OR `a` = `c` OR `b` = `c`) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- between
SELECT COUNT(`a`) AS m0, COUNT(CASE WHEN NOT `a` BETWEEN 1 AND 2.5 THEN 1 END) AS m1 FROM `shop`.`orders`;
-- between where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` BETWEEN 1 AND 2.5 THEN 1 END) AS m1 FROM `shop`.`orders`;
-- between by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1, COUNT(CASE WHEN NOT `a` BETWEEN 1 AND 2.5 THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- column_count
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders' AND table_schema = 'shop' AND NOT extra LIKE '%INVISIBLE%' ORDER BY ordinal_position LIMIT 200001;
-- column_max
SELECT MAX(`a`) AS m0 FROM `shop`.`orders`;
-- column_max where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN `a` END) AS m0 FROM `shop`.`orders`;
-- column_max by
SELECT `region` AS segment, COUNT(*) AS m0, MAX(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- column_min
SELECT MIN(`a`) AS m0 FROM `shop`.`orders`;
-- column_min where
SELECT MIN(CASE WHEN (a > 1 OR b = 2) THEN `a` END) AS m0 FROM `shop`.`orders`;
-- column_min by
SELECT `region` AS segment, COUNT(*) AS m0, MIN(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- compare
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN NOT (`a` <= `b`) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- compare where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT (`a` <= `b`) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- compare by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m1, COUNT(CASE WHEN NOT (`a` <= `b`) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- decreasing
SELECT COUNT(`a`) AS m0 FROM `shop`.`orders`;
-- decreasing
SELECT COUNT(CASE WHEN v > v_before THEN 1 END) FROM (SELECT `a` AS v, LAG(`a`) OVER (ORDER BY CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS steps;
-- decreasing where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- decreasing where
SELECT COUNT(CASE WHEN v > v_before THEN 1 END) FROM (SELECT `a` AS v, LAG(`a`) OVER (ORDER BY CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL) AS steps;
-- decreasing by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- decreasing by
SELECT segment, COUNT(CASE WHEN v > v_before THEN 1 END) FROM (SELECT `region` AS segment, `a` AS v, LAG(`a`) OVER (PARTITION BY `region` ORDER BY CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS steps GROUP BY segment LIMIT 10001;
-- distinct_count
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `s` IS NULL GROUP BY `s`) AS groups_of_rows;
-- distinct_count where
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `s` IS NULL GROUP BY `s`) AS groups_of_rows;
-- distinct_count by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- distinct_count by
SELECT segment, COUNT(*) FROM (SELECT `region` AS segment, COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `s` IS NULL GROUP BY `region`, `s`) AS groups_of_rows GROUP BY segment LIMIT 10001;
-- distribution
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT `s` IN ('x') THEN 1 END) AS m1, COUNT(CASE WHEN NOT `s` IN ('y') THEN 1 END) AS m2 FROM `shop`.`orders`;
-- distribution where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IN ('x') THEN 1 END) AS m1, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IN ('y') THEN 1 END) AS m2 FROM `shop`.`orders`;
-- distribution by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT `s` IN ('x') THEN 1 END) AS m2, COUNT(CASE WHEN NOT `s` IN ('y') THEN 1 END) AS m3 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- failed_rows_sql
SELECT COUNT(*) AS m0 FROM `shop`.`orders`;
-- failed_rows_sql
SELECT COUNT(*) FROM (WITH w AS (SELECT id, a + b AS n FROM orders) SELECT id, n FROM w WHERE n < 0) AS failed_rows;
-- foreign_key
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- foreign_key
SELECT COUNT(*) FROM (SELECT `a` AS k0, `b` AS k1 FROM `shop`.`orders` WHERE NOT `a` IS NULL AND NOT `b` IS NULL) AS child LEFT JOIN `shop`.`parents` AS parent ON parent.`k` = child.k0 AND parent.`l` = child.k1 WHERE parent.`k` IS NULL;
-- foreign_key where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- foreign_key where
SELECT COUNT(*) FROM (SELECT `a` AS k0, `b` AS k1 FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `b` IS NULL) AS child LEFT JOIN `shop`.`parents` AS parent ON parent.`k` = child.k0 AND parent.`l` = child.k1 WHERE parent.`k` IS NULL;
-- foreign_key by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- foreign_key by
SELECT child.segment, COUNT(*) FROM (SELECT `region` AS segment, `a` AS k0, `b` AS k1 FROM `shop`.`orders` WHERE NOT `a` IS NULL AND NOT `b` IS NULL) AS child LEFT JOIN `shop`.`parents` AS parent ON parent.`k` = child.k0 AND parent.`l` = child.k1 WHERE parent.`k` IS NULL GROUP BY child.segment LIMIT 10001;
-- fresh
SELECT MAX(`at`) AS m0 FROM `shop`.`orders`;
-- fresh where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN `at` END) AS m0 FROM `shop`.`orders`;
-- fresh by
SELECT `region` AS segment, COUNT(*) AS m0, MAX(`at`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- has_values
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT `s` IN ('x') THEN 1 END) AS m1, COUNT(CASE WHEN NOT `s` IN ('y') THEN 1 END) AS m2 FROM `shop`.`orders`;
-- has_values where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IN ('x') THEN 1 END) AS m1, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IN ('y') THEN 1 END) AS m2 FROM `shop`.`orders`;
-- has_values by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT `s` IN ('x') THEN 1 END) AS m2, COUNT(CASE WHEN NOT `s` IN ('y') THEN 1 END) AS m3 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- in_set
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT `s` IN ('x', 'O''Hare', 'back\\slash', 'Ünï', 'new\nline') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- in_set where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IN ('x', 'O''Hare', 'back\\slash', 'Ünï', 'new\nline') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- in_set by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT `s` IN ('x', 'O''Hare', 'back\\slash', 'Ünï', 'new\nline') THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- increasing
SELECT COUNT(`a`) AS m0 FROM `shop`.`orders`;
-- increasing
SELECT COUNT(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT `a` AS v, LAG(`a`) OVER (ORDER BY CASE WHEN `day` IS NULL THEN 1 ELSE 0 END, `day`, CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS steps;
-- increasing where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- increasing where
SELECT COUNT(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT `a` AS v, LAG(`a`) OVER (ORDER BY CASE WHEN `day` IS NULL THEN 1 ELSE 0 END, `day`, CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL) AS steps;
-- increasing by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- increasing by
SELECT segment, COUNT(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT `region` AS segment, `a` AS v, LAG(`a`) OVER (PARTITION BY `region` ORDER BY CASE WHEN `day` IS NULL THEN 1 ELSE 0 END, `day`, CASE WHEN `id` IS NULL THEN 1 ELSE 0 END, `id`) AS v_before FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS steps GROUP BY segment LIMIT 10001;
-- json_valid
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT `s` IS NULL AND NOT (JSON_VALID(`s`) = 1) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- json_valid where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (NOT `s` IS NULL AND NOT (JSON_VALID(`s`) = 1)) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- json_valid by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT `s` IS NULL AND NOT (JSON_VALID(`s`) = 1) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- length
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN (CHAR_LENGTH(`s`) < 1 OR CHAR_LENGTH(`s`) > 20) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- length where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (CHAR_LENGTH(`s`) < 1 OR CHAR_LENGTH(`s`) > 20) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- length by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN (CHAR_LENGTH(`s`) < 1 OR CHAR_LENGTH(`s`) > 20) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- like
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT (`s` LIKE 'A%' OR `s` LIKE '50\\%' OR `s` LIKE '[x_') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- like where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT (`s` LIKE 'A%' OR `s` LIKE '50\\%' OR `s` LIKE '[x_') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- like by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT (`s` LIKE 'A%' OR `s` LIKE '50\\%' OR `s` LIKE '[x_') THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- matches
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT (REGEXP_INSTR(`s`, '(?-i)^\\w+''\\d{2}$') > 0) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- matches where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\w+''\\d{2}$') > 0) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- matches by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT (REGEXP_INSTR(`s`, '(?-i)^\\w+''\\d{2}$') > 0) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- mean
SELECT AVG(CAST(`a` AS DOUBLE)) AS m0 FROM `shop`.`orders`;
-- mean where
SELECT AVG(CAST(CASE WHEN (a > 1 OR b = 2) THEN `a` END AS DOUBLE)) AS m0 FROM `shop`.`orders`;
-- mean by
SELECT `region` AS segment, COUNT(*) AS m0, AVG(CAST(`a` AS DOUBLE)) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- median
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS DOUBLE) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT `a` AS v, ROW_NUMBER() OVER (ORDER BY `a`) AS place, COUNT(*) OVER () AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS numbered;
-- median where
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS DOUBLE) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT `a` AS v, ROW_NUMBER() OVER (ORDER BY `a`) AS place, COUNT(*) OVER () AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL) AS numbered;
-- median by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- median by
SELECT segment, SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS DOUBLE) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT `region` AS segment, `a` AS v, ROW_NUMBER() OVER (PARTITION BY `region` ORDER BY `a`) AS place, COUNT(*) OVER (PARTITION BY `region`) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS numbered GROUP BY segment LIMIT 10001;
-- metric_sql
SELECT SUM(a) / NULLIF(COUNT(*), 0) AS m0 FROM `shop`.`orders`;
-- metric_sql where
SELECT SUM(a) / NULLIF(COUNT(*), 0) FROM `shop`.`orders` WHERE (a > 1 OR b = 2);
-- metric_sql by
SELECT `region` AS segment, COUNT(*) AS m0, SUM(a) / NULLIF(COUNT(*), 0) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- most_common
SELECT v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT `s` AS v, COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `s` IS NULL GROUP BY `s`) AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- most_common where
SELECT v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT `s` AS v, COUNT(*) AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `s` IS NULL GROUP BY `s`) AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- most_common by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- most_common by
SELECT segment, v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT `region` AS segment, `s` AS v, COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `s` IS NULL GROUP BY `region`, `s`) AS frequencies) AS ranked WHERE n = most LIMIT 200001;
-- no_gaps
SELECT DISTINCT DATE(`at`) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- no_gaps where
SELECT DISTINCT DATE(`at`) AS period FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `at` IS NULL LIMIT 200001;
-- no_gaps by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- no_gaps by
SELECT DISTINCT `region` AS segment, DATE(`at`) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- not_empty
SELECT COUNT(*) AS m0, COUNT(CASE WHEN (`s` IS NULL OR TRIM(' ' FROM `s`) = '') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_empty where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (`s` IS NULL OR TRIM(' ' FROM `s`) = '') THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_empty by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN (`s` IS NULL OR TRIM(' ' FROM `s`) = '') THEN 1 END) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- not_in_set
SELECT COUNT(`a`) AS m0, COUNT(CASE WHEN `a` IN (1, 2) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_in_set where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND `a` IN (1, 2) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_in_set by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1, COUNT(CASE WHEN `a` IN (1, 2) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- not_like
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN `s` LIKE '%x%' THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_like where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND `s` LIKE '%x%' THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_like by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN `s` LIKE '%x%' THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- not_matches
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN (REGEXP_INSTR(`s`, '(?-i)[0-9]') > 0) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_matches where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (REGEXP_INSTR(`s`, '(?-i)[0-9]') > 0) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_matches by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN (REGEXP_INSTR(`s`, '(?-i)[0-9]') > 0) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- not_null
SELECT COUNT(*) AS m0, COUNT(*) - COUNT(`a`) AS m1 FROM `shop`.`orders`;
-- not_null where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND `a` IS NULL THEN 1 END) AS m1 FROM `shop`.`orders`;
-- not_null by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(*) - COUNT(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- null
SELECT COUNT(*) AS m0, COUNT(`a`) AS m1 FROM `shop`.`orders`;
-- null where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m1 FROM `shop`.`orders`;
-- null by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- of_type
SELECT COUNT(`s`) AS m0, COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*$') > 0) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- of_type where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*$') > 0)) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- of_type by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`s`) AS m1, COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*$') > 0) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- quantile
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT `a` AS v, ROW_NUMBER() OVER (ORDER BY `a`) AS place, COUNT(*) OVER () AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS numbered;
-- quantile where
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT `a` AS v, ROW_NUMBER() OVER (ORDER BY `a`) AS place, COUNT(*) OVER () AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL) AS numbered;
-- quantile by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- quantile by
SELECT segment, MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT `region` AS segment, `a` AS v, ROW_NUMBER() OVER (PARTITION BY `region` ORDER BY `a`) AS place, COUNT(*) OVER (PARTITION BY `region`) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL) AS numbered GROUP BY segment LIMIT 10001;
-- row_count
SELECT COUNT(*) AS m0 FROM `shop`.`orders`;
-- row_count where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- row_count by
SELECT `region` AS segment, COUNT(*) AS m0 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- rows
SELECT COUNT(*) AS m0, COUNT(CASE WHEN NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- rows where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- rows by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- schema_is
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders' AND table_schema = 'shop' AND NOT extra LIKE '%INVISIBLE%' ORDER BY ordinal_position LIMIT 200001;
-- schema_unchanged
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders' AND table_schema = 'shop' AND NOT extra LIKE '%INVISIBLE%' ORDER BY ordinal_position LIMIT 200001;
-- stddev
SELECT COUNT(`a`) AS m0, VAR_SAMP(`a`) AS m1 FROM `shop`.`orders`;
-- stddev where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0, VAR_SAMP(CASE WHEN (a > 1 OR b = 2) THEN `a` END) AS m1 FROM `shop`.`orders`;
-- stddev by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(`a`) AS m1, VAR_SAMP(`a`) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- sum_equals
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN `a` + `b` <> 10 THEN 1 END) AS m1 FROM `shop`.`orders`;
-- sum_equals where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND `a` + `b` <> 10 THEN 1 END) AS m1 FROM `shop`.`orders`;
-- sum_equals by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `b` IS NULL THEN 1 END) AS m1, COUNT(CASE WHEN `a` + `b` <> 10 THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- total
SELECT SUM(`a`) AS m0 FROM `shop`.`orders`;
-- total where
SELECT SUM(CASE WHEN (a > 1 OR b = 2) THEN `a` END) AS m0 FROM `shop`.`orders`;
-- total by
SELECT `region` AS segment, COUNT(*) AS m0, SUM(`a`) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- tuple_in_set
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL AND NOT ((`a` = 1 AND `s` = 'x') OR (`a` = 2 AND `s` = 'y')) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- tuple_in_set where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m0, COUNT(CASE WHEN (a > 1 OR b = 2) AND (NOT `a` IS NULL AND NOT `s` IS NULL AND NOT ((`a` = 1 AND `s` = 'x') OR (`a` = 2 AND `s` = 'y'))) THEN 1 END) AS m1 FROM `shop`.`orders`;
-- tuple_in_set by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m1, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL AND NOT ((`a` = 1 AND `s` = 'x') OR (`a` = 2 AND `s` = 'y')) THEN 1 END) AS m2 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- unique
SELECT COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- unique
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL AND NOT `s` IS NULL GROUP BY `a`, `s` HAVING COUNT(*) > 1) AS groups_of_rows;
-- unique where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- unique where
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL AND NOT `s` IS NULL GROUP BY `a`, `s` HAVING COUNT(*) > 1) AS groups_of_rows;
-- unique by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL AND NOT `s` IS NULL THEN 1 END) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- unique by
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT `region` AS segment, COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL AND NOT `s` IS NULL GROUP BY `region`, `a`, `s` HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;
-- unique_ratio
SELECT COUNT(CASE WHEN NOT `a` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- unique_ratio
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL GROUP BY `a`) AS groups_of_rows;
-- unique_ratio where
SELECT COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m0 FROM `shop`.`orders`;
-- unique_ratio where
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM `shop`.`orders` WHERE (a > 1 OR b = 2) AND NOT `a` IS NULL GROUP BY `a`) AS groups_of_rows;
-- unique_ratio by
SELECT `region` AS segment, COUNT(*) AS m0, COUNT(CASE WHEN NOT `a` IS NULL THEN 1 END) AS m1 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- unique_ratio by
SELECT segment, COUNT(*) FROM (SELECT `region` AS segment, COUNT(*) AS n FROM `shop`.`orders` WHERE NOT `a` IS NULL GROUP BY `region`, `a`) AS groups_of_rows GROUP BY segment LIMIT 10001;
-- z_scores
SELECT AVG(CAST(`a` AS DOUBLE)) AS m0, VAR_SAMP(`a`) AS m1, COUNT(`a`) AS m2 FROM `shop`.`orders`;
-- z_scores where
SELECT AVG(CAST(CASE WHEN (a > 1 OR b = 2) THEN `a` END AS DOUBLE)) AS m0, VAR_SAMP(CASE WHEN (a > 1 OR b = 2) THEN `a` END) AS m1, COUNT(CASE WHEN (a > 1 OR b = 2) AND NOT `a` IS NULL THEN 1 END) AS m2 FROM `shop`.`orders`;
-- z_scores by
SELECT `region` AS segment, COUNT(*) AS m0, AVG(CAST(`a` AS DOUBLE)) AS m1, VAR_SAMP(`a`) AS m2, COUNT(`a`) AS m3 FROM `shop`.`orders` GROUP BY `region` LIMIT 10001;
-- dates
SELECT COUNT(CASE WHEN NOT `at` BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-12-31' AS DATE) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- moments
SELECT COUNT(CASE WHEN NOT `at` BETWEEN CAST('2013-01-01 05:00:00.250000' AS DATETIME(6)) AND CAST('2013-01-01 23:00:00' AS DATETIME(6)) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- booleans
SELECT COUNT(CASE WHEN NOT `b` IN (TRUE) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- an exact length
SELECT COUNT(CASE WHEN CHAR_LENGTH(`s`) <> 4 THEN 1 END) AS m0 FROM `shop`.`orders`;
-- texts of type integer
SELECT COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*[-+]?[0-9]+\\s*$') > 0) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- texts of type boolean
SELECT COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\\s*$') > 0) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- texts of type date
SELECT COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\\s*$') > 0) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- texts of type timestamp
SELECT COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?\\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\\s*$') > 0) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- texts of type uuid
SELECT COUNT(CASE WHEN NOT `s` IS NULL AND NOT (REGEXP_INSTR(`s`, '(?-i)^\\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\s*$') > 0) THEN 1 END) AS m0 FROM `shop`.`orders`;
-- each hour
SELECT DISTINCT DATE_FORMAT(`at`, '%Y-%m-%d %H:00:00') AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- each day
SELECT DISTINCT DATE(`at`) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- each week
SELECT DISTINCT SUBDATE(DATE(`at`), WEEKDAY(`at`)) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- each month
SELECT DISTINCT DATE_FORMAT(`at`, '%Y-%m-01') AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- each quarter
SELECT DISTINCT DATE_ADD(MAKEDATE(YEAR(`at`), 1), INTERVAL (QUARTER(`at`) - 1) QUARTER) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- each year
SELECT DISTINCT MAKEDATE(YEAR(`at`), 1) AS period FROM `shop`.`orders` WHERE NOT `at` IS NULL LIMIT 200001;
-- columns of orders
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'orders' AND table_schema = DATABASE() AND NOT extra LIKE '%INVISIBLE%' ORDER BY ordinal_position LIMIT 200001;
-- columns of "cat-1".shop."odd ""name` ]\"
SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'odd "name` ]\\' AND table_schema = 'shop' AND table_catalog = 'cat-1' AND NOT extra LIKE '%INVISIBLE%' ORDER BY ordinal_position LIMIT 200001;
