import { albumsSubject } from './albums.js'
import { booksSubject } from './books.js'
import { chance } from './chance.js'
import { Closers } from './closers.js'
import { looseGrid } from './loose-grid.js'
import { marxanSubject } from './marxan.js'
import { folderMutations, hostileShapes } from './marxan-folders.js'
import { mutations } from './mutants.js'
import { folderOf, importOf, type Tried } from './tried.js'
import { watchProcess } from './watch-process.js'

export interface FuzzOptions {
  readonly mutants: number
  /** Of the first mutant; each has the next one. */
  readonly seed: number
  /** A PostgreSQL server, for the tables. */
  readonly url: string
  /** Only kinds whose name holds this. */
  readonly only?: string
  readonly signal?: AbortSignal
  log?(text: string): void
}

export interface FuzzResult {
  readonly mutants: number
  /** By outcome: `imported`, or the code of the error. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly problems: readonly (Tell & { readonly text: string })[]
  /** Longest time for which nothing else could run in the process, without the collection of garbage. */
  readonly longestBlock: Block
  /** The same of each kind, longest first. */
  readonly blocks: readonly Block[]
  /** Most that was held while one mutant was imported, beyond what was held before. */
  readonly memory: Tell & { readonly mb: number }
}

/** Of one mutant. */
interface Tell {
  readonly seed: number
  readonly kind: string
}

interface Block extends Tell {
  readonly ms: number
}

/** Tables cost a job on the server. */
const oneOnServerOf = 50
/** Each folder costs one, and an import some. */
const oneFolderOf = 50
const oneImportOf = 5

/** Imports hostile archives, and checks after each: an error, or what the archive holds; and nothing left. */
export async function fuzz({ mutants, seed, url, only = '', signal, log }: FuzzOptions): Promise<FuzzResult> {
  const closers = new Closers()
  const watch = watchProcess()
  const outcomes: Record<string, number> = {}
  const problems: FuzzResult['problems'][number][] = []
  const longest = new Map<string, Block>()
  let memory = { mb: 0, seed, kind: '' }
  let done = 0
  try {
    const tryOne = await mutantsOf(url, only, closers)
    for (; done < mutants && !signal?.aborted; done++) {
      const own = seed + done
      const { kind, mutate } = tryOne(own, done)
      const take = mutate()
      watch.begin()
      const { outcome, problemsOf } = await take()
      const { blockMs, memoryMb } = await watch.taken()
      const found = await problemsOf()
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      for (const text of found) problems.push({ seed: own, kind, text })
      if (blockMs > (longest.get(kind)?.ms ?? -1))
        longest.set(kind, { ms: Math.round(blockMs), seed: own, kind })
      if (memoryMb > memory.mb) memory = { mb: Math.round(memoryMb), seed: own, kind }
      if (done % 1000 === 999) log?.(`${done + 1} mutants, ${problems.length} problems`)
    }
  } finally {
    watch.end()
    await closers.close()
  }
  const blocks = [...longest.values()].sort((one, other) => other.ms - one.ms)
  const [longestBlock = { ms: 0, seed, kind: '' }] = blocks
  return { mutants: done, outcomes, problems, longestBlock, blocks, memory }
}

/** The host is not mutated yet. */
export class NotSetUp extends Error {}

/** Sets the hosts up. Of a seed: the kind of its mutant, which is made by `mutate` and taken by what that returns. */
async function mutantsOf(url: string, only: string, closers: Closers) {
  const named = <T>(all: Readonly<Record<string, T>>) =>
    Object.entries(all).filter(([name]) => name.includes(only))
  const kinds = named(mutations)
  const folders = named({ ...folderMutations, [looseKind]: undefined })
  if (kinds.length + folders.length === 0) throw new NotSetUp(`No kind of mutants has "${only}" in its name.`)
  const { books, albums, marxan } = await subjectsOf(url, closers).catch((cause: unknown) => {
    throw new NotSetUp(cause instanceof Error ? cause.message : String(cause), { cause })
  })
  return (seed: number, at: number) => {
    const random = chance(seed)
    // Drawn whatever is asked for: a kind alone must get the mutants that it has among others.
    const drawsFolder = random.one(oneFolderOf)
    const isFolder = kinds.length === 0 || (folders.length > 0 && drawsFolder)
    const list = isFolder ? folders : kinds
    const [kind] = list[at % list.length] as (typeof list)[number]
    const mutate = (): (() => Promise<Tried>) => {
      if (!isFolder) {
        const subject = random.one(oneOnServerOf) ? albums : books
        const mutant = (mutations[kind] as Mutate)(subject.files, random)
        return () => importOf(subject, mutant)
      }
      if (kind === looseKind) {
        const parts = hostileShapes(random)
        return () => looseGrid(parts)
      }
      const folder = (folderMutations[kind] as MutateFolder)(random)
      const way = random.one(oneImportOf) ? 'import' : 'validate'
      return () => folderOf(marxan, folder, way)
    }
    return { kind, mutate }
  }
}

const subjectsOf = async (url: string, closers: Closers) => ({
  books: await booksSubject(closers),
  albums: await albumsSubject(url, closers),
  marxan: await marxanSubject(url, closers),
})

const looseKind = 'loose files of a grid'

type Mutate = (typeof mutations)[string]
type MutateFolder = (typeof folderMutations)[string]
