import type { Entries } from '../contracts/entries.js'
import { isPieceworkError } from '../contracts/errors.js'
import { entryDefaults } from '../defaults.js'

/** A value and about how many bytes it holds. */
export interface Sized<T> {
  readonly value: T
  readonly bytes: number
}

interface EntryMemo {
  readonly values: Map<string, Promise<Sized<unknown>>>
  bytes: number
}

/** The most bytes that are remembered of one entry. */
export const { memoBytes } = entryDefaults

const memos = new WeakMap<Entries, Map<string, EntryMemo>>()

/**
 * What `make` derives from the entry at `path`, made once for all who ask with the same key while these
 * entries are open. Of one entry 16 MB are remembered at most: a larger result goes to those who wait for it,
 * and is made again for the next. An error is remembered unless it is retryable.
 */
export async function memo<T>(
  entries: Entries,
  path: string,
  key: string,
  make: () => Promise<Sized<T>>,
): Promise<T> {
  const memo = memoOf(entries, path)
  const known = memo.values.get(key) as Promise<Sized<T>> | undefined
  if (known) return (await known).value
  const made = make()
  memo.values.set(key, made)
  try {
    const { value, bytes } = await made
    if (memo.bytes + bytes > memoBytes) memo.values.delete(key)
    else memo.bytes += bytes
    return value
  } catch (error) {
    if (!isPieceworkError(error) || error.retryable) memo.values.delete(key)
    throw error
  }
}

function memoOf(entries: Entries, path: string): EntryMemo {
  const ofEntries = memos.get(entries) ?? new Map<string, EntryMemo>()
  memos.set(entries, ofEntries)
  const memo = ofEntries.get(path) ?? { values: new Map(), bytes: 0 }
  ofEntries.set(path, memo)
  return memo
}
