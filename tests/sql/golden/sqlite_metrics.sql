-- all rows
SELECT COUNT(*) AS m0 FROM "t";

-- all rows, the suite too
SELECT COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- all rows of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1)) AS m0 FROM "t";

-- all rows of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "t"."a" IS NULL) AS m0 FROM "t";

-- rows with a value, the suite too
SELECT COUNT(*) - COUNT(*) FILTER(WHERE "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a value of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND NOT "t"."a" IS NULL) AS m0 FROM "t";

-- rows with a value of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND NOT "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value
SELECT COUNT(*) FILTER(WHERE "t"."a" IS NULL) AS m0 FROM "t";

-- rows without a value, the suite too
SELECT COUNT(*) FILTER(WHERE "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows without a value of a filter
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND "t"."a" IS NULL) AS m0 FROM "t";

-- rows without a value of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (b > 1 OR c) AND "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of numbers
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN -1.5 AND 10.25) AS m0 FROM "t";

-- values outside of numbers, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN -1.5 AND 10.25) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of texts
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN 'a''b' AND 'z\') AS m0 FROM "t";

-- values outside of texts, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN 'a''b' AND 'z\') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of dates
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN '2013-01-01' AND '2013-01-31') AS m0 FROM "t";

-- values outside of dates, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" BETWEEN '2013-01-01' AND '2013-01-31') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values outside of moments
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" BETWEEN '2013-01-01 05:00:00' AND '2013-01-02 00:00:00+00:00') AS m0 FROM "t";

-- values outside of moments, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" BETWEEN '2013-01-01 05:00:00' AND '2013-01-02 00:00:00+00:00') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IN (1, 'x', TRUE, '2013-01-01')) AS m0 FROM "t";

-- values not in a set, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IN (1, 'x', TRUE, '2013-01-01')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values not in a set of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IN (1)) AS m0 FROM "t";

-- values not in a set of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IN (1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values
SELECT COUNT("t"."a") AS m0 FROM "t";

-- values, the suite too
SELECT COUNT("t"."a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "t";

-- values of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts of spaces
SELECT COUNT(*) FILTER(WHERE ("t"."a" IS NULL OR TRIM("t"."a", ' ') = '')) AS m0 FROM "t";

-- texts of spaces, the suite too
SELECT COUNT(*) FILTER(WHERE ("t"."a" IS NULL OR TRIM("t"."a", ' ') = '')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values up to an end
SELECT COUNT(*) FILTER(WHERE "t"."a" <= 1) AS m0 FROM "t";

-- values up to an end, the suite too
SELECT COUNT(*) FILTER(WHERE "t"."a" <= 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values from an end
SELECT COUNT(*) FILTER(WHERE "t"."a" >= 1) AS m0 FROM "t";

-- values from an end, the suite too
SELECT COUNT(*) FILTER(WHERE "t"."a" >= 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values at an end
SELECT COUNT(*) FILTER(WHERE ("t"."a" < 1 OR "t"."a" >= 2)) AS m0 FROM "t";

-- values at an end, the suite too
SELECT COUNT(*) FILTER(WHERE ("t"."a" < 1 OR "t"."a" >= 2)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- values in a set
SELECT COUNT(*) FILTER(WHERE c AND "t"."a" IN (1, 'O''Hare')) AS m0 FROM "t";

-- values in a set, the suite too
SELECT COUNT(*) FILTER(WHERE c AND "t"."a" IN (1, 'O''Hare')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts without a match
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" REGEXP '^O''\d+$') AS m0 FROM "t";

-- texts without a match, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" REGEXP '^O''\d+$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts without one of two matches
SELECT COUNT(*) FILTER(WHERE c AND NOT ("t"."a" REGEXP '^x' AND "t"."a" REGEXP 'y$')) AS m0 FROM "t";

-- texts without one of two matches, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT ("t"."a" REGEXP '^x' AND "t"."a" REGEXP 'y$')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts with a match
SELECT COUNT(*) FILTER(WHERE ("t"."a" REGEXP '^x' OR "t"."a" REGEXP 'y$')) AS m0 FROM "t";

-- texts with a match, the suite too
SELECT COUNT(*) FILTER(WHERE ("t"."a" REGEXP '^x' OR "t"."a" REGEXP 'y$')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts unlike
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" LIKE 'O''%' OR "t"."a" LIKE '50\%' ESCAPE '\')) AS m0 FROM "t";

-- texts unlike, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" LIKE 'O''%' OR "t"."a" LIKE '50\%' ESCAPE '\')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts alike
SELECT COUNT(*) FILTER(WHERE c AND ("t"."a" LIKE 'x%' OR "t"."a" LIKE '_y')) AS m0 FROM "t";

-- texts alike, the suite too
SELECT COUNT(*) FILTER(WHERE c AND ("t"."a" LIKE 'x%' OR "t"."a" LIKE '_y')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts too short or long
SELECT COUNT(*) FILTER(WHERE (LENGTH("t"."a") < 1 OR LENGTH("t"."a") > 3)) AS m0 FROM "t";

-- texts too short or long, the suite too
SELECT COUNT(*) FILTER(WHERE (LENGTH("t"."a") < 1 OR LENGTH("t"."a") > 3)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts too long
SELECT COUNT(*) FILTER(WHERE LENGTH("t"."a") > 3) AS m0 FROM "t";

-- texts too long, the suite too
SELECT COUNT(*) FILTER(WHERE LENGTH("t"."a") > 3) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts of another length
SELECT COUNT(*) FILTER(WHERE LENGTH("t"."a") <> 0) AS m0 FROM "t";

-- texts of another length, the suite too
SELECT COUNT(*) FILTER(WHERE LENGTH("t"."a") <> 0) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no integer
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[-+]?[0-9]+\s*$') AS m0 FROM "t";

-- texts that are no integer, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[-+]?[0-9]+\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no number
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m0 FROM "t";

-- texts that are no number, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no boolean
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$') AS m0 FROM "t";

-- texts that are no boolean, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|[tT]|[fF]|[yY][eE][sS]|[nN][oO]|[yY]|[nN]|[oO][nN]|[oO][fF][fF]|1|0)\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no date
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\s*$') AS m0 FROM "t";

-- texts that are no date, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no timestamp
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\s*$') AS m0 FROM "t";

-- texts that are no timestamp, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*(([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])))|(([0-9][0-9](0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29))([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?\s*(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no uuid
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$') AS m0 FROM "t";

-- texts that are no uuid, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."a" REGEXP '^\s*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\s*$') AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- texts that are no JSON
SELECT COUNT(*) FILTER(WHERE c AND (NOT "t"."a" IS NULL AND NOT (JSON_VALID("t"."a") = 1))) AS m0 FROM "t";

-- texts that are no JSON, the suite too
SELECT COUNT(*) FILTER(WHERE c AND (NOT "t"."a" IS NULL AND NOT (JSON_VALID("t"."a") = 1))) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a == b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" = "t"."b")) AS m0 FROM "t";

-- rows where not a == b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" = "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a != b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" <> "t"."b")) AS m0 FROM "t";

-- rows where not a != b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" <> "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a < b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" < "t"."b")) AS m0 FROM "t";

-- rows where not a < b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" < "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a <= b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" <= "t"."b")) AS m0 FROM "t";

-- rows where not a <= b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" <= "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a > b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" > "t"."b")) AS m0 FROM "t";

-- rows where not a > b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" > "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows where not a >= b
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" >= "t"."b")) AS m0 FROM "t";

-- rows where not a >= b, the suite too
SELECT COUNT(*) FILTER(WHERE NOT ("t"."a" >= "t"."b")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows of another sum
SELECT COUNT(*) FILTER(WHERE "t"."a" + "t"."b" + "t"."c" <> 1.50) AS m0 FROM "t";

-- rows of another sum, the suite too
SELECT COUNT(*) FILTER(WHERE "t"."a" + "t"."b" + "t"."c" <> 1.50) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows of other values
SELECT COUNT(*) FILTER(WHERE c AND (NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL AND NOT (("t"."a" = 1 AND "t"."b" = 'x') OR ("t"."a" = 2 AND "t"."b" = 'O''Hare')))) AS m0 FROM "t";

-- rows of other values, the suite too
SELECT COUNT(*) FILTER(WHERE c AND (NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL AND NOT (("t"."a" = 1 AND "t"."b" = 'x') OR ("t"."a" = 2 AND "t"."b" = 'O''Hare')))) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with two same values
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL AND NOT "t"."c" IS NULL AND ("t"."a" = "t"."b" OR "t"."a" = "t"."c" OR "t"."b" = "t"."c")) AS m0 FROM "t";

-- rows with two same values, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL AND NOT "t"."c" IS NULL AND ("t"."a" = "t"."b" OR "t"."a" = "t"."c" OR "t"."b" = "t"."c")) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break the rule of their segment
SELECT COUNT(*) FILTER(WHERE CASE WHEN "t"."g" IS NULL THEN CASE WHEN NOT "t"."a" BETWEEN 1 AND 2 THEN 1 END WHEN "t"."g" = 'O''Hare' THEN CASE WHEN "t"."a" < 0 THEN 1 END WHEN "t"."g" = 3 THEN CASE WHEN "t"."a" > 9 THEN 1 END END = 1) AS m0 FROM "t";

-- rows that break the rule of their segment, the suite too
SELECT COUNT(*) FILTER(WHERE CASE WHEN "t"."g" IS NULL THEN CASE WHEN NOT "t"."a" BETWEEN 1 AND 2 THEN 1 END WHEN "t"."g" = 'O''Hare' THEN CASE WHEN "t"."a" < 0 THEN 1 END WHEN "t"."g" = 3 THEN CASE WHEN "t"."a" > 9 THEN 1 END END = 1) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value
SELECT MIN("t"."a") AS m0 FROM "t";

-- smallest value, the suite too
SELECT MIN("t"."a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- smallest value of a filter
SELECT MIN(CASE WHEN c THEN "t"."a" END) AS m0 FROM "t";

-- smallest value of a filter, the suite too
SELECT MIN(CASE WHEN c THEN "t"."a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value
SELECT MAX("t"."odd ""column""") AS m0 FROM "t";

-- largest value, the suite too
SELECT MAX("t"."odd ""column""") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of a filter
SELECT MAX(CASE WHEN c THEN "t"."a" END) AS m0 FROM "t";

-- largest value of a filter, the suite too
SELECT MAX(CASE WHEN c THEN "t"."a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of an expression
SELECT MAX((a + 1)) AS m0 FROM "t";

-- largest value of an expression, the suite too
SELECT MAX((a + 1)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- largest value of an expression of a filter
SELECT MAX(CASE WHEN c THEN (a + 1) END) AS m0 FROM "t";

-- largest value of an expression of a filter, the suite too
SELECT MAX(CASE WHEN c THEN (a + 1) END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean
SELECT AVG("t"."a") AS m0 FROM "t";

-- mean, the suite too
SELECT AVG("t"."a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- mean of a filter
SELECT AVG(CASE WHEN c THEN "t"."a" END) AS m0 FROM "t";

-- mean of a filter, the suite too
SELECT AVG(CASE WHEN c THEN "t"."a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition
SELECT COUNT(*) FILTER(WHERE NOT (a > b OR `c` LIKE 'x%')) AS m0 FROM "t";

-- rows that break a condition, the suite too
SELECT COUNT(*) FILTER(WHERE NOT (a > b OR `c` LIKE 'x%')) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that break a condition of a filter
SELECT COUNT(*) FILTER(WHERE (c IS NOT NULL) AND NOT (a > b)) AS m0 FROM "t";

-- rows that break a condition of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE (c IS NOT NULL) AND NOT (a > b)) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- total
SELECT SUM("t"."a") AS m0 FROM "t";

-- total, the suite too
SELECT SUM("t"."a") AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- total of a filter
SELECT SUM(CASE WHEN c THEN "t"."a" END) AS m0 FROM "t";

-- total of a filter, the suite too
SELECT SUM(CASE WHEN c THEN "t"."a" END) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- variance
SELECT CAST((SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t"))) * (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t")))) - CAST(SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t")))) * SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t")))) AS REAL) / COUNT((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t"))))) AS REAL) / NULLIF(COUNT((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t")))) - 1, 0) AS m0 FROM "t";

-- variance, the suite too
SELECT CAST((SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e)))) * (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e))))) - CAST(SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e))))) * SUM((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e))))) AS REAL) / COUNT((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e)))))) AS REAL) / NULLIF(COUNT((1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e))))) - 1, 0) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- variance of a filter
SELECT CAST((SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END * CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END) - CAST(SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END) * SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END) AS REAL) / COUNT(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END)) AS REAL) / NULLIF(COUNT(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "t" WHERE c))) END) - 1, 0) AS m0 FROM "t";

-- variance of a filter, the suite too
SELECT CAST((SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END * CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END) - CAST(SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END) * SUM(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END) AS REAL) / COUNT(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END)) AS REAL) / NULLIF(COUNT(CASE WHEN c THEN (1.0 * ("t"."a" - (SELECT AVG("t"."a") FROM "s"."t" WHERE (d = 1 OR e) AND c))) END) - 1, 0) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- a quantile between values
SELECT SUM(CASE WHEN ABS(place - (1 + 0.95 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.95 * (n - 1)))) END) FROM (SELECT "t"."a" AS v, ROW_NUMBER() OVER (ORDER BY "t"."a") AS place, COUNT(*) OVER () AS n FROM "t" WHERE NOT "t"."a" IS NULL) AS numbered;

-- a quantile between values, the suite too
SELECT SUM(CASE WHEN ABS(place - (1 + 0.95 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.95 * (n - 1)))) END) FROM (SELECT "t"."a" AS v, ROW_NUMBER() OVER (ORDER BY "t"."a") AS place, COUNT(*) OVER () AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS numbered;

-- a quantile that is a value
SELECT MIN(CASE WHEN place >= 0.5 * n THEN v END) FROM (SELECT "t"."a" AS v, ROW_NUMBER() OVER (ORDER BY "t"."a") AS place, COUNT(*) OVER () AS n FROM "t" WHERE c AND NOT "t"."a" IS NULL) AS numbered;

-- a quantile that is a value, the suite too
SELECT MIN(CASE WHEN place >= 0.5 * n THEN v END) FROM (SELECT "t"."a" AS v, ROW_NUMBER() OVER (ORDER BY "t"."a") AS place, COUNT(*) OVER () AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL) AS numbered;

-- different keys
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "t" WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."a", "t"."b") AS groups_of_rows;

-- different keys, the suite too
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."a", "t"."b") AS groups_of_rows;

-- different values of a filter
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "t" WHERE c AND NOT "t"."a" IS NULL GROUP BY "t"."a") AS groups_of_rows;

-- different values of a filter, the suite too
SELECT COUNT(*) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL GROUP BY "t"."a") AS groups_of_rows;

-- a sketch of values
SELECT GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT DRE_HASH("t"."a") AS h FROM "t" WHERE NOT "t"."a" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of values, the suite too
SELECT GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT DRE_HASH("t"."a") AS h FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of keys of a filter
SELECT GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT DRE_HASH("t"."a", "t"."odd ""column""") AS h FROM "t" WHERE c AND NOT "t"."a" IS NULL AND NOT "t"."odd ""column""" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of keys of a filter, the suite too
SELECT GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT h, ROW_NUMBER() OVER (ORDER BY h) AS place FROM (SELECT DISTINCT DRE_HASH("t"."a", "t"."odd ""column""") AS h FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL AND NOT "t"."odd ""column""" IS NULL) AS hashes) AS ranked WHERE place <= 2048;

-- a sketch of each segment
SELECT segment, GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT segment, h, ROW_NUMBER() OVER (PARTITION BY segment ORDER BY h) AS place FROM (SELECT DISTINCT "t"."g" AS segment, DRE_HASH("t"."a") AS h FROM "t" WHERE NOT "t"."a" IS NULL) AS hashes) AS ranked WHERE place <= 2048 GROUP BY segment LIMIT 10001;

-- a sketch of each segment, the suite too
SELECT segment, GROUP_CONCAT(CAST(h AS TEXT), ',') AS sketch FROM (SELECT segment, h, ROW_NUMBER() OVER (PARTITION BY segment ORDER BY h) AS place FROM (SELECT DISTINCT "t"."g" AS segment, DRE_HASH("t"."a") AS h FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS hashes) AS ranked WHERE place <= 2048 GROUP BY segment LIMIT 10001;

-- rows by an expression
SELECT (a + 1) AS segment, COUNT(*) AS m0 FROM "t" GROUP BY (a + 1) LIMIT 10001;

-- rows by an expression, the suite too
SELECT (a + 1) AS segment, COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY (a + 1) LIMIT 10001;

-- each day by an expression
SELECT DISTINCT (a + 1) AS segment, STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each day by an expression, the suite too
SELECT DISTINCT (a + 1) AS segment, STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- keys without a parent
SELECT COUNT(*) FROM (SELECT "t"."a" AS k0, "t"."b" AS k1 FROM "t" WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL) AS child LEFT JOIN "s"."odd p" AS parent ON parent."k" = child.k0 AND parent."l""" = child.k1 WHERE parent."k" IS NULL;

-- keys without a parent, the suite too
SELECT COUNT(*) FROM (SELECT "t"."a" AS k0, "t"."b" AS k1 FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL) AS child LEFT JOIN "s"."odd p" AS parent ON parent."k" = child.k0 AND parent."l""" = child.k1 WHERE parent."k" IS NULL;

-- keys without a parent of a filter
SELECT COUNT(*) FROM (SELECT "t"."a" AS k0 FROM "t" WHERE c AND NOT "t"."a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL;

-- keys without a parent of a filter, the suite too
SELECT COUNT(*) FROM (SELECT "t"."a" AS k0 FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL;

-- values that fall
SELECT COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "t"."a" AS v, LAG("t"."a") OVER (ORDER BY "t"."b" NULLS LAST) AS v_before FROM "t" WHERE NOT "t"."a" IS NULL) AS steps;

-- values that fall, the suite too
SELECT COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "t"."a" AS v, LAG("t"."a") OVER (ORDER BY "t"."b" NULLS LAST) AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS steps;

-- values that do not fall
SELECT COUNT(*) FILTER(WHERE v >= v_before) FROM (SELECT "t"."a" AS v, LAG("t"."a") OVER (ORDER BY "t"."b" NULLS LAST, "t"."c" NULLS LAST) AS v_before FROM "t" WHERE c AND NOT "t"."a" IS NULL) AS steps;

-- values that do not fall, the suite too
SELECT COUNT(*) FILTER(WHERE v >= v_before) FROM (SELECT "t"."a" AS v, LAG("t"."a") OVER (ORDER BY "t"."b" NULLS LAST, "t"."c" NULLS LAST) AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL) AS steps;

-- most common values
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "t"."a" AS v, COUNT(*) AS n FROM "t" WHERE NOT "t"."a" IS NULL GROUP BY "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values, the suite too
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "t"."a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL GROUP BY "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of a filter
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "t"."a" AS v, COUNT(*) AS n FROM "t" WHERE c AND NOT "t"."a" IS NULL GROUP BY "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of a filter, the suite too
SELECT v, n, 0 FROM (SELECT v, n, MAX(n) OVER () AS most FROM (SELECT "t"."a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL GROUP BY "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- each hour
SELECT DISTINCT STRFTIME('%Y-%m-%d %H:00:00', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each hour, the suite too
SELECT DISTINCT STRFTIME('%Y-%m-%d %H:00:00', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each day
SELECT DISTINCT STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each day, the suite too
SELECT DISTINCT STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each week
SELECT DISTINCT DATE("t"."a", 'weekday 0', '-6 days') AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each week, the suite too
SELECT DISTINCT DATE("t"."a", 'weekday 0', '-6 days') AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each month
SELECT DISTINCT STRFTIME('%Y-%m-01', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each month, the suite too
SELECT DISTINCT STRFTIME('%Y-%m-01', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each quarter
SELECT DISTINCT DATE("t"."a", 'start of month', '-' || ((CAST(STRFTIME('%m', "t"."a") AS INTEGER) - 1) % 3) || ' months') AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each quarter, the suite too
SELECT DISTINCT DATE("t"."a", 'start of month', '-' || ((CAST(STRFTIME('%m', "t"."a") AS INTEGER) - 1) % 3) || ' months') AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each year
SELECT DISTINCT STRFTIME('%Y-01-01', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each year, the suite too
SELECT DISTINCT STRFTIME('%Y-01-01', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- each day of a filter
SELECT DISTINCT STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "t" WHERE c AND NOT "t"."a" IS NULL LIMIT 200001;

-- each day of a filter, the suite too
SELECT DISTINCT STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL LIMIT 200001;

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
SELECT name, type FROM PRAGMA_TABLE_XINFO('t', NULL) WHERE hidden <> 1 ORDER BY cid LIMIT 200001;

-- the columns, the suite too
SELECT name, type FROM PRAGMA_TABLE_XINFO('t', 's') WHERE hidden <> 1 ORDER BY cid LIMIT 200001;

-- the constraints
WITH named AS (SELECT l.schema AS s, l.type AS kind FROM PRAGMA_TABLE_LIST('t') AS l JOIN PRAGMA_DATABASE_LIST AS d ON d.name = l.schema WHERE l.schema = COALESCE(NULL, l.schema) ORDER BY l.schema <> 'temp', d.seq LIMIT 1), here AS (SELECT s FROM named WHERE kind = 'table') SELECT 'not_null', name, name FROM PRAGMA_TABLE_INFO('t', (SELECT s FROM here)) WHERE "notnull" = 1 AND EXISTS(SELECT 1 FROM here) UNION ALL SELECT 'unique', 'primary key', name FROM PRAGMA_TABLE_INFO('t', (SELECT s FROM here)) WHERE pk > 0 AND EXISTS(SELECT 1 FROM here) UNION ALL SELECT 'unique', l.name, i.name FROM PRAGMA_INDEX_LIST('t', (SELECT s FROM here)) AS l JOIN PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS i ON TRUE WHERE l."unique" = 1 AND l.partial = 0 AND EXISTS(SELECT 1 FROM here) AND NOT EXISTS(SELECT 1 FROM PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS e WHERE e.name IS NULL);

-- the constraints, the suite too
WITH named AS (SELECT l.schema AS s, l.type AS kind FROM PRAGMA_TABLE_LIST('t') AS l JOIN PRAGMA_DATABASE_LIST AS d ON d.name = l.schema WHERE l.schema = COALESCE('s', l.schema) ORDER BY l.schema <> 'temp', d.seq LIMIT 1), here AS (SELECT s FROM named WHERE kind = 'table') SELECT 'not_null', name, name FROM PRAGMA_TABLE_INFO('t', (SELECT s FROM here)) WHERE "notnull" = 1 AND EXISTS(SELECT 1 FROM here) UNION ALL SELECT 'unique', 'primary key', name FROM PRAGMA_TABLE_INFO('t', (SELECT s FROM here)) WHERE pk > 0 AND EXISTS(SELECT 1 FROM here) UNION ALL SELECT 'unique', l.name, i.name FROM PRAGMA_INDEX_LIST('t', (SELECT s FROM here)) AS l JOIN PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS i ON TRUE WHERE l."unique" = 1 AND l.partial = 0 AND EXISTS(SELECT 1 FROM here) AND NOT EXISTS(SELECT 1 FROM PRAGMA_INDEX_INFO(l.name, (SELECT s FROM here)) AS e WHERE e.name IS NULL);

-- rows of each segment
SELECT "t"."g" AS segment, COUNT(*) AS m0 FROM "t" GROUP BY "t"."g" LIMIT 10001;

-- rows of each segment, the suite too
SELECT "t"."g" AS segment, COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "t"."g" LIMIT 10001;

-- values of each segment of a filter
SELECT "t"."g" AS segment, COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "t" GROUP BY "t"."g" LIMIT 10001;

-- values of each segment of a filter, the suite too
SELECT "t"."g" AS segment, COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "t"."g" LIMIT 10001;

-- means of each segment
SELECT "t"."g" AS segment, AVG("t"."a") AS m0 FROM "t" GROUP BY "t"."g" LIMIT 10001;

-- means of each segment, the suite too
SELECT "t"."g" AS segment, AVG("t"."a") AS m0 FROM "s"."t" WHERE (d = 1 OR e) GROUP BY "t"."g" LIMIT 10001;

-- variances of each segment
SELECT segment, CAST((SUM(d * d) - CAST(SUM(d) * SUM(d) AS REAL) / COUNT(d)) AS REAL) / NULLIF(COUNT(d) - 1, 0) FROM (SELECT "t"."g" AS segment, 1.0 * ("t"."a" - AVG("t"."a") OVER (PARTITION BY "t"."g")) AS d FROM "t" WHERE NOT "t"."a" IS NULL) AS distances GROUP BY segment LIMIT 10001;

-- variances of each segment, the suite too
SELECT segment, CAST((SUM(d * d) - CAST(SUM(d) * SUM(d) AS REAL) / COUNT(d)) AS REAL) / NULLIF(COUNT(d) - 1, 0) FROM (SELECT "t"."g" AS segment, 1.0 * ("t"."a" - AVG("t"."a") OVER (PARTITION BY "t"."g")) AS d FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS distances GROUP BY segment LIMIT 10001;

-- quantiles of each segment
SELECT segment, SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT "t"."g" AS segment, "t"."a" AS v, ROW_NUMBER() OVER (PARTITION BY "t"."g" ORDER BY "t"."a") AS place, COUNT(*) OVER (PARTITION BY "t"."g") AS n FROM "t" WHERE NOT "t"."a" IS NULL) AS numbered GROUP BY segment LIMIT 10001;

-- quantiles of each segment, the suite too
SELECT segment, SUM(CASE WHEN ABS(place - (1 + 0.5 * (n - 1))) < 1 THEN CAST(v AS REAL) * (1 - ABS(place - (1 + 0.5 * (n - 1)))) END) FROM (SELECT "t"."g" AS segment, "t"."a" AS v, ROW_NUMBER() OVER (PARTITION BY "t"."g" ORDER BY "t"."a") AS place, COUNT(*) OVER (PARTITION BY "t"."g") AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS numbered GROUP BY segment LIMIT 10001;

-- different keys of each segment
SELECT segment, COUNT(*) FROM (SELECT "t"."g" AS segment, COUNT(*) AS n FROM "t" WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."g", "t"."a", "t"."b") AS groups_of_rows GROUP BY segment LIMIT 10001;

-- different keys of each segment, the suite too
SELECT segment, COUNT(*) FROM (SELECT "t"."g" AS segment, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."g", "t"."a", "t"."b") AS groups_of_rows GROUP BY segment LIMIT 10001;

-- rows of each segment that share a key
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT "t"."g" AS segment, COUNT(*) AS n FROM "t" WHERE c AND NOT "t"."a" IS NULL GROUP BY "t"."g", "t"."a" HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;

-- rows of each segment that share a key, the suite too
SELECT segment, COALESCE(SUM(n), 0) FROM (SELECT "t"."g" AS segment, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL GROUP BY "t"."g", "t"."a" HAVING COUNT(*) > 1) AS groups_of_rows GROUP BY segment LIMIT 10001;

-- keys of each segment without a parent
SELECT child.segment, COUNT(*) FROM (SELECT "t"."g" AS segment, "t"."a" AS k0 FROM "t" WHERE NOT "t"."a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL GROUP BY child.segment LIMIT 10001;

-- keys of each segment without a parent, the suite too
SELECT child.segment, COUNT(*) FROM (SELECT "t"."g" AS segment, "t"."a" AS k0 FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS child LEFT JOIN "p" AS parent ON parent."k" = child.k0 WHERE parent."k" IS NULL GROUP BY child.segment LIMIT 10001;

-- values of each segment that fall
SELECT segment, COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "t"."g" AS segment, "t"."a" AS v, LAG("t"."a") OVER (PARTITION BY "t"."g" ORDER BY "t"."b" NULLS LAST) AS v_before FROM "t" WHERE NOT "t"."a" IS NULL) AS steps GROUP BY segment LIMIT 10001;

-- values of each segment that fall, the suite too
SELECT segment, COUNT(*) FILTER(WHERE v < v_before) FROM (SELECT "t"."g" AS segment, "t"."a" AS v, LAG("t"."a") OVER (PARTITION BY "t"."g" ORDER BY "t"."b" NULLS LAST) AS v_before FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL) AS steps GROUP BY segment LIMIT 10001;

-- most common values of each segment
SELECT segment, v, n, 0 FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT "t"."g" AS segment, "t"."a" AS v, COUNT(*) AS n FROM "t" WHERE NOT "t"."a" IS NULL GROUP BY "t"."g", "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- most common values of each segment, the suite too
SELECT segment, v, n, 0 FROM (SELECT segment, v, n, MAX(n) OVER (PARTITION BY segment) AS most FROM (SELECT "t"."g" AS segment, "t"."a" AS v, COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL GROUP BY "t"."g", "t"."a") AS frequencies) AS ranked WHERE n = most LIMIT 200001;

-- each day of each segment
SELECT DISTINCT "t"."g" AS segment, STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "t" WHERE NOT "t"."a" IS NULL LIMIT 200001;

-- each day of each segment, the suite too
SELECT DISTINCT "t"."g" AS segment, STRFTIME('%Y-%m-%d', "t"."a") AS period FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL LIMIT 200001;

-- an aggregate expression of each segment
SELECT "t"."g" AS segment, SUM(a) FROM "t" WHERE c GROUP BY "t"."g" LIMIT 10001;

-- an aggregate expression of each segment, the suite too
SELECT "t"."g" AS segment, SUM(a) FROM "s"."t" WHERE (d = 1 OR e) AND c GROUP BY "t"."g" LIMIT 10001;

-- rows with a whole key
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL) AS m0 FROM "t";

-- rows with a whole key, the suite too
SELECT COUNT(*) FILTER(WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows with a whole key of a filter
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "t";

-- rows with a whole key of a filter, the suite too
SELECT COUNT(*) FILTER(WHERE c AND NOT "t"."a" IS NULL) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- rows that share a key
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."a", "t"."b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND NOT "t"."a" IS NULL AND NOT "t"."b" IS NULL GROUP BY "t"."a", "t"."b" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "t" WHERE c AND NOT "t"."a" IS NULL GROUP BY "t"."a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- rows that share a key of a filter, the suite too
SELECT COALESCE(SUM(n), 0) FROM (SELECT COUNT(*) AS n FROM "s"."t" WHERE (d = 1 OR e) AND c AND NOT "t"."a" IS NULL GROUP BY "t"."a" HAVING COUNT(*) > 1) AS groups_of_rows;

-- an aggregate expression
SELECT SUM(`a`) / COUNT(*) AS m0 FROM "t";

-- an aggregate expression, the suite too
SELECT SUM(`a`) / COUNT(*) AS m0 FROM "s"."t" WHERE (d = 1 OR e);

-- an aggregate expression of a filter
SELECT SUM(a) FROM "t" WHERE c;

-- an aggregate expression of a filter, the suite too
SELECT SUM(a) FROM "s"."t" WHERE (d = 1 OR e) AND c;

-- a whole SELECT
SELECT MAX(`n`) FROM other AS o WHERE k = 1 -- the newest;

-- a whole SELECT, the suite too
SELECT MAX(`n`) FROM other AS o WHERE k = 1 -- the newest;
