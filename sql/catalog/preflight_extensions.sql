-- Which of the extensions $1 are there or can be made, and in which schema.
SELECT n.name, a.name IS NOT NULL AS available, a.trusted, e.extnamespace::regnamespace::text AS schema
FROM unnest($1::text[]) n(name)
  LEFT JOIN (SELECT name, bool_or(trusted) AS trusted FROM pg_available_extension_versions() GROUP BY name) a
    ON a.name = n.name
  LEFT JOIN pg_extension e ON e.extname = n.name;
