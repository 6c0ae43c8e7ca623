import { memoryStore } from '@piecework/core'
import type { Job } from '@piecework/core/store'
import { linkTarget } from '@piecework/delivery'
import { targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('laws: linkTarget()')

targetLaws(test, {
  bytesStay: true,
  make: () => {
    const { links } = memoryStore()
    // The job whose archive it is; of the store this is all that a target asks.
    const get = async (id: string) => ({ id, request: { options: {} }, result: {} }) as unknown as Job
    return {
      target: linkTarget({ store: { links, jobs: { get } as never } }) as never,
      destination: { expiresAt: '2100-01-01T00:00:00Z' },
      files: async () => {
        const made = await links.list({ owner: 'ann' })
        return new Map(made.map(({ id }) => [id, Buffer.alloc(0)]))
      },
    }
  },
})

test.run()
