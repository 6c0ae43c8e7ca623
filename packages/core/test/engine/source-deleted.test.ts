import assert from 'node:assert/strict'
import { isPieceworkError, type Piecework } from '@piecework/core'
import { suite } from 'uvu'
import { ann, keys, type Notebooks, withPiecework } from '../support/notebooks.js'
import { pieceOf } from '../support/slow.js'

const test = suite('engine: sources that are deleted meanwhile')

const book = { kind: 'notebook', id: 'b1' }
const requests: Readonly<Record<string, (piecework: Piecework) => ReturnType<Piecework['export']>>> = {
  export: (piecework) => piecework.export({ resource: book, principal: ann }),
  clone: (piecework) => piecework.clone({ resource: book, principal: ann, name: 'Copy' }),
}
const deleted: Readonly<Record<string, (host: Notebooks) => unknown>> = {
  'the resource': (host) => [host.books.delete('b1'), host.books.delete('c1')],
  'a part of it': (host) => host.books.delete('c1'),
}
const pieces = {
  'reads what is left': async () => undefined,
  'fails at that': async () => {
    throw new TypeError('Cannot read properties of undefined')
  },
}

const imported = { importer: { import: async () => ({ rows: 0 }) } }

for (const [kind, request] of Object.entries(requests))
  for (const [what, remove] of Object.entries(deleted))
    for (const [how, then] of Object.entries(pieces))
      test(`nothing half-made: ${kind}: ${what} is deleted while a piece ${how}`, () =>
        withPiecework(
          (host) => {
            host.add('b1', 'Birds', ['wren'])
            host.add('c1', 'Nests', ['twig'], 'b1')
            const work = async () => {
              remove(host)
              await then()
              return { rows: 0 }
            }
            const deleting = {
              ...pieceOf('deleting', work),
              exportOnly: false,
              ...imported,
              cloner: { clone: work },
            }
            return { ...host.pack(), pieces: [host.lines('notebook'), deleting, host.lines('chapter')] }
          },
          async (piecework, { host, artifacts }) => {
            const { job } = await (await request(piecework)).ended()
            assert.deepEqual(
              [job.status, job.error?.code],
              ['failed', 'resource-not-found'],
              JSON.stringify(job.error),
            )
            const gone = what === 'the resource' ? 'notebook b1' : 'chapter c1'
            assert.match(job.error?.message ?? '', new RegExp(`The ${gone} was deleted while it was ${kind}`))
            const left = what === 'the resource' ? [] : ['b1']
            assert.deepEqual([...host.books.keys()], left, 'nothing of a copy stays')
            const bytes = [...(await keys(artifacts, 'jobs')), ...(await keys(artifacts, 'archives'))]
            assert.deepEqual(bytes, [])
            await assert.rejects(piecework.download(job.id, { principal: ann }), (error) =>
              isPieceworkError(error, 'artifact-not-found'),
            )
          },
          { maxAttempts: 2 },
        ))

test.run()
