import assert from 'node:assert/strict'

type Laws = (test: (title: string, run: () => Promise<void>) => unknown) => void

export interface BrokenImplementation {
  /** Beginning of the title of the one law that must find it. */
  readonly law: string
  readonly broken: Laws
  /** The laws of the implementation that it was made from, which is the same for all of a test file: each law is tried once. */
  readonly whole: Laws
  /** How many runs may go on at once if there are many. Default 1. */
  readonly sideBySide?: number
}

/**
 * Fails unless the law finds the broken implementation and holds on the whole one. Tries once, or PIECEWORK_BROKEN_RUNS times:
 * then it also prints the counts as a line of JSON, which `npm run broken` reads.
 */
export async function assertBreaks(what: string, implementation: BrokenImplementation): Promise<void> {
  const { law, broken, whole, sideBySide = 1 } = implementation
  const asked = process.env.PIECEWORK_BROKEN_RUNS
  const runs = Number(asked ?? 1)
  const started = performance.now()
  const found = await failures(broken, law, runs, sideBySide)
  const wrong = await (wrongly.get(law) ?? failures(whole, law, runs, sideBySide))
  wrongly.set(law, wrong)
  if (asked !== undefined) {
    const seconds = (performance.now() - started) / 1000
    console.log(`\n${JSON.stringify({ what, law, runs, found: found.length, wrong: wrong.length, seconds })}`)
  }
  assert.equal(found.length, runs, `"${law}" must fail, and did in ${found.length} of ${runs} runs`)
  assert.deepEqual(wrong, [], `"${law}" fails on an implementation that is whole`)
}

/** What the runs of each law failed with on the implementation that is whole. */
const wrongly = new Map<string, readonly unknown[]>()

/** What the runs of one law failed with. */
async function failures(laws: Laws, law: string, runs: number, sideBySide: number): Promise<unknown[]> {
  const errors: unknown[] = []
  let left = runs
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await runLaw(laws, law).catch((error: unknown) => errors.push(error))
    }
  }
  const titles = titlesOf(laws).filter((title) => title.startsWith(law))
  assert.equal(titles.length, 1, `"${law}" must name one law`)
  await Promise.all(Array.from({ length: sideBySide }, worker))
  return errors
}

function titlesOf(laws: Laws): readonly string[] {
  const titles: string[] = []
  laws((title) => titles.push(title))
  return titles
}

async function runLaw(laws: Laws, law: string): Promise<void> {
  const found: (() => Promise<void>)[] = []
  laws((title, run) => title.startsWith(law) && found.push(run))
  await found[0]?.()
}
