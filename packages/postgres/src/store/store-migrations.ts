import type { Migration } from '../migrations/migration.js'
import { nodeFunctions } from './node-functions.js'
import { stepFunctions } from './step-functions.js'

/** SQL by name, in order; what has been released is never changed, only followed. */
const steps: Readonly<Record<string, () => string>> = {
  '0001-store': () => tables,
  '0002-preparations': () => preparations,
  '0003-keeping': () => keeping,
  '0004-limits': () => limits,
  '0005-node-functions': () => nodeFunctions,
  '0006-open-nodes': () => openNodes,
  '0007-step-nodes': () => stepFunctions,
}

/** The tables of `postgresStore`, in schema `piecework`. */
export const storeMigrations: readonly Migration[] = Object.entries(steps).map(([name, sql]) => ({
  name: `piecework/${name}`,
  up: async (tx) => {
    await tx.query(sql())
  },
}))

const tables = `
CREATE SCHEMA IF NOT EXISTS piecework;

CREATE TABLE piecework.jobs (
  id text COLLATE "C" PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  kind text NOT NULL,
  status text NOT NULL,
  outcome text,
  error jsonb,
  tree jsonb NOT NULL,
  target jsonb,
  principal jsonb NOT NULL,
  request jsonb NOT NULL,
  batch int NOT NULL,
  batches int NOT NULL,
  result jsonb NOT NULL,
  retry_of text,
  created_at timestamptz NOT NULL,
  changes jsonb NOT NULL
);
CREATE INDEX jobs_unfinished ON piecework.jobs (id) WHERE status NOT IN ('succeeded', 'failed', 'cancelled');

-- Resources that a job reads or makes.
CREATE TABLE piecework.job_resources (
  job text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, id, job)
);
CREATE INDEX job_resources_job ON piecework.job_resources (job);

CREATE TABLE piecework.batches (
  job text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  batch int NOT NULL,
  remaining int NOT NULL,
  submitted_at timestamptz,
  PRIMARY KEY (job, batch)
);

CREATE TABLE piecework.nodes (
  job text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  id text COLLATE "C" NOT NULL,
  task text NOT NULL,
  batch int NOT NULL,
  status text NOT NULL DEFAULT 'waiting',
  attempt int NOT NULL DEFAULT 1,
  resource jsonb,
  piece text,
  counts jsonb,
  entries jsonb,
  error jsonb,
  progress jsonb,
  started_at timestamptz,
  ended_at timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  worker text,
  store text,
  submitted_at timestamptz,
  PRIMARY KEY (job, id)
);
CREATE INDEX nodes_by_batch ON piecework.nodes (job, batch, id);
CREATE INDEX nodes_open ON piecework.nodes (job, batch) WHERE status IN ('waiting', 'running');

CREATE TABLE piecework.findings (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job text COLLATE "C" NOT NULL REFERENCES piecework.jobs ON DELETE CASCADE,
  node text COLLATE "C" NOT NULL,
  severity text COLLATE "C" NOT NULL,
  finding jsonb NOT NULL
);
CREATE INDEX findings_by_job ON piecework.findings (job, severity, number);

CREATE TABLE piecework.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  action jsonb NOT NULL
);

-- Claims and edits. A root is the first segment of a path: only paths of one root can conflict.
CREATE TABLE piecework.holds (
  hold uuid NOT NULL,
  root text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  shared boolean NOT NULL,
  until timestamptz,
  holder_id text NOT NULL,
  holder_kind text NOT NULL,
  since timestamptz NOT NULL,
  job text COLLATE "C",
  PRIMARY KEY (hold, path)
);
CREATE INDEX holds_by_root ON piecework.holds (root);
CREATE INDEX holds_by_job ON piecework.holds (job) WHERE job IS NOT NULL;
`

const preparations = `
-- When somebody last changed what a preparing job was given.
ALTER TABLE piecework.jobs ADD COLUMN touched_at timestamptz NOT NULL DEFAULT clock_timestamp();
CREATE INDEX jobs_preparing ON piecework.jobs (touched_at) WHERE status = 'draft';
`

const keeping = `
-- Other jobs whose artifacts a job reads.
ALTER TABLE piecework.jobs ADD COLUMN reads jsonb NOT NULL DEFAULT '[]';
-- When what a job has left in the artifact store may be deleted; NULL where it has left nothing.
ALTER TABLE piecework.jobs ADD COLUMN kept_until timestamptz;
UPDATE piecework.jobs SET kept_until = clock_timestamp() + interval '7 days',
  result = jsonb_set(result, '{archive,expiresAt}', to_jsonb(clock_timestamp() + interval '7 days'))
  WHERE status = 'succeeded' AND result ? 'archive';
CREATE INDEX jobs_kept ON piecework.jobs (kept_until) WHERE kept_until IS NOT NULL;

ALTER TABLE piecework.nodes ADD COLUMN version int, ADD COLUMN reused_from text;

-- What failed and cancelled exports had claimed, and those of them where something may have changed since.
CREATE TABLE piecework.retriable (
  job text COLLATE "C" NOT NULL,
  root text COLLATE "C" NOT NULL,
  path text COLLATE "C" NOT NULL,
  PRIMARY KEY (job, path)
);
CREATE INDEX retriable_by_root ON piecework.retriable (root);
CREATE TABLE piecework.touched (job text COLLATE "C" NOT NULL);
CREATE INDEX touched_by_job ON piecework.touched (job);

-- What one process of all does now and then.
CREATE TABLE piecework.turns (
  name text COLLATE "C" PRIMARY KEY,
  at timestamptz NOT NULL
);
`

const limits = `
ALTER TABLE piecework.jobs
  ADD COLUMN priority int NOT NULL DEFAULT 0,
  -- The most jobs of its principal that may be under way when it begins.
  ADD COLUMN principal_limit int,
  ADD COLUMN throttled boolean NOT NULL DEFAULT false,
  ADD COLUMN deadline timestamptz,
  ADD COLUMN stopped boolean NOT NULL DEFAULT false;
UPDATE piecework.jobs SET stopped = true WHERE outcome = 'cancelled' AND status = 'ending';
CREATE INDEX jobs_under_way ON piecework.jobs ((principal ->> 'id'))
  WHERE NOT throttled AND status NOT IN ('draft', 'succeeded', 'failed', 'cancelled');
CREATE INDEX jobs_throttled ON piecework.jobs ((principal ->> 'id'), priority DESC, number) WHERE throttled AND status = 'pending';
CREATE INDEX jobs_by_deadline ON piecework.jobs (deadline) WHERE outcome IS NULL;

-- Leases that lapsed.
ALTER TABLE piecework.nodes ADD COLUMN crashes int NOT NULL DEFAULT 0;
`

const openNodes = `
-- By id first: whatever is asked of one node that is open, and whatever the planner knows, only its own entry is read.
DROP INDEX piecework.nodes_open;
CREATE INDEX nodes_open ON piecework.nodes (job, id, batch) WHERE status IN ('waiting', 'running');
`
