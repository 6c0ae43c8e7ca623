import assert from 'node:assert/strict'
import { createPiecework, type Database, type JobReport, memoryArtifacts, type Pack } from '@piecework/core'
import type { Queryable } from '@piecework/core/piece'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

type Test = (name: string, run: () => Promise<void>) => void

const secret = 'geheim-4711'
const book = 'aaaaaaaa-0000-4000-8000-000000000001'

export const refusalTables: readonly string[] = [
  'CREATE TABLE books (id int PRIMARY KEY, title text NOT NULL CONSTRAINT not_long CHECK (length(title) < 30), shelf int)',
  'CREATE TABLE shelves (id int PRIMARY KEY)',
  'ALTER TABLE books ADD CONSTRAINT on_a_shelf FOREIGN KEY (shelf) REFERENCES shelves DEFERRABLE',
  'CREATE DOMAIN short AS text CONSTRAINT is_short CHECK (length(VALUE) < 4)',
  'CREATE TABLE labels (label short, spot int4range, CONSTRAINT apart EXCLUDE USING gist (spot WITH &&))',
  `CREATE FUNCTION no_monday() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF NEW.title = 'monday' THEN RAISE EXCEPTION 'Nothing is written on mondays'; END IF;
     IF NEW.title = 'named' THEN RAISE EXCEPTION 'Not this one'
       USING ERRCODE = 'UE001', TABLE = 'books', COLUMN = 'title', CONSTRAINT = 'house_rule', DETAIL = 'geheim-4711', HINT = 'geheim-4711'; END IF;
     RETURN NEW; END $$`,
  'CREATE TRIGGER no_monday BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION no_monday()',
]

interface Refusal {
  readonly what: string
  readonly work: (tx: Queryable) => Promise<unknown>
  /** All that the sentence must name. */
  readonly names: readonly (string | RegExp)[]
  readonly retryable?: true
}

const sql = (text: string) => (tx: Queryable) => tx.query(text)
const raised = (code: string, message: string) =>
  sql(`DO $$ BEGIN RAISE EXCEPTION '${message}' USING ERRCODE = '${code}', DETAIL = '${secret}'; END $$`)

const refusals: readonly Refusal[] = [
  {
    what: 'a key that is taken',
    work: sql(`INSERT INTO books VALUES (1, '${secret}'), (1, '${secret}')`),
    names: ['SQLSTATE 23505', 'table "books"', 'constraint "books_pkey"'],
  },
  {
    what: 'NULL where it may not be',
    work: sql('INSERT INTO books VALUES (1, NULL)'),
    names: ['SQLSTATE 23502', 'table "books"', 'column "title"'],
  },
  {
    what: 'a check',
    work: sql(`INSERT INTO books VALUES (1, '${secret}${'x'.repeat(30)}')`),
    names: ['SQLSTATE 23514', 'table "books"', 'constraint "not_long"'],
  },
  {
    what: 'the check of a domain',
    work: sql(`INSERT INTO labels VALUES ('${secret}')`),
    names: ['SQLSTATE 23514', 'domain short', 'constraint "is_short"'],
  },
  {
    what: 'an exclusion',
    work: sql(`INSERT INTO labels VALUES ('a', '[1,4711)'), ('b', '[2,3)')`),
    names: ['SQLSTATE 23P01', 'table "labels"', 'constraint "apart"'],
  },
  {
    what: 'a foreign key',
    work: sql(`INSERT INTO books VALUES (1, '${secret}', 7)`),
    names: ['SQLSTATE 23503', 'table "books"', 'constraint "on_a_shelf"'],
  },
  {
    what: 'a foreign key at the commit',
    work: async (tx) => {
      await tx.query('SET CONSTRAINTS ALL DEFERRED')
      await tx.query(`INSERT INTO books VALUES (1, '${secret}', 7)`)
    },
    names: ['SQLSTATE 23503', 'table "books"', 'constraint "on_a_shelf"'],
  },
  {
    what: 'a trigger',
    work: sql("INSERT INTO books VALUES (1, 'monday')"),
    names: ['Nothing is written on mondays', 'SQLSTATE P0001'],
  },
  {
    what: 'a trigger that names what it is about',
    work: sql("INSERT INTO books VALUES (1, 'named')"),
    names: ['Not this one', 'SQLSTATE UE001', 'table "books"', 'column "title"', 'constraint "house_rule"'],
  },
  {
    what: 'a table that is not there',
    work: sql('INSERT INTO gone VALUES (1)'),
    names: ['SQLSTATE 42P01', 'relation "gone" does not exist'],
  },
  {
    what: 'a column that is not there',
    work: sql('INSERT INTO books (isbn) VALUES (1)'),
    names: ['SQLSTATE 42703', 'column "isbn" of relation "books"'],
  },
  {
    what: 'a value that cannot be read',
    work: sql(`INSERT INTO books VALUES ('${secret}')`),
    names: ['SQLSTATE 22P02', 'type integer: "…"'],
  },
  {
    what: 'a missing right',
    work: async (tx) => {
      await tx.query('SET LOCAL ROLE nobody_there')
      await tx.query(`INSERT INTO books VALUES (1, '${secret}')`)
    },
    names: ['SQLSTATE 42501', 'permission denied for table books'],
  },
  {
    what: 'a lock that is not to be had',
    work: raised('55P03', 'canceling statement due to lock timeout'),
    names: ['SQLSTATE 55P03', 'lock timeout'],
    retryable: true,
  },
  {
    what: 'a failed serialization',
    work: raised('40001', 'could not serialize access'),
    names: ['SQLSTATE 40001', 'could not serialize access'],
    retryable: true,
  },
  {
    what: 'a full disk',
    work: raised('53100', 'could not extend file: No space left on device'),
    names: ['SQLSTATE 53100', 'No space left on device'],
    retryable: true,
  },
  {
    what: 'memory that has run out',
    work: raised('53200', 'out of memory'),
    names: ['SQLSTATE 53200', 'out of memory'],
    retryable: true,
  },
]

/** The embedded database has no time limits. */
export const refusalsOfServers: readonly Refusal[] = [
  {
    what: 'a time limit of the server',
    work: async (tx) => {
      await tx.query('SET LOCAL statement_timeout = 20')
      await tx.query('SELECT count(*) FROM generate_series(1, 100000000)')
    },
    names: ['SQLSTATE 57014', 'statement timeout'],
  },
]

/** A job that the database refuses says what refused it, in the job, its node and its event; no row is in them. */
export function refusalBehaviour(
  test: Test,
  database: () => Database,
  cases: readonly Refusal[] = refusals,
): void {
  for (const { what, work, names, retryable = false } of cases) {
    test(`the error of a job names what the database refused: ${what}`, async () => {
      const report = await failing(database(), work)
      const { error } = report.job
      assert.equal(error?.code, 'database')
      assert.equal(error?.retryable, retryable)
      assert.match(
        error?.message ?? '',
        /^Piece "book\/pages" of book aaaaaaaa-0000-4000-8000-000000000001: The database refused (?:a statement|to go on): /,
      )
      for (const name of names)
        assert.ok(error?.message.includes(String(name)), `${error?.message} does not name ${name}`)
      const node = report.nodes.find(({ piece }) => piece === 'book/pages')
      assert.equal(node?.error?.message, error?.message)
      assert.ok(!JSON.stringify(report).includes(secret), JSON.stringify(report))
    })
  }
}

async function failing(db: Database, work: (tx: Queryable) => Promise<unknown>): Promise<JobReport> {
  const options = { artifacts: memoryArtifacts(), runtime: inProcess(), maxAttempts: 2, backoffMs: 1 }
  const piecework = createPiecework({
    packs: [books(work)],
    store: postgresStore({ database: db }),
    ...options,
  })
  await piecework.start()
  try {
    const resource = { kind: 'book', id: book }
    return await (await piecework.clone({ resource, principal: { id: 'ann' } })).ended()
  } finally {
    await piecework.stop()
  }
}

function books(work: (tx: Queryable) => Promise<unknown>): Pack {
  const nothing = async () => undefined
  const shell = { create: nothing, ready: nothing, remove: nothing }
  const none = async () => ({ rows: 0 })
  const clone = async ({ tx }: { readonly tx: Queryable }) => {
    await work(tx)
    return { rows: 1 }
  }
  return {
    name: 'books',
    kinds: [{ kind: 'book', table: 'books', describe: async () => ({ name: 'Birds' }), shell }],
    pieces: [
      {
        contract: 1,
        name: 'book/pages',
        of: 'book',
        version: 1,
        exporter: { export: none },
        importer: { import: none },
        cloner: { clone },
      },
    ],
  }
}
