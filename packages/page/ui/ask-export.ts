import './form-words.js'
import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { requestKey } from './api.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Job, Named, Page } from './model.js'
import { ProblemNote } from './problem-note.js'
import { linkTo, show } from './views.js'

/** Asks what an export is to hold. */
export function AskExport(): VNode | null {
  const { api, t, about, names, settings } = useEnv()
  const [without, setWithout] = useState<readonly string[]>([])
  const [children, setChildren] = useState<readonly Named[]>([])
  const [left, setLeft] = useState<readonly string[]>([])
  const key = useRef(requestKey())
  const asking = useAction()
  const start = (event: Event) => {
    event.preventDefault()
    return asking.run(async () => {
      if (!about) return
      const body = { ...(without.length > 0 && { without }), ...chosenIds() }
      const job = await api.post<Job>(`${about.path}/export`, body, key.current)
      show('job', job.id)
    })
  }
  const toggle = (piece: string) => {
    // What is asked for is another: so is its key.
    key.current = requestKey()
    setWithout(without.includes(piece) ? without.filter((one) => one !== piece) : [...without, piece])
  }
  useEffect(() => {
    if (!about) return
    api.post<Page<Named>>('ui/children', about.ref).then(
      ({ items }) => setChildren(items.filter(({ kind }) => segmentOf(kind) !== undefined)),
      () => undefined,
    )
  }, [api, about])
  if (!about) return null
  const name = names.of(about.ref) ?? t.kind(about.ref.kind)
  const parts = settings.pieces.filter(({ of }) => isWithin(of, about.ref.kind))
  return html`<form onSubmit=${start}>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 tabindex="-1"><bdi>${t('export.title', { name })}</bdi></h1>
    <p>${t('export.hint')}</p>
    ${
      children.length > 1 &&
      html`<fieldset><legend>${t('export.children')}</legend>${children.map(
        ({ kind, id, name: own }) => html`<label class="check" key=${id}>
          <input type="checkbox" checked=${!left.includes(id)} onChange=${() => choose(id)} />
          <span><bdi>${own}</bdi> <span class="faint">(${t.kind(kind)})</span></span>
        </label>`,
      )}</fieldset>`
    }
    ${
      parts.length > 1 &&
      html`<details>
        <summary>${t('export.some')}</summary>
        <fieldset><legend class="sr">${t('export.some')}</legend>${parts.map(
          ({ name: piece, of }) => html`<label class="check" key=${piece}>
            <input type="checkbox" checked=${!without.includes(piece)} onChange=${() => toggle(piece)} />
            <span>${t.part(piece)} <span class="faint">(${t.kind(of)})</span></span>
          </label>`,
        )}</fieldset>
      </details>`
    }
    <${ProblemNote} problem=${asking.problem} />
    <p class="buttons">
      <button type="submit" disabled=${asking.isBusy}>${t('export.start')}</button>
      <a class="button quiet" href=${linkTo('list')}>${t('cancel')}</a>
    </p>
  </form>`

  function segmentOf(kind: string): string | undefined {
    return settings.kinds.find((one) => one.kind === kind)?.path
  }

  /** By the segment of their kind; nothing if it is all of them. */
  function chosenIds(): Readonly<Record<string, readonly string[]>> {
    if (left.length === 0) return {}
    const chosen: Record<string, string[]> = {}
    for (const { kind, id } of children) {
      const segment = segmentOf(kind) ?? ''
      chosen[segment] = [...(chosen[segment] ?? []), ...(left.includes(id) ? [] : [id])]
    }
    return chosen
  }

  function choose(id: string): void {
    key.current = requestKey()
    setLeft(left.includes(id) ? left.filter((one) => one !== id) : [...left, id])
  }

  function isWithin(kind: string | undefined, top: string): boolean {
    if (kind === undefined || kind === top) return kind === top
    return isWithin(settings.kinds.find((one) => one.kind === kind)?.parent, top)
  }
}
