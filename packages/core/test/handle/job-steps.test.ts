import assert from 'node:assert/strict'
import { isPieceworkError } from '@piecework/core'
import { suite } from 'uvu'
import { z } from 'zod'
import { ann, withPiecework } from '../support/notebooks.js'

const test = suite('steps of a job')

test('they come page by page, in order, without what follows the end', () => {
  const followUps = [{ name: 'note', schema: z.strictObject({}), run: async () => undefined }]
  return withPiecework(
    (host) => host.pack(),
    async (piecework, { host }) => {
      const resource = host.add('b1', 'Birds', ['wren'])
      for (let at = 0; at < 5; at += 1) host.add(`c${at}`, 'Nests', ['twig'], 'b1')
      const job = await piecework.export({ resource, principal: ann, onSuccess: [{ action: 'note' }] })
      await job.result()
      const { nodes } = await piecework.job(job.id, { principal: ann })
      const all: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await piecework.steps(job.id, {
          principal: ann,
          limit: 3,
          ...(after !== undefined && { after }),
        })
        all.push(...page.map(({ id }) => id))
        if (page.length < 3) break
        after = page.at(-1)?.id
      }
      assert.deepEqual(
        all,
        nodes.map(({ id }) => id),
      )
      assert.equal(all.length, 8)
      await assert.rejects(piecework.steps(job.id, { principal: ann, after: 'none' }), (error) =>
        isPieceworkError(error, 'options-invalid'),
      )
    },
    { followUps },
  )
})

test.run()
