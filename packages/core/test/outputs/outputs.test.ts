import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ArtifactStore,
  type ErrorCode,
  isPieceworkError,
  type Piecework,
  PieceworkError,
} from '@piecework/core'
import type { KeptOutput, Output } from '@piecework/core/piece'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, withPiecework } from '../support/notebooks.js'
import { bytesOf, print, sha256, withOutputs } from './support.js'

const test = suite('outputs of packs')

const refused = (work: Promise<unknown>, code: ErrorCode, message: RegExp) =>
  assert.rejects(work, (error) => isPieceworkError(error, code) && message.test(error.message))

test('an export ends in several outputs, each with its name, type, size and sha256', async () => {
  await withPiecework(withOutputs(print), async (piecework, { host, artifacts }) => {
    const resource = host.add('b1', 'Birds/Nests', ['wren', 'owl'])
    host.add('c1', 'Nests', ['twig'], 'b1')
    const outputs = [{ name: 'archive' }, { name: 'notebooks/print', options: { title: 'All' } }]
    const job = await piecework.export({ resource, outputs, principal: ann })
    const { archive, outputs: made = [] } = await job.result()
    const text = Buffer.from('All\nwren\nowl\n')
    const [one, ...others] = made as readonly KeptOutput[]
    assert.ok(archive && one)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [one.name, one.mediaType, one.fileName, one.size, one.sha256],
      ['notebooks/print', print.mediaType, 'Nests_ All.txt', text.length, sha256(text)],
    )
    assert.ok((await bytesOf(artifacts.open(one.artifact))).equals(text))
    const download = (request: object) => piecework.download(job.id, { principal: ann, ...request })
    const printed = await download({ output: 'notebooks/print', range: { start: 4, end: 8 } })
    assert.equal(String(await bytesOf(printed.bytes)), 'wren')
    assert.deepEqual(
      [printed.fileName, printed.mediaType, printed.digest],
      [one.fileName, one.mediaType, undefined],
    )
    const told: unknown[] = []
    const range = (file: object) => {
      told.push(file)
      return { start: 4, end: 8 }
    }
    const byFacts = await download({ output: 'notebooks/print', range })
    const { range: _, bytes: _b, ...facts } = printed
    assert.deepEqual([told, byFacts.range], [[facts], { start: 4, end: 8 }])
    assert.equal(String(await bytesOf(byFacts.bytes)), 'wren')
    const by = { principal: ann }
    const seen = async () => JSON.stringify([await piecework.record({}, by), await piecework.usage({}, by)])
    const before = await seen()
    const ended = new Error('Nothing is wanted.')
    const never = () => {
      throw ended
    }
    await assert.rejects(download({ range: never }), (error) => error === ended)
    assert.equal(await seen(), before, 'it was counted or recorded')
    const whole = await download({})
    assert.deepEqual(
      [whole.digest, whole.mediaType, whole.fileName],
      [archive.digest, 'application/zip', 'notebook-b1.zip'],
    )
    await refused(
      download({ output: 'notebooks/prnt' }),
      'artifact-not-found',
      /has made archive, notebooks\/print/,
    )
    const { nodes } = await job.ended()
    const assembled = nodes.filter(({ task }) => task === 'assemble').map(({ id, batch }) => [id, batch])
    assert.deepEqual(assembled, [
      ['assemble', 1],
      ['assemble notebooks/print', 1],
    ])
  })
})

test('without the archive, only pieces that an output reads are exported', async () => {
  await withPiecework(withOutputs(print), async (piecework, { host, artifacts }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    host.add('c1', 'Nests', ['twig'], 'b1')
    const outputs = [{ name: 'notebooks/print' }]
    const job = await piecework.export({ resource, outputs, principal: ann })
    const { job: ended, nodes } = await job.ended()
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['export notebook:b1 notebook/lines', 'assemble notebooks/print', 'finish'],
    )
    assert.equal(ended.result.archive, undefined)
    const only = await piecework.download(job.id, { principal: ann })
    assert.equal(String(await bytesOf(only.bytes)), 'Lines\nwren\n')
    assert.equal((await keys(artifacts, 'archives')).length, 1)
  })
})

test('what cannot be made is refused at request', async () => {
  await withPiecework(withOutputs(print), async (piecework, { host, store }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const asked = (...outputs: { name: string; options?: unknown }[]) =>
      piecework.export({ resource, outputs, principal: ann, without: ['chapter/lines'] })
    await refused(asked({ name: 'notebooks/prin' }), 'options-invalid', /did you mean "notebooks\/print"/)
    await refused(asked({ name: 'archive' }, { name: 'archive' }), 'options-invalid', /twice/)
    await refused(asked(), 'options-invalid', /one output at least/)
    await refused(asked({ name: 'archive', options: {} }), 'options-invalid', /takes no options/)
    await refused(asked({ name: 'notebooks/print', options: { titel: 1 } }), 'options-invalid', /titel/)
    const without = {
      resource,
      outputs: [{ name: 'notebooks/print' }],
      principal: ann,
      without: ['notebook/lines'],
    }
    await refused(piecework.export(without), 'options-invalid', /"notebook\/lines", which "without"/)
    assert.deepEqual(await store.jobs.list({}), [])
  })
})

test('nothing half-made: if one output fails, none is given out', async () => {
  let attempts = 0
  const broken: Output = {
    name: 'notebooks/broken',
    mediaType: 'text/plain',
    fileName: () => 'broken.txt',
    assemble: async function* ({ signal }) {
      attempts += 1
      yield Buffer.from('half')
      await sleep(20, undefined, { signal })
      throw new PieceworkError('notes/broken', 'It broke.', { retryable: attempts === 1 })
    },
  }
  await withPiecework(withOutputs(print, broken), async (piecework, { host, artifacts, store }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const outputs = ['archive', 'notebooks/print', 'notebooks/broken'].map((name) => ({ name }))
    const job = await piecework.export({ resource, outputs, principal: ann })
    const { job: ended } = await job.ended()
    assert.deepEqual([ended.status, ended.error?.code, attempts], ['failed', 'notes/broken', 2])
    const { retryUntil, ...made } = (await store.jobs.get(job.id))?.result ?? {}
    assert.ok(retryUntil)
    assert.deepEqual(made, {})
    // What a retry takes over, for as long as it may.
    assert.equal((await keys(artifacts, 'archives')).filter((key) => key.includes('broken')).length, 0)
    await refused(piecework.download(job.id, { principal: ann }), 'artifact-not-found', /has no archive/)
  })
})

const changes: Record<
  string,
  (artifacts: ArtifactStore, host: Notebooks, guard: Piecework['guard']) => unknown
> = {
  nothing: () => undefined,
  'an edit': (_, host, guard) =>
    guard.edit({ kind: 'notebook', id: 'b1' }, async () => void host.books.get('b1')?.lines.push('owl')),
  'other bytes': async (artifacts) => {
    for (const key of await keys(artifacts, 'archives'))
      await artifacts.put(key, bytes('x'.repeat((await artifacts.stat(key))?.size ?? 0)))
  },
  'lost bytes': (artifacts) => artifacts.delete('archives'),
}

for (const [what, change] of Object.entries(changes)) {
  const takesOver = what === 'nothing'
  test(`a retry ${takesOver ? 'takes over' : 'makes again'} an output that is done, after ${what}`, async () => {
    const made: string[] = []
    const output = (name: string, fails: () => boolean): Output => ({
      name,
      mediaType: 'text/plain',
      fileName: () => `${name}.txt`,
      assemble: async function* ({ pieces, finding }) {
        if (fails()) throw new Error('It broke.')
        made.push(name)
        finding({ severity: 'warning', code: 'notes/made', message: 'It is made.' })
        for (const { entries } of pieces) yield* entries.open('lines.csv')
      },
    })
    let isBroken = true
    const both = [output('notebooks/good', () => false), output('notebooks/bad', () => isBroken)]
    await withPiecework(withOutputs(...both), async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const outputs = both.map(({ name }) => ({ name }))
      const { job } = await (await piecework.export({ resource, outputs, principal: ann })).ended()
      assert.deepEqual([job.status, made], ['failed', ['notebooks/good']])
      isBroken = false
      await change(artifacts, host, piecework.guard)
      const again = await (await piecework.retry(job.id, { principal: ann })).ended()
      assert.equal(again.job.status, 'succeeded', JSON.stringify(again.job.error))
      const anew = takesOver ? ['notebooks/bad'] : ['notebooks/bad', 'notebooks/good']
      assert.deepEqual(made.slice(1).sort(), anew)
      const reused = again.nodes.flatMap(({ id, reusedFrom }) =>
        reusedFrom && /^assemble/.test(id) ? id : [],
      )
      assert.deepEqual(reused, takesOver ? ['assemble notebooks/good'] : [])
      assert.equal(again.findings.length, 2)
      const text = Buffer.from(['text', ...(host.books.get('b1')?.lines ?? []), ''].join('\n'))
      for (const { artifact, sha256: recorded } of again.job.result.outputs ?? []) {
        assert.ok(artifact.includes(again.job.id))
        assert.ok((await bytesOf(artifacts.open(artifact))).equals(text))
        assert.equal(recorded, sha256(text))
      }
    })
  })
}

test('an assembler reads what pieces have staged, by ranges of what they wrote', async () => {
  const seen: string[] = []
  const ranges: Output = {
    name: 'notebooks/ranges',
    mediaType: 'text/plain',
    fileName: () => 'ranges.txt',
    assemble: async function* ({ pieces, resource, tree, progress }) {
      seen.push(`${resource.id} ${tree.children.length}`)
      for (const { resource: of, piece, version, counts, entries } of pieces) {
        seen.push(`${of.id} ${piece} ${version} ${counts.rows} ${entries.facts('lines.csv')?.size}`)
        yield await bytesOf(entries.open('lines.csv', { start: 5, end: 9 }))
      }
      const beyond = pieces.map(({ entries }) =>
        bytesOf(entries.open('lines.csv', { start: 0, end: 99_000 })),
      )
      for (const read of beyond) await refused(read, 'options-invalid', /not inside/)
      progress(1, 1)
    },
  }
  await withPiecework(withOutputs(ranges), async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren', 'x'.repeat(70_000)])
    host.add('c1', 'Nests', ['twig'], 'b1')
    const job = await piecework.export({ resource, outputs: [{ name: ranges.name }], principal: ann })
    const { sha256: made } = (await job.result()).outputs?.[0] ?? {}
    assert.equal(made, sha256(Buffer.from('wrentwig')))
    assert.deepEqual(seen, ['b1 1', 'b1 notebook/lines 1 2 70011', 'c1 chapter/lines 1 1 10'])
  })
})

test('all outputs expire and go together', async () => {
  await withPiecework(
    withOutputs(print),
    async (piecework, { host, artifacts }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const outputs = [{ name: 'archive' }, { name: 'notebooks/print' }]
      const job = await piecework.export({ resource, outputs, principal: ann })
      await job.result()
      assert.equal((await keys(artifacts, 'archives')).length, 2)
      await piecework.forget(resource, { principal: ann })
      assert.deepEqual(await keys(artifacts, 'archives'), [])
      const { result } = (await piecework.job(job.id, { principal: ann })).job
      for (const one of [result.archive, ...(result.outputs ?? [])]) assert.ok(one?.deletedAt)
      for (const { name } of outputs)
        await refused(piecework.download(job.id, { output: name, principal: ann }), 'expired', /export again/)
    },
    { sweepMs: 10 },
  )
})

test('outputs are declared well, or the host does not start', async () => {
  const wrong: readonly (readonly [Partial<Output>, RegExp])[] = [
    [{ name: 'print' }, /name like "pack\/output"/],
    [{ mediaType: 'text' }, /media type/],
    [{ pieces: ['notebook/line'] }, /did you mean "notebook\/lines"/],
    [{ assemble: 'all' as never }, /assemble must be a function/],
  ]
  for (const [change, message] of wrong) {
    const work = withPiecework(withOutputs({ ...print, ...change }), async () => {})
    await refused(work, 'registry-invalid', message)
  }
  await refused(
    withPiecework(withOutputs(print, print), async () => {}),
    'registry-invalid',
    /registered twice/,
  )
})

test.run()
