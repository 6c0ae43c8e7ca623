import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { catalogue } from './catalogue.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { FollowUps } from './model.js'
import { ProblemNote } from './problem-note.js'

// Of what is loaded when it is asked for.
Object.assign(catalogue, {
  'mail.me': 'Email me when it is done',
  'mail.asked': 'You will get an email when this has ended.',
})

const mail = { action: 'email', input: { to: 'self' } }

/** Asks for a mail at the end of a job, whether it works or not. Nothing where the server offers none. */
export function MailMe({ id }: { id: string }): VNode | null {
  const { api, t } = useEnv()
  const [seen, setSeen] = useState<FollowUps>()
  const asking = useAction()
  const path = `jobs/${encodeURIComponent(id)}/follow-ups`
  useEffect(() => {
    const stop = new AbortController()
    api.get<FollowUps>(path, stop.signal).then(setSeen, () => undefined)
    return () => stop.abort()
  }, [api, path])
  const ask = () =>
    asking.run(async () => setSeen(await api.post<FollowUps>(path, { onSuccess: [mail], onFailure: [mail] })))
  const isAsked = seen?.items.some(({ action }) => action === mail.action)
  if (!isAsked && !seen?.offered.includes(mail.action)) return null
  return html`<span class="stack">
    ${isAsked ? html`<span role="status" class="said">${t('mail.asked')}</span>` : html`<button type="button" class="quiet" disabled=${asking.isBusy} onClick=${ask}>${t('mail.me')}</button>`}
    <${ProblemNote} problem=${asking.problem} />
  </span>`
}
