import type { VNode } from 'preact'
import { Download } from './download.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Job } from './model.js'

/** What can be downloaded. */
export function Files({ job }: { job: Job }): VNode | null {
  const { t, format } = useEnv()
  if (job.files.length === 0) return null
  return html`<section aria-labelledby="files">
    <h2 id="files">${t('result.title')}</h2>
    <ul class="files">
      ${job.files.map((file) => {
        const what = file.fileName ?? (file.name === 'archive' ? t('result.archive') : t.part(file.name))
        return html`<li key=${file.name}>
          <span><bdi class="name">${what}</bdi> <bdi class="faint">${format.size(file.size)}, ${
            file.href === undefined
              ? t('result.gone')
              : t('result.until', { time: format.time(file.expiresAt) })
          }</bdi></span>
          ${file.href !== undefined && html`<${Download} job=${job} file=${file} what=${what} />`}
        </li>`
      })}
    </ul>
  </section>`
}
