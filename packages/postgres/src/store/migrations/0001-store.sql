-- Until 0.1.0 is released this file is edited; from then on a change is a new numbered file beside it.
-- Tables and functions of postgresStore, in schema piecework.
-- Ids are compared by their bytes (COLLATE "C"), as JavaScript compares strings, in any locale of the server.

CREATE SCHEMA IF NOT EXISTS piecework;

-- The time by which leases, limits and waits go. Tests replace it. Without SET, so that it is inlined.
CREATE FUNCTION piecework.now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
  'SELECT pg_catalog.clock_timestamp()';

-- Jobs ----------------------------------------------------------------------------------------------------

CREATE TABLE piecework.jobs (
  id text COLLATE "C" PRIMARY KEY,
  -- In the order of creation.
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL,
  status text NOT NULL,
  -- The only place in SQL that knows which statuses end a job. A column of its own, so that the indexes below
  -- depend on it and not on the status: a status that changes before the end is a HOT update.
  terminal boolean NOT NULL GENERATED ALWAYS AS (status IN ('succeeded', 'failed', 'cancelled')) STORED,
  outcome text,
  error jsonb,
  tree jsonb NOT NULL,
  target jsonb,
  -- New ids that were drawn from sequences: pairs of a resource of the tree and its new id.
  targets jsonb,
  principal jsonb NOT NULL,
  request jsonb NOT NULL,
  batch int NOT NULL,
  batches int NOT NULL,
  result jsonb NOT NULL,
  retry_of text,
  -- Ids of other jobs whose artifacts this job reads.
  reads jsonb NOT NULL DEFAULT '[]',
  priority int NOT NULL DEFAULT 0,
  -- The most jobs of its principal that may be under way when this one begins; NULL without a limit.
  principal_limit int,
  -- The most jobs of all principals that may be under way when this one begins; NULL without a limit.
  concurrent_jobs int,
  -- Its place among those that wait: one of each principal in turn.
  turn bigint NOT NULL DEFAULT 0,
  throttled boolean NOT NULL DEFAULT false,
  deadline timestamptz,
  stopped boolean NOT NULL DEFAULT false,
  -- When the artifacts of an ended job may be deleted; NULL if it has none (left).
  retain_until timestamptz,
  -- When the input of a draft was last changed; NULL for all other jobs.
  draft_changed_at timestamptz,
  created_at timestamptz NOT NULL,
  -- The oldest transaction that was under way when the job was created: what others from it on have written may have
  -- become visible since.
  horizon xid8 NOT NULL DEFAULT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()),
  -- Each status with the time at which the job entered it.
  changes jsonb NOT NULL
);

CREATE INDEX jobs_unfinished ON piecework.jobs (id) WHERE NOT terminal;
CREATE INDEX jobs_by_principal ON piecework.jobs ((principal ->> 'id')) WHERE NOT throttled AND NOT terminal;
CREATE INDEX jobs_throttled ON piecework.jobs (priority DESC, turn, number) WHERE throttled AND NOT terminal;
CREATE INDEX jobs_by_turn ON piecework.jobs ((principal ->> 'id'), turn) WHERE NOT terminal;
CREATE INDEX jobs_by_deadline ON piecework.jobs (deadline) WHERE outcome IS NULL;
CREATE INDEX jobs_by_retention ON piecework.jobs (retain_until) WHERE retain_until IS NOT NULL;
CREATE INDEX jobs_drafts ON piecework.jobs (draft_changed_at) WHERE draft_changed_at IS NOT NULL AND NOT terminal;

-- Resources that a job reads or creates.
CREATE TABLE piecework.job_resources (
  job_id text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, id, job_id)
);

CREATE INDEX job_resources_by_job ON piecework.job_resources (job_id);

-- Nodes ---------------------------------------------------------------------------------------------------

-- Nodes of one batch may run at the same time; the next batch begins when none of them remains.
CREATE TABLE piecework.batches (
  job_id text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  batch int NOT NULL,
  -- Nodes of the batch that have not ended.
  remaining int NOT NULL,
  submitted_at timestamptz,
  PRIMARY KEY (job_id, batch)
);

CREATE TABLE piecework.nodes (
  job_id text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  id text COLLATE "C" NOT NULL,
  task text NOT NULL,
  batch int NOT NULL,
  status text NOT NULL DEFAULT 'waiting',
  -- Whether it still counts in its batch. As with terminal above, a node that begins is a HOT update.
  open boolean NOT NULL GENERATED ALWAYS AS (status IN ('waiting', 'running')) STORED,
  attempt int NOT NULL DEFAULT 1,
  resource jsonb,
  piece text,
  -- Of the piece, in the archive.
  version int,
  counts jsonb,
  entries jsonb,
  -- Job whose staged entries this node uses instead of its own.
  reused_from text,
  error jsonb,
  progress jsonb,
  started_at timestamptz,
  ended_at timestamptz,
  -- When the node was last handed to a runtime by itself, or will be; NULL as long as it waits with its
  -- batch.
  submitted_at timestamptz,
  -- The lease of the worker that runs the node. Each lease has a higher fence than the one before.
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  worker text,
  -- The store object in the worker's process.
  store_id text,
  -- Leases that lapsed.
  crashes int NOT NULL DEFAULT 0,
  PRIMARY KEY (job_id, id)
) WITH (fillfactor = 50); -- Room for the update with which a node begins.

CREATE INDEX nodes_by_batch ON piecework.nodes (job_id, batch, id);
-- By id before batch: a query for one open node reads one entry, whatever the planner expects of the table.
CREATE INDEX nodes_open ON piecework.nodes (job_id, id, batch) WHERE open;

CREATE TABLE piecework.findings (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  node_id text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  finding jsonb NOT NULL
);

CREATE INDEX findings_by_job ON piecework.findings (job_id, severity, number);

-- New keys that unfinished jobs have taken from the host's sequences: the old keys from old_from on become those
-- from new_from on. Ranges of one table of a job do not overlap. Without a foreign key, whose check would hold a lock
-- on the job for as long as the numbers are taken.
CREATE TABLE piecework.key_ranges (
  job_id text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  old_from bigint NOT NULL,
  new_from bigint NOT NULL,
  length bigint NOT NULL CHECK (length > 0),
  PRIMARY KEY (job_id, table_name, old_from)
);

-- What nodes of unfinished jobs keep of the rows that they wrote, for the last step to compare with.
CREATE TABLE piecework.summaries (
  job_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  summary text NOT NULL,
  PRIMARY KEY (job_id, node_id)
);

-- What must be handed to a runtime, written with the change that calls for it.
CREATE TABLE piecework.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action jsonb NOT NULL
);

-- Guard ---------------------------------------------------------------------------------------------------

-- Claims and edits, one row for each path. The root is the first segment of the path: only paths of the same
-- root can conflict.
CREATE TABLE piecework.holds (
  id uuid NOT NULL,
  root text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  shared boolean NOT NULL,
  holder_id text NOT NULL,
  holder_kind text NOT NULL,
  -- The job whose end frees it; NULL for claims and edits of the host.
  job_id text COLLATE "C",
  acquired_at timestamptz NOT NULL,
  -- NULL if it is held until it is released.
  expires_at timestamptz,
  PRIMARY KEY (id, path)
);

CREATE INDEX holds_by_root ON piecework.holds (root);
CREATE INDEX holds_by_job ON piecework.holds (job_id) WHERE job_id IS NOT NULL;

-- Paths that failed and cancelled exports had claimed: a retry reuses what they staged, unless one of these
-- was changed since.
CREATE TABLE piecework.retry_claims (
  job_id text COLLATE "C" NOT NULL,
  root text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  PRIMARY KEY (job_id, path)
);

CREATE INDEX retry_claims_by_root ON piecework.retry_claims (root);

-- Those of these exports for which one may have been changed. Rows are only added, without a key, so that
-- edits never wait for each other here.
CREATE TABLE piecework.retry_invalidations (
  job_id text COLLATE "C" NOT NULL
);

CREATE INDEX retry_invalidations_by_job ON piecework.retry_invalidations (job_id);

-- When each periodic task, which one process does for all, was last begun.
CREATE TABLE piecework.periodic_tasks (
  name text COLLATE "C" PRIMARY KEY,
  started_at timestamptz NOT NULL
);

-- Functions -----------------------------------------------------------------------------------------------
--
-- Nodes begin and end many thousand times, so each step of any number of nodes is one message, planned once.
--
-- - All functions lock rows of nodes first, ordered by job and id, then rows of batches: two of them never
--   deadlock.
-- - enable_seqscan is off: rows are found by their keys, however few the statistics say there are.
-- - A client that is silent before its commit is disconnected after ten seconds, so that its locks do not
--   stay.
-- - #variable_conflict use_column: a result column may be named like the table's column that it holds.

-- The columns of a job that change while its nodes run, as JSON. The others, such as its tree, are large and
-- stay the same. Takes columns and not the row: to pass a row, PostgreSQL would read its large columns too.
CREATE FUNCTION piecework.mutable_columns(
  status text, outcome text, error jsonb, batch int, result jsonb, changes jsonb, throttled boolean, stopped boolean
)
RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT pg_catalog.jsonb_build_object(
    'status', status, 'outcome', outcome, 'error', error, 'batch', batch,
    'result', result, 'changes', changes, 'throttled', throttled, 'stopped', stopped
  )::text
$$;

-- Begins the attempts of tasks (job, node, attempt, worker) that wait in the current batch of a job that may
-- run. A node whose lease has lapsed is returned without its row: it has to be taken over. All others are
-- left out.
CREATE FUNCTION piecework.begin_nodes(tasks jsonb, own_store_id text, embedded boolean, lease_ms float8)
RETURNS TABLE (job_id text, node_id text, attempt int, node_row text, mutable_columns text)
LANGUAGE plpgsql
SET search_path = pg_catalog
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  task record;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR task IN
    SELECT t.* FROM jsonb_to_recordset(tasks) AS t(job text, node text, attempt int, worker text)
    ORDER BY t.job COLLATE "C", t.node COLLATE "C"
  LOOP
    job_id := task.job;
    node_id := task.node;
    attempt := task.attempt;
    UPDATE piecework.nodes n
    SET status = 'running',
      fence = n.fence + 1,
      worker = task.worker,
      store_id = own_store_id,
      lease_until = piecework.now() + lease_ms * interval '1 millisecond',
      started_at = coalesce(n.started_at, piecework.now())
    FROM piecework.jobs j
    WHERE n.job_id = task.job AND n.id = task.node AND n.attempt = task.attempt AND n.status = 'waiting'
      AND j.id = n.job_id AND j.batch = n.batch AND NOT j.terminal AND j.status <> 'draft'
      AND NOT (j.throttled AND j.outcome IS NULL)
    RETURNING to_jsonb(n)::text, piecework.mutable_columns(
      j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped)
    INTO node_row, mutable_columns;
    IF FOUND THEN
      RETURN NEXT;
    ELSE
      PERFORM FROM piecework.nodes n
      JOIN piecework.jobs j ON j.id = n.job_id AND j.batch = n.batch
      WHERE n.job_id = task.job AND n.id = task.node AND n.attempt = task.attempt AND n.status = 'running'
        AND (n.lease_until <= piecework.now() OR (embedded AND n.store_id <> own_store_id));
      IF FOUND THEN
        RETURN NEXT;
      END IF;
    END IF;
  END LOOP;
END
$$;

-- Ends the attempts of ends that still have their lease, stores their findings and counts them off their
-- batches. Returns each with the nodes of its batch that remain; those that have lost their lease are left
-- out.
CREATE FUNCTION piecework.end_nodes(ends jsonb)
RETURNS TABLE (job_id text, node_id text, fence text, remaining int, mutable_columns text)
LANGUAGE plpgsql
SET search_path = pg_catalog
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  ending record;
  tally record;
  ended_batch int;
  ended_jobs text[] := '{}';
  ended_nodes text[] := '{}';
  ended_fences text[] := '{}';
  ended_batches int[] := '{}';
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR ending IN
    SELECT e.*
    FROM jsonb_to_recordset(ends) AS e(
      job text, node text, fence bigint, status text, counts jsonb, progress jsonb, entries jsonb, version int,
      reused_from text, error jsonb, findings jsonb)
    ORDER BY e.job COLLATE "C", e.node COLLATE "C", e.fence
  LOOP
    UPDATE piecework.nodes n
    SET status = ending.status,
      ended_at = piecework.now(),
      counts = coalesce(ending.counts, n.counts),
      progress = coalesce(ending.progress, n.progress),
      entries = coalesce(ending.entries, n.entries),
      version = coalesce(ending.version, n.version),
      reused_from = coalesce(ending.reused_from, n.reused_from),
      error = coalesce(ending.error, n.error)
    WHERE n.job_id = ending.job AND n.id = ending.node AND n.fence = ending.fence AND n.status = 'running'
    RETURNING n.batch INTO ended_batch;
    CONTINUE WHEN NOT FOUND;
    ended_jobs := ended_jobs || ending.job;
    ended_nodes := ended_nodes || ending.node;
    ended_fences := ended_fences || ending.fence::text;
    ended_batches := ended_batches || ended_batch;
    IF ending.findings IS NOT NULL THEN
      INSERT INTO piecework.findings (job_id, node_id, severity, finding)
      SELECT ending.job, ending.node, f.finding ->> 'severity', f.finding
      FROM jsonb_array_elements(ending.findings) WITH ORDINALITY AS f(finding, place)
      ORDER BY f.place;
    END IF;
  END LOOP;
  FOR tally IN
    SELECT e.job, e.batch, count(*)::int AS ended
    FROM unnest(ended_jobs, ended_batches) AS e(job, batch)
    GROUP BY e.job, e.batch
    ORDER BY e.job COLLATE "C", e.batch
  LOOP
    UPDATE piecework.batches b SET remaining = b.remaining - tally.ended
    WHERE b.job_id = tally.job AND b.batch = tally.batch
    RETURNING b.remaining INTO remaining;
    SELECT piecework.mutable_columns(
      j.status, j.outcome, j.error, j.batch, j.result, j.changes, j.throttled, j.stopped)
    INTO mutable_columns
    FROM piecework.jobs j WHERE j.id = tally.job;
    RETURN QUERY
      SELECT e.job, e.node, e.fence, remaining, mutable_columns
      FROM unnest(ended_jobs, ended_nodes, ended_fences, ended_batches) AS e(job, node, fence, batch)
      WHERE e.job = tally.job AND e.batch = tally.batch;
  END LOOP;
END
$$;

-- Renews leases and stores progress. Returns those that are still held, with the error of a job that is being
-- stopped. Then the lease is not renewed, unless the node is the job's last step: a node that does not stop
-- loses it.
CREATE FUNCTION piecework.renew_leases(heartbeats jsonb, lease_ms float8)
RETURNS TABLE (job_id text, node_id text, fence text, stop_error text)
LANGUAGE plpgsql
SET search_path = pg_catalog
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  heartbeat record;
  held record;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
  FOR heartbeat IN
    SELECT h.* FROM jsonb_to_recordset(heartbeats) AS h(job text, node text, fence bigint, progress jsonb)
  LOOP
    SELECT n.task, j.stopped, j.error INTO held
    FROM piecework.nodes n
    JOIN piecework.jobs j ON j.id = n.job_id
    WHERE n.job_id = heartbeat.job AND n.id = heartbeat.node AND n.fence = heartbeat.fence AND n.status = 'running';
    CONTINUE WHEN NOT FOUND;
    -- A row that is locked is being ended or taken over: the next heartbeat learns of it. To wait here could
    -- deadlock.
    PERFORM FROM piecework.nodes n
    WHERE n.job_id = heartbeat.job AND n.id = heartbeat.node AND n.fence = heartbeat.fence AND n.status = 'running'
    FOR UPDATE SKIP LOCKED;
    IF FOUND THEN
      UPDATE piecework.nodes n
      SET progress = coalesce(heartbeat.progress, n.progress),
        lease_until = CASE
          WHEN held.stopped AND n.task <> 'finish' THEN n.lease_until
          ELSE piecework.now() + lease_ms * interval '1 millisecond'
        END
      WHERE n.job_id = heartbeat.job AND n.id = heartbeat.node;
    END IF;
    job_id := heartbeat.job;
    node_id := heartbeat.node;
    fence := heartbeat.fence::text;
    stop_error := CASE WHEN held.stopped THEN held.error::text END;
    RETURN NEXT;
  END LOOP;
END
$$;

-- begin_nodes and end_nodes in one message; rows of begins have an attempt, rows of ends a fence. Begins come
-- first, because rows of nodes are locked before rows of batches. standalone: nothing else follows in the
-- transaction. If something has to, because a node is the first of its job or the last of its batch, the call
-- fails with SQLSTATE PW001 and changes nothing.
CREATE FUNCTION piecework.transition_nodes(
  tasks jsonb, own_store_id text, embedded boolean, lease_ms float8, ends jsonb, standalone boolean
)
RETURNS TABLE (
  job_id text, node_id text, attempt int, fence text, remaining int, node_row text, mutable_columns text
)
LANGUAGE plpgsql
SET search_path = pg_catalog
AS $$
#variable_conflict use_column
DECLARE
  node record;
  begun_jobs text[] := '{}';
BEGIN
  FOR node IN SELECT * FROM piecework.begin_nodes(tasks, own_store_id, embedded, lease_ms) LOOP
    job_id := node.job_id;
    node_id := node.node_id;
    attempt := node.attempt;
    node_row := node.node_row;
    mutable_columns := node.mutable_columns;
    IF node_row IS NOT NULL THEN
      begun_jobs := begun_jobs || job_id;
    END IF;
    RETURN NEXT;
  END LOOP;
  IF standalone AND EXISTS (
    SELECT FROM piecework.jobs j WHERE j.id = ANY (begun_jobs) AND j.status IN ('pending', 'submitted')
  ) THEN
    RAISE EXCEPTION 'A job begins.' USING ERRCODE = 'PW001';
  END IF;
  attempt := NULL;
  node_row := NULL;
  FOR node IN SELECT * FROM piecework.end_nodes(ends) LOOP
    IF standalone AND node.remaining <= 0 THEN
      RAISE EXCEPTION 'A batch has ended.' USING ERRCODE = 'PW001';
    END IF;
    job_id := node.job_id;
    node_id := node.node_id;
    fence := node.fence;
    remaining := node.remaining;
    mutable_columns := node.mutable_columns;
    RETURN NEXT;
  END LOOP;
END
$$;
