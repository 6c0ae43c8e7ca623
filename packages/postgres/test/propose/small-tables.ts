/** Five tables with keys of each kind, on which laws are quick. */
export const smallTables = `
  CREATE TABLE agents (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
  INSERT INTO agents (email) VALUES ('ann@example.org'), ('bob@example.org');
  CREATE TABLE "Companies" (
    id text PRIMARY KEY DEFAULT 'c' || substr(md5(random()::text), 1, 24), name text NOT NULL, agent_id int REFERENCES agents, founded date
  );
  CREATE TABLE people_of (
    id serial PRIMARY KEY, company_id text NOT NULL REFERENCES "Companies" ON DELETE CASCADE, boss_id int REFERENCES people_of,
    "fullName" text NOT NULL, UNIQUE (company_id, "fullName")
  );
  CREATE TABLE deals (
    company_id text NOT NULL REFERENCES "Companies", deal_no int NOT NULL, contact_id int NOT NULL REFERENCES people_of,
    notes jsonb, PRIMARY KEY (company_id, deal_no)
  );
  CREATE TABLE deal_items (
    company_id text NOT NULL, deal_no int NOT NULL, item_no int NOT NULL, what text, price numeric(10,2),
    PRIMARY KEY (company_id, deal_no, item_no), FOREIGN KEY (company_id, deal_no) REFERENCES deals ON DELETE CASCADE
  );
  CREATE TABLE books (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);
  CREATE TABLE pages (id serial PRIMARY KEY, book_id int NOT NULL REFERENCES books, no int NOT NULL, UNIQUE (book_id, no));
  INSERT INTO books (title) VALUES ('One'), ('Two');
  INSERT INTO pages (book_id, no) VALUES (2, 1), (1, 1), (2, 2);`

export const sampleCompany = `
  WITH c AS (INSERT INTO "Companies" (name, agent_id, founded) VALUES ('Coral "&" Co', 1, '1999-12-31') RETURNING id),
  b AS (INSERT INTO people_of (company_id, "fullName") SELECT id, 'Zoë' FROM c RETURNING id, company_id),
  p AS (INSERT INTO people_of (company_id, boss_id, "fullName") SELECT company_id, id, 'Al, "jr"' FROM b RETURNING id, company_id),
  d AS (INSERT INTO deals SELECT company_id, n, id, CASE n WHEN 1 THEN '{"a": [1, null]}'::jsonb END FROM p, generate_series(1, 2) n RETURNING company_id, deal_no),
  i AS (INSERT INTO deal_items SELECT company_id, deal_no, n, CASE n WHEN 2 THEN NULL ELSE 'x' || deal_no END, n * 1.5 FROM d, generate_series(1, 2) n)
  SELECT id::text AS id FROM c`
