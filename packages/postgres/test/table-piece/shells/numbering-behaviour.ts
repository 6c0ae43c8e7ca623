import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createPiecework, type Database, memoryArtifacts, type ResourceKind } from '@piecework/core'
import { postgresStore, type TableSpec, tablePiece } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'

type Test = (name: string, run: () => Promise<void>) => void

interface Numbering {
  readonly what: string
  /** Columns of the scenarios, beside id and project. */
  readonly columns: string
  readonly constraints: readonly string[]
  /** Body of a trigger before each insert. */
  readonly numbers: string
  /** SQL of each scenario's values, in the order of ids. */
  readonly rows: readonly string[]
  readonly spec?: Partial<TableSpec>
}

const next =
  'NEW.position := (SELECT coalesce(max(position), 0) + 1 FROM $S.scenarios WHERE project_id = NEW.project_id);'
const unique = 'ALTER TABLE $S.scenarios ADD CONSTRAINT one_place UNIQUE (project_id, position)'
const plain = { columns: 'position int NOT NULL', constraints: [unique], numbers: next }

const numberings: readonly Numbering[] = [
  { ...plain, what: 'in another order', rows: ['3', '1', '2'] },
  { ...plain, what: 'two that change places', rows: ['2', '1'] },
  { ...plain, what: 'with gaps', rows: ['7', '2', '1', '3'] },
  { ...plain, what: 'moved by one', rows: ['2', '3', '4', '1'] },
  { ...plain, what: 'in a column that may be NULL', columns: 'position int', rows: ['3', '1', '2'] },
  { ...plain, what: 'as smallint', columns: 'position smallint NOT NULL', rows: ['3', '1', '2'] },
  { ...plain, what: 'as bigint', columns: 'position bigint NOT NULL', rows: ['3', '1', '2'] },
  { ...plain, what: 'as numeric', columns: 'position numeric(6,2) NOT NULL', rows: ['3', '1.25', '2'] },
  { ...plain, what: 'as double', columns: 'position float8 NOT NULL', rows: ['3', '1.5', '2'] },
  {
    ...plain,
    what: 'within the bounds of a check',
    columns: 'position int NOT NULL CHECK (position BETWEEN 1 AND 99)',
    rows: ['3', '1', '2'],
  },
  {
    ...plain,
    what: 'under a deferred constraint',
    constraints: [`${unique} DEFERRABLE INITIALLY DEFERRED`],
    rows: ['3', '1', '2'],
  },
  {
    ...plain,
    what: 'under a partial index',
    constraints: ['CREATE UNIQUE INDEX ON $S.scenarios (project_id, position) WHERE position > 0'],
    rows: ['3', '1', '2'],
  },
  {
    what: 'as texts under an index of an expression',
    columns: 'position int, label text NOT NULL',
    constraints: ['CREATE UNIQUE INDEX ON $S.scenarios (project_id, lower(label))'],
    numbers: `${next} NEW.label := 'Run ' || NEW.position;`,
    rows: ["1, 'run 3'", "2, 'RUN 1'", "3, 'Run 2'"],
  },
  {
    what: 'as short texts',
    columns: 'position int, label varchar(8) NOT NULL',
    constraints: ['CREATE UNIQUE INDEX ON $S.scenarios (project_id, label)'],
    numbers: `${next} NEW.label := 'R' || NEW.position;`,
    rows: ["1, 'R3'", "2, 'R1'", "3, 'R2'"],
  },
  {
    what: 'as dates',
    columns: 'position int, day date NOT NULL',
    constraints: ['CREATE UNIQUE INDEX ON $S.scenarios (project_id, day)'],
    numbers: `${next} NEW.day := date '2026-01-01' + NEW.position;`,
    rows: ["1, '2026-01-04'", "2, '2026-01-02'", "3, '2026-01-03'"],
  },
  {
    what: 'in several columns',
    columns: 'position int NOT NULL, code text NOT NULL, slot int NOT NULL',
    constraints: [
      unique,
      'CREATE UNIQUE INDEX ON $S.scenarios (project_id, code)',
      'CREATE UNIQUE INDEX ON $S.scenarios (project_id, slot)',
    ],
    numbers: `${next} NEW.code := 'S-' || NEW.position; NEW.slot := NEW.position * 10;`,
    rows: ["3, 'S-1', 20", "1, 'S-2', 30", "2, 'S-3', 10"],
  },
]

let schemas = 0

/**
 * Numbers that the host gives to children beside each other never stand in the way of those of the source. `every`: of the ways
 * to number.
 */
export function numberingBehaviour(test: Test, database: () => Database, every = 1): void {
  for (const numbering of numberings.filter((_, index) => index % every === 0)) {
    test(`honest counts: children that a trigger numbers get the numbers of the source: ${numbering.what}`, async () => {
      const { got, wanted, outcomes } = await copied(database(), numbering)
      assert.deepEqual(outcomes, ['succeeded', 'succeeded'])
      assert.deepEqual(got, [wanted, wanted])
    })
  }

  const labelled = {
    ...plain,
    columns: 'position int NOT NULL, label text',
    rows: ["7, 'a'", "5, 'b'", "9, 'c'"],
  }
  const ofHost = ['(1,a)', '(2,b)', '(3,c)']

  test('honest counts: numbers that do not travel stay those of the host', async () => {
    const spec = { ignore: ['project_id', 'position'], order: ['label'] }
    const { got, outcomes } = await copied(database(), { ...labelled, what: '', spec })
    assert.deepEqual(outcomes, ['succeeded', 'succeeded'])
    assert.deepEqual(got, [ofHost, ofHost])
  })

  test('honest counts: an archive without the numbers leaves those of the host', async () => {
    const spec = { order: ['label'] }
    const older = { ignore: ['project_id', 'position'], order: ['label'] }
    const { got, outcomes, wanted } = await copied(database(), { ...labelled, what: '', spec }, older)
    assert.deepEqual(outcomes, ['succeeded', 'succeeded'])
    assert.deepEqual(got, [ofHost, wanted])
  })

  test('honest counts: numbers that the host keeps from the shell stay', async () => {
    const spec = { keepShellValue: ['position'], order: ['label'] }
    const { got, outcomes } = await copied(database(), { ...labelled, what: '', spec })
    assert.deepEqual(outcomes, ['succeeded', 'succeeded'])
    assert.deepEqual(got, [ofHost, ofHost])
  })
}

/** Values of the scenarios of the source, and of an import and a clone of it. */
async function copied(
  db: Database,
  { columns, constraints, numbers, rows, spec }: Numbering,
  exportedBy?: Partial<TableSpec>,
) {
  const schema = `numbered_${++schemas}`
  const here = (sql: string) => sql.replaceAll('$S', schema)
  const names = columns
    .replaceAll(/\(.*?\)/g, '')
    .split(', ')
    .map((column) => column.split(' ')[0])
  for (const sql of [
    'CREATE SCHEMA $S',
    'CREATE TABLE $S.projects (id uuid PRIMARY KEY, name text)',
    `CREATE TABLE $S.scenarios (id uuid PRIMARY KEY, project_id uuid NOT NULL REFERENCES $S.projects ON DELETE CASCADE, ${columns})`,
    ...constraints,
    `CREATE FUNCTION $S.number() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${numbers} RETURN NEW; END $$`,
  ])
    await db.query(here(sql))
  const id = randomUUID()
  await db.query(here('INSERT INTO $S.projects VALUES ($1, $2)'), [id, 'Reef'])
  // Ids in order, so that the plan's order is that of the rows.
  for (const [index, row] of rows.entries())
    await db.query(here(`INSERT INTO $S.scenarios VALUES ($1, $2, ${row})`), [
      `00000000-0000-4000-8000-${String(100 * schemas + index).padStart(12, '0')}`,
      id,
    ])
  await db.query(
    here('CREATE TRIGGER number BEFORE INSERT ON $S.scenarios FOR EACH ROW EXECUTE FUNCTION $S.number()'),
  )
  const pieces = (more: Partial<TableSpec> | undefined) => [
    tablePiece({
      name: 'n/project',
      of: 'project',
      version: 1,
      schema,
      tables: [{ table: 'projects', owner: 'id', order: ['name'] }],
    }),
    tablePiece({
      name: 'n/scenario',
      of: 'scenario',
      version: 1,
      schema,
      tables: [{ table: 'scenarios', owner: 'id', order: ['position'], ignore: ['project_id'], ...more }],
    }),
  ]
  const store = postgresStore({ database: db })
  const artifacts = memoryArtifacts()
  const host = async (more: Partial<TableSpec> | undefined) => {
    const packs = [{ name: 'n', kinds: kinds(schema), pieces: pieces(more) }]
    const piecework = createPiecework({ packs, store, artifacts, runtime: inProcess() })
    await piecework.start()
    return piecework
  }
  const asked = { resource: { kind: 'project', id }, principal: { id: 'ann' } }
  const exporter = await host(exportedBy ?? spec)
  const { archive = assert.fail('no archive') } = await (await exporter.export(asked)).result()
  await exporter.stop()
  const piecework = await host(spec)
  try {
    const jobs = [
      (await (await piecework.import({ archive, principal: asked.principal })).ended()).job,
      (await (await piecework.clone(asked)).ended()).job,
    ]
    const values = async (project: string) => {
      const of = `SELECT ROW(${names.join(', ')})::text AS v FROM ${schema}.scenarios WHERE project_id = $1 ORDER BY 1`
      return (await db.query<{ v: string }>(of, [project])).rows.map(({ v }) => v)
    }
    const got: (readonly string[])[] = []
    for (const { target } of jobs) got.push(await values(target?.id ?? ''))
    const outcomes = jobs.map(({ status, error }) => (status === 'succeeded' ? status : error?.message))
    return { got, wanted: await values(id), outcomes }
  } finally {
    await piecework.stop()
  }
}

const kinds = (schema: string): readonly ResourceKind[] => [
  {
    kind: 'project',
    table: 'projects',
    describe: async ({ id }, db) =>
      (await db.query<{ name: string }>(`SELECT name FROM ${schema}.projects WHERE id = $1`, [id])).rows[0],
    shell: {
      create: async ({ ref }, tx) =>
        void (await tx.query(`INSERT INTO ${schema}.projects (id) VALUES ($1)`, [ref.id])),
      ready: async () => {},
      remove: async ({ id }, tx) =>
        void (await tx.query(`DELETE FROM ${schema}.projects WHERE id = $1`, [id])),
    },
  },
  {
    kind: 'scenario',
    parent: 'project',
    table: 'scenarios',
    describe: async ({ id }) => ({ name: id }),
    parentOf: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT project_id AS id FROM ${schema}.scenarios WHERE id = $1`,
        [id],
      )
      return rows[0] && { kind: 'project', id: rows[0].id }
    },
    listUnder: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT id FROM ${schema}.scenarios WHERE project_id = $1 ORDER BY id`,
        [id],
      )
      return rows.map((row) => ({ kind: 'scenario', id: row.id }))
    },
    shell: {
      create: async ({ ref, parent }, tx) =>
        void (await tx.query(`INSERT INTO ${schema}.scenarios (id, project_id) VALUES ($1, $2)`, [
          ref.id,
          parent?.id,
        ])),
      ready: async () => {},
      remove: async ({ id }, tx) =>
        void (await tx.query(`DELETE FROM ${schema}.scenarios WHERE id = $1`, [id])),
    },
  },
]
