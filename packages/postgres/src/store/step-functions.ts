import { endFunction } from './node-functions.js'

/** SQLSTATE of what `step_nodes` refuses to do by itself. */
export const needsTransaction = 'PW001'

/**
 * Begins and ends in one message. `by_itself`: nothing else follows in its transaction; where something must, as with the first node of a
 * job or the last one of a batch, all of it is refused. Begins come first: rows of nodes are taken before those of batches.
 */
export const stepFunctions = `${endFunction}
CREATE FUNCTION piecework.step_nodes(asked jsonb, own_store text, embedded boolean, lease_ms float8, ends jsonb, by_itself boolean)
RETURNS TABLE (begun boolean, of_job text, of_node text, number text, still_open int, node_text text, changing_text text)
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  one record;
  begun_jobs text[] := '{}';
BEGIN
  begun := true;
  FOR one IN SELECT * FROM piecework.begin_nodes(asked, own_store, embedded, lease_ms) LOOP
    of_job := one.found_job;
    of_node := one.found_node;
    number := one.found_attempt::text;
    node_text := one.node_text;
    changing_text := one.changing_text;
    IF node_text IS NOT NULL THEN
      begun_jobs := begun_jobs || of_job;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF by_itself AND EXISTS (
    SELECT FROM piecework.jobs j WHERE j.id = ANY (begun_jobs) AND j.status IN ('pending', 'submitted')
  ) THEN
    RAISE EXCEPTION 'A job begins.' USING ERRCODE = '${needsTransaction}';
  END IF;
  begun := false;
  node_text := NULL;
  FOR one IN SELECT * FROM piecework.end_nodes(ends) LOOP
    IF by_itself AND one.still_open <= 0 THEN
      RAISE EXCEPTION 'A batch has ended.' USING ERRCODE = '${needsTransaction}';
    END IF;
    of_job := one.ended_job;
    of_node := one.ended_node;
    number := one.ended_fence;
    still_open := one.still_open;
    changing_text := one.changing_text;
    RETURN NEXT;
  END LOOP;
END $$;
`
