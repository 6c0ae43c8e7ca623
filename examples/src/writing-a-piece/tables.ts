/** The host's own tables. */
export const tables = [
  `CREATE TABLE users (id text PRIMARY KEY, email text NOT NULL UNIQUE)`,
  `CREATE TABLE notebooks (
    id uuid PRIMARY KEY,
    name text,
    slug text NOT NULL UNIQUE,
    paper text,
    owner_id text NOT NULL REFERENCES users,
    ready boolean NOT NULL DEFAULT true
  )`,
  `CREATE TABLE pages (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    notebook_id uuid NOT NULL REFERENCES notebooks,
    position int NOT NULL,
    text text,
    continues uuid REFERENCES pages ON DELETE SET NULL,
    author_id text REFERENCES users,
    scan_key text,
    changed_at timestamptz,
    UNIQUE (notebook_id, position)
  )`,
  `CREATE TABLE stickers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    page_id uuid NOT NULL REFERENCES pages ON DELETE CASCADE,
    label text NOT NULL
  )`,
  `CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.changed_at := now(); RETURN NEW; END'`,
  `CREATE TRIGGER note_change BEFORE UPDATE ON pages FOR EACH ROW EXECUTE FUNCTION note_change()`,
]
