-- all_differ
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL AND ([a] = [b] OR [a] = [c] OR [b] = [c]) THEN 1 END) AS m1 FROM [shop].[orders];
-- all_differ where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND (NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL AND ([a] = [b] OR [a] = [c] OR [b] = [c])) THEN 1 END) AS m1 FROM [shop].[orders];
-- all_differ by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL THEN 1 END) AS m1, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL AND NOT [c] IS NULL AND ([a] = [b] OR [a] = [c] OR [b] = [c]) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- between
SELECT COUNT_BIG([a]) AS m0, COUNT_BIG(CASE WHEN NOT [a] BETWEEN 1 AND 2.5 THEN 1 END) AS m1 FROM [shop].[orders];
-- between where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] BETWEEN 1 AND 2.5 THEN 1 END) AS m1 FROM [shop].[orders];
-- between by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1, COUNT_BIG(CASE WHEN NOT [a] BETWEEN 1 AND 2.5 THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- column_count
SELECT TOP 200001 COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'orders' AND TABLE_SCHEMA = 'shop' ORDER BY ORDINAL_POSITION;
-- column_max
SELECT MAX([a]) AS m0 FROM [shop].[orders];
-- column_max where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN [a] END) AS m0 FROM [shop].[orders];
-- column_max by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, MAX([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- column_min
SELECT MIN([a]) AS m0 FROM [shop].[orders];
-- column_min where
SELECT MIN(CASE WHEN (a > 1 OR b = 2) THEN [a] END) AS m0 FROM [shop].[orders];
-- column_min by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, MIN([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- compare
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN NOT ([a] <= [b]) THEN 1 END) AS m1 FROM [shop].[orders];
-- compare where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT ([a] <= [b]) THEN 1 END) AS m1 FROM [shop].[orders];
-- compare by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m1, COUNT_BIG(CASE WHEN NOT ([a] <= [b]) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- decreasing
SELECT COUNT_BIG([a]) AS m0 FROM [shop].[orders];
-- decreasing
SELECT COUNT_BIG(CASE WHEN v > v_before THEN 1 END) FROM (SELECT [a] AS v, LAG([a]) OVER (ORDER BY CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE NOT [a] IS NULL) AS steps;
-- decreasing where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- decreasing where
SELECT COUNT_BIG(CASE WHEN v > v_before THEN 1 END) FROM (SELECT [a] AS v, LAG([a]) OVER (ORDER BY CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL) AS steps;
-- decreasing by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- decreasing by
SELECT TOP 10001 segment, COUNT_BIG(CASE WHEN v > v_before THEN 1 END) FROM (SELECT [region] AS segment, [a] AS v, LAG([a]) OVER (PARTITION BY [region] ORDER BY CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE NOT [a] IS NULL) AS steps GROUP BY segment;
-- distinct_count
SELECT COUNT_BIG(*) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [s] IS NULL GROUP BY [s]) AS groups_of_rows;
-- distinct_count where
SELECT COUNT_BIG(*) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [s] IS NULL GROUP BY [s]) AS groups_of_rows;
-- distinct_count by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- distinct_count by
SELECT TOP 10001 segment, COUNT_BIG(*) FROM (SELECT [region] AS segment, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [s] IS NULL GROUP BY [region], [s]) AS groups_of_rows GROUP BY segment;
-- distribution
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT [s] IN ('x') THEN 1 END) AS m1, COUNT_BIG(CASE WHEN NOT [s] IN ('y') THEN 1 END) AS m2 FROM [shop].[orders];
-- distribution where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IN ('x') THEN 1 END) AS m1, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IN ('y') THEN 1 END) AS m2 FROM [shop].[orders];
-- distribution by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT [s] IN ('x') THEN 1 END) AS m2, COUNT_BIG(CASE WHEN NOT [s] IN ('y') THEN 1 END) AS m3 FROM [shop].[orders] GROUP BY [region];
-- failed_rows_sql
SELECT COUNT_BIG(*) AS m0 FROM [shop].[orders];
-- failed_rows_sql
WITH w AS (SELECT id, a + b AS n FROM orders) SELECT COUNT_BIG(*) FROM (SELECT id, n FROM w WHERE n < 0) AS failed_rows;
-- foreign_key
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- foreign_key
SELECT COUNT_BIG(*) FROM (SELECT [a] AS k0, [b] AS k1 FROM [shop].[orders] WHERE NOT [a] IS NULL AND NOT [b] IS NULL) AS child LEFT JOIN [shop].[parents] AS parent ON parent.[k] = child.k0 AND parent.[l] = child.k1 WHERE parent.[k] IS NULL;
-- foreign_key where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- foreign_key where
SELECT COUNT_BIG(*) FROM (SELECT [a] AS k0, [b] AS k1 FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [b] IS NULL) AS child LEFT JOIN [shop].[parents] AS parent ON parent.[k] = child.k0 AND parent.[l] = child.k1 WHERE parent.[k] IS NULL;
-- foreign_key by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m1 FROM [shop].[orders] GROUP BY [region];
-- foreign_key by
SELECT TOP 10001 child.segment, COUNT_BIG(*) FROM (SELECT [region] AS segment, [a] AS k0, [b] AS k1 FROM [shop].[orders] WHERE NOT [a] IS NULL AND NOT [b] IS NULL) AS child LEFT JOIN [shop].[parents] AS parent ON parent.[k] = child.k0 AND parent.[l] = child.k1 WHERE parent.[k] IS NULL GROUP BY child.segment;
-- fresh
SELECT MAX([at]) AS m0 FROM [shop].[orders];
-- fresh where
SELECT MAX(CASE WHEN (a > 1 OR b = 2) THEN [at] END) AS m0 FROM [shop].[orders];
-- fresh by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, MAX([at]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- has_values
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT [s] IN ('x') THEN 1 END) AS m1, COUNT_BIG(CASE WHEN NOT [s] IN ('y') THEN 1 END) AS m2 FROM [shop].[orders];
-- has_values where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IN ('x') THEN 1 END) AS m1, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IN ('y') THEN 1 END) AS m2 FROM [shop].[orders];
-- has_values by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT [s] IN ('x') THEN 1 END) AS m2, COUNT_BIG(CASE WHEN NOT [s] IN ('y') THEN 1 END) AS m3 FROM [shop].[orders] GROUP BY [region];
-- in_set
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT [s] IN ('x', 'O''Hare', 'back\slash', N'Ünï', 'new
line') THEN 1 END) AS m1 FROM [shop].[orders];
-- in_set where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IN ('x', 'O''Hare', 'back\slash', N'Ünï', 'new
line') THEN 1 END) AS m1 FROM [shop].[orders];
-- in_set by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT [s] IN ('x', 'O''Hare', 'back\slash', N'Ünï', 'new
line') THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- increasing
SELECT COUNT_BIG([a]) AS m0 FROM [shop].[orders];
-- increasing
SELECT COUNT_BIG(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT [a] AS v, LAG([a]) OVER (ORDER BY CASE WHEN [day] IS NULL THEN 1 ELSE 0 END, [day], CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE NOT [a] IS NULL) AS steps;
-- increasing where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- increasing where
SELECT COUNT_BIG(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT [a] AS v, LAG([a]) OVER (ORDER BY CASE WHEN [day] IS NULL THEN 1 ELSE 0 END, [day], CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL) AS steps;
-- increasing by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- increasing by
SELECT TOP 10001 segment, COUNT_BIG(CASE WHEN v <= v_before THEN 1 END) FROM (SELECT [region] AS segment, [a] AS v, LAG([a]) OVER (PARTITION BY [region] ORDER BY CASE WHEN [day] IS NULL THEN 1 ELSE 0 END, [day], CASE WHEN [id] IS NULL THEN 1 ELSE 0 END, [id]) AS v_before FROM [shop].[orders] WHERE NOT [a] IS NULL) AS steps GROUP BY segment;
-- json_valid
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (ISJSON([s], VALUE) = 1) THEN 1 END) AS m1 FROM [shop].[orders];
-- json_valid where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND (NOT [s] IS NULL AND NOT (ISJSON([s], VALUE) = 1)) THEN 1 END) AS m1 FROM [shop].[orders];
-- json_valid by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (ISJSON([s], VALUE) = 1) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- length
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN (LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 < 1 OR LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 > 20) THEN 1 END) AS m1 FROM [shop].[orders];
-- length where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND (LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 < 1 OR LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 > 20) THEN 1 END) AS m1 FROM [shop].[orders];
-- length by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN (LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 < 1 OR LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 > 20) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- like
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT ([s] LIKE 'A%' OR [s] LIKE '50\%' ESCAPE '\' OR [s] LIKE '\[x_' ESCAPE '\') THEN 1 END) AS m1 FROM [shop].[orders];
-- like where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT ([s] LIKE 'A%' OR [s] LIKE '50\%' ESCAPE '\' OR [s] LIKE '\[x_' ESCAPE '\') THEN 1 END) AS m1 FROM [shop].[orders];
-- like by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT ([s] LIKE 'A%' OR [s] LIKE '50\%' ESCAPE '\' OR [s] LIKE '\[x_' ESCAPE '\') THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- matches
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- matches where
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- matches by
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- mean
SELECT AVG(CAST([a] AS FLOAT)) AS m0 FROM [shop].[orders];
-- mean where
SELECT AVG(CAST(CASE WHEN (a > 1 OR b = 2) THEN [a] END AS FLOAT)) AS m0 FROM [shop].[orders];
-- mean by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, AVG(CAST([a] AS FLOAT)) AS m1 FROM [shop].[orders] GROUP BY [region];
-- median
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS FLOAT) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT [a] AS v, ROW_NUMBER() OVER (ORDER BY [a]) AS place, COUNT_BIG(*) OVER () AS n FROM [shop].[orders] WHERE NOT [a] IS NULL) AS numbered;
-- median where
SELECT SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS FLOAT) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT [a] AS v, ROW_NUMBER() OVER (ORDER BY [a]) AS place, COUNT_BIG(*) OVER () AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL) AS numbered;
-- median by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- median by
SELECT TOP 10001 segment, SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS FLOAT) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT [region] AS segment, [a] AS v, ROW_NUMBER() OVER (PARTITION BY [region] ORDER BY [a]) AS place, COUNT_BIG(*) OVER (PARTITION BY [region]) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL) AS numbered GROUP BY segment;
-- metric_sql
SELECT SUM(a) / NULLIF(COUNT(*), 0) AS m0 FROM [shop].[orders];
-- metric_sql where
SELECT SUM(a) / NULLIF(COUNT(*), 0) FROM [shop].[orders] WHERE (a > 1 OR b = 2);
-- metric_sql by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, SUM(a) / NULLIF(COUNT(*), 0) AS m1 FROM [shop].[orders] GROUP BY [region];
-- most_common
SELECT TOP 200001 v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v AS v, n AS n, MAX(n) OVER () AS most FROM (SELECT [s] AS v, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [s] IS NULL GROUP BY [s]) AS frequencies) AS ranked WHERE n = most;
-- most_common where
SELECT TOP 200001 v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT v AS v, n AS n, MAX(n) OVER () AS most FROM (SELECT [s] AS v, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [s] IS NULL GROUP BY [s]) AS frequencies) AS ranked WHERE n = most;
-- most_common by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- most_common by
SELECT TOP 200001 segment, v, n, CASE WHEN v IN ('x') THEN 1 ELSE 0 END FROM (SELECT segment AS segment, v AS v, n AS n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT [region] AS segment, [s] AS v, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [s] IS NULL GROUP BY [region], [s]) AS frequencies) AS ranked WHERE n = most;
-- no_gaps
SELECT DISTINCT TOP 200001 DATEADD(DAY, DATEDIFF(DAY, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- no_gaps where
SELECT DISTINCT TOP 200001 DATEADD(DAY, DATEDIFF(DAY, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [at] IS NULL;
-- no_gaps by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- no_gaps by
SELECT DISTINCT TOP 200001 [region] AS segment, DATEADD(DAY, DATEDIFF(DAY, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- not_empty
SELECT COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN ([s] IS NULL OR TRIM(' ' FROM [s]) = '') THEN 1 END) AS m1 FROM [shop].[orders];
-- not_empty where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND ([s] IS NULL OR TRIM(' ' FROM [s]) = '') THEN 1 END) AS m1 FROM [shop].[orders];
-- not_empty by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN ([s] IS NULL OR TRIM(' ' FROM [s]) = '') THEN 1 END) AS m1 FROM [shop].[orders] GROUP BY [region];
-- not_in_set
SELECT COUNT_BIG([a]) AS m0, COUNT_BIG(CASE WHEN [a] IN (1, 2) THEN 1 END) AS m1 FROM [shop].[orders];
-- not_in_set where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND [a] IN (1, 2) THEN 1 END) AS m1 FROM [shop].[orders];
-- not_in_set by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1, COUNT_BIG(CASE WHEN [a] IN (1, 2) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- not_like
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN [s] LIKE '%x%' THEN 1 END) AS m1 FROM [shop].[orders];
-- not_like where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND [s] LIKE '%x%' THEN 1 END) AS m1 FROM [shop].[orders];
-- not_like by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN [s] LIKE '%x%' THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- not_matches
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- not_matches where
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- not_matches by
-- refused: nothing here: SQL Server has no regular expressions before 2025: use like, or rows with a condition
-- not_null
SELECT COUNT_BIG(*) AS m0, COUNT_BIG(*) - COUNT_BIG([a]) AS m1 FROM [shop].[orders];
-- not_null where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND [a] IS NULL THEN 1 END) AS m1 FROM [shop].[orders];
-- not_null by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(*) - COUNT_BIG([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- null
SELECT COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1 FROM [shop].[orders];
-- null where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m1 FROM [shop].[orders];
-- null by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- of_type
SELECT COUNT_BIG([s]) AS m0, COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[0-9]%' AND NOT TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[^0-9eE.+-]%' AND NOT TRY_CAST(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 AS FLOAT) IS NULL) THEN 1 END) AS m1 FROM [shop].[orders];
-- of_type where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND (NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[0-9]%' AND NOT TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[^0-9eE.+-]%' AND NOT TRY_CAST(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 AS FLOAT) IS NULL)) THEN 1 END) AS m1 FROM [shop].[orders];
-- of_type by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([s]) AS m1, COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[0-9]%' AND NOT TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[^0-9eE.+-]%' AND NOT TRY_CAST(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 AS FLOAT) IS NULL) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- quantile
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT [a] AS v, ROW_NUMBER() OVER (ORDER BY [a]) AS place, COUNT_BIG(*) OVER () AS n FROM [shop].[orders] WHERE NOT [a] IS NULL) AS numbered;
-- quantile where
SELECT MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT [a] AS v, ROW_NUMBER() OVER (ORDER BY [a]) AS place, COUNT_BIG(*) OVER () AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL) AS numbered;
-- quantile by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- quantile by
SELECT TOP 10001 segment, MIN(CASE WHEN place >= 0.95 * n THEN v END) FROM (SELECT [region] AS segment, [a] AS v, ROW_NUMBER() OVER (PARTITION BY [region] ORDER BY [a]) AS place, COUNT_BIG(*) OVER (PARTITION BY [region]) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL) AS numbered GROUP BY segment;
-- row_count
SELECT COUNT_BIG(*) AS m0 FROM [shop].[orders];
-- row_count where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0 FROM [shop].[orders];
-- row_count by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0 FROM [shop].[orders] GROUP BY [region];
-- rows
SELECT COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM [shop].[orders];
-- rows where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM [shop].[orders];
-- rows by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT (a > 0 OR b IS NULL) THEN 1 END) AS m1 FROM [shop].[orders] GROUP BY [region];
-- schema_is
SELECT TOP 200001 COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'orders' AND TABLE_SCHEMA = 'shop' ORDER BY ORDINAL_POSITION;
-- schema_unchanged
SELECT TOP 200001 COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'orders' AND TABLE_SCHEMA = 'shop' ORDER BY ORDINAL_POSITION;
-- stddev
SELECT COUNT_BIG([a]) AS m0, VAR([a]) AS m1 FROM [shop].[orders];
-- stddev where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0, VAR(CASE WHEN (a > 1 OR b = 2) THEN [a] END) AS m1 FROM [shop].[orders];
-- stddev by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG([a]) AS m1, VAR([a]) AS m2 FROM [shop].[orders] GROUP BY [region];
-- sum_equals
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN [a] + [b] <> 10 THEN 1 END) AS m1 FROM [shop].[orders];
-- sum_equals where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND [a] + [b] <> 10 THEN 1 END) AS m1 FROM [shop].[orders];
-- sum_equals by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [b] IS NULL THEN 1 END) AS m1, COUNT_BIG(CASE WHEN [a] + [b] <> 10 THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- total
SELECT SUM(CAST(0 AS NUMERIC(1, 0)) + [a]) AS m0 FROM [shop].[orders];
-- total where
SELECT SUM(CAST(0 AS NUMERIC(1, 0)) + CASE WHEN (a > 1 OR b = 2) THEN [a] END) AS m0 FROM [shop].[orders];
-- total by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, SUM(CAST(0 AS NUMERIC(1, 0)) + [a]) AS m1 FROM [shop].[orders] GROUP BY [region];
-- tuple_in_set
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL AND NOT (([a] = 1 AND [s] = 'x') OR ([a] = 2 AND [s] = 'y')) THEN 1 END) AS m1 FROM [shop].[orders];
-- tuple_in_set where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m0, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND (NOT [a] IS NULL AND NOT [s] IS NULL AND NOT (([a] = 1 AND [s] = 'x') OR ([a] = 2 AND [s] = 'y'))) THEN 1 END) AS m1 FROM [shop].[orders];
-- tuple_in_set by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m1, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL AND NOT (([a] = 1 AND [s] = 'x') OR ([a] = 2 AND [s] = 'y')) THEN 1 END) AS m2 FROM [shop].[orders] GROUP BY [region];
-- unique
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- unique
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL AND NOT [s] IS NULL GROUP BY [a], [s] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;
-- unique where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- unique where
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL AND NOT [s] IS NULL GROUP BY [a], [s] HAVING COUNT_BIG(*) > 1) AS groups_of_rows;
-- unique by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL AND NOT [s] IS NULL THEN 1 END) AS m1 FROM [shop].[orders] GROUP BY [region];
-- unique by
SELECT TOP 10001 segment, COALESCE(SUM(n), 0) FROM (SELECT [region] AS segment, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL AND NOT [s] IS NULL GROUP BY [region], [a], [s] HAVING COUNT_BIG(*) > 1) AS groups_of_rows GROUP BY segment;
-- unique_ratio
SELECT COUNT_BIG(CASE WHEN NOT [a] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- unique_ratio
SELECT COUNT_BIG(*) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL GROUP BY [a]) AS groups_of_rows;
-- unique_ratio where
SELECT COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m0 FROM [shop].[orders];
-- unique_ratio where
SELECT COUNT_BIG(*) FROM (SELECT COUNT_BIG(*) AS n FROM [shop].[orders] WHERE (a > 1 OR b = 2) AND NOT [a] IS NULL GROUP BY [a]) AS groups_of_rows;
-- unique_ratio by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, COUNT_BIG(CASE WHEN NOT [a] IS NULL THEN 1 END) AS m1 FROM [shop].[orders] GROUP BY [region];
-- unique_ratio by
SELECT TOP 10001 segment, COUNT_BIG(*) FROM (SELECT [region] AS segment, COUNT_BIG(*) AS n FROM [shop].[orders] WHERE NOT [a] IS NULL GROUP BY [region], [a]) AS groups_of_rows GROUP BY segment;
-- z_scores
SELECT AVG(CAST([a] AS FLOAT)) AS m0, VAR([a]) AS m1, COUNT_BIG([a]) AS m2 FROM [shop].[orders];
-- z_scores where
SELECT AVG(CAST(CASE WHEN (a > 1 OR b = 2) THEN [a] END AS FLOAT)) AS m0, VAR(CASE WHEN (a > 1 OR b = 2) THEN [a] END) AS m1, COUNT_BIG(CASE WHEN (a > 1 OR b = 2) AND NOT [a] IS NULL THEN 1 END) AS m2 FROM [shop].[orders];
-- z_scores by
SELECT TOP 10001 [region] AS segment, COUNT_BIG(*) AS m0, AVG(CAST([a] AS FLOAT)) AS m1, VAR([a]) AS m2, COUNT_BIG([a]) AS m3 FROM [shop].[orders] GROUP BY [region];
-- dates
SELECT COUNT_BIG(CASE WHEN NOT [at] BETWEEN CAST('2013-01-01' AS DATE) AND CAST('2013-12-31' AS DATE) THEN 1 END) AS m0 FROM [shop].[orders];
-- moments
SELECT COUNT_BIG(CASE WHEN NOT [at] BETWEEN CAST('2013-01-01 05:00:00.250000' AS DATETIME2) AND CAST('2013-01-02 01:00:00+02:00' AS DATETIMEOFFSET) THEN 1 END) AS m0 FROM [shop].[orders];
-- booleans
SELECT COUNT_BIG(CASE WHEN NOT [b] IN (1) THEN 1 END) AS m0 FROM [shop].[orders];
-- an exact length
SELECT COUNT_BIG(CASE WHEN LEN(CAST([s] AS NVARCHAR(MAX)) + '.') - 1 <> 4 THEN 1 END) AS m0 FROM [shop].[orders];
-- texts of type integer
SELECT COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '[-+0-9]%' AND TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '%[0-9]' AND NOT SUBSTRING(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2, 2, LEN(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2)) LIKE '%[^0-9]%') THEN 1 END) AS m0 FROM [shop].[orders];
-- texts of type boolean
SELECT COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT LOWER(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2) IN ('true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'on', 'off', '1', '0') THEN 1 END) AS m0 FROM [shop].[orders];
-- texts of type date
SELECT COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' AND NOT TRY_CAST(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 AS DATE) IS NULL) THEN 1 END) AS m0 FROM [shop].[orders];
-- texts of type timestamp
SELECT COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT (TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]%' AND NOT TRY_CAST(TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 AS DATETIMEOFFSET) IS NULL) THEN 1 END) AS m0 FROM [shop].[orders];
-- texts of type uuid
SELECT COUNT_BIG(CASE WHEN NOT [s] IS NULL AND NOT TRIM(' ' FROM [s]) COLLATE Latin1_General_BIN2 LIKE '[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]-[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]-[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]-[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]-[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]' THEN 1 END) AS m0 FROM [shop].[orders];
-- each hour
SELECT DISTINCT TOP 200001 DATEADD(HOUR, DATEDIFF(HOUR, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- each day
SELECT DISTINCT TOP 200001 DATEADD(DAY, DATEDIFF(DAY, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- each week
SELECT DISTINCT TOP 200001 DATEADD(DAY, DATEDIFF(DAY, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')) / 7 * 7, CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- each month
SELECT DISTINCT TOP 200001 DATEADD(MONTH, DATEDIFF(MONTH, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- each quarter
SELECT DISTINCT TOP 200001 DATEADD(QUARTER, DATEDIFF(QUARTER, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- each year
SELECT DISTINCT TOP 200001 DATEADD(YEAR, DATEDIFF(YEAR, CAST('0001-01-01' AS DATETIME2), SWITCHOFFSET(CAST([at] AS DATETIMEOFFSET), '+00:00')), CAST('0001-01-01' AS DATETIME2)) AS period FROM [shop].[orders] WHERE NOT [at] IS NULL;
-- columns of orders
SELECT TOP 200001 COLUMN_NAME, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'orders' AND TABLE_SCHEMA = SCHEMA_NAME() ORDER BY ORDINAL_POSITION;
-- columns of "cat-1".shop."odd ""name` ]\"
SELECT TOP 200001 COLUMN_NAME, DATA_TYPE FROM [cat-1].INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'odd "name` ]\' AND TABLE_SCHEMA = 'shop' AND TABLE_CATALOG = 'cat-1' ORDER BY ORDINAL_POSITION;
