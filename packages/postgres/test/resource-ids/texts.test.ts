import assert from 'node:assert/strict'
import { isPieceworkError, type Pack, type ResourceKind } from '@piecework/core'
import type { KeyForm } from '@piecework/core/piece'
import { checkTables, tablePiece } from '@piecework/postgres'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import { ann, embeddedWorld, serverWorld, type World, withHost } from './support.js'

interface TextIds {
  readonly name: string
  readonly type: string
  readonly form: KeyForm
  /** What the form's new ids look like. */
  readonly looks: RegExp
  /** Ids of a project and of its two scenarios. */
  readonly ids: readonly [string, string, string]
}

const all: readonly TextIds[] = [
  {
    name: 'hex',
    type: 'text',
    form: { hex: 24 },
    looks: /^[0-9a-f]{24}$/,
    ids: ['507f1f77bcf86cd799439011', '507f1f77bcf86cd799439012', '507f1f77bcf86cd799439013'],
  },
  {
    name: 'cuid',
    type: 'varchar(30)',
    form: 'cuid',
    looks: /^c[0-9a-z]{24}$/,
    ids: ['clh3am1g30000udocbgsy4tc0', 'clh3am1g30001udocbgsy4tc1', 'clh3am1g30002udocbgsy4tc2'],
  },
  {
    name: 'uuid',
    type: 'text',
    form: 'uuid',
    looks: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    ids: [
      'aaaaaaaa-0000-4000-8000-00000000000a',
      'aaaaaaaa-0000-4000-8000-00000000000b',
      'aaaaaaaa-0000-4000-8000-00000000000c',
    ],
  },
  {
    name: 'padded',
    type: 'char(40)',
    form: 'ulid',
    looks: /^[0-7][0-9A-Z]{25}$/,
    ids: ['01ARZ3NDEKTSV4RRFFQ69G5FAV', '01ARZ3NDEKTSV4RRFFQ69G5FAW', '01ARZ3NDEKTSV4RRFFQ69G5FAX'],
  },
  {
    name: 'odd',
    type: 'text',
    form: 'nanoid',
    looks: /^[\w-]{21}$/,
    ids: ['../a/b:c %2F o\'clock \\ "q" $1 $into', 'ünïcode 🐟/.', 'Ünïcode 🐟/..'],
  },
]

const tablesOf = ({ name, type }: TextIds): string => `
CREATE TABLE ${name}_projects (id ${type} PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true);
CREATE TABLE ${name}_notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text, document jsonb,
  project_id ${type} NOT NULL REFERENCES ${name}_projects ON DELETE CASCADE, also ${type} REFERENCES ${name}_projects);
CREATE TABLE ${name}_scenarios (id ${type} PRIMARY KEY, name text, ready boolean NOT NULL DEFAULT true,
  project_id ${type} NOT NULL REFERENCES ${name}_projects ON DELETE CASCADE);
CREATE TABLE ${name}_tags (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), label text NOT NULL,
  project_id ${type} NOT NULL REFERENCES ${name}_projects ON DELETE CASCADE);
CREATE TABLE ${name}_units (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), area float8,
  scenario_id ${type} NOT NULL REFERENCES ${name}_scenarios ON DELETE CASCADE,
  project_id ${type} REFERENCES ${name}_projects, tag_id uuid REFERENCES ${name}_tags);`

function packOf({ name, form }: TextIds): Pack {
  const kind = (own: 'project' | 'scenario'): ResourceKind => ({
    kind: own,
    table: `${name}_${own}s`,
    key: form,
    describe: async ({ id }, db) =>
      (await db.query<{ name: string }>(`SELECT name FROM ${name}_${own}s WHERE id = $1 AND ready`, [id]))
        .rows[0],
    shell: {
      create: async ({ ref, parent, name: asked }, tx) => {
        const columns = parent ? 'id, name, ready, project_id' : 'id, name, ready'
        const values = parent ? '$1, $2, false, $3' : '$1, $2, false'
        await tx.query(
          `INSERT INTO ${name}_${own}s (${columns}) VALUES (${values}) ON CONFLICT (id) DO NOTHING`,
          [ref.id, asked ?? '', ...(parent ? [parent.id] : [])],
        )
      },
      ready: async ({ id }, tx) => {
        await tx.query(`UPDATE ${name}_${own}s SET ready = true WHERE id = $1`, [id])
      },
      remove: async ({ id }, tx) => {
        await tx.query(`DELETE FROM ${name}_${own}s WHERE id = $1`, [id])
      },
    },
  })
  const scenario: ResourceKind = {
    ...kind('scenario'),
    parent: 'project',
    // Text, because a char(n) would come padded.
    parentOf: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT project_id::text AS id FROM ${name}_scenarios WHERE id = $1`,
        [id],
      )
      return rows[0] && { kind: 'project', id: rows[0].id }
    },
    listUnder: async ({ id }, db) => {
      const { rows } = await db.query<{ id: string }>(
        `SELECT id::text FROM ${name}_scenarios WHERE project_id = $1 AND ready ORDER BY name`,
        [id],
      )
      return rows.map((row) => ({ kind: 'scenario', id: row.id }))
    },
  }
  const own = { owner: 'id', order: ['name'], keepShellValue: ['name'] }
  return {
    name,
    kinds: [kind('project'), scenario],
    pieces: [
      tablePiece({
        name: 'project/own',
        of: 'project',
        version: 1,
        tables: [
          { ...own, table: `${name}_projects`, ignore: ['ready'] },
          {
            table: `${name}_notes`,
            owner: 'project_id',
            order: ['text'],
            references: { also: `${name}_projects` },
            json: { document: [{ path: 'project', table: `${name}_projects` }] },
          },
          { table: `${name}_tags`, owner: 'project_id', order: ['label'] },
        ],
      }),
      tablePiece({
        name: 'scenario/own',
        of: 'scenario',
        version: 1,
        after: ['project/own'],
        tables: [
          { ...own, table: `${name}_scenarios`, ignore: ['ready', 'project_id'] },
          {
            table: `${name}_units`,
            owner: 'scenario_id',
            order: ['area'],
            references: {
              project_id: { table: `${name}_projects`, of: 'project' },
              tag_id: {
                table: `${name}_tags`,
                of: 'project',
                lookup: {
                  where: 'project_id = $into',
                  by: ['label'],
                  exportWhere: 'project_id IS NOT NULL',
                },
              },
            },
          },
        ],
      }),
    ],
  }
}

async function fill(world: World, { name, ids: [project, ...scenarios] }: TextIds): Promise<void> {
  await world.query(`INSERT INTO ${name}_projects (id, name) VALUES ($1, 'Reef')`, [project])
  await world.query(
    `INSERT INTO ${name}_notes (text, project_id, also, document)
     VALUES ('of itself', $1::text, $1::text, jsonb_build_object('project', $1::text)), ('of none', $1::text, NULL, '{"project": "other"}')`,
    [project],
  )
  await world.query(`INSERT INTO ${name}_tags (label, project_id) VALUES ('shallow', $1), ('deep', $1)`, [
    project,
  ])
  for (const [at, scenario] of scenarios.entries()) {
    await world.query(`INSERT INTO ${name}_scenarios (id, name, project_id) VALUES ($1, $2, $3)`, [
      scenario,
      `Plan ${at}`,
      project,
    ])
    await world.query(
      `INSERT INTO ${name}_units (area, scenario_id, project_id, tag_id)
       SELECT $1::float8, $2::text, $3::text, id FROM ${name}_tags WHERE project_id = $3::text AND label = 'deep'`,
      [at + 0.5, scenario, project],
    )
  }
}

async function contentOf(world: World, { name }: TextIds, project: string): Promise<unknown> {
  const [row] = await world.query<{ content: unknown }>(
    `SELECT jsonb_build_object(
       'notes', (SELECT jsonb_agg(jsonb_build_array(text, also = project_id, document ->> 'project' = project_id::text) ORDER BY text)
         FROM ${name}_notes WHERE project_id = p.id),
       'scenarios', (SELECT jsonb_agg(jsonb_build_array(s.name, s.ready,
           (SELECT jsonb_agg(jsonb_build_array(area, u.project_id = p.id, g.label, g.project_id = p.id)) FROM ${name}_units u
           LEFT JOIN ${name}_tags g ON g.id = u.tag_id WHERE scenario_id = s.id)) ORDER BY s.name)
         FROM ${name}_scenarios s WHERE s.project_id = p.id)) AS content
     FROM ${name}_projects p WHERE p.id = $1`,
    [project],
  )
  return row?.content
}

for (const [where, open, runner] of [
  ['server', serverWorld, needsServer(suite('text ids of resources: server'))],
  ['embedded', embeddedWorld, suite('text ids of resources: embedded')],
] as const) {
  const test = runner
  // The embedded database takes long, and differs in none of the others.
  const tried = where === 'server' ? all : all.filter(({ name }) => name === 'padded' || name === 'odd')
  let world: World
  test.before(async () => {
    world = await open(tried.map(tablesOf).join(''))
    for (const texts of tried) await fill(world, texts)
  })
  test.after(() => world.close())

  for (const texts of tried) {
    const pack = packOf(texts)
    const [project, first] = texts.ids
    const resource = { kind: 'project', id: project }

    test(`new ids: copies have ids of their form: ${texts.name} (${where})`, async () => {
      await checkTables(world.database, pack.pieces ?? [])
      const before = await contentOf(world, texts, project)
      await withHost(world, pack, async (piecework) => {
        const side = { resource, principal: ann }
        const { archive } = await (await piecework.export(side)).result()
        assert.ok(archive)
        assert.equal((await piecework.inspect(archive, { principal: ann })).tree.id, project)
        assert.ok((await piecework.verify(archive, { principal: ann })).ok)
        const validated = await (await piecework.validate({ archive, principal: ann })).ended()
        assert.equal(validated.job.outcome, 'succeeded', JSON.stringify(validated.findings))
        const made = [
          await (await piecework.import({ archive, principal: ann })).ended(),
          await (await piecework.clone({ ...side, name: 'Reef' })).ended(),
        ]
        for (const { job } of made) {
          assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
          const copy = job.result.resource?.id ?? ''
          assert.match(copy, texts.looks)
          // The document that leads nowhere is reported, and loses its id.
          assert.deepEqual(await contentOf(world, texts, copy), without(before))
          const scenarios = await world.query<{ id: string }>(
            `SELECT id::text FROM ${texts.name}_scenarios WHERE project_id = $1`,
            [copy],
          )
          for (const { id } of scenarios) assert.match(id, texts.looks)
          const diff = await piecework.diff(side, { resource: { kind: 'project', id: copy }, principal: ann })
          const changed = diff.resources.flatMap(({ pieces }) =>
            pieces.flatMap(({ entries }) => entries.flatMap(({ rows }) => Object.keys(rows?.columns ?? {}))),
          )
          assert.deepEqual(changed, ['document'], JSON.stringify(diff))
          const listed = await piecework.jobs({ principal: ann, resource: { kind: 'project', id: copy } })
          assert.deepEqual(
            listed.map(({ id }) => id),
            [job.id],
          )
        }
        assert.deepEqual(await contentOf(world, texts, project), before)
      })
    })

    test(`exclusion: a text is held as it is: ${texts.name} (${where})`, async () => {
      await withHost(world, pack, async (piecework) => {
        const { guard } = piecework
        const claim = await guard.claim([{ kind: 'scenario', id: first }], { id: 'run', kind: 'run' })
        const refused = (work: Promise<unknown>, code: 'resource-busy' | 'resource-not-found') =>
          assert.rejects(work, (error) => isPieceworkError(error, code))
        await refused(
          guard.edit(resource, async () => {}),
          'resource-busy',
        )
        await refused(
          guard.claim([`project:${encodeURIComponent(project)}`], { id: 'b', kind: 'run' }),
          'resource-busy',
        )
        await refused(piecework.clone({ resource, principal: ann }), 'resource-busy')
        for (const id of [`${project} `, `${project}\0`, 'x'.repeat(300), '\ud800'])
          await refused(guard.checkEditable({ kind: 'project', id }), 'resource-not-found')
        await claim.release()
      })
    })

    test(`new ids: a part goes into another resource: ${texts.name} (${where})`, async () => {
      await withHost(world, pack, async (piecework) => {
        const part = await piecework.export({ resource: { kind: 'scenario', id: first }, principal: ann })
        const { archive } = await part.result()
        const whole = await piecework.export({
          resource,
          children: [{ kind: 'scenario', id: first }],
          principal: ann,
        })
        const into = await piecework.import({
          archive: (await whole.result()).archive ?? assert.fail(),
          principal: ann,
        })
        const { resource: target } = await into.result()
        assert.ok(archive && target)
        const report = await (await piecework.import({ archive, into: target, principal: ann })).ended()
        assert.equal(report.job.outcome, 'succeeded', JSON.stringify(report))
        const rows = await world.query(
          `SELECT s.name, s.project_id::text AS "in", u.project_id, g.label, g.project_id::text AS "tagIn"
           FROM ${texts.name}_scenarios s JOIN ${texts.name}_units u ON u.scenario_id = s.id
           LEFT JOIN ${texts.name}_tags g ON g.id = u.tag_id WHERE s.id = $1`,
          [report.job.result.resource?.id],
        )
        // The reference to a project that is not carried is left empty; the tag is found by its label.
        assert.deepEqual(rows, [
          { name: 'Plan 0', in: target.id, project_id: null, label: 'deep', tagIn: target.id },
        ])
      })
    })
  }
  test.run()
}

/** A document's id that leads nowhere is taken out. */
function without(content: unknown): unknown {
  return JSON.parse(JSON.stringify(content).replace('["of none",null,false]', '["of none",null,null]'))
}
