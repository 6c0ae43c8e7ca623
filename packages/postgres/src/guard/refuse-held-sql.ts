/**
 * Functions of the guard's triggers. The lock of a root is that of `lockRoots`, and the spelling of a path that
 * of `resourcePath`.
 */
export const refuseHeldSql = `
CREATE OR REPLACE FUNCTION piecework.path_id(id text) RETURNS text LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog AS $piecework_guard$
  SELECT CASE WHEN id COLLATE "C" ~ '^[A-Za-z0-9_.!~*''()-]*$' THEN id ELSE (
    SELECT string_agg(CASE WHEN c COLLATE "C" ~ '^[A-Za-z0-9_.!~*''()-]$' THEN c
      ELSE upper(regexp_replace(encode(convert_to(c, 'UTF8'), 'hex'), '(..)', '%\\1', 'g')) END, '' ORDER BY n)
    FROM regexp_split_to_table(id, '') WITH ORDINALITY AS s(c, n)) END
$piecework_guard$;

CREATE OR REPLACE FUNCTION piecework.refuse_held(paths text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $piecework_guard$
DECLARE
  holder text := coalesce(current_setting('piecework.holder', true), '');
  root text;
  held record;
BEGIN
  IF holder = '' THEN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'Rows that the guard protects are written by transactions that are READ COMMITTED.' USING ERRCODE = '0A000';
    END IF;
    FOR root IN SELECT DISTINCT split_part(p, '/', 1) FROM unnest(paths) p WHERE p IS NOT NULL ORDER BY 1 LOOP
      PERFORM pg_advisory_xact_lock_shared(('x' || encode(substring(
        sha256(convert_to('["piecework","root",' || to_json(root)::text || ']', 'UTF8')) FROM 1 FOR 8), 'hex'))::bit(64)::bigint);
    END LOOP;
  END IF;
  SELECT h.path, h.holder_kind, h.holder_id INTO held
  FROM unnest(paths) p JOIN piecework.holds h ON h.root = split_part(p, '/', 1)
  WHERE NOT h.shared AND h.holder_id <> holder
    AND (h.path = p OR starts_with(h.path, p || '/') OR starts_with(p, h.path || '/'))
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION '% is held by % (%).', held.path, held.holder_kind, held.holder_id
      USING ERRCODE = '55006', HINT = 'Write it again when that has ended.';
  END IF;
END $piecework_guard$;`
