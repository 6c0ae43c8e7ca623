import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { jobIds, type KeyForm, keyFormsOf, keyFormText, type TextForm } from '@piecework/core/piece'
import { checkTables, idExpression, type TableSpec, tablePiece } from '@piecework/postgres'
import type { LawTest } from '@piecework/testkit'
import fc from 'fast-check'
import { cloned, exported, imported, newProject, rowsOf, type World } from '../support.js'

/** Tables of projects with keys that are texts. */
export const textKeyTables = `
    CREATE TABLE projects (id uuid PRIMARY KEY);
    CREATE TABLE notes (id text PRIMARY KEY, project_id uuid REFERENCES projects, title text, parent_id text REFERENCES notes);
    CREATE TABLE marks ("The Id" varchar(36) PRIMARY KEY, project_id uuid REFERENCES projects, n int, note_id text NOT NULL REFERENCES notes, loose text, doc jsonb);
    CREATE TABLE padded (id char(30) PRIMARY KEY, project_id uuid REFERENCES projects, n int, of char(30) REFERENCES padded);
    CREATE TABLE countries (code text PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE short (id varchar(20) PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE folded (id numeric PRIMARY KEY, project_id uuid REFERENCES projects);
    CREATE TABLE numbers (id int PRIMARY KEY, project_id uuid REFERENCES projects)`

const forms: readonly TextForm[] = [
  'uuid',
  'uuid-hex',
  { hex: 20 },
  { hex: 64 },
  'cuid',
  'cuid2',
  { cuid2: 16 },
  'ulid',
  'nanoid',
  { nanoid: { length: 33 } },
  { nanoid: { length: 64, alphabet: '01' + 'xyz' } },
]
const olds = ['', 'é', '😀', "'", '\\', '\\x00', 'x'.repeat(3000), 'A', 'a', ' a ', '007']

/** Of a database that has those tables. */
export function textKeys(test: LawTest, world: () => World): void {
  test('new ids: SQL and TypeScript make the same key of any text in every form', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''))
    const oneOf = fc.tuple(fc.constantFrom(...forms), fc.oneof(text, fc.uuid(), fc.nat().map(String)))
    const examples = forms.flatMap((form) => olds.map((old): [TextForm, string] => [form, old]))
    await fc.assert(
      fc.asyncProperty(fc.array(oneOf, { minLength: 40, maxLength: 40 }), async (list) => {
        const ids = list.map(([form]) => jobIds('job', { forms: new Map([['t', form]]) }))
        const selects = ids.map((one, at) => idExpression(one, 't', `$${at + 1}::text`))
        const [row] = await rowsOf<{ ids: string[] }>(
          world().db,
          `SELECT ARRAY[${selects.join(', ')}] AS ids`,
          list.map(([, old]) => old),
        )
        assert.deepEqual(
          row?.ids,
          list.map(([, old], at) => ids[at]?.idOf('t', old)),
        )
      }),
      { numRuns: 10, examples: [[examples]] },
    )
    const nothing = forms.map((form) =>
      idExpression(jobIds('job', { forms: new Map([['t', form]]) }), 't', 'NULL::text'),
    )
    const [row] = await rowsOf<{ ids: unknown[] }>(world().db, `SELECT ARRAY[${nothing.join(', ')}] AS ids`)
    assert.deepEqual(
      row?.ids,
      nothing.map(() => null),
    )
  })

  const piece = (...tables: TableSpec[]) =>
    tablePiece({ name: 'project/x', of: 'project', version: 1, tables })
  const notes: TableSpec = {
    table: 'notes',
    key: 'cuid',
    owner: 'project_id',
    order: ['title'],
    references: { parent_id: 'notes' },
  }
  const marks: TableSpec = {
    table: 'marks',
    key: { hex: 24 },
    owner: 'project_id',
    order: ['n'],
    references: { note_id: 'notes', loose: 'notes' },
    json: { doc: [{ path: 'ids[*]', table: 'notes' }] },
  }
  const [own, others] = [
    piece(notes),
    tablePiece({
      ...{ name: 'project/y', of: 'project', version: 1, after: ['project/x'] },
      tables: [marks],
    }),
  ]

  const cuid = (n: number): string => `c${String(n).padStart(24, 'x')}`

  /** A project whose notes and marks refer to each other, with texts that look like keys and are none. */
  async function project(): Promise<string> {
    const id = randomUUID()
    const salt = Number(randomBytes(3).readUIntBE(0, 3))
    const note = (n: number) => cuid(salt * 10 + n)
    await world().db.query('INSERT INTO projects VALUES ($1)', [id])
    await world().db.query(`INSERT INTO notes VALUES ($1,$4,'a',NULL),($2,$4,'b',$1),($3,$4,$1,$3)`, [
      note(1),
      note(2),
      note(3),
      id,
    ])
    await world().db.query(
      `INSERT INTO marks SELECT md5($1 || n)::varchar(24), $1::uuid, n, $2, CASE n % 2 WHEN 0 THEN $3 END, CASE n WHEN 1 THEN $4::jsonb END
     FROM generate_series(1, 30) n`,
      [id, note(1), note(2), JSON.stringify({ ids: [note(2), note(3)], other: note(1) })],
    )
    return id
  }

  const content = (id: string) =>
    rowsOf(
      world().db,
      `SELECT n.title LIKE 'c%' AS odd, length(n.id) AS length, p.title AS parent, (SELECT count(*) FROM marks m, jsonb_array_elements_text(m.doc -> 'ids') d WHERE m.project_id = n.project_id AND d = n.id) AS refs,
       (SELECT count(*) FROM marks m WHERE m.note_id = n.id AND m.project_id = n.project_id AND length(m."The Id") = 24) AS marks,
       (SELECT count(*) FROM marks m WHERE m.loose = n.id AND m.project_id = n.project_id) AS loose
     FROM notes n LEFT JOIN notes p ON p.id = n.parent_id AND p.project_id = n.project_id WHERE n.project_id = $1 ORDER BY n.title = 'a' DESC, n.title = 'b' DESC`,
      [id],
    )

  const withForms = { forms: keyFormsOf([own, others]) }

  test('new ids: texts as keys are imported and cloned, in columns and documents', async () => {
    await checkTables(world().db, [own, others])
    const id = await project()
    const before = await content(id)
    assert.deepEqual(before[0], { ...before[0], marks: '30', parent: null })
    for (const how of ['import', 'clone'] as const) {
      const into = { ...(await newProject(world().db, id)), ids: withForms }
      for (const one of [own, others]) {
        if (how === 'clone') assert.deepEqual((await cloned(world().db, one, into)).findings, [])
        else {
          const { files } = await exported(world().db, one, { kind: 'project', id })
          assert.deepEqual((await imported(world().db, one, files, into)).findings, [])
        }
      }
      const after = await content(into.resource.id)
      assert.deepEqual(after.slice(0, 2), before.slice(0, 2), how)
      assert.equal(after.length, 3, how)
      assert.deepEqual(after[1], { ...after[1], refs: '1', loose: '15', parent: 'a' }, how)
      const ids = jobIds(into.jobId, withForms)
      const [expected] = await rowsOf<{ id: string }>(
        world().db,
        'SELECT id FROM notes WHERE project_id = $1 AND title = $2',
        [id, 'a'],
      )
      const [made] = await rowsOf<{ id: string }>(
        world().db,
        'SELECT id FROM notes WHERE project_id = $1 AND title = $2',
        [into.resource.id, 'a'],
      )
      assert.equal(made?.id, ids.idOf('notes', expected?.id ?? ''), how)
      assert.match(made?.id ?? '', /^c[0-9a-z]{24}$/)
    }
  })

  test('new ids: quoted and unusual texts as keys, and keys with padding', async () => {
    const id = randomUUID()
    await world().db.query('INSERT INTO projects VALUES ($1)', [id])
    const odd = ['', 'a,b', 'say "x"', 'line\nbreak', 'ü', ' ', '\\N', 'NULL'].map((text) => `${text}${id}`)
    await world().db.query(
      `INSERT INTO notes SELECT k, $2, lpad(n::text, 3, '0'), k FROM unnest($1::text[]) WITH ORDINALITY u(k, n)`,
      [odd, id],
    )
    const padded = piece({
      table: 'padded',
      key: { hex: 30 },
      owner: 'project_id',
      order: ['n'],
      references: { of: 'padded' },
    })
    await world().db.query(
      `INSERT INTO padded SELECT left(md5($1 || n), n), $1::uuid, n, left(md5($1 || n), n) FROM generate_series(20, 29) n`,
      [id],
    )
    const all = { forms: keyFormsOf([own, others, padded].map((one, at) => ({ ...one, name: String(at) }))) }
    for (const how of ['import', 'clone'] as const) {
      const into = { ...(await newProject(world().db, id)), ids: all }
      for (const one of [own, padded]) {
        if (how === 'clone') await cloned(world().db, one, into)
        else
          await imported(
            world().db,
            one,
            (await exported(world().db, one, { kind: 'project', id })).files,
            into,
          )
      }
      const [row] = await rowsOf(
        world().db,
        `SELECT (SELECT count(*) FROM notes WHERE project_id = $1 AND parent_id = id AND id ~ '^c[0-9a-z]{24}$') AS notes,
         (SELECT count(*) FROM padded WHERE project_id = $1 AND of = id AND id ~ '^[0-9a-f]{30}$') AS padded`,
        [into.resource.id],
      )
      assert.deepEqual(row, { notes: String(odd.length), padded: '10' }, how)
    }
  })

  test('new ids: natural keys travel as they are', async () => {
    const id = randomUUID()
    const countries = piece({ table: 'countries', key: 'natural', owner: 'project_id', order: ['code'] })
    await world().db.query('INSERT INTO projects VALUES ($1)', [id])
    await world().db.query(`INSERT INTO countries VALUES ('de', $1), ('fr', $1)`, [id])
    await checkTables(world().db, [countries])
    const { files } = await exported(world().db, countries, { kind: 'project', id })
    await world().db.query('DELETE FROM countries')
    const into = { ...(await newProject(world().db, id)), ids: { forms: keyFormsOf([countries]) } }
    await imported(world().db, countries, files, into)
    const rows = await rowsOf<{ code: string }>(
      world().db,
      'SELECT code FROM countries WHERE project_id = $1 ORDER BY 1',
      [into.resource.id],
    )
    assert.deepEqual(
      rows.map(({ code }) => code),
      ['de', 'fr'],
    )
  })

  const refused: readonly (readonly [TableSpec, RegExp])[] = [
    [
      { ...marks, key: 'cuid', table: 'short', references: {}, order: [] },
      /key "id" of table "short" is character varying\(20\), and new keys as 'cuid' have 25 characters/,
    ],
    [
      { ...marks, key: 'cuid', table: 'folded', references: {}, order: [] },
      /key "id" of table "folded" is numeric, so new keys cannot be 'cuid'/,
    ],
    [
      { table: 'folded', owner: 'project_id', order: [] },
      /"folded" is numeric, which new keys are not made for; .*key: 'natural'/,
    ],
    [
      { table: 'numbers', key: { hex: 24 }, owner: 'project_id', order: [] },
      /key "id" of table "numbers" is integer/,
    ],
  ]

  test('new ids: a form that does not fit the column is refused by name', async () => {
    for (const [spec, message] of refused)
      await assert.rejects(checkTables(world().db, [piece(spec)]), message)
  })

  const [digits, small] = ['0123456789', 'abcdefghijklmnopqrstuvwxyz']
  const samples: readonly (readonly [string, KeyForm])[] = [
    [`'c' || substr(md5(n::text), 1, 24)`, 'cuid'],
    [`gen_random_uuid()::text`, 'uuid'],
    [`replace(gen_random_uuid()::text, '-', '')`, 'uuid-hex'],
    [`substr(md5(n::text), 1, 24)`, { hex: 24 }],
    [`'z' || substr(md5(n::text), 1, 23)`, 'cuid2'],
    [`'01' || upper(translate(substr(md5(n::text), 1, 24), 'f', 'Z'))`, 'ulid'],
    [`'_-' || upper(substr(md5(n::text), 1, 19))`, 'nanoid'],
    [`'_-' || upper(substr(md5(n::text), 1, 15))`, { nanoid: { length: 17 } }],
    [`'0z' || substr(md5(n::text), 1, 19)`, { nanoid: { length: 21, alphabet: digits + small } }],
    [
      `'0zA' || substr(md5(n::text), 1, 17)`,
      { nanoid: { length: 20, alphabet: digits + small.toUpperCase() + small } },
    ],
    [`'0z' || substr(md5(n::text), 1, 12)`, 'natural'],
    [`'no-' || n`, 'natural'],
  ]

  test('new ids: a text key that is not declared is refused, with words that can be copied', async () => {
    const bare = piece({ table: 'samples', owner: 'project_id', order: [] })
    for (const [sql, form] of samples) {
      await world().db.query(`DROP TABLE IF EXISTS samples`)
      await world().db.query(`CREATE TABLE samples (id text PRIMARY KEY, project_id uuid)`)
      await world().db.query(`INSERT INTO samples SELECT ${sql}, NULL FROM generate_series(1, 120) n`)
      const message = await checkTables(world().db, [bare]).then(
        () => '',
        (error: Error) => error.message,
      )
      const words = /key: (.*)\.$/.exec(message)?.[1] ?? message
      assert.equal(words, keyFormText(form), sql)
      await checkTables(world().db, [piece({ table: 'samples', key: form, owner: 'project_id', order: [] })])
    }
  })

  test('new ids: two pieces that differ about a table are refused', async () => {
    const other = tablePiece({
      name: 'project/z',
      of: 'project',
      version: 1,
      tables: [{ ...notes, key: 'cuid2' }],
    })
    await assert.rejects(
      checkTables(world().db, [own, other]),
      /"project\/x" and "project\/z" differ about keys of "notes": 'cuid', 'cuid2'/,
    )
  })

  test('new ids: a reference to text keys whose form no piece declares is refused, not left empty', async () => {
    const id = await project()
    const into = await newProject(world().db, id)
    await assert.rejects(
      checkTables(world().db, [others]),
      /"marks"\."note_id" leads to text keys of "notes", and no piece/,
    )
    await assert.rejects(
      cloned(world().db, others, into),
      /Keys of "(marks|notes)" are texts, and no piece declares/,
    )
  })
}
