import './findings-words.js'
import type { VNode } from 'preact'
import { causesOf, countsOf } from './causes.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Finding } from './model.js'

interface FileFindingsProps {
  /** Of the file. */
  readonly items: readonly Finding[]
  /** They are of a check of all that is there now. */
  readonly isChecked: boolean
}

/** What was found in one file, beside it: how much of it there is, and what comes first. All of it is below. */
export function FileFindings({ items, isChecked }: FileFindingsProps): VNode | null {
  const { t, format } = useEnv()
  const first = causesOf(items)[0]?.items.find(({ severity }) => severity === 'error')
  const counts = countsOf(items)
  const tag = (of: 'errors' | 'warnings', tone: string) =>
    counts[of] > 0 && html` <span class=${`tag ${tone}`}>${t(`draft.${of}`, { count: counts[of] })}</span>`
  if (items.length === 0) return isChecked ? html` <span class="faint">${t('draft.noErrors')}</span>` : null
  const place = [
    first?.line === undefined ? '' : `${t('findings.line')} ${format.number(first.line)}`,
    first?.column ?? '',
  ].filter(Boolean)
  return html`${tag('errors', 'bad')}${tag('warnings', 'waiting')}
    ${first && html`<span class="found"><bdi>${place.length > 0 && `${place.join(', ')}: `}${first.message}</bdi></span>`}`
}
