import assert from 'node:assert/strict'
import {
  isPieceworkError,
  type Pack,
  type Piecework,
  PieceworkError,
  type PieceworkOptions,
  type ResourceRef,
} from '@piecework/core'
import type { Piece } from '@piecework/core/piece'
import fc from 'fast-check'
import { suite } from 'uvu'
import { ann, bytes, keys, type Notebooks, type Setup, withPiecework } from '../support/notebooks.js'

const test = suite('engine: retry')
const ben = { id: 'ben' }

/** Lines of notebooks, and a second piece that fails as long as `broken` says so; every run is logged. */
interface Moody {
  broken: boolean
  version: number
  readonly log: string[]
}

function moody(state: Moody): (host: Notebooks) => Pack {
  return (host) => {
    const logged = (piece: Piece): Piece => ({
      ...piece,
      get version() {
        return state.version
      },
      exporter: {
        export: async (context) => {
          state.log.push(`${piece.name} ${context.resource.id}`)
          if (piece.name === 'notebook/lines')
            context.finding({ severity: 'warning', code: 'notes/odd', message: 'Odd.' })
          return (await piece.exporter?.export(context)) ?? { rows: 0 }
        },
      },
    })
    const fragile = host.lines('notebook', {
      name: 'notebook/fragile',
      exporter: {
        export: async () => {
          if (state.broken) throw new PieceworkError('internal', 'It broke.')
          return { rows: 0 }
        },
      },
    })
    const pack = host.pack()
    return { ...pack, pieces: [...(pack.pieces ?? []).map(logged), logged(fragile)] }
  }
}

/** One export that fails with all pieces but one finished; then it is mended. */
async function withFailedExport(
  use: (
    piecework: Piecework,
    job: string,
    resource: ResourceRef,
    state: Moody,
    setup: Setup,
  ) => Promise<void>,
  options: Partial<PieceworkOptions> = {},
): Promise<void> {
  const state: Moody = { broken: true, version: 1, log: [] }
  await withPiecework(
    moody(state),
    async (piecework, setup) => {
      const resource = setup.host.add('b1', 'Birds', ['wren'])
      setup.host.add('c1', 'Nests', ['twig'], 'b1')
      const { job } = await (await piecework.export({ resource, principal: ann })).ended()
      assert.equal(job.status, 'failed')
      state.broken = false
      state.log.length = 0
      await use(piecework, job.id, resource, state, setup)
    },
    options,
  )
}

const all = ['chapter/lines c1', 'notebook/fragile b1', 'notebook/lines b1']

test('an export takes over what was finished, with its findings, and says so', () =>
  withFailedExport(async (piecework, failed, resource, state, { artifacts }) => {
    const again = await piecework.retry(failed, { principal: ann })
    const { job, nodes, findings, counts } = await again.ended()
    assert.deepEqual([job.status, job.retryOf, job.kind], ['succeeded', failed, 'export'])
    assert.deepEqual(state.log, ['notebook/fragile b1'])
    assert.deepEqual(nodes.flatMap(({ piece, reusedFrom }) => (reusedFrom === failed ? piece : [])).sort(), [
      'chapter/lines',
      'notebook/lines',
    ])
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['notes/odd'],
    )
    assert.equal(counts.rows, 2)
    const { archive } = job.result
    assert.ok(archive)
    assert.equal((await piecework.verify(archive, { principal: ann })).ok, true)
    const fresh = await (await piecework.export({ resource, principal: ann })).result()
    assert.equal(fresh.archive?.digest, archive.digest)
    assert.deepEqual(await keys(artifacts, `jobs/${job.id}`), [])
  }))

test('a retry of a retry takes over what either has finished', () =>
  withFailedExport(async (piecework, failed, _, state) => {
    state.broken = true
    const second = await (await piecework.retry(failed, { principal: ann })).ended()
    state.broken = false
    state.log.length = 0
    const third = await (await piecework.retry(second.job.id, { principal: ann })).ended()
    assert.equal(third.job.status, 'succeeded')
    assert.deepEqual(state.log, ['notebook/fragile b1'])
    assert.deepEqual(third.job.reads, [second.job.id, failed])
  }))

const changes: Record<
  string,
  (piecework: Piecework, resource: ResourceRef, state: Moody, setup: Setup) => unknown
> = {
  'an edit': (piecework, resource, _, { host }) =>
    piecework.guard.edit(resource, async () => void host.books.get('b1')?.lines.push('owl')),
  'an edit of a part': (piecework) => piecework.guard.edit({ kind: 'chapter', id: 'c1' }, async () => {}),
  checkEditable: (piecework, resource) => piecework.guard.checkEditable(resource),
  "a claim of the host's": async (piecework, resource) =>
    (await piecework.guard.claim([resource], { id: '1', kind: 'run' })).release(),
  'a chapter more': (_, __, ___, { host }) => void host.add('c2', 'Late', [], 'b1'),
  'a later version of the pieces': (_, __, state) => {
    state.version = 2
  },
}

for (const [what, change] of Object.entries(changes)) {
  test(`an archive never holds rows of two moments: after ${what}, all is exported again`, () =>
    withFailedExport(async (piecework, failed, resource, state, setup) => {
      await change(piecework, resource, state, setup)
      const { job, nodes } = await (await piecework.retry(failed, { principal: ann })).ended()
      assert.equal(job.status, 'succeeded')
      assert.deepEqual(state.log.filter((line) => !line.endsWith('c2')).sort(), all)
      assert.ok(nodes.every(({ reusedFrom }) => reusedFrom === undefined))
    }))
}

type Step = { edit: string } | { breaks: string[] }

/** Edits of what has been made, what has not and what is made again, between failures and retries. */
const stepCases: Step[][] = [
  [{ breaks: ['c2'] }, { breaks: [] }],
  [{ breaks: ['c2'] }, { edit: 'c1' }, { breaks: [] }],
  [{ breaks: ['c2'] }, { edit: 'c2' }, { breaks: [] }],
  [{ breaks: ['c1'] }, { breaks: ['c1', 'c3'] }, { edit: 'c2' }, { breaks: [] }],
  [{ breaks: ['c3'] }, { edit: 'c1' }, { breaks: ['c2'] }, { edit: 'c3' }, { breaks: [] }, { breaks: [] }],
]

test('reproducible: however edits, failures and retries follow each other, an archive is what a fresh export gives', async () => {
  const chapter = fc.constantFrom('c1', 'c2', 'c3')
  const step = fc.oneof(
    fc.record({ edit: chapter }),
    fc.record({ breaks: fc.uniqueArray(chapter, { minLength: 1, maxLength: 2 }) }),
    fc.record({ breaks: fc.constant<string[]>([]) }),
  )
  let reused = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      let broken: readonly string[] = []
      const pack = (host: Notebooks): Pack => {
        const lines = host.lines('chapter')
        const exporter: Piece['exporter'] = {
          export: async (context) => {
            if (broken.includes(context.resource.id)) throw new PieceworkError('internal', 'It broke.')
            return (await lines.exporter?.export(context)) ?? { rows: 0 }
          },
        }
        return { ...host.pack(), pieces: [host.lines('notebook'), { ...lines, exporter }] }
      }
      await withPiecework(pack, async (piecework, { host }) => {
        const resource = host.add('b1', 'Birds', ['wren'])
        for (const id of ['c1', 'c2', 'c3']) host.add(id, id, ['twig'], 'b1')
        let failed: string | undefined
        for (const one of steps) {
          if ('edit' in one) {
            const edited = { kind: 'chapter', id: one.edit }
            await piecework.guard.edit(edited, async () => void host.books.get(one.edit)?.lines.push('leaf'))
            continue
          }
          broken = one.breaks
          const asked =
            failed === undefined
              ? piecework.export({ resource, principal: ann })
              : piecework.retry(failed, { principal: ann })
          const { job, nodes } = await (await asked).ended()
          reused += nodes.filter(({ reusedFrom }) => reusedFrom !== undefined).length
          failed = job.status === 'failed' ? job.id : undefined
          if (broken.length === 0) assert.equal(job.status, 'succeeded')
          if (failed !== undefined) continue
          broken = []
          const fresh = await (await piecework.export({ resource, principal: ann })).result()
          assert.equal(job.result.archive?.digest, fresh.archive?.digest)
        }
      })
    }),
    { numRuns: 60, examples: stepCases.map((steps): [Step[]] => [steps]) },
  )
  assert.ok(reused > 0, 'nothing was ever reused')
})

test('what a piece has made for one principal is not handed to another', () =>
  withFailedExport(async (piecework, failed, _, state) => {
    const { job } = await (await piecework.retry(failed, { principal: ben })).ended()
    assert.deepEqual([job.status, job.principal], ['succeeded', ben])
    assert.deepEqual(state.log.sort(), all)
  }))

test('a staged entry that is gone or cut is exported again', () =>
  withFailedExport(async (piecework, failed, _, state, { artifacts }) => {
    const [first, second] = (await keys(artifacts, `jobs/${failed}`)) as [string, string]
    await artifacts.delete(first)
    await artifacts.put(second, bytes('x'))
    const { job } = await (await piecework.retry(failed, { principal: ann })).ended()
    assert.equal(job.status, 'succeeded')
    assert.deepEqual(state.log.sort(), all)
  }))

test('nothing is kept for a retry where that was switched off', () =>
  withFailedExport(
    async (piecework, failed, _, state, { artifacts }) => {
      assert.deepEqual(await keys(artifacts, 'jobs'), [])
      assert.equal((await piecework.job(failed, { principal: ann })).job.result.retryUntil, undefined)
      assert.equal(
        (await (await piecework.retry(failed, { principal: ann })).ended()).job.status,
        'succeeded',
      )
      assert.deepEqual(state.log.sort(), all)
    },
    { retryTtlMs: 0 },
  ))

test('what was chosen is chosen again, and nothing that has come since', () => {
  let broken = true
  const exporter: Piece['exporter'] = {
    export: async () => {
      if (broken) throw new PieceworkError('internal', 'It broke.')
      return { rows: 0 }
    },
  }
  return withPiecework(
    (host) => ({ ...host.pack(), pieces: [host.lines('notebook'), host.lines('chapter', { exporter })] }),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      const children = [host.add('c1', 'Nests', ['twig'], 'b1')]
      host.add('c2', 'Eggs', [], 'b1')
      const request = { resource, principal: ann, children, without: ['notebook/lines'] }
      const first = await piecework.export(request)
      await first.ended()
      broken = false
      host.add('c3', 'Late', [], 'b1')
      const { job, nodes } = await (await piecework.retry(first.id, { principal: ann })).ended()
      assert.equal(job.status, 'succeeded')
      assert.deepEqual(
        nodes.flatMap(({ task, resource: of, piece }) => (task === 'export' ? [[of?.id, piece]] : [])),
        [['c1', 'chapter/lines']],
      )
    },
  )
})

/** A notebook whose import fails as long as `broken` says so. */
function fragileImport(state: { broken: boolean }): (host: Notebooks) => Pack {
  return (host) => {
    const lines = host.lines('notebook')
    const importer: Piece['importer'] = {
      import: async (context) => {
        const counts = await lines.importer?.import(context)
        if (state.broken) throw new PieceworkError('internal', 'It broke.')
        return counts ?? { rows: 0 }
      },
    }
    return { ...host.pack(), pieces: [{ ...lines, importer }] }
  }
}

async function zipOf(
  piecework: Piecework,
  artifacts: Setup['artifacts'],
  resource: ResourceRef,
): Promise<Buffer> {
  const { archive } = await (await piecework.export({ resource, principal: ann })).result()
  const chunks: Uint8Array[] = []
  for await (const chunk of artifacts.open(archive?.artifact ?? '')) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function* streamOf(buffer: Buffer): AsyncIterable<Uint8Array> {
  yield buffer
}

test('an import of a stream that keeps its uploads starts clean from them', async () => {
  const state = { broken: true }
  await withPiecework(fragileImport(state), async (piecework, { host, artifacts }) => {
    const zip = await zipOf(piecework, artifacts, host.add('b1', 'Birds', ['wren']))
    const request = {
      archive: { stream: streamOf(zip) },
      principal: ann,
      name: 'Again',
      keepUploads: true as const,
    }
    const { job } = await (await piecework.import(request)).ended()
    assert.equal(job.status, 'failed')
    assert.equal(host.books.size, 1, 'the shell is gone')
    assert.ok(job.result.retryUntil)
    assert.equal((await keys(artifacts, 'jobs')).length, 1)

    const again = await piecework.retry(job.id, { principal: ben })
    const second = await again.ended()
    assert.equal(second.job.status, 'failed')
    state.broken = false
    const third = await (await piecework.retry(again.id, { principal: ben })).ended()
    assert.deepEqual([third.job.status, third.job.retryOf], ['succeeded', again.id])
    const made = host.books.get(third.job.result.resource?.id ?? '')
    assert.deepEqual([made?.lines, made?.name, made?.owner, host.books.size], [['wren'], 'Again', 'ben', 2])
    assert.notEqual(third.job.target?.id, job.target?.id)
  })
})

test('nothing half-made: a failed import leaves no file behind; it cannot be retried, and says so', async () => {
  await withPiecework(fragileImport({ broken: true }), async (piecework, { host, artifacts }) => {
    const zip = await zipOf(piecework, artifacts, host.add('b1', 'Birds', ['wren']))
    const archive = { stream: streamOf(zip), fileName: 'birds.zip' }
    const { job } = await (await piecework.import({ archive, principal: ann })).ended()
    assert.deepEqual([job.status, await keys(artifacts, 'jobs')], ['failed', []])
    await assert.rejects(
      piecework.retry(job.id, { principal: ann }),
      (error) => isPieceworkError(error, 'expired') && /"birds.zip"/.test(error.message),
    )
    assert.equal(host.books.size, 1)
  })
})

test('a clone starts clean, under the name that is free', async () => {
  const state = { broken: true }
  await withPiecework(fragileImport(state), async (piecework, { host }) => {
    const resource = host.add('b1', 'Birds', ['wren'])
    const { job } = await (await piecework.clone({ resource, principal: ann })).ended()
    assert.deepEqual([job.status, host.books.size], ['failed', 1])
    state.broken = false
    const { job: end } = await (await piecework.retry(job.id, { principal: ann })).ended()
    assert.deepEqual([end.status, end.retryOf], ['succeeded', job.id])
    assert.equal(host.books.get(end.target?.id ?? '')?.name, 'Birds - copy')
  })
})

test('only a failed or cancelled job is retried, and only by whom the policy allows', async () => {
  const refusing = { allows: async ({ id }: { readonly id: string }) => id === 'ann' }
  await withFailedExport(
    async (piecework, failed, resource, _, { store }) => {
      const before = (await store.jobs.list({})).length
      const refused = (id: string, principal: { id: string }, code: Parameters<typeof isPieceworkError>[1]) =>
        assert.rejects(piecework.retry(id, { principal }), (error) => isPieceworkError(error, code))
      await refused(failed, ben, 'job-not-found')
      await refused('no-such-job', ann, 'job-not-found')
      const done = await piecework.export({ resource, principal: ann })
      await done.result()
      await refused(done.id, ben, 'job-not-found')
      await refused(done.id, ann, 'unsupported')
      assert.equal((await store.jobs.list({})).length, before + 1)
    },
    { access: refusing },
  )
})

test.run()
