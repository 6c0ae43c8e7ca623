import { readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactStore } from '@piecework/core'

/** How the artifact store of all processes is at the moment. */
export type Mood =
  /** Each call and each chunk takes so long. */
  | { readonly is: 'slow'; readonly ms: number }
  /** One of so many calls is never answered, or only after `ms`; some stop midway. */
  | { readonly is: 'silent'; readonly oneOf: number; readonly ms?: number }
  /** One of so many calls fails, midway where it can. */
  | { readonly is: 'failing'; readonly oneOf: number; readonly code?: string }

/** Puts all processes of this file into the mood; the function ends it. */
export function setMood(file: string, mood: Mood): () => Promise<void> {
  writeFileSync(file, JSON.stringify(mood))
  return () => rm(file, { force: true })
}

/** What is done to one call. */
interface Trouble {
  /** Awaited before it begins, and before each chunk. */
  wait(): Promise<void>
}

const none: Trouble = { wait: async () => {} }

/** The store, in the mood that the file tells; it is looked at by every call. */
export function moodyArtifacts(store: ArtifactStore, file: string): ArtifactStore {
  let calls = 0
  const trouble = (): Trouble => {
    const mood = moodOf(file)
    if (!mood) return none
    if (mood.is === 'slow') return { wait: async () => void (await sleep(mood.ms)) }
    const call = calls++
    if (call % mood.oneOf !== 0) return none
    // By turns at once and after some chunks.
    let left = Math.floor(call / mood.oneOf) % 3
    const wait = mood.is === 'silent' ? () => silence(mood.ms) : () => failure(mood.code)
    return { wait: async () => void (left-- === 0 && (await wait())) }
  }
  return {
    put: async (key, bytes) => {
      const { wait } = trouble()
      await wait()
      const size = await store.put(key, waiting(bytes, wait))
      await wait()
      return size
    },
    open: (key, range) => later(trouble(), () => store.open(key, range)),
    stat: async (key) => {
      await trouble().wait()
      return store.stat(key)
    },
    delete: async (key) => {
      await trouble().wait()
      await store.delete(key)
    },
    list: (prefix) => later(trouble(), () => store.list(prefix)),
  }
}

async function* later<T>({ wait }: Trouble, items: () => AsyncIterable<T>): AsyncGenerator<T> {
  await wait()
  yield* waiting(items(), wait)
}

async function* waiting<T>(items: AsyncIterable<T>, wait: () => Promise<void>): AsyncGenerator<T> {
  for await (const item of items) {
    await wait()
    yield item
  }
}

function moodOf(file: string): Mood | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Mood
  } catch {
    // There is none, or it is just being written.
    return undefined
  }
}

/** A call that is never answered stays under way, with the files that it has open. */
const unanswered: (() => void)[] = []

const silence = (ms: number | undefined): Promise<unknown> =>
  ms === undefined ? new Promise<void>((resolve) => unanswered.push(resolve)) : sleep(ms)

async function failure(code: string | undefined): Promise<never> {
  throw Object.assign(new Error('The store is in a bad mood.'), code && { code })
}
