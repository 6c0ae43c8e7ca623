import { assertBreaks } from '@piecework/test-support'
import { targetLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { joined, type PartsTarget, partsTarget } from './parts-target.js'
import { type PointingTarget, pointingTarget } from './pointing-target.js'

const test = suite('laws of targets can fail')

targetLaws(test, { make: () => partsTarget() })
targetLaws(test, { make: () => pointingTarget(), bytesStay: true })

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
    'exactly once: the same key again is one file, at the same place',
    { nameOf: ({ file }) => `${Math.random()} ${file.fileName}` },
  ],
  'puts a file in the place of another': [
    'nothing half-made: two deliveries of one name',
    { nameOf: ({ file }) => file.fileName },
  ],
  'takes any destination': ['destinations: what is none', { parse: (input) => input }],
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

/** The same of one that moves no bytes. */
const misleading: Record<string, [law: string, Partial<PointingTarget>]> = {
  'takes any destination': ['destinations: what is none', { parse: (input) => input }],
  'gives each attempt a link of its own': [
    'exactly once: an attempt that dies',
    { idOf: () => `link ${Math.random()}` },
  ],
  'forgets what it has made': [
    'exactly once: the same key again',
    {
      end: async ({ state }, made) => {
        if (made.size === 1) await state.put(`another ${[...made]}`)
      },
    },
  ],
  'has one link for all of a name': [
    'nothing half-made: two deliveries of one name',
    { idOf: ({ file }) => file.fileName },
  ],
  'reads the bytes all the same': [
    'the bytes stay where they are',
    {
      end: async ({ file }) => {
        for await (const _ of file.open()) break
      },
    },
  ],
  'does not stop': ['nothing half-made: a delivery that is stopped makes nothing', { begin: () => {} }],
}

for (const [what, [law, changes]] of Object.entries(misleading)) {
  const name = `a target that moves no bytes and ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => targetLaws(collect, { make: () => pointingTarget(changes), bytesStay: true }),
      whole: (collect) => targetLaws(collect, { make: () => pointingTarget(), bytesStay: true }),
    }),
  )
}

test.run()
