import assert from 'node:assert/strict'
import { isPieceworkError, type Piecework, type ResourceRef } from '@piecework/core'
import { entriesOf, type Piece } from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, withPiecework } from './support/notebooks.js'

const test = suite('engine: diff')

async function archived(piecework: Piecework, resource: ResourceRef) {
  const { archive } = await (await piecework.export({ resource, principal: ann })).result()
  assert.ok(archive)
  return archive
}

/** Pieces that differ, as `piece added removed changed equal`. */
async function differences(piecework: Piecework, ...[a, b]: Parameters<Piecework['diff']>) {
  const { resources } = await piecework.diff(a, b)
  return resources.flatMap(({ pieces, ...pair }) => {
    const where = `${pair.a?.id ?? '-'}:${pair.b?.id ?? '-'}`
    return pieces.flatMap(({ piece, equal, onlyIn, entries }) =>
      equal ? [] : `${where} ${piece}${onlyIn ?? ''} ${entries.map((entry) => JSON.stringify(entry.rows))}`,
    )
  })
}

const birds = (host: Notebooks) => {
  host.add('c1', 'Nests', ['twig'], 'b1')
  host.add('c2', 'Eggs', ['white', 'blue'], 'b1')
  return host.add('b1', 'Birds', ['wren', 'owl'])
}

test('pieces that cannot compare are equal where their bytes are; children are matched by their place', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host, artifacts }) => {
      const resource = birds(host)
      const before = await archived(piecework, resource)
      const imported = await (await piecework.import({ archive: before, principal: ann })).result()
      assert.ok(imported.resource)
      const copy = await archived(piecework, imported.resource)
      const { equal, resources } = await piecework.diff(before, copy)
      assert.deepEqual([equal, resources.map((pair) => pair.a?.id)], [true, ['b1', 'c1', 'c2']])
      assert.equal(resources[2]?.pieces[0]?.entries[0]?.rows?.equal, 2)

      host.books.get('c1')?.lines.push('moss')
      assert.deepEqual(await differences(piecework, before, { resource, principal: ann }), [
        'c1:c1 chapter/lines ',
      ])
      host.books.delete('c2')
      assert.deepEqual(await differences(piecework, { resource, principal: ann }, before), [
        'c1:c1 chapter/lines ',
        '-:c2 chapter/linesb {"added":2,"removed":0,"changed":0,"equal":0,"columns":{},"samples":[]}',
      ])
      const without = { resource, principal: ann, without: ['chapter/lines'] }
      const left = await piecework.diff(without, await archived(piecework, resource))
      assert.deepEqual(
        left.resources[1]?.pieces.map(({ piece, onlyIn }) => [piece, onlyIn]),
        [['chapter/lines', 'b']],
      )
      assert.deepEqual(await keys(artifacts, 'jobs'), [], 'what was staged is gone')
      const kinds = (await piecework.jobs({ principal: ann })).map((job) => job.kind)
      assert.deepEqual([...new Set(kinds)].sort(), ['export', 'import'])
    },
  )
})

test('a diff takes no claim and needs no leave but the one to export', async () => {
  await withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = birds(host)
      const claim = await piecework.guard.claim(
        ['notebook:b1'],
        { id: 'solver', kind: 'run' },
        { principal: ann },
      )
      const live = { resource, principal: ann }
      assert.equal((await piecework.diff(live, live)).equal, true)
      await claim.release()
      const absent = (error: unknown) => isPieceworkError(error, 'resource-not-found')
      await assert.rejects(piecework.diff(live, { resource, principal: { id: 'eve' } }), absent)
      const gone = { resource: { kind: 'notebook', id: 'b9' }, principal: ann }
      await assert.rejects(piecework.diff(live, gone), absent)
      const chapter = { resource: { kind: 'chapter', id: 'c1' }, principal: ann }
      await assert.rejects(piecework.diff(live, chapter), (error) =>
        isPieceworkError(error, 'options-invalid'),
      )
      await assert.rejects(
        piecework.diff(live, live, { signal: AbortSignal.abort(new Error('enough')) }),
        /enough/,
      )
      const { archive = { artifact: '' } } = await (await piecework.export(live)).result()
      const request = { principal: ann, signal: AbortSignal.abort(new Error('enough')) }
      await assert.rejects(piecework.inspect(archive, request), /enough/)
      await assert.rejects(piecework.diff(archive, archive, request), /enough/)
    },
    { access: { allows: async ({ id }) => id === 'ann' } },
  )
})

/** Chapters know their first line for a key, and compare it alone. */
const byFirstLine: Piece['comparer'] = {
  resourceKey: async ({ entries }) => {
    for await (const [row] of entries.rows('lines.csv')) return row?.text ?? undefined
    return undefined
  },
  compare: async () => [{ path: 'lines.csv', equal: true }],
}

test('a piece may distinguish its resource from siblings and compare its entries itself', async () => {
  await withPiecework(
    (host) => {
      const [notebook, chapter] = host.pack().pieces ?? []
      assert.ok(notebook && chapter)
      return { ...host.pack(), pieces: [notebook, { ...chapter, comparer: byFirstLine }] }
    },
    async (piecework, { host }) => {
      const resource = birds(host)
      const before = await archived(piecework, resource)
      const eggs = host.books.get('c2')
      assert.ok(eggs)
      host.books.delete('c2')
      host.books.delete('c1')
      host.add('c3', 'Songs', ['high'], 'b1')
      host.books.set('c2', { ...eggs, lines: ['white', 'green'] })
      const { resources } = await piecework.diff(before, { resource, principal: ann })
      assert.deepEqual(
        resources.map(({ a, b, key, equal }) => [a?.id, b?.id, key, equal]),
        [
          ['b1', 'b1', undefined, true],
          ['c1', undefined, 'twig', false],
          ['c2', 'c2', 'white', true],
          [undefined, 'c3', 'high', false],
        ],
      )
    },
  )
})

test('an older archive is upgraded before it is compared; pieces for people are passed over', async () => {
  const sheet = (host: Notebooks): Piece => ({
    contract: 1,
    name: 'notebook/sheet',
    of: 'notebook',
    version: 1,
    exportOnly: true,
    exporter: {
      export: async ({ write }) => {
        await write('sheet.txt', bytes(`${host.books.size}${Math.random()}`))
        return { rows: 0 }
      },
    },
  })
  await withPiecework(
    (host) => host.pack(sheet(host)),
    async (old, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren', 'owl'])
      const archive = await archived(old, resource)
      assert.equal((await old.diff(archive, await archived(old, resource))).equal, true)
      const shouting = (more: Notebooks) => {
        more.add('b1', 'Birds', ['WREN', 'OWL'])
        const upgrades = { 1: () => entriesOf([file('text\nWREN\nOWL\n')]) }
        const lines = more.lines('notebook', { version: 2, upgrades })
        return { ...more.pack(), pieces: [lines, more.lines('chapter'), sheet(more)] }
      }
      await withPiecework(
        shouting,
        async (piecework) => {
          assert.equal((await piecework.diff(archive, { resource, principal: ann })).equal, true)
        },
        { artifacts },
      )
    },
  )
})

const file = (text: string) => ({
  path: 'lines.csv',
  facts: { size: text.length, rows: 2 },
  open: () => bytes(text),
})

test.run()
