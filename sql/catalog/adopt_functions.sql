-- How values are read that may be unreadable: functions of this program, in {work}. None raises.
CREATE FUNCTION {work}.adopt_json(value text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF value ~ '^\s*[\[{"]' THEN
    BEGIN
      RETURN value::jsonb;
    EXCEPTION WHEN data_exception OR program_limit_exceeded OR statement_too_complex THEN
      NULL;
    END;
  END IF;
  IF btrim(value) = '' THEN
    RETURN '[]';
  END IF;
  -- Addresses with commas or semicolons between them, where neither can be part of a name.
  IF value !~ '["(<]' THEN
    RETURN to_jsonb(ARRAY(SELECT btrim(s.part) FROM regexp_split_to_table(value, '[,;]') WITH ORDINALITY AS s (part, n)
                           WHERE btrim(s.part) <> '' ORDER BY s.n));
  END IF;
  RETURN to_jsonb(ARRAY[value]);
END
$$;
CREATE FUNCTION {work}.adopt_time(value text) RETURNS bigint LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC'
AS $$
DECLARE
  moment timestamptz;
BEGIN
  IF value !~ '^\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}' THEN
    RETURN NULL;
  END IF;
  moment := value::timestamptz;
  RETURN CASE WHEN isfinite(moment) THEN floor(extract(epoch FROM moment) * 1000)::bigint END;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$;
CREATE FUNCTION {work}.adopt_header(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  address text;
  display text;
BEGIN
  CASE jsonb_typeof(value)
    WHEN 'null' THEN
      RETURN NULL;
    WHEN 'array' THEN
      RETURN NULLIF((SELECT string_agg({work}.adopt_header(e.value), ', ' ORDER BY e.n)
                       FROM jsonb_array_elements(value) WITH ORDINALITY AS e (value, n)), '');
    WHEN 'object' THEN
      address := coalesce(value ->> 'address', value ->> 'email', value ->> 'mail');
      display := coalesce(value ->> 'name', value ->> 'display_name', value ->> 'displayName');
      IF address IS NULL THEN
        RETURN coalesce(display, value::text);
      END IF;
      RETURN CASE WHEN coalesce(display, '') IN ('', address) THEN address
                  ELSE concat('"', replace(replace(display, '\', '\\'), '"', '\"'), '" <', address, '>') END;
    ELSE
      RETURN value #>> '{}';
  END CASE;
END
$$;
