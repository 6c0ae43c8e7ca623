import type { FileStore } from '@piecework/core/piece'
import { assertBreaks } from '@piecework/test-support'
import { fileStoreLaws } from '@piecework/testkit'
import { suite } from 'uvu'
import { each, type MemoryFiles, memoryFiles } from './memory-files.js'

const test = suite('laws of file stores can fail')

/** What is changed, and the law that must see it. */
const broken: Record<string, [law: string, (store: MemoryFiles) => FileStore]> = {
  'loses what comes after the first chunk': [
    'what was put is read again',
    (store) => ({ ...store, put: async (key, bytes, signal) => store.put(key, firstOf(bytes), signal) }),
  ],
  'has no empty files': [
    'what was put is read again',
    (store) => ({
      ...store,
      open: async (key, signal) => (store.files.get(key)?.length ? store.open(key, signal) : undefined),
    }),
  ],
  'knows files by the letters of their keys alone': [
    'what was put is read again',
    (store) => ({
      ...store,
      put: async (key, bytes, signal) => store.put(key.replaceAll(/[^\w/.]/g, ''), bytes, signal),
    }),
  ],
  'knows files by the last part of their keys': [
    'what is not there is undefined',
    (store) => {
      const last = (key: string): string => key.split('/').at(-1) ?? key
      return {
        open: (key, signal) => store.open(last(key), signal),
        put: (key, bytes, signal) => store.put(last(key), bytes, signal),
        delete: (key, signal) => store.delete(last(key), signal),
      }
    },
  ],
  'takes what is not there for empty': [
    'what is not there is undefined',
    (store) => ({ ...store, open: async (key) => each(store.files.get(key) ?? Buffer.alloc(0)) }),
  ],
  'refuses to open what is not there': [
    'what is not there is undefined',
    (store) => ({
      ...store,
      open: async (key, signal) => (await store.open(key, signal)) ?? Promise.reject(new Error('404')),
    }),
  ],
  'refuses to delete what is not there': [
    'what is not there is undefined',
    (store) => ({
      ...store,
      delete: async (key) => {
        if (!store.files.delete(key)) throw new Error('404')
      },
    }),
  ],
  'keeps what a failed put had written': [
    'nothing half-made: a put that fails',
    (store) => ({
      ...store,
      put: async (key, bytes, signal) => {
        const chunks: Uint8Array[] = []
        try {
          for await (const chunk of bytes) chunks.push(chunk)
        } finally {
          await store.put(key, each(...chunks), signal)
        }
      },
    }),
  ],
  'takes bytes that break off for all': [
    'nothing half-made: a put that fails',
    (store) => ({
      ...store,
      put: async (key, bytes, signal) => store.put(key, bytes, signal).catch(() => undefined),
    }),
  ],
  'shows a file while it comes': [
    'nothing half-made: a file is not seen',
    (store) => ({
      ...store,
      put: (key, bytes, signal) => store.put(key, showing(store, key, bytes), signal),
    }),
  ],
  'shows the key of a file before its bytes': [
    'nothing half-made: a file is not seen',
    (store) => ({
      ...store,
      put: async (key, bytes, signal) => {
        store.files.set(key, Buffer.alloc(0))
        return store.put(key, bytes, signal)
      },
    }),
  ],
  'deletes what begins alike': [
    'a deletion takes its own file',
    (store) => ({
      ...store,
      delete: async (prefix) => {
        for (const key of store.files.keys()) if (key.startsWith(prefix)) store.files.delete(key)
      },
    }),
  ],
  'keeps what is deleted': [
    'a deletion takes its own file',
    (store) => ({ ...store, delete: async () => {} }),
  ],
  'copies by a link': [
    'a copy is a file of its own',
    (store) => {
      const links = new Map<string, string>()
      return {
        ...store,
        open: (key, signal) => store.open(links.get(key) ?? key, signal),
        copy: async (from, to) => {
          if (store.files.has(from)) links.set(to, from)
          return store.files.has(from)
        },
      }
    },
  ],
  'moves instead of copying': [
    'a copy is a file of its own',
    (store) => ({
      ...store,
      copy: async (from, to, signal) => {
        const isThere = await store.copy(from, to, signal)
        store.files.delete(from)
        return isThere
      },
    }),
  ],
  'says that it has copied what is not there': [
    'a copy is a file of its own',
    (store) => ({ ...store, copy: async (...at) => (await store.copy(...at)) || true }),
  ],
  'makes an empty copy of what is not there': [
    'a copy is a file of its own',
    (store) => ({
      ...store,
      copy: async (from, to) => {
        store.files.set(to, store.files.get(from) ?? Buffer.alloc(0))
        return store.files.has(from)
      },
    }),
  ],
}

for (const [what, [law, breaks]] of Object.entries(broken)) {
  const name = `a file store that ${what}`
  test(name, () =>
    assertBreaks(name, {
      law,
      broken: (collect) => fileStoreLaws(collect, { make: () => breaks(memoryFiles()) }),
      whole: (collect) => fileStoreLaws(collect, { make: memoryFiles }),
      sideBySide: 20,
    }),
  )
}

async function* firstOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) return yield chunk
}

/** Stores what has come so far before it asks for more. */
async function* showing(
  store: MemoryFiles,
  key: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) {
    chunks.push(chunk)
    store.files.set(key, Buffer.concat(chunks))
    yield chunk
  }
}

test.run()
