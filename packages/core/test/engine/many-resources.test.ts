import assert from 'node:assert/strict'
import { type ArtifactStore, createPiecework, memoryArtifacts } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'
import { Notebooks } from '../support/notebooks.js'

const test = suite('jobs of many resources')

const principal = { id: 'ann' }

test('an import reads bytes in proportion to its resources', async () => {
  const [few, more] = [await bytesReadOf(40), await bytesReadOf(160)]
  // Each of them asks for the archive: it must not be opened for each.
  assert.ok(more < 6 * few, `${few} bytes of 40 resources, ${more} of 160`)
})

test('shells of many resources are made together, behind those of their parents', async () => {
  const books = new Notebooks()
  const resource = books.add('b', 'book', ['a line'])
  for (let at = 0; at < 1101; at++) books.add(`c${at}`, 'chapter', [], 'b')
  const chapter = books.kind('chapter')
  const shell = chapter.shell ?? assert.fail('there is no shell')
  const made: number[] = []
  const createAll: NonNullable<typeof shell.createAll> = async (shells, tx) => {
    made.push(shells.length)
    for (const one of shells) {
      assert.ok(books.books.has(one.parent?.id ?? ''))
      await shell.create(one, tx)
    }
  }
  const kinds = [books.kind('notebook'), { ...chapter, shell: { ...shell, createAll } }]
  const piecework = createPiecework({
    packs: [{ name: 'books', kinds, pieces: [books.lines('notebook')] }],
    runtime: inProcess(),
  })
  await piecework.start()
  try {
    const { job } = await (await piecework.clone({ resource, principal })).ended()
    assert.equal(job.status, 'succeeded')
    assert.deepEqual(made, [1000, 101])
    assert.equal(books.books.size, 2 * 1102)
  } finally {
    await piecework.stop()
  }
})

/** Read from the artifact store by an import of so many chapters. */
async function bytesReadOf(chapters: number): Promise<number> {
  const books = new Notebooks()
  const resource = books.add('b', 'book', ['a line'])
  for (let at = 0; at < chapters; at++) books.add(`c${at}`, 'chapter', ['a line'], 'b')
  const { artifacts, bytesRead } = counting(memoryArtifacts())
  const piecework = createPiecework({
    packs: [
      {
        name: 'books',
        kinds: [books.kind('notebook'), books.kind('chapter')],
        pieces: [books.lines('notebook'), books.lines('chapter')],
      },
    ],
    artifacts,
    runtime: inProcess({ concurrency: 1 }),
  })
  await piecework.start()
  try {
    const { archive } = await (await piecework.export({ resource, principal })).result()
    assert.ok(archive)
    const before = bytesRead()
    const { job } = await (await piecework.import({ archive, principal })).ended()
    assert.equal(job.status, 'succeeded')
    assert.equal(books.books.size, 2 * (chapters + 1))
    return bytesRead() - before
  } finally {
    await piecework.stop()
  }
}

function counting(artifacts: ArtifactStore) {
  let bytes = 0
  return {
    bytesRead: () => bytes,
    artifacts: {
      ...artifacts,
      open: async function* (key: string, range?: Parameters<ArtifactStore['open']>[1]) {
        for await (const chunk of artifacts.open(key, range)) {
          bytes += chunk.length
          yield chunk
        }
      },
    } as ArtifactStore,
  }
}

test('what was exported can be imported: a document of too many values is refused by the export', async () => {
  const books = new Notebooks()
  const resource = books.add('b', 'book', [])
  const host = (values: number, exportOnly: boolean) => {
    const document = Buffer.from(JSON.stringify(Array<number>(values).fill(0)))
    const { importer, ...lines } = books.lines('notebook')
    const piece = {
      ...lines,
      exporter: {
        export: async ({ write }: { write(path: string, bytes: Uint8Array): Promise<void> }) => {
          await write('all.json', document)
          return { rows: 0 }
        },
      },
      ...(exportOnly ? { exportOnly: true as const } : importer && { importer }),
    }
    return createPiecework({
      packs: [{ name: 'books', kinds: [books.kind('notebook')], pieces: [piece] }],
      runtime: inProcess(),
    })
  }
  const outcome = async (values: number, exportOnly = false) => {
    const piecework = host(values, exportOnly)
    await piecework.start()
    const { job } = await (await piecework.export({ resource, principal })).ended()
    await piecework.stop()
    return job.error?.code ?? job.status
  }
  assert.equal(await outcome(99_000), 'succeeded')
  assert.equal(await outcome(200_000), 'archive-limit')
  assert.equal(await outcome(200_000, true), 'succeeded')
})

test.run()
