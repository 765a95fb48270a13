-- all rows
SELECT COUNT(*) AS m0 FROM "t";

-- all rows, the suite too
SELECT COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- all rows of a filter
SELECT COUNT(CASE WHEN (b > 1) THEN 1 END) AS m0 FROM "t";

-- all rows of a filter, the suite too
SELECT COUNT(CASE WHEN (b > 1) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value
SELECT COUNT("a") AS m0 FROM "t";

-- rows with a value, the suite too
SELECT COUNT("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value of a filter
SELECT COUNT(CASE WHEN (b > 1 OR c) AND NOT "a" IS NULL THEN 1 END) AS m0 FROM "t";

-- rows with a value of a filter, the suite too
SELECT COUNT(CASE WHEN (b > 1 OR c) AND NOT "a" IS NULL THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value
SELECT COUNT(*) - COUNT("a") AS m0 FROM "t";

-- rows without a value, the suite too
SELECT COUNT(*) - COUNT("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value of a filter
SELECT COUNT(CASE WHEN (b > 1 OR c) AND "a" IS NULL THEN 1 END) AS m0 FROM "t";

-- rows without a value of a filter, the suite too
SELECT COUNT(CASE WHEN (b > 1 OR c) AND "a" IS NULL THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of numbers
SELECT COUNT(CASE WHEN NOT "a" BETWEEN -1.5 AND 10.25 THEN 1 END) AS m0 FROM "t";

-- values outside of numbers, the suite too
SELECT COUNT(CASE WHEN NOT "a" BETWEEN -1.5 AND 10.25 THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of texts
SELECT COUNT(CASE WHEN NOT "a" BETWEEN 'a''b' AND 'z\' THEN 1 END) AS m0 FROM "t";

-- values outside of texts, the suite too
SELECT COUNT(CASE WHEN NOT "a" BETWEEN 'a''b' AND 'z\' THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of dates
SELECT COUNT(CASE WHEN NOT "a" BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE) THEN 1 END) AS m0 FROM "t";

-- values outside of dates, the suite too
SELECT COUNT(CASE WHEN NOT "a" BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of moments
SELECT COUNT(CASE WHEN (c) AND NOT "a" BETWEEN CAST('2013-01-01 05:00:00' AS TIMESTAMP(6)) AND CAST('2013-01-02 00:00:00+00:00' AS TIMESTAMP(6) WITH TIME ZONE) THEN 1 END) AS m0 FROM "t";

-- values outside of moments, the suite too
SELECT COUNT(CASE WHEN (c) AND NOT "a" BETWEEN CAST('2013-01-01 05:00:00' AS TIMESTAMP(6)) AND CAST('2013-01-02 00:00:00+00:00' AS TIMESTAMP(6) WITH TIME ZONE) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set
SELECT COUNT(CASE WHEN NOT "a" IN (1, 'x', TRUE, CAST('2013-01-01' AS DATE)) THEN 1 END) AS m0 FROM "t";

-- values not in a set, the suite too
SELECT COUNT(CASE WHEN NOT "a" IN (1, 'x', TRUE, CAST('2013-01-01' AS DATE)) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set of a filter
SELECT COUNT(CASE WHEN (c) AND NOT "a" IN (1) THEN 1 END) AS m0 FROM "t";

-- values not in a set of a filter, the suite too
SELECT COUNT(CASE WHEN (c) AND NOT "a" IN (1) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value
SELECT MIN("a") AS m0 FROM "t";

-- smallest value, the suite too
SELECT MIN("a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value of a filter
SELECT MIN(CASE WHEN (c) THEN "a" END) AS m0 FROM "t";

-- smallest value of a filter, the suite too
SELECT MIN(CASE WHEN (c) THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value
SELECT MAX("odd ""column""") AS m0 FROM "t";

-- largest value, the suite too
SELECT MAX("odd ""column""") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of a filter
SELECT MAX(CASE WHEN (c) THEN "a" END) AS m0 FROM "t";

-- largest value of a filter, the suite too
SELECT MAX(CASE WHEN (c) THEN "a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean
SELECT AVG(CAST("a" AS DOUBLE)) AS m0 FROM "t";

-- mean, the suite too
SELECT AVG(CAST("a" AS DOUBLE)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean of a filter
SELECT AVG(CAST(CASE WHEN (c) THEN "a" END AS DOUBLE)) AS m0 FROM "t";

-- mean of a filter, the suite too
SELECT AVG(CAST(CASE WHEN (c) THEN "a" END AS DOUBLE)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition
SELECT COUNT(CASE WHEN NOT (a > b OR "c" LIKE 'x%') THEN 1 END) AS m0 FROM "t";

-- rows that break a condition, the suite too
SELECT COUNT(CASE WHEN NOT (a > b OR "c" LIKE 'x%') THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition of a filter
SELECT COUNT(CASE WHEN (NOT c IS NULL) AND NOT (a > b) THEN 1 END) AS m0 FROM "t";

-- rows that break a condition of a filter, the suite too
SELECT COUNT(CASE WHEN (NOT c IS NULL) AND NOT (a > b) THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a whole key
SELECT COUNT(CASE WHEN NOT "a" IS NULL AND NOT "b" IS NULL THEN 1 END) AS m0 FROM "t";

-- rows with a whole key, the suite too
SELECT COUNT(CASE WHEN NOT "a" IS NULL AND NOT "b" IS NULL THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a whole key of a filter
SELECT COUNT(CASE WHEN (c) AND NOT "a" IS NULL THEN 1 END) AS m0 FROM "t";

-- rows with a whole key of a filter, the suite too
SELECT COUNT(CASE WHEN (c) AND NOT "a" IS NULL THEN 1 END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that share a key
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "a" IS NULL AND NOT "b" IS NULL GROUP BY "a", "b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE (c) AND NOT "a" IS NULL GROUP BY "a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND (c) AND NOT "a" IS NULL GROUP BY "a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- an aggregate expression
SELECT SUM("a") / COUNT(*) AS m0 FROM "t";

-- an aggregate expression, the suite too
SELECT SUM("a") / COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- an aggregate expression of a filter
SELECT SUM(a) FROM "t" WHERE (c);

-- an aggregate expression of a filter, the suite too
SELECT SUM(a) FROM "s"."t" WHERE (d = 1 OR e) AND (c);

-- a whole SELECT
SELECT MAX("n") FROM other AS o WHERE k = 1 /* the newest */;

-- a whole SELECT, the suite too
SELECT MAX("n") FROM other AS o WHERE k = 1 /* the newest */;
