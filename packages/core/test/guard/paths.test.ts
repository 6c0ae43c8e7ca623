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

type Line = { kind: string; id: string }[]
const of = (...refs: (readonly [kind: string, id: string])[]): Line =>
  refs.map(([kind, id]) => ({ kind, id }))
const project = of(['project', '1'])
const scenario = of(['project', '1'], ['scenario', '1'])

/** Lines of resources that begin alike as texts, and lines of which one begins with the other. */
const pairs: readonly (readonly [Line, Line])[] = [
  [project, project],
  [project, scenario],
  [scenario, project],
  [project, of(['project', '12'])],
  [project, of(['project', '12'], ['scenario', '1'])],
  [scenario, of(['project', '1'], ['scenario', '12'])],
  [project, of(['project', '1/2'])],
  [project, of(['scenario', '1'])],
  [of(['a/b', '1']), of(['project', '1'], ['a/b', '1'])],
  [of(['project', ':']), of(['project', ':'], ['scenario', ':'])],
  [scenario, of(['project', '12'], ['scenario', '1'])],
]

test('exclusion: paths overlap exactly when one line of resources begins with the other', () => {
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const shared = Math.min(a.length, b.length)
      const begins = a.slice(0, shared).every((ref, i) => ref.kind === b[i]?.kind && ref.id === b[i]?.id)
      assert.equal(overlaps(resourcePath(a), resourcePath(b)), begins)
    }),
    { examples: pairs.map(([a, b]): [Line, Line] => [a, b]) },
  )
})

test('exclusion: whatever is asked for in whatever order, no two claims that are held overlap', async () => {
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
    { examples: pairs.flatMap(([a, b]): [Line[][]][] => [[[[a], [b], [a]]], [[[b], [a]]], [[[a, b], [b]]]]) },
  )
})

test.run()
