import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { ann, keys, withPiecework } from '../support/notebooks.js'

const test = suite('engine: the kind that an import must make')

test('an input of another kind is refused before there is a job, and nothing of it stays', () =>
  withPiecework(
    (host) => {
      host.add('b1', 'Birds', ['wren'])
      return host.pack()
    },
    async (piecework, { host, artifacts, store }) => {
      const exported = await piecework.export({ resource: { kind: 'notebook', id: 'b1' }, principal: ann })
      const { archive } = await exported.result()
      assert.ok(archive)
      const before = await store.jobs.list({})
      const stream = artifacts.open(archive.artifact)
      for (const work of [piecework.import, piecework.validate])
        await assert.rejects(
          work({
            archive: work === piecework.import ? { stream } : archive,
            kind: 'chapter',
            principal: ann,
          }),
          (error) => isPieceworkError(error, 'archive-invalid') && /has a notebook/.test(error.message),
        )
      assert.deepEqual(await store.jobs.list({}), before)
      assert.deepEqual(await keys(artifacts, 'jobs'), [])
      assert.equal(host.books.size, 1)
      const made = await piecework.import({ archive, kind: 'notebook', principal: ann })
      assert.equal((await made.ended()).job.status, 'succeeded')
    },
  ))

test.run()
