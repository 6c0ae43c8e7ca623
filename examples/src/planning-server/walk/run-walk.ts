import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '@piecework/core'
import type { Settings } from '../settings.js'
import { runLine } from './run-line.js'
import { firstVariables } from './variables.js'
import { type Answer, valueAt, type WalkContext, type WalkPart, type WalkStep } from './walk-step.js'

interface StepResult {
  readonly title: string
  readonly line?: string
  readonly status?: number
  /** Why it is not as it should be. */
  readonly problem?: string
}

export interface WalkResult {
  readonly ok: boolean
  readonly steps: readonly StepResult[]
}

interface WalkOptions extends Settings {
  readonly database: Database
  readonly log: (text: string) => void
  readonly stopped: AbortSignal
}

/** Runs the lines one after the other, until one is not answered as it should be. */
export async function runWalk(parts: readonly WalkPart[], options: WalkOptions): Promise<WalkResult> {
  const { database, log, stopped } = options
  const folder = await mkdtemp(join(tmpdir(), 'piecework-walk-'))
  const context = { variables: firstVariables(options), database, folder }
  const steps: StepResult[] = []
  try {
    for (const { title, steps: of } of parts) {
      log(`\n${title}`)
      for (const step of of) {
        const result = await runStep(step, context, stopped)
        steps.push(result)
        log(
          `  ${result.problem === undefined ? 'ok' : 'NO'}  ${step.title}${result.status ? `: ${result.status}` : ''}`,
        )
        if (result.problem !== undefined) return { ok: false, steps }
      }
    }
    return { ok: true, steps }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function printWalk({ ok, steps }: WalkResult): void {
  const last = steps.at(-1)
  if (ok) console.log(`\n${steps.length} steps, all answered as they should be.`)
  else console.error(`\n${last?.line ?? last?.title}\n${last?.problem}`)
}

async function runStep(step: WalkStep, context: WalkContext, stopped: AbortSignal): Promise<StepResult> {
  const { title, line } = step
  let answer: Answer = { status: 0, text: '' }
  const told = () => ({ title, ...(line !== undefined && { line, status: answer.status }) })
  try {
    if (line !== undefined) answer = await runLine(line, context.folder, context.variables, stopped)
    await checkAnswer(step, answer, context)
    return told()
  } catch (error) {
    const said = answer.text === '' ? '' : `\nThe answer: ${answer.text.slice(0, 2000)}`
    return { ...told(), problem: `${error instanceof Error ? error.message : String(error)}${said}` }
  }
}

async function checkAnswer(step: WalkStep, answer: Answer, context: WalkContext): Promise<void> {
  const { status, keep = {}, has = {} } = step
  if (status !== undefined) assert.equal(answer.status, status, `Not ${status} but ${answer.status}`)
  for (const [place, expected] of Object.entries(has)) {
    const actual = valueAt(answer.json, place)
    assert.deepEqual(
      actual,
      expected,
      `${place} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`,
    )
  }
  for (const [name, place] of Object.entries(keep)) {
    const value = valueAt(answer.json, place)
    assert.equal(typeof value, 'string', `There is no ${place}`)
    context.variables[name] = String(value)
  }
  await step.check?.(answer, context)
}
