/** Web analytics without any foreign key: what leads where stands in names alone. */
export const analyticsTables = `
  CREATE TABLE sites (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text,
    ready boolean NOT NULL DEFAULT true
  );
  CREATE TABLE sessions (
    session_id uuid PRIMARY KEY,
    site_id int NOT NULL,
    browser varchar(20),
    started_at timestamptz NOT NULL
  );
  CREATE TABLE events (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id int NOT NULL,
    session_id uuid NOT NULL,
    at timestamptz NOT NULL,
    url_path varchar(500) NOT NULL
  );
  CREATE TABLE event_data (
    event_id bigint NOT NULL,
    data_key text NOT NULL,
    number_value numeric(19, 4),
    text_value text,
    PRIMARY KEY (event_id, data_key)
  );
  CREATE TABLE reports (
    report_id uuid PRIMARY KEY,
    site_id int NOT NULL,
    title text NOT NULL,
    parameters jsonb NOT NULL
  )`
