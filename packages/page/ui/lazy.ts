import type { ComponentType, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Problem } from './api.js'
import { asProblem } from './hooks.js'
import { html } from './html.js'
import { ProblemNote } from './problem-note.js'

interface LazyProps {
  /** The same function each time. */
  readonly load: () => Promise<ComponentType<never>>
  readonly given: object
  readonly onShown?: () => void
}

/** What comes when it is shown for the first time. */
export function Lazy({ load, given, onShown }: LazyProps): VNode | null {
  const [found, setFound] = useState<{ view?: ComponentType<never>; problem?: Problem }>({})
  useEffect(() => {
    load().then(
      (view) => setFound({ view }),
      (error: unknown) => setFound({ problem: asProblem(error) }),
    )
  }, [load])
  useEffect(() => {
    if (found.view) onShown?.()
  }, [found.view])
  if (found.problem) return html`<${ProblemNote} problem=${found.problem} retry=${() => location.reload()} />`
  return found.view ? html`<${found.view} ...${given} />` : null
}
