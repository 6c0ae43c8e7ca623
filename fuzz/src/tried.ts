import { isPieceworkError } from '@piecework/core'
import type { MarxanSubject } from './marxan.js'
import type { Folder } from './marxan-folders.js'
import type { Mutant } from './mutants.js'
import { principal, type Subject } from './subject.js'

/** Codes of errors that say what is wrong with an archive. */
const refusals =
  /^(?:archive-[a-z]+|validation-failed|counts-differ|piece-unknown|kind-unknown|registry-[a-z]+|key-twice|unsupported|legacy\/[a-z-]+|input-incomplete)$/

/** What came of a mutant. */
export interface Tried {
  readonly outcome: string
  /** Compares, and removes what was made. Apart, because what that takes is the fuzzer's own. */
  problemsOf(): Promise<readonly string[]>
}

export const folderOf = (
  subject: MarxanSubject,
  folder: Folder,
  way: 'validate' | 'import',
): Promise<Tried> =>
  tried(subject, async () => {
    const report = await subject.take(folder, way)
    const { error } = report.job
    const unclear = report.findings.filter(({ code }) => /internal|database/.test(code))
    const said = [...unclear, ...(error && !refusals.test(error.code) ? [error] : [])]
    return {
      outcome: error?.code ?? `folder ${way === 'import' ? 'imported' : 'valid'}`,
      problemsOf: async () => [
        ...said.map(({ code, message }) => `${code}: ${message}`),
        ...(!error && way === 'import' ? await subject.differences(folder, report) : []),
      ],
    }
  })

export const importOf = (subject: Subject, mutant: Mutant): Promise<Tried> =>
  tried(subject, async () => {
    const stream = (async function* () {
      yield mutant.bytes
    })()
    const report = await (await subject.piecework.import({ archive: { stream }, principal })).ended()
    const { error, outcome } = report.job
    return {
      outcome: error?.code ?? 'imported',
      problemsOf: async () => {
        if (outcome === 'succeeded') return subject.differences(mutant, report)
        return error && refusals.test(error.code) ? [] : [`${error?.code}: ${error?.message}`]
      },
    }
  })

/** What came of it, with what is left behind. */
async function tried({ leftovers }: Pick<Subject, 'leftovers'>, take: () => Promise<Tried>): Promise<Tried> {
  const { outcome, problemsOf } = await take().catch((error: unknown): Tried => {
    if (!isPieceworkError(error)) throw error
    const problems = refusals.test(error.code) ? [] : [`${error.code}: ${error.message}`]
    return { outcome: error.code, problemsOf: async () => problems }
  })
  return {
    outcome,
    problemsOf: async () => [...(await problemsOf()), ...(await leftovers()).map((what) => `left: ${what}`)],
  }
}
