import assert from 'node:assert/strict'
import { isPieceworkError, type Pack } from '@piecework/core'
import { type Format, type Piece, uploadEntries } from '@piecework/core/piece'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  embeddedWorld,
  integerPack,
  integerTables,
  serverWorld,
  type World,
  withHost,
} from './support.js'

/** Each line becomes a note of a new project and a card of its only board. */
const lines = (of: 'project' | 'board', insert: string): Piece => ({
  contract: 1,
  name: `lines/${of}`,
  of,
  version: 1,
  validators: [
    {
      validate: async function* ({ target, tx }) {
        if (!target) return
        const { rows } = await tx.query(`SELECT id::text FROM ${of}s WHERE id = $1`, [target.id])
        if (rows.length === 0)
          yield { severity: 'error', code: 'lines/no-shell', message: `No shell of ${target.id}.` }
      },
    },
  ],
  importer: {
    import: async ({ entries, resource, tx, ids, into }) => {
      const texts: string[] = []
      for await (const chunk of entries.open('text')) texts.push(...Buffer.from(chunk).toString().split('\n'))
      assert.equal(into, undefined)
      assert.equal(ids.idOf(`${of}s`, of === 'project' ? 'the project' : '7'), resource.id)
      for (const text of texts) {
        if (text === 'bad') throw new Error('bad')
        await tx.query(insert, [text, resource.id])
      }
      return { rows: 0 }
    },
  },
})

const tree = { kind: 'project', id: 'the project', children: [{ kind: 'board', id: '007', children: [] }] }
const pieces = [
  lines('project', 'INSERT INTO notes (text, project_id) VALUES ($1, $2)'),
  lines('board', 'INSERT INTO cards (title, board_id) VALUES ($1, $2)'),
]
const format: Format = {
  name: 'lines',
  roles: { text: { required: true, maxBytes: 1000 } },
  tree,
  pieces,
  open: async ({ uploads, artifacts }) => {
    const entries = await uploadEntries(uploads, artifacts)
    const [project, board] = pieces.map(({ name, version }) => ({ piece: name, version, entries }))
    assert.ok(project && board)
    return {
      tree,
      nodes: [
        { ...project, resource: { kind: 'project', id: 'the project' } },
        { ...board, resource: { kind: 'board', id: '007' } },
      ],
      findings: [],
      close: async () => {},
    }
  },
}
const pack: Pack = { ...integerPack, formats: [format] }
const text = (content: string) => ({ stream: chunks(content), fileName: 'text' })

async function* chunks(content: string) {
  yield Buffer.from(content)
}

for (const [name, open, test] of [
  ['server', serverWorld, needsServer(suite('drafts with integer ids: server'))],
  ['embedded', embeddedWorld, suite('drafts with integer ids: embedded')],
] as const) {
  let world: World
  test.before(async () => {
    world = await open(integerTables)
  })
  test.after(() => world.close())

  const rows = async () =>
    world.query(
      `SELECT p.id::text, p.ready, b.id::text AS board, b.ready AS board_ready,
         (SELECT array_agg(text ORDER BY text) FROM notes WHERE project_id = p.id) AS notes,
         (SELECT array_agg(title ORDER BY title) FROM cards WHERE board_id = b.id) AS cards
       FROM projects p LEFT JOIN boards b ON b.project_id = p.id ORDER BY p.id`,
    )

  test(`nothing half-made: a draft draws when it is made, and is filled under that id (${name})`, async () => {
    const made = await withHost(world, pack, async (piecework) => {
      const draft = await piecework.createDraft({ format: 'lines', principal: ann, name: 'Draft' })
      const [project, board] = draft.resources
      assert.deepEqual(draft.resource, project)
      assert.deepEqual(await rows(), [
        { id: project?.id, ready: false, board: board?.id, board_ready: false, notes: null, cards: null },
      ])
      return { project: project?.id ?? '', board: board?.id }
    })
    // In another process, by another spelling.
    await withHost(world, pack, async (piecework) => {
      const draft = await piecework.draft({ kind: 'project', id: `00${made.project}` }, { principal: ann })
      assert.deepEqual(
        draft.resources.map(({ id }) => id),
        [made.project, made.board],
      )
      await draft.upload('text', text('one\ntwo'))
      const validated = await (await draft.validate()).ended()
      assert.equal(validated.job.outcome, 'succeeded', JSON.stringify(validated.findings))
      assert.equal(validated.job.target?.id, made.project)
      await assert.rejects(piecework.retry(validated.job.id, { principal: ann }), (error) =>
        isPieceworkError(error, 'unsupported'),
      )
      const { job } = await (await draft.run()).ended()
      assert.equal(job.outcome, 'succeeded', JSON.stringify(job.error))
      assert.deepEqual(job.result.resource, { kind: 'project', id: made.project })
      assert.deepEqual(await rows(), [
        {
          id: made.project,
          ready: true,
          board: made.board,
          board_ready: true,
          notes: ['one', 'two'],
          cards: ['one', 'two'],
        },
      ])
    })
  })

  test(`nothing half-made: a draft that is deleted or fails leaves no row (${name})`, async () => {
    const before = await rows()
    await withHost(world, pack, async (piecework) => {
      const draft = await piecework.createDraft({ format: 'lines', principal: ann, name: 'Draft' })
      await draft.delete()
      assert.deepEqual(await rows(), before)
      const other = await piecework.createDraft({ format: 'lines', principal: ann, name: 'Draft' })
      assert.notEqual(other.resource.id, draft.resource.id)
      await other.upload('text', text('one\nbad'))
      assert.equal((await (await other.run()).ended()).job.outcome, 'failed')
      assert.deepEqual(await rows(), before)
    })
  })
  test.run()
}
