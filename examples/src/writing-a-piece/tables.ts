/** The host's own tables. */
export const tables = `
  CREATE TABLE notebooks (
    id uuid PRIMARY KEY,
    name text,
    paper text,
    ready boolean NOT NULL DEFAULT true
  );
  CREATE TABLE pages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    notebook_id uuid NOT NULL REFERENCES notebooks ON DELETE CASCADE,
    position int NOT NULL,
    text text,
    continues uuid REFERENCES pages ON DELETE SET NULL,
    UNIQUE (notebook_id, position)
  );
  CREATE TABLE stickers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    page_id uuid NOT NULL REFERENCES pages ON DELETE CASCADE,
    label text NOT NULL
  )`
