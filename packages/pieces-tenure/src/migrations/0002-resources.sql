-- Files, and what they are about.

-- `artifact` is the key of the bytes in the host's store of files; NULL: there are none.
CREATE TABLE tenure.resources (
  id text PRIMARY KEY CHECK (length(id) = 24),
  project_id text NOT NULL REFERENCES tenure.projects ON DELETE CASCADE,
  name text NOT NULL,
  description text,
  original_file text,
  artifact text,
  contributor_id integer REFERENCES tenure.users,
  archived boolean NOT NULL DEFAULT false
);

CREATE INDEX resources_project ON tenure.resources (project_id);
CREATE INDEX resources_contributor ON tenure.resources (contributor_id);

-- `target_id` is the key of a row of the table that `kind` names.
CREATE TABLE tenure.resource_links (
  resource_id text NOT NULL REFERENCES tenure.resources ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('project', 'party', 'location', 'relationship')),
  target_id text NOT NULL,
  PRIMARY KEY (resource_id, kind, target_id)
);

CREATE INDEX resource_links_target ON tenure.resource_links (target_id);
