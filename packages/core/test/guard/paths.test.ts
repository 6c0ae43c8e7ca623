import assert from 'node:assert/strict'
import { isPieceworkError, memoryStore } from '@piecework/core'
import { overlaps, resourcePath } from '@piecework/core/store'
import fc from 'fast-check'
import { suite } from 'uvu'

const test = suite('resource paths')

const lines = fc.array(
  fc.record({
    kind: fc.constantFrom('project', 'scenario', 'a/b'),
    id: fc.constantFrom('1', '12', '1/2', ':'),
  }),
  {
    minLength: 1,
    maxLength: 3,
  },
)

test('law 7: paths overlap exactly when one line of resources begins with the other', () => {
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const shared = Math.min(a.length, b.length)
      const begins = a.slice(0, shared).every((ref, i) => ref.kind === b[i]?.kind && ref.id === b[i]?.id)
      assert.equal(overlaps(resourcePath(a), resourcePath(b)), begins)
    }),
  )
})

test('law 7: whatever is asked for in whatever order, no two claims that are held overlap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(lines, { minLength: 1, maxLength: 2 }), { maxLength: 12 }),
      async (requests) => {
        const { guard } = memoryStore()
        const held: string[][] = []
        for (const [index, request] of requests.entries()) {
          const paths = request.map(resourcePath)
          const conflict = held.flat().some((other) => paths.some((path) => overlaps(path, other)))
          const granted = await guard.claim(paths, { id: `${index}`, kind: 'test' }).then(
            () => true,
            (error: unknown) => {
              assert.ok(isPieceworkError(error, 'resource-busy'))
              return false
            },
          )
          assert.equal(granted, !conflict)
          if (granted) held.push(paths)
        }
      },
    ),
  )
})

test.run()
