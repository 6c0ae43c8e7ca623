/** A kanban board as it grew: serial keys, numbers per board, soft deletes, settings that hold ids, files beside rows. */
export const kanbanTables = `
  CREATE TABLE users (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE boards (
    id serial PRIMARY KEY,
    name text,
    owner_id int REFERENCES users,
    ready boolean NOT NULL DEFAULT true
  );
  CREATE TABLE lists (
    id serial PRIMARY KEY,
    board_id int NOT NULL REFERENCES boards,
    title text NOT NULL,
    position int NOT NULL,
    UNIQUE (board_id, position)
  );
  CREATE TABLE cards (
    id serial PRIMARY KEY,
    board_id int NOT NULL REFERENCES boards,
    list_id int NOT NULL REFERENCES lists,
    number int NOT NULL,
    title text NOT NULL,
    assignee_id int REFERENCES users,
    blocked_by int REFERENCES cards,
    deleted_at timestamptz,
    UNIQUE (board_id, number)
  );
  CREATE TABLE attachments (
    id serial PRIMARY KEY,
    card_id int NOT NULL REFERENCES cards,
    file_name text NOT NULL,
    storage_key varchar(100) NOT NULL UNIQUE
  );
  CREATE TABLE settings (
    board_id int NOT NULL REFERENCES boards,
    key text NOT NULL,
    value int,
    PRIMARY KEY (board_id, key)
  )`
