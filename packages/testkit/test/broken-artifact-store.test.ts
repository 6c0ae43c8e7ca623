import { memoryArtifacts } from '@piecework/core'
import type { ArtifactStore } from '@piecework/core/store'
import { assertBreaks } from '@piecework/test-support'
import { artifactStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'

const test = suite('laws of artifact stores can fail')

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (store: ArtifactStore) => ArtifactStore]> = {
  'shows half-written bytes': [
    'nothing half-made: an artifact is not seen before its last byte',
    (store) => ({ ...store, put: (key, bytes) => store.put(key, showing(store, key, bytes)) }),
  ],
  'takes away the old bytes when new ones begin': [
    'nothing half-made: while an artifact is replaced',
    (store) => ({
      ...store,
      put: async (key, bytes) => {
        await store.delete(key)
        return store.put(key, bytes)
      },
    }),
  ],
  'keeps what a failed put had written': [
    'nothing half-made: a put that fails leaves nothing',
    (store) => ({
      ...store,
      put: async (key, bytes) => {
        const chunks: Uint8Array[] = []
        try {
          for await (const chunk of bytes) chunks.push(chunk)
        } catch (error) {
          await store.put(key, each(chunks))
          throw error
        }
        return store.put(key, each(chunks))
      },
    }),
  ],
  'mixes puts under one key': [
    'nothing half-made: of many puts under one key',
    (store) => {
      const chunks = new Map<string, Uint8Array[]>()
      return {
        ...store,
        put: async (key, bytes) => {
          const all = chunks.get(key) ?? []
          chunks.set(key, all)
          for await (const chunk of bytes) all.push(chunk)
          return store.put(key, each(all))
        },
      }
    },
  ],
  'loses the last byte': [
    'what was put is read again',
    (store) => ({
      ...store,
      open: async function* (key, range) {
        let last: Uint8Array | undefined
        for await (const chunk of store.open(key, range)) {
          if (last !== undefined) yield last
          last = chunk
        }
        if (last !== undefined) yield last.subarray(0, -1)
      },
    }),
  ],
  'takes the end of a range to be within it': [
    'what was put is read again',
    (store) => ({
      ...store,
      open: (key, range) => store.open(key, range && { start: range.start, end: range.end + 1 }),
    }),
  ],
  'forgets where a chunk of a range begins': [
    'what was put is read again',
    (store) => ({
      ...store,
      open: (key, range) =>
        store.open(key, range && { ...range, start: range.start - (range.start % 65_536) }),
    }),
  ],
  'opens what is not there as nothing': [
    'opening what is not there',
    (store) => ({
      ...store,
      open: async function* (key, range) {
        if (await store.stat(key)) yield* store.open(key, range)
      },
    }),
  ],
  'does not know when': [
    'stat returns when the artifact was made',
    (store) => ({
      ...store,
      stat: async (key) => {
        const stat = await store.stat(key)
        return stat && { ...stat, createdAt: new Date(0) }
      },
    }),
  ],
  'lists what begins alike': [
    'list and delete take a key and what lies below it',
    (store) => ({
      ...store,
      list: async function* (prefix) {
        const root = prefix.split('/')[0] ?? prefix
        for await (const key of store.list(root)) if (key.startsWith(prefix)) yield key
      },
    }),
  ],
  'deletes what begins alike': [
    'list and delete take a key and what lies below it',
    (store) => ({
      ...store,
      delete: async (prefix) => {
        for await (const key of store.list(prefix.split('/')[0] ?? prefix))
          if (key.startsWith(prefix)) await store.delete(key)
      },
    }),
  ],
  'takes small letters for capital ones': [
    'list and delete take a key and what lies below it',
    (store) => ({
      ...store,
      list: async function* (prefix) {
        for await (const key of store.list(prefix.split('/')[0] ?? prefix)) {
          const [one, other] = [key.toLowerCase(), prefix.toLowerCase()]
          if (one === other || one.startsWith(`${other}/`)) yield key
        }
      },
    }),
  ],
  'deletes the key alone': [
    'list and delete take a key and what lies below it',
    (store) => {
      const gone = new Set<string>()
      return {
        ...store,
        delete: async (key) => void gone.add(key),
        list: async function* (prefix) {
          for await (const key of store.list(prefix)) if (!gone.has(key)) yield key
        },
      }
    },
  ],
  'takes any key': [
    'hostile archives: keys that are no keys are refused',
    (store) => ({ ...store, stat: async (key) => store.stat(key).catch(() => undefined) }),
  ],
  'takes short keys only': [
    'a key may be 512 characters long',
    (store) => ({ ...store, put: (key, bytes) => store.put(key.slice(0, 255), bytes) }),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `an artifact store that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) =>
        artifactStoreLaws(collect, { make: () => breaks(memoryArtifacts()), patienceMs: 300 }),
      whole: (collect) => artifactStoreLaws(collect, { make: memoryArtifacts }),
      sideBySide: 20,
    }),
  )
}

async function* each(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** Stores what has come so far before it asks for more. */
async function* showing(
  store: ArtifactStore,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) {
    chunks.push(chunk)
    await store.put(key, each(chunks))
    yield chunk
  }
}

test.run()
