/** What changes of a job while its nodes run, as JSON; the rest of it (its tree, say) is large and stays. */
const changing = `
CREATE FUNCTION piecework.changing(status text, outcome text, error jsonb, batch int, result jsonb, changes jsonb,
  throttled boolean, stopped boolean)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.jsonb_build_object('status', status, 'outcome', outcome, 'error', error, 'batch', batch,
    'result', result, 'changes', changes, 'throttled', throttled, 'stopped', stopped)::text
$$;
`

/** Replaces itself: databases that have it without the last progress get it with that. */
export const endFunction = `
CREATE OR REPLACE FUNCTION piecework.end_nodes(ends jsonb)
RETURNS TABLE (ended_job text, ended_node text, ended_fence text, still_open int, changing_text text)
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
  one record;
  tally record;
  of_batch int;
  left_open int;
  jobs text[] := '{}';
  nodes text[] := '{}';
  fences text[] := '{}';
  batches int[] := '{}';
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR one IN
    SELECT e.* FROM jsonb_to_recordset(ends) AS e(job text, node text, fence bigint, status text, counts jsonb, progress jsonb, entries jsonb,
      version int, reused text, error jsonb, findings jsonb)
    ORDER BY e.job COLLATE "C", e.node COLLATE "C", e.fence
  LOOP
    UPDATE piecework.nodes n SET status = one.status, ended_at = clock_timestamp(), counts = coalesce(one.counts, n.counts), progress = coalesce(one.progress, n.progress),
      entries = coalesce(one.entries, n.entries), error = coalesce(one.error, n.error),
      version = coalesce(one.version, n.version), reused_from = coalesce(one.reused, n.reused_from)
    WHERE n.job = one.job AND n.id = one.node AND n.fence = one.fence AND n.status = 'running'
    RETURNING n.batch INTO of_batch;
    CONTINUE WHEN NOT FOUND;
    jobs := jobs || one.job;
    nodes := nodes || one.node;
    fences := fences || one.fence::text;
    batches := batches || of_batch;
    IF one.findings IS NOT NULL THEN
      INSERT INTO piecework.findings (job, node, severity, finding)
      SELECT one.job, one.node, f.finding ->> 'severity', f.finding
      FROM jsonb_array_elements(one.findings) WITH ORDINALITY AS f(finding, place) ORDER BY f.place;
    END IF;
  END LOOP;
  FOR tally IN
    SELECT e.job, e.batch, count(*)::int AS ended FROM unnest(jobs, batches) AS e(job, batch)
    GROUP BY e.job, e.batch ORDER BY e.job COLLATE "C", e.batch
  LOOP
    UPDATE piecework.batches b SET remaining = b.remaining - tally.ended
    WHERE b.job = tally.job AND b.batch = tally.batch RETURNING b.remaining INTO left_open;
    SELECT piecework.changing(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped)
    INTO changing_text FROM piecework.jobs j WHERE j.id = tally.job;
    RETURN QUERY SELECT e.job, e.node, e.fence, left_open, changing_text
      FROM unnest(jobs, nodes, fences, batches) AS e(job, node, fence, batch)
      WHERE e.job = tally.job AND e.batch = tally.batch;
  END LOOP;
END $$;
`

/**
 * What is done to nodes many thousand times: one message for any number of nodes, planned once, found by their keys however many
 * nodes there are. All take the rows of nodes in one order, then those of batches: two of them never wait for each other in a circle.
 * A client that falls silent before its commit is cut off after ten seconds, so that its rows hold nothing up.
 */
export const nodeFunctions = `${changing}
CREATE FUNCTION piecework.begin_nodes(asked jsonb, own_store text, embedded boolean, lease_ms float8)
RETURNS TABLE (found_job text, found_node text, found_attempt int, node_text text, changing_text text)
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE one record;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR one IN
    SELECT a.* FROM jsonb_to_recordset(asked) AS a(job text, node text, attempt int, worker text)
    ORDER BY a.job COLLATE "C", a.node COLLATE "C"
  LOOP
    found_job := one.job;
    found_node := one.node;
    found_attempt := one.attempt;
    UPDATE piecework.nodes n SET status = 'running', fence = n.fence + 1, worker = one.worker, store = own_store,
      lease_until = clock_timestamp() + lease_ms * interval '1 millisecond',
      started_at = coalesce(n.started_at, clock_timestamp())
    FROM piecework.jobs j
    WHERE n.job = one.job AND n.id = one.node AND n.attempt = one.attempt AND n.status = 'waiting'
      AND j.id = n.job AND j.batch = n.batch AND j.status NOT IN ('draft', 'succeeded', 'failed', 'cancelled')
      AND NOT (j.throttled AND j.outcome IS NULL)
    RETURNING to_jsonb(n)::text, piecework.changing(j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped)
    INTO node_text, changing_text;
    IF FOUND THEN
      RETURN NEXT;
    ELSE
      -- A lease that nobody keeps is told without its node.
      PERFORM FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job AND j.batch = n.batch
      WHERE n.job = one.job AND n.id = one.node AND n.attempt = one.attempt AND n.status = 'running'
        AND (n.lease_until <= clock_timestamp() OR (embedded AND n.store <> own_store));
      IF FOUND THEN
        RETURN NEXT;
      END IF;
    END IF;
  END LOOP;
END $$;

${endFunction}
CREATE FUNCTION piecework.beat_nodes(beats jsonb, lease_ms float8)
RETURNS TABLE (held_job text, held_node text, held_fence text, stop_text text)
LANGUAGE plpgsql SET search_path = pg_catalog SET enable_seqscan = off AS $$
DECLARE
  one record;
  held record;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR one IN SELECT b.* FROM jsonb_to_recordset(beats) AS b(job text, node text, fence bigint, progress jsonb) LOOP
    SELECT n.task, j.stopped, j.error INTO held FROM piecework.nodes n JOIN piecework.jobs j ON j.id = n.job
    WHERE n.job = one.job AND n.id = one.node AND n.fence = one.fence AND n.status = 'running';
    CONTINUE WHEN NOT FOUND;
    -- Whoever has the row is ending the attempt or taking it over: the next beat tells.
    PERFORM FROM piecework.nodes n
    WHERE n.job = one.job AND n.id = one.node AND n.fence = one.fence AND n.status = 'running' FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
      UPDATE piecework.nodes n SET progress = coalesce(one.progress, n.progress),
        lease_until = CASE WHEN held.stopped AND n.task <> 'finish' THEN n.lease_until
          ELSE clock_timestamp() + lease_ms * interval '1 millisecond' END
      WHERE n.job = one.job AND n.id = one.node;
    END IF;
    held_job := one.job;
    held_node := one.node;
    held_fence := one.fence::text;
    stop_text := CASE WHEN held.stopped THEN held.error::text END;
    RETURN NEXT;
  END LOOP;
END $$;
`
