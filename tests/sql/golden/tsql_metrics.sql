-- all rows
SELECT COUNT_BIG(*) AS m0 FROM [t];

-- all rows, the suite too
SELECT COUNT_BIG(*) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- all rows of a filter
SELECT COUNT_BIG(CASE WHEN (b > 1) THEN 1 END) AS m0 FROM [t];

-- all rows of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (b > 1) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows with a value
SELECT COUNT_BIG([a]) AS m0 FROM [t];

-- rows with a value, the suite too
SELECT COUNT_BIG([a]) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows with a value of a filter
SELECT COUNT_BIG(CASE WHEN (b > 1 OR c <> 0) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [t];

-- rows with a value of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (b > 1 OR c <> 0) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows without a value
SELECT COUNT_BIG(*) - COUNT_BIG([a]) AS m0 FROM [t];

-- rows without a value, the suite too
SELECT COUNT_BIG(*) - COUNT_BIG([a]) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows without a value of a filter
SELECT COUNT_BIG(CASE WHEN (b > 1 OR c <> 0) AND [a] IS NULL THEN 1 END) AS m0 FROM [t];

-- rows without a value of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (b > 1 OR c <> 0) AND [a] IS NULL THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values outside of numbers
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN -1.5 AND 10.25 THEN 1 END) AS m0 FROM [t];

-- values outside of numbers, the suite too
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN -1.5 AND 10.25 THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values outside of texts
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN 'a''b' AND 'z\' THEN 1 END) AS m0 FROM [t];

-- values outside of texts, the suite too
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN 'a''b' AND 'z\' THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values outside of dates
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE) THEN 1 END) AS m0 FROM [t];

-- values outside of dates, the suite too
SELECT COUNT_BIG(CASE WHEN NOT [a] BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-01-31' AS DATE) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values outside of moments
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] BETWEEN CAST('2013-01-01 05:00:00' AS DATETIME2) AND CAST('2013-01-02 00:00:00+00:00' AS DATETIMEOFFSET) THEN 1 END) AS m0 FROM [t];

-- values outside of moments, the suite too
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] BETWEEN CAST('2013-01-01 05:00:00' AS DATETIME2) AND CAST('2013-01-02 00:00:00+00:00' AS DATETIMEOFFSET) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values not in a set
SELECT COUNT_BIG(CASE WHEN NOT [a] IN (1, 'x', 1, CAST('2013-01-01' AS DATE)) THEN 1 END) AS m0 FROM [t];

-- values not in a set, the suite too
SELECT COUNT_BIG(CASE WHEN NOT [a] IN (1, 'x', 1, CAST('2013-01-01' AS DATE)) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- values not in a set of a filter
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] IN (1) THEN 1 END) AS m0 FROM [t];

-- values not in a set of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] IN (1) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- smallest value
SELECT MIN([a]) AS m0 FROM [t];

-- smallest value, the suite too
SELECT MIN([a]) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- smallest value of a filter
SELECT MIN(CASE WHEN (c) THEN [a] END) AS m0 FROM [t];

-- smallest value of a filter, the suite too
SELECT MIN(CASE WHEN (c) THEN [a] END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- largest value
SELECT MAX([odd "column"]) AS m0 FROM [t];

-- largest value, the suite too
SELECT MAX([odd "column"]) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- largest value of a filter
SELECT MAX(CASE WHEN (c) THEN [a] END) AS m0 FROM [t];

-- largest value of a filter, the suite too
SELECT MAX(CASE WHEN (c) THEN [a] END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- mean
SELECT AVG(CAST([a] AS FLOAT)) AS m0 FROM [t];

-- mean, the suite too
SELECT AVG(CAST([a] AS FLOAT)) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- mean of a filter
SELECT AVG(CAST(CASE WHEN (c) THEN [a] END AS FLOAT)) AS m0 FROM [t];

-- mean of a filter, the suite too
SELECT AVG(CAST(CASE WHEN (c) THEN [a] END AS FLOAT)) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows that break a condition
SELECT COUNT_BIG(CASE WHEN NOT (a > b OR [c] LIKE 'x%') THEN 1 END) AS m0 FROM [t];

-- rows that break a condition, the suite too
SELECT COUNT_BIG(CASE WHEN NOT (a > b OR [c] LIKE 'x%') THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows that break a condition of a filter
SELECT COUNT_BIG(CASE WHEN (NOT c IS NULL) AND NOT (a > b) THEN 1 END) AS m0 FROM [t];

-- rows that break a condition of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (NOT c IS NULL) AND NOT (a > b) THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows with a whole key
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0 FROM [t];

-- rows with a whole key, the suite too
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows with a whole key of a filter
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [t];

-- rows with a whole key of a filter, the suite too
SELECT COUNT_BIG(CASE WHEN (c) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- rows that share a key
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [t] WHERE NOT [a] IS NULL AND NOT [b] IS NULL GROUP BY [a], [b] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;

-- rows that share a key, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [s].[t] WHERE (d = 1 OR e <> 0) AND NOT [a] IS NULL AND NOT [b] IS NULL GROUP BY [a], [b] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [t] WHERE (c) AND NOT [a] IS NULL GROUP BY [a] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [s].[t] WHERE (d = 1 OR e <> 0) AND (c) AND NOT [a] IS NULL GROUP BY [a] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;

-- an aggregate expression
SELECT SUM([a]) / COUNT_BIG(*) AS m0 FROM [t];

-- an aggregate expression, the suite too
SELECT SUM([a]) / COUNT_BIG(*) AS m0 FROM [s].[t] WHERE (d = 1 OR e <> 0);

-- an aggregate expression of a filter
SELECT SUM(a) FROM [t] WHERE (c);

-- an aggregate expression of a filter, the suite too
SELECT SUM(a) FROM [s].[t] WHERE (d = 1 OR e <> 0) AND (c);

-- a whole SELECT
SELECT MAX([n]) FROM other AS o WHERE k = 1 /* the newest */;

-- a whole SELECT, the suite too
SELECT MAX([n]) FROM other AS o WHERE k = 1 /* the newest */;
