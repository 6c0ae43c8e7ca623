import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem } from './api.js'
import type { Chosen } from './chosen-files.js'
import { useEnv } from './env.js'
import { asProblem } from './hooks.js'
import { sendFile } from './tus.js'

/** A file that is on its way, or has failed. */
export interface Outgoing extends Chosen {
  /** Another one each time that it is to be sent. */
  readonly turn: symbol
  readonly sent: number
  readonly problem?: Problem
}

export interface UploadQueue {
  readonly items: readonly Outgoing[]
  readonly isBusy: boolean
  add(files: readonly Chosen[]): void
  /** Sends what has failed again, from where it was. */
  resume(): void
}

/** Files at a time. */
const atOnce = 3

/**
 * Sends files of a draft, some at a time. What has begun is remembered by the browser: the same file, chosen again after
 * a reload, goes on where it was. `path`: where uploads begin; `onArrived` is called when nothing is left to send.
 */
export function useUploads(path: string | undefined, onArrived: () => void): UploadQueue {
  const { api } = useEnv()
  const [items, setItems] = useState<readonly Outgoing[]>([])
  const begun = useRef(new Set<symbol>())
  const running = useRef(0)
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const change = (of: Outgoing, to: (item: Outgoing) => Outgoing | undefined) =>
    setItems((before) => before.flatMap((item) => (item.turn === of.turn ? (to(item) ?? []) : item)))
  useEffect(() => {
    if (path === undefined) return
    const waiting = items.filter(({ turn }) => !begun.current.has(turn))
    for (const item of waiting.slice(0, Math.max(0, atOnce - running.current))) {
      begun.current.add(item.turn)
      running.current += 1
      send(path, item).then(
        () => finish(item, undefined),
        (error: unknown) => finish(item, asProblem(error)),
      )
    }
  }, [items, path])
  const isBusy = items.some(({ problem }) => !problem)
  const wasBusy = useRef(false)
  useEffect(() => {
    if (wasBusy.current && !isBusy) onArrived()
    wasBusy.current = isBusy
  }, [isBusy])
  return {
    items,
    isBusy,
    add: (files) =>
      setItems((before) => {
        const places = new Set(files.map(placeOf))
        return [
          ...before.filter((one) => !places.has(placeOf(one))),
          ...files.map((one) => ({ ...one, sent: 0, turn: Symbol(one.path) })),
        ]
      }),
    resume: () =>
      setItems((before) =>
        before.map(({ problem, ...item }) => (problem ? { ...item, turn: Symbol(item.path) } : item)),
      ),
  }

  function finish(of: Outgoing, problem: Problem | undefined): void {
    running.current -= 1
    change(of, (item) => (problem ? { ...item, problem } : undefined))
  }

  async function send(to: string, item: Outgoing): Promise<void> {
    const { file, path: own, role } = item
    const memory = `piecework ${api.url(to)} ${role ?? ''} ${own} ${file.size} ${file.lastModified}`
    await sendFile({
      api,
      file,
      path: to,
      metadata: { filename: file.name, ...(role === undefined ? { role: 'unsorted', path: own } : { role }) },
      signal: stop.current.signal,
      known: recalled(memory),
      onBegun: (id) => remember(memory, id),
      onSent: (sent) => change(item, (now) => ({ ...now, sent })),
    })
    remember(memory, undefined)
  }
}

/** What is sent to the same place replaces what is there. */
const placeOf = ({ path, role }: Chosen) => role ?? `/${path}`

/** A browser may forbid to keep anything: then an upload begins again after a reload. */
function recalled(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

function remember(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // See above.
  }
}
