import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useEnv } from './env.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import type { Job, JobFile } from './model.js'
import { ProblemNote } from './problem-note.js'

/** A link that the browser saves by itself; where requests need a token, which a link does not send, a button. */
export function Download({ job, file, what }: { job: Job; file: JobFile; what: string }): VNode {
  const { api, t, format } = useEnv()
  const [done, setDone] = useState<number>()
  const saving = useAction()
  const output = file.name === 'archive' ? '' : `?output=${encodeURIComponent(file.name)}`
  const path = `jobs/${encodeURIComponent(job.id)}/archive${output}`
  const label = t('result.download')
  const name = t('result.downloadWhat', { what })
  if (!api.hasHeaders)
    return html`<a class="button" download aria-label=${name} href=${api.url(path)}>${label}</a>`
  const save = () =>
    saving.run(async () => {
      const response = await api.send(path)
      const blob = await received(response, setDone)
      saveAs(blob, nameOf(response) ?? file.fileName ?? `${file.name}.zip`)
      setDone(file.size)
    })
  const isWhole = done !== undefined && done >= file.size && !saving.isBusy
  return html`<span class="stack">
    <button type="button" aria-label=${name} disabled=${saving.isBusy} onClick=${save}>${label}</button>
    ${
      done !== undefined &&
      html`<span class="faint" role="status">${
        isWhole
          ? t('result.saved')
          : t('result.downloading', { done: format.size(done), total: format.size(file.size) })
      }</span>`
    }
    <${ProblemNote} problem=${saving.problem} />
  </span>`
}

/** Browsers keep what is large on their disk. */
async function received(response: Response, onBytes: (count: number) => void): Promise<Blob> {
  const reader = response.body?.getReader()
  const parts: BlobPart[] = []
  let count = 0
  let told = 0
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true as const, value: undefined }
    if (done || value === undefined) return new Blob(parts, { type: 'application/octet-stream' })
    // What is gathered becomes a blob of its own, which need not stay in memory.
    parts.push(new Blob([value]))
    count += value.byteLength
    if (Date.now() - told > 250) {
      told = Date.now()
      onBytes(count)
    }
  }
}

/** From `Content-Disposition`: the name in UTF-8, else the plain one. */
function nameOf(response: Response): string | undefined {
  const header = response.headers.get('content-disposition') ?? ''
  const [, encoded] = /filename\*=UTF-8''([^;]+)/i.exec(header) ?? []
  const [, plain] = /filename="?([^";]+)"?/i.exec(header) ?? []
  return encoded === undefined ? plain : decodeURIComponent(encoded)
}

export function saveAs(blob: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
