import type { ComponentType, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { JobList } from './job-list.js'
import { JobPage } from './job-page.js'
import { Lazy } from './lazy.js'
import { type View, viewOf } from './views.js'

type Loaded = ComponentType<{ id: string | undefined }>

/** Modules that come when they are asked for. */
const modules: Readonly<Record<string, () => Promise<Loaded>>> = {
  export: async () => (await import('./ask-export.js')).AskExport as Loaded,
  clone: async () => (await import('./ask-clone.js')).AskClone as Loaded,
  import: async () => (await import('./ask-import.js')).AskImport as Loaded,
  draft: async () => (await import('./draft-page.js')).DraftPage as Loaded,
  compare: async () => (await import('./compare.js')).Compare as Loaded,
}

/** Shows what the fragment of the address names. */
export function App(): VNode {
  const [view, setView] = useState<View>(() => viewOf(location.hash))
  const top = useRef<HTMLDivElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    const change = () => setView(viewOf(location.hash))
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  useEffect(() => {
    // Users of a keyboard or a screen reader are at the top of what is new; a page that opens keeps its own start.
    if (!isFirst.current) top.current?.querySelector<HTMLElement>('h1')?.focus()
    isFirst.current = false
  }, [view.name, view.id])
  const { name, id } = view
  return html`<div ref=${top}>
    ${
      name === 'job' && id !== undefined
        ? html`<${JobPage} key=${id} id=${id} />`
        : modules[name]
          ? html`<${OnDemand} key=${`${name} ${id}`} name=${name} id=${id} />`
          : html`<${JobList} />`
    }
  </div>`
}

function OnDemand({ name, id }: View): VNode | null {
  const holder = useRef<HTMLDivElement>(null)
  const focus = () => holder.current?.querySelector<HTMLElement>('h1')?.focus()
  return html`<div ref=${holder}><${Lazy} load=${modules[name]} given=${{ id }} onShown=${focus} /></div>`
}
