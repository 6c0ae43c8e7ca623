import assert from 'node:assert/strict'
import type { LawTest } from '@piecework/testkit'

/** Titles of the laws that fail, in order. */
async function brokenLaws(laws: (test: LawTest) => void, only = ''): Promise<readonly string[]> {
  const collected: [string, () => Promise<void>][] = []
  laws((name, run) => collected.push([name, run]))
  const broken: string[] = []
  for (const [name, run] of collected.filter(([title]) => title.startsWith(only))) {
    await run().catch(() => broken.push(name))
  }
  return broken
}

/** The law whose title begins with `law` fails on what is broken, and holds on what is not. */
export async function assertBreaks(
  law: string,
  broken: (test: LawTest) => void,
  whole: (test: LawTest) => void,
): Promise<void> {
  assert.equal((await brokenLaws(broken, law)).length, 1, `"${law}" must name one law, and it must fail`)
  assert.deepEqual(await brokenLaws(whole, law), [], `"${law}" fails on an implementation that is whole`)
}
