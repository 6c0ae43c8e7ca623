import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { isPieceworkError } from '@piecework/core'
import { type TableSpec, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { scratchEmbedded } from '../../scratch-embedded.js'
import { cloned, exported, imported, type Outcome, type World, world } from '../support.js'

const ddl = `
  CREATE TABLE projects (id uuid PRIMARY KEY, name text, touched text);
  CREATE TABLE rows_ (id uuid PRIMARY KEY, project_id uuid, n int, v text);
  CREATE TABLE notes (id uuid PRIMARY KEY, project_id uuid, text text);
  CREATE TABLE keyless (project_id uuid, n int, v text);
  CREATE SCHEMA app; CREATE TABLE app.log (what text); CREATE TABLE public.log (what text);
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := 'touched'; RETURN NEW; END $$;
  CREATE FUNCTION touch_even() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n % 2 = 0 THEN NEW.v := 'touched'; END IF; RETURN NEW; END $$;
  CREATE FUNCTION touch_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := 'touched'; RETURN NEW; END $$;
  CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
  CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n = 2 THEN RETURN NULL; END IF; RETURN NEW; END $$;
  CREATE FUNCTION add_note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO notes VALUES (gen_random_uuid(), NEW.project_id, 'added'); RETURN NULL; END $$;
  CREATE FUNCTION delete_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM rows_ WHERE id = NEW.id AND n = 2; RETURN NULL; END $$;
  CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE rows_ SET v = 'later' WHERE id = NEW.id; RETURN NULL; END $$;
  CREATE FUNCTION other_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE rows_ SET v = 'other' WHERE project_id = NEW.project_id AND n > 1; RETURN NULL; END $$;
  CREATE FUNCTION other_keyless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE keyless SET v = 'other' WHERE project_id = NEW.project_id AND n > 1; RETURN NULL; END $$;
  CREATE FUNCTION other_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE projects SET touched = 'other' WHERE id = NEW.project_id; RETURN NULL; END $$;
  CREATE FUNCTION delete_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM rows_ WHERE project_id = NEW.project_id; RETURN NULL; END $$;
  CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (TG_WHEN || ' ' || TG_LEVEL); RETURN coalesce(NEW, OLD); END $$;`

const piece = (...tables: TableSpec[]) => tablePiece({ name: 'project/x', of: 'project', version: 1, tables })
const rows: TableSpec = { table: 'rows_', owner: 'project_id', order: ['n'] }
const notes: TableSpec = { table: 'notes', owner: 'project_id', order: ['text'], columns: ['text'] }
const keyless: TableSpec = { table: 'keyless', owner: 'project_id', order: ['n'] }
const own: TableSpec = { table: 'projects', owner: 'id', order: [], keepShellValue: ['name'] }

interface Case {
  readonly what: string
  readonly make: string
  readonly tables: readonly TableSpec[]
  /** Code, count and column of each finding; or the code of the error. */
  readonly told: readonly (readonly [code: string, count: number, column?: string])[] | 'counts-differ'
}

const trigger = (when: string, on: string, run: string) =>
  `CREATE TRIGGER t ${when} ON ${on} FOR EACH ROW EXECUTE FUNCTION ${run}()`

const cases: readonly Case[] = [
  {
    what: 'changes each row',
    make: trigger('BEFORE INSERT', 'rows_', 'touch'),
    tables: [rows],
    told: [['table/rows-changed', 3, 'v']],
  },
  {
    what: 'changes some rows',
    make: trigger('BEFORE INSERT', 'rows_', 'touch_even'),
    tables: [rows],
    told: [['table/rows-changed', 1, 'v']],
  },
  {
    what: 'changes rows without a key',
    make: trigger('BEFORE INSERT', 'keyless', 'touch_even'),
    tables: [keyless],
    told: [['table/rows-changed', 1]],
  },
  {
    what: "changes the resource's own row",
    make: trigger('BEFORE UPDATE', 'projects', 'touch_own'),
    tables: [own],
    told: [['table/rows-changed', 1, 'touched']],
  },
  { what: 'changes nothing', make: trigger('BEFORE INSERT', 'rows_', 'same'), tables: [rows], told: [] },
  {
    what: 'is disabled',
    make: `${trigger('BEFORE INSERT', 'rows_', 'touch')}; ALTER TABLE rows_ DISABLE TRIGGER t`,
    tables: [rows],
    told: [],
  },
  {
    what: 'is for replicas',
    make: `${trigger('BEFORE INSERT', 'rows_', 'touch')}; ALTER TABLE rows_ ENABLE REPLICA TRIGGER t`,
    tables: [rows],
    told: [],
  },
  {
    what: 'drops a row',
    make: trigger('BEFORE INSERT', 'rows_', 'drop_row'),
    tables: [rows],
    told: 'counts-differ',
  },
  {
    what: 'deletes a row',
    make: trigger('AFTER INSERT', 'rows_', 'delete_row'),
    tables: [rows],
    told: 'counts-differ',
  },
  {
    what: 'adds rows to a table that follows',
    make: trigger('AFTER INSERT', 'rows_', 'add_note'),
    tables: [rows, notes],
    told: [['table/rows-added', 3]],
  },
  {
    what: 'adds rows to a table before it',
    make: trigger('AFTER INSERT', 'rows_', 'add_note'),
    tables: [notes, rows],
    told: [['table/rows-added', 3]],
  },
  {
    what: 'changes rows of a table before it',
    make: trigger('AFTER INSERT', 'notes', 'other_rows'),
    tables: [rows, notes],
    told: [['table/rows-changed', 2, 'v']],
  },
  {
    what: 'changes rows without a key of a table before it',
    make: trigger('AFTER INSERT', 'notes', 'other_keyless'),
    tables: [keyless, notes],
    told: [['table/rows-changed', 2]],
  },
  {
    what: "changes the resource's own row from another table",
    make: trigger('AFTER INSERT', 'notes', 'other_own'),
    tables: [own, notes],
    told: [['table/rows-changed', 1, 'touched']],
  },
  {
    what: 'deletes rows of a table before it',
    make: trigger('AFTER INSERT', 'notes', 'delete_rows'),
    tables: [rows, notes],
    told: 'counts-differ',
  },
  {
    what: 'changes rows of a table before it by a rule',
    make: `CREATE RULE t AS ON INSERT TO notes DO ALSO UPDATE rows_ SET v = 'other' WHERE project_id = NEW.project_id`,
    tables: [rows, notes],
    told: [['table/rows-changed', 3, 'v']],
  },
  {
    what: 'of another piece adds rows',
    make: `${trigger('AFTER INSERT', 'keyless', 'same')}; CREATE TRIGGER u AFTER INSERT ON rows_ FOR EACH ROW EXECUTE FUNCTION add_note()`,
    tables: [notes],
    told: [],
  },
  {
    what: 'is deferred',
    make: 'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON rows_ DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later()',
    tables: [rows],
    told: [['table/rows-changed', 3, 'v']],
  },
  {
    what: 'is a rule that does nothing instead',
    make: 'CREATE RULE t AS ON INSERT TO rows_ DO INSTEAD NOTHING',
    tables: [rows],
    told: 'counts-differ',
  },
  {
    what: 'is a rule that adds',
    make: `CREATE RULE t AS ON INSERT TO rows_ DO ALSO INSERT INTO public.notes VALUES (gen_random_uuid(), NEW.project_id, 'ruled')`,
    tables: [rows, notes],
    told: [['table/rows-added', 3]],
  },
]

const databases: Readonly<Record<string, () => Promise<World>>> = {
  server: () => world(ddl),
  embedded: async () => {
    const db = await scratchEmbedded()
    await db.query(ddl)
    return { db, close: () => db.close() }
  },
}

for (const [name, open] of Object.entries(databases)) {
  const base = suite(`table pieces: triggers and rules of the host, ${name}`)
  const test = name === 'server' ? needsServer(base) : base
  let here: World
  test.before(async () => {
    here = await open()
  })
  test.after(() => here.close())
  const source = randomUUID()

  const remove = () =>
    here.db.query(`DROP TRIGGER IF EXISTS t ON projects; DROP TRIGGER IF EXISTS t ON rows_; DROP TRIGGER IF EXISTS u ON rows_;
      DROP TRIGGER IF EXISTS t ON keyless; DROP TRIGGER IF EXISTS t ON notes; DROP RULE IF EXISTS t ON rows_; DROP RULE IF EXISTS t ON notes`)
  const fill = async () => {
    await here.db.query('TRUNCATE projects, rows_, notes, keyless, app.log, public.log')
    await here.db.query(`INSERT INTO projects VALUES ($1, 'p', 'x')`, [source])
    await here.db.query(
      `INSERT INTO rows_ SELECT gen_random_uuid(), $1::uuid, n, 'v' FROM generate_series(1, 3) n`,
      [source],
    )
    await here.db.query(`INSERT INTO notes VALUES (gen_random_uuid(), $1, 'n')`, [source])
    await here.db.query(`INSERT INTO keyless SELECT $1::uuid, n, 'v' FROM generate_series(1, 3) n`, [source])
  }
  const copies = async (make: string, ...tables: readonly TableSpec[]) => {
    await remove()
    await fill()
    const { files } = await exported(here.db, piece(...tables), { kind: 'project', id: source })
    await here.db.query(make)
    const into = async () => {
      const id = randomUUID()
      await here.db.query('INSERT INTO projects VALUES ($1)', [id])
      return {
        resource: { kind: 'project', id },
        source: { kind: 'project', id: source },
        jobId: randomUUID(),
      }
    }
    return [
      async () => imported(here.db, piece(...tables), files, await into()),
      async () => cloned(here.db, piece(...tables), await into()),
    ]
  }

  for (const { what, make, tables, told } of cases) {
    test(`honest counts: what ${what} is told, in an import and in a clone`, async () => {
      for (const copy of await copies(make, ...tables)) {
        const outcome: Outcome | unknown = await copy().catch((error: unknown) => error)
        if (told === 'counts-differ') assert.ok(isPieceworkError(outcome, told), String(outcome))
        else {
          const { findings } = outcome as Outcome
          assert.ok(findings, String(outcome))
          assert.deepEqual(
            findings.map(({ code, count, column }) => [
              code,
              count,
              ...(column === undefined ? [] : [column]),
            ]),
            told,
          )
        }
      }
      await remove()
    })
  }

  test('triggers of rows and of statements, and defaults, run on the search path of the host', async () => {
    if (name === 'embedded') return
    await here.db.query(
      `ALTER ROLE CURRENT_USER IN DATABASE ${(await here.db.query<{ d: string }>('SELECT current_database() AS d')).rows[0]?.d} SET search_path = app, public`,
    )
    const { default: pg } = await import('pg')
    const { fromPg } = await import('@piecework/postgres')
    const { rows: at } = await here.db.query<{ h: string; p: number; d: string }>(
      'SELECT host(inet_server_addr()) AS h, inet_server_port() AS p, current_database() AS d',
    )
    const pool = new pg.Pool({ host: at[0]?.h, port: at[0]?.p, database: at[0]?.d, user: 'postgres', max: 1 })
    const outside = here
    here = { db: fromPg(pool), close: () => pool.end() }
    try {
      const each = ['BEFORE', 'AFTER'].flatMap((when) =>
        ['ROW', 'STATEMENT'].map(
          (level) =>
            `CREATE TRIGGER ${when}_${level} ${when} INSERT OR UPDATE ON rows_ FOR EACH ${level} EXECUTE FUNCTION log()`,
        ),
      )
      for (const copy of await copies(each.join(';'), rows)) {
        await here.db.query('TRUNCATE app.log, public.log')
        await copy()
        const { rows: found } = await here.db.query(
          `SELECT 'app' AS in, what, count(*)::int AS n FROM app.log GROUP BY 2 UNION ALL SELECT 'public', what, count(*)::int FROM public.log GROUP BY 2 ORDER BY 1, 2`,
        )
        assert.deepEqual(found, [
          { in: 'app', what: 'AFTER ROW', n: 3 },
          { in: 'app', what: 'AFTER STATEMENT', n: 1 },
          { in: 'app', what: 'BEFORE ROW', n: 3 },
          { in: 'app', what: 'BEFORE STATEMENT', n: 1 },
        ])
      }
    } finally {
      await here.close()
      here = outside
    }
  })

  test.run()
}
