import { isPieceworkError } from '@piecework/core'
import { albumsSubject } from './albums.js'
import { booksSubject } from './books.js'
import { chance } from './chance.js'
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

/** Codes of errors that say what is wrong with an archive. */
const refusals =
  /^(?:archive-[a-z]+|validation-failed|counts-differ|piece-unknown|kind-unknown|registry-[a-z]+|key-twice|unsupported)$/

/** Imports hostile archives, and checks after each: an error, or what the archive holds; and nothing left. */
export async function fuzz({ mutants, seed, url, only = '', signal, log }: FuzzOptions): Promise<FuzzResult> {
  const kinds = Object.entries(mutations).filter(([name]) => name.includes(only))
  if (kinds.length === 0) throw new Error(`No kind of mutants has "${only}" in its name.`)
  const books = await booksSubject()
  const albums = await albumsSubject(url)
  const watch = watchProcess()
  const outcomes: Record<string, number> = {}
  const problems: FuzzResult['problems'][number][] = []
  let done = 0
  try {
    for (; done < mutants && !signal?.aborted; done++) {
      const own = seed + done
      const random = chance(own)
      const [kind, mutate] = kinds[done % kinds.length] as (typeof kinds)[number]
      const subject = random.one(oneOnServerOf) ? albums : books
      const mutant = mutate(subject.files, random)
      watch.begin()
      const tried = await importOf(subject, mutant)
      outcomes[tried.outcome] = (outcomes[tried.outcome] ?? 0) + 1
      for (const text of tried.problems) problems.push({ seed: own, kind, text })
      watch.look()
      if (done % 1000 === 999) log?.(`${done + 1} mutants, ${problems.length} problems`)
    }
  } finally {
    await books.close()
    await albums.close()
  }
  return { mutants: done, outcomes, problems, ...watch.end() }
}

async function importOf(
  subject: Subject,
  mutant: Mutant,
): Promise<{ outcome: string; problems: readonly string[] }> {
  const stream = (async function* () {
    yield mutant.bytes
  })()
  const problems: string[] = []
  let outcome: string
  try {
    const report = await (await subject.piecework.import({ archive: { stream }, principal })).ended()
    outcome = report.job.error?.code ?? 'imported'
    if (report.job.outcome === 'succeeded') problems.push(...(await subject.differences(mutant, report)))
    else if (!refusals.test(outcome)) problems.push(`${outcome}: ${report.job.error?.message}`)
  } catch (error) {
    if (!isPieceworkError(error)) throw error
    outcome = error.code
    if (!refusals.test(outcome)) problems.push(`${outcome}: ${error.message}`)
  }
  const left = await subject.leftovers()
  return { outcome, problems: [...problems, ...left.map((what) => `left: ${what}`)] }
}
