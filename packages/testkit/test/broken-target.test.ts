import { assertBreaks } from '@piecework/test-support'
import { targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { joined, type PartsTarget, partsTarget } from './parts-target.js'

const test = suite('laws of targets can fail')

targetLaws(test, { make: () => partsTarget() })

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, Partial<PartsTarget>]> = {
  'loses the last byte': [
    'what is delivered has the bytes',
    { bytes: ({ file }, start) => file.open({ start, end: Math.max(start, file.size - 1) }) },
  ],
  'shows what has come so far': [
    'nothing half-made: while bytes come',
    { seen: ({ file }, parts, objects) => void objects.set(file.fileName, joined(parts)) },
  ],
  'takes an end that is an error for the end': [
    'nothing half-made: while bytes come',
    {
      bytes: async function* ({ file }, start) {
        try {
          yield* file.open({ start, end: file.size })
        } catch {}
      },
    },
  ],
  'goes on behind what it has': [
    'exactly once: an attempt that dies',
    {
      resume: async (context) =>
        (((await context.state.get()) as { done?: number } | undefined)?.done ?? 0) + 1,
    },
  ],
  'adds to what an attempt before has left': [
    'exactly once: an attempt that dies',
    {
      resume: async (_context, parts) => joined(parts).length,
      bytes: ({ file }) => file.open({ start: 0, end: file.size }),
    },
  ],
  'gives each attempt a file of its own': [
    'exactly once: the same key again is one file',
    { nameOf: ({ file }) => `${Math.random()} ${file.fileName}` },
  ],
  'puts a file in the place of another': [
    'nothing half-made: two deliveries of one name',
    { nameOf: ({ file }) => file.fileName },
  ],
  'does not stop': ['nothing half-made: a delivery that is stopped', { assertStarted: () => {} }],
}

for (const [what, [law, changes]] of Object.entries(broken)) {
  const name = `a target that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => targetLaws(collect, { make: () => partsTarget(changes) }),
      whole: (collect) => targetLaws(collect, { make: () => partsTarget() }),
    }),
  )
}

test.run()
