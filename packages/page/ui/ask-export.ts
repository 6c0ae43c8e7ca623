import './form-words.js'
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { requestKey } from './api.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Job } from './model.js'
import { ProblemNote } from './problem-note.js'
import { linkTo, show } from './views.js'

/** Asks what an export is to hold. */
export function AskExport(): VNode | null {
  const { api, t, about, names, settings } = useEnv()
  const [without, setWithout] = useState<readonly string[]>([])
  const key = useRef(requestKey())
  const asking = useAction()
  if (!about) return null
  const name = names.of(about.ref) ?? t.kind(about.ref.kind)
  const parts = settings.pieces.filter(({ of }) => isWithin(of, about.ref.kind))
  const start = (event: Event) => {
    event.preventDefault()
    return asking.run(async () => {
      const body = without.length > 0 ? { without } : {}
      const job = await api.post<Job>(`${about.path}/export`, body, key.current)
      show('job', job.id)
    })
  }
  const toggle = (piece: string) => {
    // What is asked for is another: so is its key.
    key.current = requestKey()
    setWithout(without.includes(piece) ? without.filter((one) => one !== piece) : [...without, piece])
  }
  return html`<form onSubmit=${start}>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 tabindex="-1"><bdi>${t('export.title', { name })}</bdi></h1>
    <p>${t('export.hint')}</p>
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

  function isWithin(kind: string | undefined, top: string): boolean {
    if (kind === undefined || kind === top) return kind === top
    return isWithin(settings.kinds.find((one) => one.kind === kind)?.parent, top)
  }
}
