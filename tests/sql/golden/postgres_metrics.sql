-- all rows
SELECT COUNT(*) AS m0 FROM "t";

-- all rows, the suite too
SELECT COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- all rows of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1)) AS m0 FROM "t";

-- all rows of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "a" IS NULL) AS m0 FROM "t";

-- rows with a value, the suite too
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND NOT "a" IS NULL) AS m0 FROM "t";

-- rows with a value of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND NOT "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value
SELECT COUNT(*) FILTER(WHERE "a" IS NULL) AS m0 FROM "t";

-- rows without a value, the suite too
SELECT COUNT(*) FILTER(WHERE "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND "a" IS NULL) AS m0 FROM "t";

-- rows without a value of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of numbers
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN -1.5 AND 10.25) AS m0 FROM "t";

-- values outside of numbers, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN -1.5 AND 10.25) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of texts
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN 'a''b' AND 'z\') AS m0 FROM "t";

-- values outside of texts, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN 'a''b' AND 'z\') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of dates
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE)) AS m0 FROM "t";

-- values outside of dates, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of moments
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" BETWEEN CAST('2013-01-01 05:00:00' AS TIMESTAMP) AND CAST('2013-01-02 00:00:00+00:00' AS TIMESTAMPTZ)) AS m0 FROM "t";

-- values outside of moments, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" BETWEEN CAST('2013-01-01 05:00:00' AS TIMESTAMP) AND CAST('2013-01-02 00:00:00+00:00' AS TIMESTAMPTZ)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set
SELECT COUNT(*) FILTER(WHERE NOT "a" IN (1, 'x', TRUE, CAST('2013-01-01' AS DATE))) AS m0 FROM "t";

-- values not in a set, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IN (1, 'x', TRUE, CAST('2013-01-01' AS DATE))) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IN (1)) AS m0 FROM "t";

-- values not in a set of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IN (1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values
SELECT COUNT("a") AS m0 FROM "t";

-- values, the suite too
SELECT COUNT("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "t";

-- values of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts of spaces
SELECT COUNT(*) FILTER(WHERE ("a" IS NULL OR TRIM(' ' FROM "a") = '')) AS m0 FROM "t";

-- texts of spaces, the suite too
SELECT COUNT(*) FILTER(WHERE ("a" IS NULL OR TRIM(' ' FROM "a") = '')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values up to an end
SELECT COUNT(*) FILTER(WHERE "a" <= 1) AS m0 FROM "t";

-- values up to an end, the suite too
SELECT COUNT(*) FILTER(WHERE "a" <= 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values from an end
SELECT COUNT(*) FILTER(WHERE "a" >= 1) AS m0 FROM "t";

-- values from an end, the suite too
SELECT COUNT(*) FILTER(WHERE "a" >= 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values at an end
SELECT COUNT(*) FILTER(WHERE ("a" < 1 OR "a" >= 2)) AS m0 FROM "t";

-- values at an end, the suite too
SELECT COUNT(*) FILTER(WHERE ("a" < 1 OR "a" >= 2)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values in a set
SELECT COUNT(*) FILTER(WHERE c AND "a" IN (1, 'O''Hare')) AS m0 FROM "t";

-- values in a set, the suite too
SELECT COUNT(*) FILTER(WHERE c AND "a" IN (1, 'O''Hare')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts without a match
SELECT COUNT(*) FILTER(WHERE NOT "a" ~ '^O''\d+$') AS m0 FROM "t";

-- texts without a match, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" ~ '^O''\d+$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts without one of two matches
SELECT COUNT(*) FILTER(WHERE c AND NOT ("a" ~ '^x' AND "a" ~ 'y$')) AS m0 FROM "t";

-- texts without one of two matches, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT ("a" ~ '^x' AND "a" ~ 'y$')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts with a match
SELECT COUNT(*) FILTER(WHERE ("a" ~ '^x' OR "a" ~ 'y$')) AS m0 FROM "t";

-- texts with a match, the suite too
SELECT COUNT(*) FILTER(WHERE ("a" ~ '^x' OR "a" ~ 'y$')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts unlike
SELECT COUNT(*) FILTER(WHERE NOT ("a" LIKE 'O''%' OR "a" LIKE '50\%')) AS m0 FROM "t";

-- texts unlike, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" LIKE 'O''%' OR "a" LIKE '50\%')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts alike
SELECT COUNT(*) FILTER(WHERE c AND ("a" LIKE 'x%' OR "a" LIKE '_y')) AS m0 FROM "t";

-- texts alike, the suite too
SELECT COUNT(*) FILTER(WHERE c AND ("a" LIKE 'x%' OR "a" LIKE '_y')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts too short or long
SELECT COUNT(*) FILTER(WHERE (LENGTH("a") < 1 OR LENGTH("a") > 3)) AS m0 FROM "t";

-- texts too short or long, the suite too
SELECT COUNT(*) FILTER(WHERE (LENGTH("a") < 1 OR LENGTH("a") > 3)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts too long
SELECT COUNT(*) FILTER(WHERE LENGTH("a") > 3) AS m0 FROM "t";

-- texts too long, the suite too
SELECT COUNT(*) FILTER(WHERE LENGTH("a") > 3) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts of another length
SELECT COUNT(*) FILTER(WHERE LENGTH("a") <> 0) AS m0 FROM "t";

-- texts of another length, the suite too
SELECT COUNT(*) FILTER(WHERE LENGTH("a") <> 0) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no integer
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[-+]?[0-9]+\s*$') AS m0 FROM "t";

-- texts that are no integer, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[-+]?[0-9]+\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no number
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m0 FROM "t";

-- texts that are no number, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no boolean
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$') AS m0 FROM "t";

-- texts that are no boolean, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no date
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\s*$') AS m0 FROM "t";

-- texts that are no date, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no timestamp
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\s*$') AS m0 FROM "t";

-- texts that are no timestamp, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no uuid
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$') AS m0 FROM "t";

-- texts that are no uuid, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "a" ~ '^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no JSON
SELECT COUNT(*) FILTER(WHERE c AND (NOT "a" IS NULL AND NOT (PG_INPUT_IS_VALID("a", 'json')))) AS m0 FROM "t";

-- texts that are no JSON, the suite too
SELECT COUNT(*) FILTER(WHERE c AND (NOT "a" IS NULL AND NOT (PG_INPUT_IS_VALID("a", 'json')))) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a == b
SELECT COUNT(*) FILTER(WHERE NOT ("a" = "b")) AS m0 FROM "t";

-- rows where not a == b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" = "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a != b
SELECT COUNT(*) FILTER(WHERE NOT ("a" <> "b")) AS m0 FROM "t";

-- rows where not a != b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" <> "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a < b
SELECT COUNT(*) FILTER(WHERE NOT ("a" < "b")) AS m0 FROM "t";

-- rows where not a < b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" < "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a <= b
SELECT COUNT(*) FILTER(WHERE NOT ("a" <= "b")) AS m0 FROM "t";

-- rows where not a <= b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" <= "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a > b
SELECT COUNT(*) FILTER(WHERE NOT ("a" > "b")) AS m0 FROM "t";

-- rows where not a > b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" > "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a >= b
SELECT COUNT(*) FILTER(WHERE NOT ("a" >= "b")) AS m0 FROM "t";

-- rows where not a >= b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("a" >= "b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows of another sum
SELECT COUNT(*) FILTER(WHERE "a" + "b" + "c" <> 1.50) AS m0 FROM "t";

-- rows of another sum, the suite too
SELECT COUNT(*) FILTER(WHERE "a" + "b" + "c" <> 1.50) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows of other values
SELECT COUNT(*) FILTER(WHERE c AND (NOT "a" IS NULL AND NOT "b" IS NULL AND NOT (("a" = 1 AND "b" = 'x') OR ("a" = 2 AND "b" = 'O''Hare')))) AS m0 FROM "t";

-- rows of other values, the suite too
SELECT COUNT(*) FILTER(WHERE c AND (NOT "a" IS NULL AND NOT "b" IS NULL AND NOT (("a" = 1 AND "b" = 'x') OR ("a" = 2 AND "b" = 'O''Hare')))) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with two same values
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "b" IS NULL AND NOT "c" IS NULL AND ("a" = "b" OR "a" = "c" OR "b" = "c")) AS m0 FROM "t";

-- rows with two same values, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "b" IS NULL AND NOT "c" IS NULL AND ("a" = "b" OR "a" = "c" OR "b" = "c")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break the rule of their segment
SELECT COUNT(*) FILTER(WHERE CASE WHEN "g" IS NULL THEN CASE WHEN NOT "a" BETWEEN 1 AND 2 THEN 1 END WHEN "g" = 'O''Hare' THEN CASE WHEN "a" < 0 THEN 1 END WHEN "g" = 3 THEN CASE WHEN "a" > 9 THEN 1 END END = 1) AS m0 FROM "t";

-- rows that break the rule of their segment, the suite too
SELECT COUNT(*) FILTER(WHERE CASE WHEN "g" IS NULL THEN CASE WHEN NOT "a" BETWEEN 1 AND 2 THEN 1 END WHEN "g" = 'O''Hare' THEN CASE WHEN "a" < 0 THEN 1 END WHEN "g" = 3 THEN CASE WHEN "a" > 9 THEN 1 END END = 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value
SELECT MIN("a") AS m0 FROM "t";

-- smallest value, the suite too
SELECT MIN("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value of a filter
SELECT MIN(CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- smallest value of a filter, the suite too
SELECT MIN(CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value
SELECT MAX("odd ""column""") AS m0 FROM "t";

-- largest value, the suite too
SELECT MAX("odd ""column""") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of a filter
SELECT MAX(CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- largest value of a filter, the suite too
SELECT MAX(CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of an expression
SELECT MAX((a + 1)) AS m0 FROM "t";

-- largest value of an expression, the suite too
SELECT MAX((a + 1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of an expression of a filter
SELECT MAX(CASE WHEN c THEN (a + 1) END) AS m0 FROM "t";

-- largest value of an expression of a filter, the suite too
SELECT MAX(CASE WHEN c THEN (a + 1) END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean
SELECT AVG("a") AS m0 FROM "t";

-- mean, the suite too
SELECT AVG("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean of a filter
SELECT AVG(CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- mean of a filter, the suite too
SELECT AVG(CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition
SELECT COUNT(*) FILTER(WHERE NOT (a > b OR "c" LIKE 'x%')) AS m0 FROM "t";

-- rows that break a condition, the suite too
SELECT COUNT(*) FILTER(WHERE NOT (a > b OR "c" LIKE 'x%')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition of a filter
SELECT COUNT(*) FILTER(WHERE (c IS NOT NULL) AND NOT (a > b)) AS m0 FROM "t";

-- rows that break a condition of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (c IS NOT NULL) AND NOT (a > b)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- total
SELECT SUM("a") AS m0 FROM "t";

-- total, the suite too
SELECT SUM("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- total of a filter
SELECT SUM(CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- total of a filter, the suite too
SELECT SUM(CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- variance
SELECT VAR_SAMP("a") AS m0 FROM "t";

-- variance, the suite too
SELECT VAR_SAMP("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- variance of a filter
SELECT VAR_SAMP(CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- variance of a filter, the suite too
SELECT VAR_SAMP(CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- a quantile between values
SELECT q0[1] AS m0 FROM (SELECT PERCENTILE_CONT(ARRAY[0.95]) WITHIN GROUP (ORDER BY "a") AS q0 FROM "t") AS sorted;

-- a quantile between values, the suite too
SELECT q0[1] AS m0 FROM (SELECT PERCENTILE_CONT(ARRAY[0.95]) WITHIN GROUP (ORDER BY "a") AS q0 FROM "s"."t" WHERE (d = 1 OR e)) AS sorted;

-- a quantile that is a value
SELECT q0[1] AS m0 FROM (SELECT PERCENTILE_DISC(ARRAY[0.5]) WITHIN GROUP (ORDER BY CASE WHEN c THEN "a" END) AS q0 FROM "t") AS sorted;

-- a quantile that is a value, the suite too
SELECT q0[1] AS m0 FROM (SELECT PERCENTILE_DISC(ARRAY[0.5]) WITHIN GROUP (ORDER BY CASE WHEN c THEN "a" END) AS q0 FROM "s"."t" WHERE (d = 1 OR e)) AS sorted;

-- different keys
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b") AS groups_of_rows;

-- different keys, the suite too
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b") AS groups_of_rows;

-- different values of a filter
SELECT COUNT(DISTINCT CASE WHEN c THEN "a" END) AS m0 FROM "t";

-- different values of a filter, the suite too
SELECT COUNT(DISTINCT CASE WHEN c THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- a sketch of values
SELECT STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT HASH_RECORD_EXTENDED(ROW("a"), 0) AS h FROM "t" WHERE NOT "a" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of values, the suite too
SELECT STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT HASH_RECORD_EXTENDED(ROW("a"), 0) AS h FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of keys of a filter
SELECT STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT HASH_RECORD_EXTENDED(ROW("a", "odd ""column"""), 0) AS h FROM "t" WHERE c AND NOT "a" IS NULL AND NOT "odd ""column""" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of keys of a filter, the suite too
SELECT STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT HASH_RECORD_EXTENDED(ROW("a", "odd ""column"""), 0) AS h FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL AND NOT "odd ""column""" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of each segment
SELECT segment, STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT segment, h, ROW_NUMBER() OVER (PARTITION BY segment ORDER BY h) AS place FROM (SELECT DISTINCT "g" AS segment, HASH_RECORD_EXTENDED(ROW("a"), 0) AS h FROM "t" WHERE NOT "a" IS NULL) AS hashes) AS ranked WHERE place <= 2048 GROUP BY segment LIMIT 10001;

-- a sketch of each segment, the suite too
SELECT segment, STRING_AGG(CAST(h AS TEXT), ',') AS sketch FROM (SELECT segment, h, ROW_NUMBER() OVER (PARTITION BY segment ORDER BY h) AS place FROM (SELECT DISTINCT "g" AS segment, HASH_RECORD_EXTENDED(ROW("a"), 0) AS h FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL) AS hashes) AS ranked WHERE place <= 2048 GROUP BY segment LIMIT 10001;

-- rows by an expression
SELECT (a + 1) AS segment, COUNT(*) AS m0 FROM "t" GROUP BY (a + 1) LIMIT 10001;

-- rows by an expression, the suite too
SELECT (a + 1) AS segment, COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY (a + 1) LIMIT 10001;

-- each day by an expression
SELECT DISTINCT (a + 1) AS segment, DATE_TRUNC('day', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each day by an expression, the suite too
SELECT DISTINCT (a + 1) AS segment, DATE_TRUNC('day', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- keys without a parent
SELECT COUNT(*) FROM (SELECT "a" AS k0, "b" AS k1 FROM "t" WHERE NOT "a" IS NULL AND NOT "b" IS NULL) AS child LEFT JOIN "s"."odd p" AS parent ON parent."k" = child.k0 AND parent."l""" = child.k1 WHERE parent."k" IS NULL;

-- keys without a parent, the suite too
SELECT COUNT(*) FROM (SELECT "a" AS k0, "b" AS k1 FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL AND NOT "b" IS NULL) AS child LEFT JOIN "s"."odd p" AS parent ON parent."k" = child.k0 AND parent."l""" = child.k1 WHERE parent."k" IS NULL;

-- keys without a parent of a filter
SELECT COUNT(*) FROM (SELECT "a" AS k0 FROM "t" WHERE c AND NOT "a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL;

-- keys without a parent of a filter, the suite too
SELECT COUNT(*) FROM (SELECT "a" AS k0 FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL;

-- values that fall
SELECT COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "a" AS v, LAG("a") OVER (ORDER BY "b") AS v_before FROM "t" WHERE NOT "a" IS NULL) AS steps;

-- values that fall, the suite too
SELECT COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "a" AS v, LAG("a") OVER (ORDER BY "b") AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL) AS steps;

-- values that do not fall
SELECT COUNT(*) FILTER(WHERE v >= v_before) FROM (SELECT "a" AS v, LAG("a") OVER (ORDER BY "b", "c") AS v_before FROM "t" WHERE c AND NOT "a" IS NULL) AS steps;

-- values that do not fall, the suite too
SELECT COUNT(*) FILTER(WHERE v >= v_before) FROM (SELECT "a" AS v, LAG("a") OVER (ORDER BY "b", "c") AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL) AS steps;

-- most common values
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "a" AS v, COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL GROUP BY "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values, the suite too
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL GROUP BY "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of a filter
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "a" AS v, COUNT(*) AS n FROM "t" WHERE c AND NOT "a" IS NULL GROUP BY "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of a filter, the suite too
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL GROUP BY "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- each hour
SELECT DISTINCT DATE_TRUNC('hour', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each hour, the suite too
SELECT DISTINCT DATE_TRUNC('hour', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each day
SELECT DISTINCT DATE_TRUNC('day', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each day, the suite too
SELECT DISTINCT DATE_TRUNC('day', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each week
SELECT DISTINCT DATE_TRUNC('week', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each week, the suite too
SELECT DISTINCT DATE_TRUNC('week', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each month
SELECT DISTINCT DATE_TRUNC('month', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each month, the suite too
SELECT DISTINCT DATE_TRUNC('month', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each quarter
SELECT DISTINCT DATE_TRUNC('quarter', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each quarter, the suite too
SELECT DISTINCT DATE_TRUNC('quarter', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each year
SELECT DISTINCT DATE_TRUNC('year', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each year, the suite too
SELECT DISTINCT DATE_TRUNC('year', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- each day of a filter
SELECT DISTINCT DATE_TRUNC('day', "a") AS period FROM "t" WHERE c AND NOT "a" IS NULL LIMIT 200001;

-- each day of a filter, the suite too
SELECT DISTINCT DATE_TRUNC('day', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL LIMIT 200001;

-- all rows of another table
SELECT (SELECT COUNT(*) FROM "s"."odd p") AS m0;

-- all rows of another table, the suite too
SELECT (SELECT COUNT(*) FROM "s"."odd p") AS m0;

-- rows that a SELECT gives
SELECT COUNT(*) FROM (WITH w AS (SELECT a FROM t) SELECT a, 1 FROM w WHERE a > 1 -- too many
) AS failed_rows;

-- rows that a SELECT gives, the suite too
SELECT COUNT(*) FROM (WITH w AS (SELECT a FROM t) SELECT a, 1 FROM w WHERE a > 1 -- too many
) AS failed_rows;

-- the columns
SELECT a.attname, FORMAT_TYPE(a.atttypid, a.atttypmod) FROM pg_attribute AS a WHERE a.attrelid = TO_REGCLASS('"t"') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT 200001;

-- the columns, the suite too
SELECT a.attname, FORMAT_TYPE(a.atttypid, a.atttypmod) FROM pg_attribute AS a WHERE a.attrelid = TO_REGCLASS('"s"."t"') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum LIMIT 200001;

-- the constraints
SELECT 'not_null', a.attname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid WHERE c.oid = TO_REGCLASS('"t"') AND c.relkind IN ('r', 'p') AND a.attnotnull AND a.attnum > 0 AND NOT EXISTS(SELECT 1 FROM pg_constraint AS n WHERE n.conrelid = c.oid AND n.contype = 'n' AND NOT n.convalidated AND a.attnum = ANY(n.conkey)) UNION ALL SELECT 'unique', CAST(i.indexrelid AS TEXT), a.attname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE c.oid = TO_REGCLASS('"t"') AND (c.relkind = 'p' OR (c.relkind = 'r' AND NOT c.relhassubclass)) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL;

-- the constraints, the suite too
SELECT 'not_null', a.attname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid WHERE c.oid = TO_REGCLASS('"s"."t"') AND c.relkind IN ('r', 'p') AND a.attnotnull AND a.attnum > 0 AND NOT EXISTS(SELECT 1 FROM pg_constraint AS n WHERE n.conrelid = c.oid AND n.contype = 'n' AND NOT n.convalidated AND a.attnum = ANY(n.conkey)) UNION ALL SELECT 'unique', CAST(i.indexrelid AS TEXT), a.attname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE c.oid = TO_REGCLASS('"s"."t"') AND (c.relkind = 'p' OR (c.relkind = 'r' AND NOT c.relhassubclass)) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL;

-- a proof that no key repeats
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL) - COUNT(DISTINCT "a") FILTER(WHERE NOT "a" IS NULL) AS m0 FROM "t";

-- a proof that no key repeats, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL) - COUNT(DISTINCT "a") FILTER(WHERE NOT "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- a proof that no key of two columns repeats
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL AND NOT "b" IS NULL) - COUNT(DISTINCT HASH_RECORD_EXTENDED(("a", "b"), 0)) FILTER(WHERE c AND NOT "a" IS NULL AND NOT "b" IS NULL) AS m0 FROM "t";

-- a proof that no key of two columns repeats, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL AND NOT "b" IS NULL) - COUNT(DISTINCT HASH_RECORD_EXTENDED(("a", "b"), 0)) FILTER(WHERE c AND NOT "a" IS NULL AND NOT "b" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows of each segment
SELECT "g" AS segment, COUNT(*) AS m0 FROM "t" GROUP BY "g" LIMIT 10001;

-- rows of each segment, the suite too
SELECT "g" AS segment, COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "g" LIMIT 10001;

-- values of each segment of a filter
SELECT "g" AS segment, COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "t" GROUP BY "g" LIMIT 10001;

-- values of each segment of a filter, the suite too
SELECT "g" AS segment, COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "g" LIMIT 10001;

-- means of each segment
SELECT "g" AS segment, AVG("a") AS m0 FROM "t" GROUP BY "g" LIMIT 10001;

-- means of each segment, the suite too
SELECT "g" AS segment, AVG("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "g" LIMIT 10001;

-- variances of each segment
SELECT "g" AS segment, VAR_SAMP("a") AS m0 FROM "t" GROUP BY "g" LIMIT 10001;

-- variances of each segment, the suite too
SELECT "g" AS segment, VAR_SAMP("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "g" LIMIT 10001;

-- quantiles of each segment
SELECT segment, q0[1] AS m0 FROM (SELECT "g" AS segment, PERCENTILE_CONT(ARRAY[0.5]) WITHIN GROUP (ORDER BY "a") AS q0 FROM "t" GROUP BY "g") AS sorted LIMIT 10001;

-- quantiles of each segment, the suite too
SELECT segment, q0[1] AS m0 FROM (SELECT "g" AS segment, PERCENTILE_CONT(ARRAY[0.5]) WITHIN GROUP (ORDER BY "a") AS q0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "g") AS sorted LIMIT 10001;

-- different keys of each segment
SELECT segment, COUNT(*) FROM (SELECT "g" AS segment, COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "g", "a", "b") AS groups_of_rows GROUP BY segment LIMIT 10001;

-- different keys of each segment, the suite too
SELECT segment, COUNT(*) FROM (SELECT "g" AS segment, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "g", "a", "b") AS groups_of_rows GROUP BY segment LIMIT 10001;

-- rows of each segment that share a key
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT "g" AS segment, COUNT(*) AS n FROM "t" WHERE c AND NOT "a" IS NULL GROUP BY "g", "a" HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;

-- rows of each segment that share a key, the suite too
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT "g" AS segment, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL GROUP BY "g", "a" HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;

-- keys of each segment without a parent
SELECT child.segment, COUNT(*) FROM (SELECT "g" AS segment, "a" AS k0 FROM "t" WHERE NOT "a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL GROUP BY child.segment LIMIT 10001;

-- keys of each segment without a parent, the suite too
SELECT child.segment, COUNT(*) FROM (SELECT "g" AS segment, "a" AS k0 FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL GROUP BY child.segment LIMIT 10001;

-- values of each segment that fall
SELECT segment, COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "g" AS segment, "a" AS v, LAG("a") OVER (PARTITION BY "g" ORDER BY "b") AS v_before FROM "t" WHERE NOT "a" IS NULL) AS steps GROUP BY segment LIMIT 10001;

-- values of each segment that fall, the suite too
SELECT segment, COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "g" AS segment, "a" AS v, LAG("a") OVER (PARTITION BY "g" ORDER BY "b") AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL) AS steps GROUP BY segment LIMIT 10001;

-- most common values of each segment
SELECT segment, v, n, 0 FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT "g" AS segment, "a" AS v, COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL GROUP BY "g", "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of each segment, the suite too
SELECT segment, v, n, 0 FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT "g" AS segment, "a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL GROUP BY "g", "a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- each day of each segment
SELECT DISTINCT "g" AS segment, DATE_TRUNC('day', "a") AS period FROM "t" WHERE NOT "a" IS NULL LIMIT 200001;

-- each day of each segment, the suite too
SELECT DISTINCT "g" AS segment, DATE_TRUNC('day', "a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL LIMIT 200001;

-- an aggregate expression of each segment
SELECT "g" AS segment, SUM(a) FROM "t" WHERE c GROUP BY "g" LIMIT 10001;

-- an aggregate expression of each segment, the suite too
SELECT "g" AS segment, SUM(a) FROM "s"."t" WHERE (d = 1 OR e) AND c GROUP BY "g" LIMIT 10001;

-- rows with a whole key
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "b" IS NULL) AS m0 FROM "t";

-- rows with a whole key, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "a" IS NULL AND NOT "b" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a whole key of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "t";

-- rows with a whole key of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that share a key
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE c AND NOT "a" IS NULL GROUP BY "a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "a" IS NULL GROUP BY "a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- an aggregate expression
SELECT SUM("a") / COUNT(*) AS m0 FROM "t";

-- an aggregate expression, the suite too
SELECT SUM("a") / COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- an aggregate expression of a filter
SELECT SUM(a) FROM "t" WHERE c;

-- an aggregate expression of a filter, the suite too
SELECT SUM(a) FROM "s"."t" WHERE (d = 1 OR e) AND c;

-- a whole SELECT
SELECT MAX("n") FROM other AS o WHERE k = 1 -- the newest;

-- a whole SELECT, the suite too
SELECT MAX("n") FROM other AS o WHERE k = 1 -- the newest;
