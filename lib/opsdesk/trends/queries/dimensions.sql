-- dimensions: the dimensions of segment_daily, one row each.
SELECT dimension
FROM segment_daily
GROUP BY dimension
ORDER BY dimension
