import type { VNode } from 'preact'
import { catalogue } from './catalogue.js'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Delivery, Job } from './model.js'
import { ProblemNote } from './problem-note.js'

// Of what is loaded when it is asked for.
Object.assign(catalogue, {
  'sent.title': 'Where it goes',
  'sent.waiting': 'not sent yet',
  'sent.delivered': 'arrived {time}',
  'sent.failed': 'has not arrived',
  'sent.open': 'Open the link',
  'sent.again': 'Send again what has not arrived',
  'target.link': 'Download link',
  'target.s3': 'S3 storage',
  'target.dropbox': 'Dropbox',
})

/** Where what was made goes, and how far it is. */
export function Deliveries({ job, items }: { job: Job; items: readonly Delivery[] }): VNode {
  const { t, format, api } = useEnv()
  const again = useAction()
  const hasFailed = items.some(({ status }) => status === 'failed')
  const resend = () =>
    again.run(async () => {
      const { id } = await api.post<Job>(`jobs/${encodeURIComponent(job.id)}/deliveries`)
      location.hash = `#piecework/job/${encodeURIComponent(id)}`
    })
  return html`<section aria-labelledby="sent">
    <h2 id="sent">${t('sent.title')}</h2>
    <ul class="files">
      ${items.map(
        ({
          target,
          output,
          status,
          deliveredAt,
          location: place,
        }) => html`<li key=${`${target} ${output} ${place}`}>
          <span>
            <span class="name">${t.find(`target.${target}`) ?? target}</span>${' '}
            <span class="faint">
              ${output === 'archive' ? t('result.archive') : t.part(output)},${' '}
              ${t(`sent.${status}`, { time: deliveredAt === undefined ? '' : format.time(deliveredAt) })}
            </span>
            ${place !== undefined && target !== 'link' && html`<br /><bdi class="place">${place}</bdi>`}
          </span>
          ${place !== undefined && target === 'link' && status === 'delivered' && html`<${OpenLink} id=${place} />`}
        </li>`,
      )}
    </ul>
    ${
      hasFailed &&
      html`<p><button type="button" disabled=${again.isBusy} onClick=${resend}>${t('sent.again')}</button></p>`
    }
    <${ProblemNote} problem=${again.problem} />
  </section>`
}

/** Opens the bytes behind a link, by an address that lasts for minutes. */
function OpenLink({ id }: { id: string }): VNode {
  const { t, api } = useEnv()
  const opening = useAction()
  const open = () =>
    opening.run(async () => {
      const { url } = await api.post<{ url: string }>(`links/${encodeURIComponent(id)}/address`)
      const given = new URL(url)
      // Whatever address the server thinks it has: this page came from the one that works.
      location.assign(api.url(`links/${encodeURIComponent(id)}/file${given.search}`))
    })
  return html`<span>
    <button type="button" disabled=${opening.isBusy} onClick=${open}>${t('sent.open')}</button>
    <${ProblemNote} problem=${opening.problem} />
  </span>`
}
