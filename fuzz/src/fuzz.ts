import { isPieceworkError } from '@piecework/core'
import { albumsSubject } from './albums.js'
import { booksSubject } from './books.js'
import { type Chance, chance } from './chance.js'
import { type MarxanSubject, marxanSubject } from './marxan.js'
import { type Folder, folderMutations } from './marxan-folders.js'
import { type Mutant, mutations } from './mutants.js'
import { principal, type Subject } from './subject.js'
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
  readonly problems: readonly { readonly seed: number; readonly kind: string; readonly text: string }[]
  /** Longest time for which nothing else could run in the process. */
  readonly longestBlockMs: number
  /** Most that was held while one mutant was imported, beyond what was held before. */
  readonly memoryMb: number
}

/** Tables cost a job on the server. */
const oneOnServerOf = 20
/** Each folder costs one, and an import some. */
const oneFolderOf = 20
const oneImportOf = 5

/** Codes of errors that say what is wrong with an archive. */
const refusals =
  /^(?:archive-[a-z]+|validation-failed|counts-differ|piece-unknown|kind-unknown|registry-[a-z]+|key-twice|unsupported|legacy\/[a-z-]+|input-incomplete)$/

/** Imports hostile archives, and checks after each: an error, or what the archive holds; and nothing left. */
export async function fuzz({ mutants, seed, url, only = '', signal, log }: FuzzOptions): Promise<FuzzResult> {
  const named = <T>(all: Readonly<Record<string, T>>) =>
    Object.entries(all).filter(([name]) => name.includes(only))
  const kinds = named(mutations)
  const folders = named(folderMutations)
  if (kinds.length + folders.length === 0) throw new Error(`No kind of mutants has "${only}" in its name.`)
  const books = await booksSubject()
  const albums = await albumsSubject(url)
  const marxan = await marxanSubject(url)
  const watch = watchProcess()
  const outcomes: Record<string, number> = {}
  const problems: FuzzResult['problems'][number][] = []
  const archiveTried = (kind: string, random: Chance): Promise<Tried> => {
    const subject = random.one(oneOnServerOf) ? albums : books
    const mutant = (mutations[kind] as Mutate)(subject.files, random)
    watch.begin()
    return importOf(subject, mutant)
  }
  const folderTried = (kind: string, random: Chance): Promise<Tried> => {
    const folder = (folderMutations[kind] as MutateFolder)(random)
    const way = random.one(oneImportOf) ? 'import' : 'validate'
    watch.begin()
    return folderOf(marxan, folder, way)
  }
  let done = 0
  try {
    for (; done < mutants && !signal?.aborted; done++) {
      const own = seed + done
      const random = chance(own)
      const isFolder = kinds.length === 0 || (folders.length > 0 && random.one(oneFolderOf))
      const list = isFolder ? folders : kinds
      const [kind] = list[done % list.length] as (typeof list)[number]
      const tried = isFolder ? await folderTried(kind, random) : await archiveTried(kind, random)
      outcomes[tried.outcome] = (outcomes[tried.outcome] ?? 0) + 1
      for (const text of tried.problems) problems.push({ seed: own, kind, text })
      watch.look()
      if (done % 1000 === 999) log?.(`${done + 1} mutants, ${problems.length} problems`)
    }
  } finally {
    await books.close()
    await albums.close()
    await marxan.close()
  }
  return { mutants: done, outcomes, problems, ...watch.end() }
}

type Mutate = (typeof mutations)[string]
type MutateFolder = (typeof folderMutations)[string]

interface Tried {
  readonly outcome: string
  readonly problems: readonly string[]
}

const folderOf = (subject: MarxanSubject, folder: Folder, way: 'validate' | 'import'): Promise<Tried> =>
  tried(subject, async (problems) => {
    const report = await subject.take(folder, way)
    const { error } = report.job
    const unclear = report.findings.filter(({ code }) => /internal|database/.test(code))
    for (const { code, message } of unclear) problems.push(`${code}: ${message}`)
    if (error && !refusals.test(error.code)) problems.push(`${error.code}: ${error.message}`)
    if (!error && way === 'import') problems.push(...(await subject.differences(folder, report)))
    return error?.code ?? `folder ${way === 'import' ? 'imported' : 'valid'}`
  })

const importOf = (subject: Subject, mutant: Mutant): Promise<Tried> =>
  tried(subject, async (problems) => {
    const stream = (async function* () {
      yield mutant.bytes
    })()
    const report = await (await subject.piecework.import({ archive: { stream }, principal })).ended()
    const { error, outcome } = report.job
    if (outcome === 'succeeded') problems.push(...(await subject.differences(mutant, report)))
    else if (!error || !refusals.test(error.code)) problems.push(`${error?.code}: ${error?.message}`)
    return error?.code ?? 'imported'
  })

/** What came of it, with what is left behind. */
async function tried(
  { leftovers }: Pick<Subject, 'leftovers'>,
  take: (problems: string[]) => Promise<string>,
): Promise<Tried> {
  const problems: string[] = []
  const outcome = await take(problems).catch((error: unknown) => {
    if (!isPieceworkError(error)) throw error
    if (!refusals.test(error.code)) problems.push(`${error.code}: ${error.message}`)
    return error.code
  })
  for (const what of await leftovers()) problems.push(`left: ${what}`)
  return { outcome, problems }
}
