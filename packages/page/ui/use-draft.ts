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
  readonly sorted?: Sorted
  readonly checked?: Checked
  readonly problem?: Problem
  readonly isSorting: boolean
  readonly isChecking: boolean
}

interface UsedDraft extends DraftState {
  /** Finds out what the files are, and what is missing. */
  sort(): Promise<void>
  /** Validates; writes nothing. */
  check(): Promise<void>
  reload(): Promise<void>
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
  const sorts = useRef(false)

  const reload = useCallback(async () => {
    if (path.current === undefined) return
    const draft = await api.get<Draft>(path.current)
    const checked = await api.get<Checked>(`${path.current}/validation-results`)
    change({ draft, checked })
  }, [api])

  const sort = useCallback(async () => {
    change({ isSorting: true })
    try {
      await reload()
      if (sorts.current) {
        change({ sorted: await sortedFiles() })
        await reload()
      }
      change({ isSorting: false })
    } catch (error) {
      // The import has been started meanwhile, which sorts what is left to sort.
      const hasBegun = error instanceof Problem && error.code === 'uploads-closed'
      change({ isSorting: false, ...(!hasBegun && { problem: asProblem(error) }) })
    }
  }, [api])

  const awaitCheck = useCallback(
    async (job: string) => {
      change({ isChecking: true })
      try {
        const ignored = () => undefined
        await follow({ api, job, signal: stop.current.signal, onState: ignored, onConnection: ignored })
        await reload()
        change({ isChecking: false })
      } catch (error) {
        change({ isChecking: false, problem: asProblem(error) })
      }
    },
    [api],
  )

  const check = useCallback(async () => {
    change({ isChecking: true })
    try {
      const job = await api.post<Job>(`${path.current}/validate`, {}, requestKey())
      await awaitCheck(job.id)
    } catch (error) {
      change({ isChecking: false, problem: asProblem(error) })
    }
  }, [api])

  useEffect(() => {
    open().catch((error: unknown) => change({ problem: asProblem(error) }))
  }, [api, id])
  return { ...state, sort, check, reload }

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
    for (const format of settings.formats.filter(({ makes }) => makes === job.resource?.kind)) {
      const collection = collectionOf(format.makes, env)
      if (collection === undefined) continue
      const own = `${collection}/import/${format.segment}/${encodeURIComponent(job.resource?.id ?? '')}`
      const draft = await api.get<Draft>(own).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 404) return undefined
        throw error
      })
      if (!draft) continue
      path.current = own
      sorts.current = format.unsorted
      change({ draft, path: own, format, ...(job.name !== undefined && { name: job.name }) })
      await reload()
      const checked = await api.get<Checked>(`${own}/validation-results`)
      if (draft.files.some(({ role }) => role === 'unsorted')) await sort()
      if (checked.status === 'running' && checked.job !== undefined) await awaitCheck(checked.job)
      return
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
