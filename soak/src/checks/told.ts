import type { JobReport } from '@piecework/core'
import type { Said } from '../hooks.js'
import { type Problem, problem } from '../problem.js'

/** What was said at least once was said under one key, each time the same; nothing else was said, and nothing has failed. */
export function toldOnce(
  said: readonly Said[],
  keys: readonly string[],
  followUps: JobReport['followUps'],
): readonly Problem[] {
  const first = new Map<string, string>()
  const problems: Problem[] = []
  for (const { key, body } of said) {
    if (!keys.includes(key)) problems.push(problem('doubled', `${key} was told, which is not to follow`))
    else if ((first.get(key) ?? body) !== body)
      problems.push(problem('wrong', `${key} was told otherwise again`))
    first.set(key, body)
  }
  for (const key of keys) if (!first.has(key)) problems.push(problem('lost', `${key} was not told`))
  for (const { key, status, error } of followUps)
    if (status !== 'done') problems.push(problem('wrong', `${key} is ${status}: ${error?.message ?? ''}`))
  return problems
}
