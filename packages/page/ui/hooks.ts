import { useCallback, useEffect, useState } from 'preact/hooks'
import { Problem } from './api.js'
import { useEnv } from './env.js'
import { follow } from './follow.js'
import type { Finding, Findings, JobState } from './model.js'

export interface Followed {
  readonly state?: JobState
  readonly problem?: Problem
  readonly isConnected: boolean
}

/** A job as it stands, and as it goes on. */
export function useJob(id: string): Followed {
  const { api, names } = useEnv()
  const [seen, setSeen] = useState<Followed>({ isConnected: true })
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    setSeen({ isConnected: true })
    const onState = async (state: JobState) => {
      await names.load([state.job.source, state.job.endedAt === undefined ? undefined : state.job.resource])
      if (!signal.aborted) setSeen((before) => ({ ...before, state: newer(before.state, state) }))
    }
    const onConnection = (isConnected: boolean) => setSeen((before) => ({ ...before, isConnected }))
    follow({ api, job: id, signal, onState, onConnection }).catch((error: unknown) => {
      if (!signal.aborted) setSeen((before) => ({ ...before, problem: asProblem(error) }))
    })
    return () => stop.abort()
  }, [api, id])
  return seen
}

const newer = (a: JobState | undefined, b: JobState) => (a && a.revision > b.revision ? a : b)

/** The most findings that are shown; a server gives 1000 at a time. */
const mostFindings = 5000

/** What a job has found, all pages of it; again when `version` changes. */
export function useFindings(id: string, version: unknown): Findings | undefined {
  const { api } = useEnv()
  const [found, setFound] = useState<Findings>()
  useEffect(() => {
    const stop = new AbortController()
    loadFindings(id, (path) => api.get<Findings>(path, stop.signal)).then(setFound, () => undefined)
    return () => stop.abort()
  }, [api, id, version])
  return found
}

async function loadFindings(id: string, get: (path: string) => Promise<Findings>): Promise<Findings> {
  const path = `jobs/${encodeURIComponent(id)}/findings?limit=1000`
  const first = await get(path)
  const items: Finding[] = [...first.items]
  let { next } = first
  while (next !== undefined && items.length < mostFindings) {
    const page = await get(`${path}&after=${encodeURIComponent(next)}`)
    items.push(...page.items)
    next = page.next
  }
  const { next: _, ...rest } = first
  return { ...rest, items, ...(next !== undefined && { next }) }
}

export interface Action {
  readonly isBusy: boolean
  readonly problem?: Problem
  run(work: () => Promise<unknown>): Promise<void>
}

/** Something that a button does: once at a time, and what went wrong is kept for the user to read. */
export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; problem?: Problem }>({ isBusy: false })
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setState({ isBusy: true })
    try {
      await work()
      setState({ isBusy: false })
    } catch (error) {
      setState({ isBusy: false, problem: asProblem(error) })
    }
  }, [])
  return { ...state, run }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const isModule = error instanceof TypeError && /import|module/i.test(error.message)
  return new Problem(error instanceof Error ? error.message : String(error), {
    code: isModule ? 'page/module' : 'page/error',
  })
}
