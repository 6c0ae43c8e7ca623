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

/** Asks for the name of a copy. */
export function AskClone(): VNode | null {
  const { api, t, about, names } = useEnv()
  const [name, setName] = useState('')
  const key = useRef(requestKey())
  const asking = useAction()
  if (!about) return null
  const original = names.of(about.ref) ?? t.kind(about.ref.kind)
  const start = (event: Event) => {
    event.preventDefault()
    return asking.run(async () => {
      const given = name.trim()
      const job = await api.post<Job>(`${about.path}/clone`, given === '' ? {} : { name: given }, key.current)
      show('job', job.id)
    })
  }
  return html`<form onSubmit=${start}>
    <p class="back"><a href=${linkTo('list')}><span class="arrow" aria-hidden="true">←</span> ${t('back')}</a></p>
    <h1 tabindex="-1"><bdi>${t('clone.title', { name: original })}</bdi></h1>
    <label class="field">${t('clone.name')}
      <span class="faint" id="name-hint">${t('clone.nameHint', { name: original })}</span>
      <input
        type="text" maxlength="200" aria-describedby="name-hint" dir="auto" value=${name}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          key.current = requestKey()
          setName(currentTarget.value)
        }} />
    </label>
    <${ProblemNote} problem=${asking.problem} />
    <p class="buttons">
      <button type="submit" disabled=${asking.isBusy}>${t('clone.start')}</button>
      <a class="button quiet" href=${linkTo('list')}>${t('cancel')}</a>
    </p>
  </form>`
}
