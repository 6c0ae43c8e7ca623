-- What a database keeps in which pieces have their rows, and not the store: of nodes of unfinished jobs.

-- Attempts that have written here, or may not any more.
CREATE TABLE piecework.attempts (
  job_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  -- Attempts with a lower one commit nothing.
  fence bigint NOT NULL,
  -- What the attempt left that has committed its rows, as JSON; NULL if none has.
  result text,
  PRIMARY KEY (job_id, node_id)
);

-- As in the store, to which they go with the result.
CREATE TABLE piecework.summaries (
  job_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  summary text NOT NULL,
  PRIMARY KEY (job_id, node_id)
);

CREATE TABLE piecework.replaced_values (
  id bigint GENERATED ALWAYS AS IDENTITY,
  job_id text COLLATE "C" NOT NULL,
  node_id text COLLATE "C" NOT NULL,
  page text NOT NULL,
  PRIMARY KEY (job_id, node_id, id)
);

-- Those that are reserved here go to the store with the result, and those of the store come here before rows are written.
CREATE TABLE piecework.key_ranges (
  job_id text COLLATE "C" NOT NULL,
  table_name text COLLATE "C" NOT NULL,
  old_from bigint NOT NULL,
  new_from bigint NOT NULL,
  length bigint NOT NULL CHECK (length > 0),
  -- That has reserved them here; NULL if they come from the store.
  node_id text COLLATE "C",
  PRIMARY KEY (job_id, table_name, old_from)
);

CREATE INDEX key_ranges_by_node ON piecework.key_ranges (job_id, node_id) WHERE node_id IS NOT NULL;
