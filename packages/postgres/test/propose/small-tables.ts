/** Five tables with keys of each kind, on which laws are quick. */
export const smallTables = `
  CREATE SCHEMA crm;
  CREATE TABLE crm.agents (id serial PRIMARY KEY, email text NOT NULL UNIQUE);
  INSERT INTO crm.agents (email) VALUES ('ann@example.org'), ('bob@example.org');
  CREATE TABLE crm."Companies" (
    id text PRIMARY KEY DEFAULT 'c' || substr(md5(random()::text), 1, 24), name text NOT NULL, agent_id int REFERENCES crm.agents, founded date
  );
  CREATE TABLE crm.people_of (
    id serial PRIMARY KEY, company_id text NOT NULL REFERENCES crm."Companies" ON DELETE CASCADE, boss_id int REFERENCES crm.people_of,
    "fullName" text NOT NULL, UNIQUE (company_id, "fullName")
  );
  CREATE TABLE crm.deals (
    company_id text NOT NULL REFERENCES crm."Companies", deal_no int NOT NULL, contact_id int NOT NULL REFERENCES crm.people_of,
    notes jsonb, PRIMARY KEY (company_id, deal_no)
  );
  CREATE TABLE crm.deal_items (
    company_id text NOT NULL, deal_no int NOT NULL, item_no int NOT NULL, what text, price numeric(10,2),
    PRIMARY KEY (company_id, deal_no, item_no), FOREIGN KEY (company_id, deal_no) REFERENCES crm.deals ON DELETE CASCADE
  );
  CREATE TABLE crm.books (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);
  CREATE TABLE crm.pages (id serial PRIMARY KEY, book_id int NOT NULL REFERENCES crm.books, no int NOT NULL, UNIQUE (book_id, no));
  INSERT INTO crm.books (title) VALUES ('One'), ('Two');
  INSERT INTO crm.pages (book_id, no) VALUES (2, 1), (1, 1), (2, 2);`

export const sampleCompany = `
  WITH c AS (INSERT INTO crm."Companies" (name, agent_id, founded) VALUES ('Coral "&" Co', 1, '1999-12-31') RETURNING id),
  b AS (INSERT INTO crm.people_of (company_id, "fullName") SELECT id, 'Zoë' FROM c RETURNING id, company_id),
  p AS (INSERT INTO crm.people_of (company_id, boss_id, "fullName") SELECT company_id, id, 'Al, "jr"' FROM b RETURNING id, company_id),
  d AS (INSERT INTO crm.deals SELECT company_id, n, id, CASE n WHEN 1 THEN '{"a": [1, null]}'::jsonb END FROM p, generate_series(1, 2) n RETURNING company_id, deal_no),
  i AS (INSERT INTO crm.deal_items SELECT company_id, deal_no, n, CASE n WHEN 2 THEN NULL ELSE 'x' || deal_no END, n * 1.5 FROM d, generate_series(1, 2) n)
  SELECT id::text AS id FROM c`
