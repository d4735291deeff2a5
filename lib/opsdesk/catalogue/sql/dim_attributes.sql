-- dim_attributes: the names of the attributes that tickets have, one row each.
-- Population: fact_tickets. attributes is {"name":"value","name":"value"}; a quote in a value is an escape.
WITH combinations AS (       -- few or none, where tickets are many
  SELECT attributes
  FROM fact_tickets
  WHERE attributes IS NOT NULL
  GROUP BY attributes
),

names AS (
  SELECT REGEXP_EXTRACT(pair, '^"([^"]*)"') AS attribute
  FROM combinations
  CROSS JOIN UNNEST(REGEXP_EXTRACT_ALL(attributes, '"[^"]*":"[^"]*"')) AS pair
)

SELECT attribute
FROM names
GROUP BY attribute
