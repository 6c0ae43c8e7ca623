import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { Problem, requestKey } from './api.js'
import { collectionOf } from './collection-of.js'
import { useEnv } from './env.js'
import { follow } from './follow.js'
import { asProblem } from './hooks.js'
import type { Checked, Draft, Format, Job, JobState, Sorted } from './model.js'

interface DraftState {
  readonly draft?: Draft
  /** Of its routes: `projects/import/legacy/7`. */
  readonly path?: string
  readonly format?: Format
  readonly name?: string
  readonly sorted?: Sorted | undefined
  readonly checked?: Checked
  readonly problem?: Problem | undefined
  readonly isSorting: boolean
  readonly isChecking: boolean
}

interface UsedDraft extends DraftState {
  /**
   * Finds out what the files are and what is wrong with them, as far as that can be said while others are missing. One at a time: what asks meanwhile
   * stops the check of what is not there any more, and it begins again.
   */
  look(): Promise<void>
}

/** An import whose files are being uploaded, by the id of its job. */
export function useDraft(id: string): UsedDraft {
  const env = useEnv()
  const { api, settings } = env
  const [state, setState] = useState<DraftState>({ isSorting: false, isChecking: false })
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const change = useCallback(
    (more: Partial<DraftState>) => setState((before) => ({ ...before, ...more })),
    [],
  )
  const path = useRef<string | undefined>(undefined)
  const format = useRef<Format | undefined>(undefined)
  const isDue = useRef(false)
  const isLooking = useRef(false)
  const checking = useRef<string | undefined>(undefined)

  const look = useCallback(async () => {
    isDue.current = true
    await stopCheck(checking.current)
    if (isLooking.current) return
    isLooking.current = true
    change({ problem: undefined })
    while (isDue.current && !stop.current.signal.aborted) {
      isDue.current = false
      await lookOnce().catch(hasFailed)
    }
    isLooking.current = false
    change({ isSorting: false, isChecking: false })
  }, [api])

  useEffect(() => {
    open().catch((error: unknown) => change({ problem: asProblem(error) }))
  }, [api, id])
  return { ...state, look }

  async function reload(): Promise<{ readonly draft: Draft; readonly checked: Checked }> {
    const draft = await api.get<Draft>(path.current ?? '')
    const checked = await api.get<Checked>(`${path.current}/validation-results`)
    change({ draft, checked })
    return { draft, checked }
  }

  async function lookOnce(): Promise<void> {
    const { unsorted = false, partial } = format.current ?? {}
    change({ isSorting: unsorted, isChecking: false })
    const before = await reload()
    if (before.draft.status !== 'draft') return
    if (before.draft.files.length === 0) return change({ sorted: undefined })
    const sorted = unsorted ? await sortedFiles() : undefined
    change({ sorted })
    const { draft, checked } = sorted ? await reload() : before
    change({ isSorting: false })
    const isPartial = (sorted ?? draft).missing.length > 0
    const isAny = draft.files.some(({ role }) => role !== 'unsorted')
    if ((isPartial && !(partial && isAny)) || isDue.current) return
    const isRunning = checked.status === 'running'
    if (isRunning && !checked.outdated) return followed(checked.job)
    if (isRunning) await stopCheck(checked.job)
    else if (!checked.outdated && (checked.status === 'passed' || checked.status === 'failed')) return
    change({ isChecking: true })
    await followed(
      (await api.post<Job>(`${path.current}/validate`, isPartial ? { partial } : {}, requestKey())).id,
    )
  }

  async function followed(job: string | undefined): Promise<void> {
    if (job === undefined) return
    change({ isChecking: true })
    checking.current = job
    const ignored = () => undefined
    if (isDue.current) await stopCheck(job)
    await follow({ api, job, signal: stop.current.signal, onState: ignored, onConnection: ignored })
    checking.current = undefined
    if (!stop.current.signal.aborted) await reload()
  }

  /** One that has ended meanwhile cannot be stopped. */
  async function stopCheck(job: string | undefined): Promise<void> {
    if (job !== undefined) await api.post(`jobs/${job}/cancel`).catch(() => undefined)
  }

  async function hasFailed(error: unknown): Promise<void> {
    // What fails because files change meanwhile is done again.
    if (isDue.current) return
    const problem = asProblem(error)
    // The import has been started meanwhile.
    if (problem.code !== 'uploads-closed') return change({ problem })
    await reload().catch(() => undefined)
  }

  /** Its job says which resource it makes; which format it has, the one that knows it. */
  async function open(): Promise<void> {
    const { job } = await api.get<JobState>(`jobs/${encodeURIComponent(id)}`)
    if (job.status !== 'draft') {
      change({
        draft: {
          id,
          kind: '',
          job: id,
          status: job.status,
          resources: [],
          files: [],
          missing: [],
          roles: [],
        },
      })
      return
    }
    for (const one of settings.formats.filter(({ makes }) => makes === job.resource?.kind)) {
      const collection = collectionOf(one.makes, env)
      if (collection === undefined) continue
      const own = `${collection}/import/${one.segment}/${encodeURIComponent(job.resource?.id ?? '')}`
      const draft = await api.get<Draft>(own).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return undefined
        throw error
      })
      if (!draft) continue
      path.current = own
      format.current = one
      change({ draft, path: own, format: one, ...(job.name !== undefined && { name: job.name }) })
      return look()
    }
    throw new Problem('', { status: 404, code: 'job-not-found' })
  }

  /** A sort during which a file comes is refused: it is asked for again. */
  async function sortedFiles(): Promise<Sorted> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await api.post<Sorted>(`${path.current}/sort`)
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 423 || tries >= 5) throw error
        await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries))
      }
    }
  }
}
