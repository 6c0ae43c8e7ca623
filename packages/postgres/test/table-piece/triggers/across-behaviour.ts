import assert from 'node:assert/strict'
import type { JobReport, Pack, ResourceKind } from '@piecework/core'
import { type TableSpec, tablePiece } from '@piecework/postgres'
import { ann, type World, withHost } from '../../resource-ids/support.js'

type Test = (name: string, run: () => Promise<void>) => void

/** Shelves hold albums; each piece has one table, and photos come last but one. */
export const tables = `
CREATE TABLE shelves (id uuid PRIMARY KEY, name text, touched text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE albums (id uuid PRIMARY KEY, shelf_id uuid REFERENCES shelves ON DELETE CASCADE, name text, photo_count int NOT NULL DEFAULT 0,
  doubled int GENERATED ALWAYS AS (photo_count * 2) STORED, touched text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE audits (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int, what text, code text, UNIQUE (id, code));
CREATE TABLE marks (album_id uuid REFERENCES albums ON DELETE CASCADE, n int, what text);
CREATE TABLE codes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE,
  audit_id uuid, code text, FOREIGN KEY (audit_id, code) REFERENCES audits (id, code) ON UPDATE CASCADE ON DELETE CASCADE);
CREATE TABLE photos (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
CREATE TABLE ends (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), album_id uuid REFERENCES albums ON DELETE CASCADE, n int);
CREATE TABLE outside (album_id uuid)`

const kind = (name: string, table: string, owner?: string): ResourceKind => ({
  kind: name,
  table,
  describe: async ({ id }, db) =>
    (
      await db.query<{ name: string }>(
        `SELECT coalesce(name, '') AS name FROM ${table} WHERE id = $1 AND ready`,
        [id],
      )
    ).rows[0],
  ...(owner !== undefined && {
    parent: 'shelf',
    parentOf: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(`SELECT ${owner} AS id FROM ${table} WHERE id = $1`, [
        id,
      ])
      return rows[0] && { kind: 'shelf', id: rows[0].id }
    },
    listUnder: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT id FROM ${table} WHERE ${owner} = $1 AND ready ORDER BY name`,
        [id],
      )
      return rows.map((row) => ({ kind: name, id: row.id }))
    },
  }),
  shell: {
    create: async ({ ref, parent }, tx) => {
      const given =
        owner === undefined ? ['id, ready', '$1, false'] : [`id, ${owner}, ready`, '$1, $2, false']
      await tx.query(`INSERT INTO ${table} (${given[0]}) VALUES (${given[1]}) ON CONFLICT (id) DO NOTHING`, [
        ref.id,
        ...(owner === undefined ? [] : [parent?.id]),
      ])
    },
    ready: async ({ id }, tx) => {
      await tx.query(`UPDATE ${table} SET ready = true WHERE id = $1`, [id])
    },
    remove: async ({ id }, tx) => {
      await tx.query(`DELETE FROM ${table} WHERE id = $1`, [id])
    },
  },
})

const piece = (of: string, name: string, table: TableSpec, after: readonly string[] = []) =>
  tablePiece({ name: `${of}/${name}`, of, version: 1, after, tables: [table] })
const inAlbum = { owner: 'album_id' }
const own = { owner: 'id', order: [] }

const pack: Pack = {
  name: 'shelves',
  kinds: [kind('shelf', 'shelves'), kind('album', 'albums', 'shelf_id')],
  pieces: [
    piece('shelf', 'own', { ...own, table: 'shelves', ignore: ['ready'] }),
    piece('album', 'own', { ...own, table: 'albums', ignore: ['ready', 'shelf_id'] }),
    piece('album', 'audits', { ...inAlbum, table: 'audits', order: ['n'] }, ['album/own']),
    piece('album', 'marks', { ...inAlbum, table: 'marks', order: ['n'] }, ['album/own']),
    piece(
      'album',
      'codes',
      { ...inAlbum, table: 'codes', order: ['code'], references: { audit_id: 'audits' } },
      ['album/audits'],
    ),
    piece('album', 'photos', { ...inAlbum, table: 'photos', order: ['n'] }, ['album/codes', 'album/marks']),
    piece('album', 'ends', { ...inAlbum, table: 'ends', order: ['n'] }, ['album/photos']),
  ],
}

interface Case {
  readonly what: string
  /** Body of the function of a trigger, by default of `photos` after each row. */
  readonly run?: string
  readonly on?: string
  /** Instead of `run`. */
  readonly make?: string
  /** Piece, code, count and column of each finding; or the error's code. */
  readonly told:
    | readonly (readonly [piece: string, code: string, count: number, column?: string])[]
    | 'counts-differ'
}

const count = 'UPDATE albums SET photo_count = photo_count + 1 WHERE id = NEW.album_id'
const changed = 'table/rows-changed'

const cases: readonly Case[] = [
  { what: 'counts in the own row', run: count, told: [['album/own', changed, 1, 'photo_count']] },
  {
    what: 'counts once for a statement',
    on: 'AFTER INSERT ON photos REFERENCING NEW TABLE AS added FOR EACH STATEMENT',
    run: 'UPDATE albums a SET photo_count = photo_count + c.n FROM (SELECT album_id, count(*) AS n FROM added GROUP BY 1) c WHERE a.id = c.album_id',
    told: [['album/own', changed, 1, 'photo_count']],
  },
  {
    what: 'is deferred',
    make: 'CREATE CONSTRAINT TRIGGER t AFTER INSERT ON photos DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION run()',
    run: count,
    told: [['album/own', changed, 1, 'photo_count']],
  },
  {
    what: 'calls a function that only looks like a known one',
    make: `CREATE SCHEMA app; CREATE FUNCTION app.length(uuid) RETURNS int LANGUAGE sql AS 'UPDATE albums SET photo_count = photo_count + 1 WHERE id = $1 RETURNING 1';
      CREATE TRIGGER t BEFORE INSERT ON photos FOR EACH ROW EXECUTE FUNCTION run()`,
    run: 'NEW.n := NEW.n * app.length(NEW.album_id)',
    told: [['album/own', changed, 1, 'photo_count']],
  },
  {
    what: 'touches the resource above',
    run: `UPDATE shelves SET touched = 'now' WHERE id = (SELECT shelf_id FROM albums WHERE id = NEW.album_id)`,
    told: [['shelf/own', changed, 1, 'touched']],
  },
  {
    what: 'changes some rows of a piece before',
    run: `UPDATE audits SET what = 'seen' WHERE album_id = NEW.album_id AND n <= NEW.n AND n < 3`,
    told: [['album/audits', changed, 2, 'what']],
  },
  {
    what: 'changes rows without a key',
    run: `UPDATE marks SET what = 'seen' WHERE album_id = NEW.album_id AND n = 2`,
    told: [['album/marks', changed, 1, 'what']],
  },
  {
    what: 'exchanges two values',
    run: `UPDATE audits SET what = 'w' || (3 - n) WHERE album_id = NEW.album_id AND n < 3`,
    told: [['album/audits', changed, 2, 'what']],
  },
  { what: 'writes the same', run: 'UPDATE audits SET what = what WHERE album_id = NEW.album_id', told: [] },
  {
    what: 'writes into rows of another resource',
    run: `UPDATE audits SET what = 'x' WHERE album_id <> NEW.album_id`,
    told: [],
  },
  {
    what: 'adds rows to a piece before',
    run: `INSERT INTO audits (album_id, what) VALUES (NEW.album_id, 'photo')`,
    told: [['album/audits', 'table/rows-added', 5]],
  },
  {
    what: 'adds rows to a piece behind',
    run: 'INSERT INTO ends (album_id, n) VALUES (NEW.album_id, 0)',
    told: [['album/ends', 'table/rows-added', 5]],
  },
  {
    what: 'adds and changes',
    run: `UPDATE audits SET what = 'seen' WHERE album_id = NEW.album_id AND n = NEW.n; INSERT INTO audits (album_id, what) VALUES (NEW.album_id, 'photo')`,
    told: [
      ['album/audits', changed, 4],
      ['album/audits', 'table/rows-added', 5],
    ],
  },
  {
    what: 'removes rows',
    run: 'DELETE FROM audits WHERE album_id = NEW.album_id AND n = NEW.n',
    told: 'counts-differ',
  },
  {
    what: 'removes rows without a key',
    run: 'DELETE FROM marks WHERE album_id = NEW.album_id AND n = 1',
    told: 'counts-differ',
  },
  {
    what: 'removes what others refer to',
    run: `DELETE FROM audits WHERE album_id = NEW.album_id AND n = 1; INSERT INTO audits (album_id, n) VALUES (NEW.album_id, 1)`,
    told: 'counts-differ',
  },
  {
    what: 'changes what others refer to',
    run: `UPDATE audits SET code = 'x' || code WHERE album_id = NEW.album_id AND n = 1 AND NEW.n = 1`,
    told: [
      ['album/audits', changed, 1, 'code'],
      ['album/codes', changed, 1, 'code'],
    ],
  },
  {
    what: 'acts through a table that no piece carries',
    run: 'INSERT INTO outside VALUES (NEW.album_id)',
    make: `CREATE TRIGGER t AFTER INSERT ON photos FOR EACH ROW EXECUTE FUNCTION run();
      CREATE FUNCTION further() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE albums SET photo_count = photo_count + 1 WHERE id = NEW.album_id; RETURN NEW; END $$;
      CREATE TRIGGER u AFTER INSERT ON outside FOR EACH ROW EXECUTE FUNCTION further()`,
    told: [['album/own', changed, 1, 'photo_count']],
  },
  {
    what: 'is a rule',
    make: 'CREATE RULE r AS ON INSERT TO photos DO ALSO UPDATE public.albums SET photo_count = photo_count + 1 WHERE id = NEW.album_id',
    told: [['album/own', changed, 1, 'photo_count']],
  },
  {
    what: 'runs when the resource is shown',
    on: 'AFTER UPDATE ON albums FOR EACH ROW WHEN (NEW.ready AND NOT OLD.ready)',
    run: `UPDATE audits SET what = 'shown' WHERE album_id = NEW.id`,
    told: [['album/audits', changed, 4, 'what']],
  },
  {
    what: 'changes the own row when it is shown',
    on: 'BEFORE UPDATE ON albums FOR EACH ROW WHEN (NEW.ready AND NOT OLD.ready)',
    run: `NEW.touched := (SELECT 'shown')`,
    told: [['album/own', changed, 1, 'touched']],
  },
  {
    what: 'is disabled',
    make: 'CREATE TRIGGER t AFTER INSERT ON photos FOR EACH ROW EXECUTE FUNCTION run(); ALTER TABLE photos DISABLE TRIGGER t',
    run: count,
    told: [],
  },
]

const source = '00000000-0000-4000-8000-000000000001'
const album = '00000000-0000-4000-8000-000000000002'

async function fill({ query }: World): Promise<void> {
  await query('TRUNCATE shelves CASCADE')
  await query(`INSERT INTO shelves VALUES ('${source}', 's', 'then')`)
  await query(`INSERT INTO albums VALUES ('${album}', '${source}', 'a', 5, DEFAULT, 'then')`)
  await query(
    `INSERT INTO audits (album_id, n, what, code) SELECT '${album}', n, 'w' || n, 'c' || n FROM generate_series(1, 4) n`,
  )
  await query(`INSERT INTO marks SELECT '${album}', n, 'w' FROM generate_series(1, 4) n`)
  await query(`INSERT INTO codes (album_id, audit_id, code) SELECT album_id, id, code FROM audits`)
  await query(`INSERT INTO photos (album_id, n) SELECT '${album}', n FROM generate_series(1, 5) n`)
}

async function make(
  { database }: World,
  { run, on = 'AFTER INSERT ON photos FOR EACH ROW', make }: Case,
): Promise<void> {
  if (run !== undefined)
    await database.query(
      `CREATE FUNCTION run() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${run}; RETURN NEW; END $$`,
    )
  await database.query(make ?? `CREATE TRIGGER t ${on} EXECUTE FUNCTION run()`)
}

const unmake = ({ database }: World) =>
  database.query(
    'DROP FUNCTION IF EXISTS run() CASCADE; DROP FUNCTION IF EXISTS further() CASCADE; DROP RULE IF EXISTS r ON photos; DROP SCHEMA IF EXISTS app CASCADE',
  )

const toldOf = ({ findings }: JobReport) =>
  findings.map(({ piece, code, count, column }) => [
    piece,
    code,
    count,
    ...(column === undefined ? [] : [column]),
  ])

/** `every`: of so many cases one; the embedded database is slow. */
export function triggersAcross(test: Test, world: () => World, every = 1): void {
  for (const one of cases.filter((_, index) => index % every === 0)) {
    test(`honest counts: what a trigger of another piece does that ${one.what} is told, in an import and in a clone`, async () => {
      await fill(world())
      await withHost(world(), pack, async (piecework) => {
        const exported = await (
          await piecework.export({ resource: { kind: 'shelf', id: source }, principal: ann })
        ).ended()
        const { archive } = exported.job.result
        assert.ok(archive, JSON.stringify(exported.job.error))
        await make(world(), one)
        try {
          for (const copy of [
            () => piecework.import({ archive, principal: ann }),
            () => piecework.clone({ resource: { kind: 'shelf', id: source }, principal: ann }),
          ]) {
            const before = await rows(world())
            const report = await (await copy()).ended()
            if (one.told === 'counts-differ') {
              assert.equal(report.job.error?.code, one.told, JSON.stringify(report.findings))
              assert.deepEqual(await rows(world()), before)
            } else {
              assert.equal(
                report.job.outcome,
                'succeeded',
                JSON.stringify([report.job.error, report.findings]),
              )
              assert.deepEqual(toldOf(report), one.told)
            }
            assert.deepEqual(await world().query('SELECT FROM piecework.summaries'), [])
          }
        } finally {
          await unmake(world())
        }
      })
    })
  }
}

const rows = ({ query }: World) =>
  query(
    `SELECT (SELECT count(*) FROM shelves) AS s, (SELECT count(*) FROM albums) AS a, (SELECT count(*) FROM audits) AS u, (SELECT count(*) FROM photos) AS p`,
  )
