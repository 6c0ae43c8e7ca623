import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { JobHandle, Piecework } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { redisRuntime } from '@piecework/runtime-redis'
import { figuresOf, type StepFigures } from '../planning/step.js'
import { type HostOptions, principal, site, withSite } from './host.js'

const collectMs = 50

/** One job in a process of its own, and in others that take its nodes. */
export interface PartsStep extends HostOptions {
  readonly task: 'export' | 'import'
  /** For an import. */
  readonly artifact?: string
  /** Processes that do one node at a time each. Absent: one does two at a time. */
  readonly workers?: number
  /** Garbage is collected all the time: the peak is what is held, and the time tells nothing. */
  readonly isHeld?: boolean
}

interface Child extends PartsStep {
  readonly queue?: string
  /** It only helps, until it is told to stop. */
  readonly helps?: true
}

export interface PartsFigures extends Omit<StepFigures, 'pieces'> {
  /** That did the task. */
  readonly nodes: number
}

export async function runPartsStep({ workers, ...step }: PartsStep): Promise<PartsFigures> {
  if (workers === undefined) return figures(start(step))
  const queue = `bench-${randomUUID()}`
  const helpers = Array.from({ length: workers - 1 }, () => start({ ...step, queue, helps: true }))
  try {
    for (const { stdout } of helpers) if (stdout) await once(stdout, 'data')
    return await figures(start({ ...step, queue }))
  } finally {
    for (const helper of helpers) {
      const ended = once(helper, 'exit')
      helper.stdin?.end()
      await ended
    }
  }
}

const start = (step: Child): ChildProcess =>
  spawn(
    process.execPath,
    [...(step.isHeld ? ['--expose-gc'] : []), fileURLToPath(import.meta.url), JSON.stringify(step)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )

async function figures(child: ChildProcess): Promise<PartsFigures> {
  if (!child.stdout) throw new Error('The process has no output.')
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`The process ended with ${code}.`)
  return JSON.parse(output)
}

async function work({
  queue,
  helps,
  task,
  artifact = '',
  ...host
}: Child): Promise<PartsFigures | undefined> {
  const connection = process.env.REDIS_URL ?? ''
  const runtime =
    queue === undefined ? inProcess({ concurrency: 2 }) : redisRuntime({ connection, queue, concurrency: 1 })
  return withSite(host, runtime, async (piecework) => {
    if (!helps) return job(piecework, task, artifact)
    console.log('ready')
    process.stdin.resume()
    await once(process.stdin, 'end')
    return undefined
  })
}

async function job(piecework: Piecework, task: PartsStep['task'], artifact: string): Promise<PartsFigures> {
  const requests: Readonly<Record<PartsStep['task'], () => Promise<JobHandle>>> = {
    export: () => piecework.export({ resource: site, principal }),
    import: () => piecework.import({ archive: { artifact }, principal }),
  }
  const collecting = setInterval(() => globalThis.gc?.(), collectMs)
  const started = performance.now()
  const report = await (await requests[task]()).ended()
  const seconds = (performance.now() - started) / 1000
  clearInterval(collecting)
  const { pieces: _, ...found } = figuresOf(task, report)
  return { ...found, seconds, nodes: report.nodes.filter((node) => node.task === task).length }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await work(JSON.parse(process.argv[2] ?? '') as Child)
  if (found) console.log(JSON.stringify(found))
}
