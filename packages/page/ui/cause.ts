import './findings-words.js'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type Cause, forPage } from './causes.js'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Finding } from './model.js'

/** So many places of one cause are shown before one asks for all. */
const fewPlaces = 10

interface CauseProps {
  readonly cause: Cause
  /** As people know the file. */
  readonly nameOf: (file: string) => string
  readonly onShow: ((key: string) => void) | undefined
}

export function CauseView({ cause: { items, count }, nameOf, onShow }: CauseProps): VNode | null {
  const { t, format } = useEnv()
  const [isOpen, setOpen] = useState(false)
  const [first] = items
  if (!first) return null
  const shown = isOpen ? items : items.slice(0, fewPlaces)
  const said = t.find(first.code.replace(/^core\//, 'cause.'))
  const isSame = items.every(({ hint }) => hint === first.hint)
  const hasValues = items.some(({ value }) => value !== undefined)
  const hasLines = items.some(({ line }) => line !== undefined)
  const hasColumns = items.some(({ column }) => column !== undefined)
  const hasMap = onShow !== undefined && items.some(isOnMap)
  const place = [
    first.line === undefined ? '' : `${t('findings.line')} ${format.number(first.line)}`,
    first.column ?? '',
  ].filter(Boolean)
  const toMap = (one: Finding) =>
    isOnMap(one) &&
    onShow &&
    html`<button type="button" class="link" aria-label=${t('findings.onMap', { id: one.subject?.key ?? '' })} onClick=${() => onShow(one.subject?.key ?? '')}>${t('findings.toMap')}</button>`
  return html`<article class=${`cause ${first.severity}`}>
    <h3>
      <span class=${`tag ${first.severity === 'error' ? 'bad' : 'waiting'}`}>${t(`findings.${first.severity}`)}</span>
      ${first.file !== undefined && html`<bdi class="file">${nameOf(first.file)}</bdi>`}
      ${count > 1 && html`<span class="faint">${t('findings.times', { count })}</span>`}
    </h3>
    ${said !== undefined && html`<p>${said}</p>`}
    ${items.length === 1 && html`<p class=${said === undefined ? '' : 'faint'}>${place.length > 0 && html`<bdi class="faint">${place.join(', ')}: </bdi>`}<bdi>${first.message}</bdi> ${toMap(first)}</p>`}
    ${isSame && first.hint !== undefined && html`<p class="hint"><strong>${t('findings.hint')}:</strong> <bdi>${forPage(first.hint)}</bdi></p>`}
    ${
      items.length > 1 &&
      html`<div class="scroll" tabindex="0" role="group" aria-label=${first.file ?? t(`findings.${first.severity}`)}><table class="places stacked">
        <thead><tr>
          ${hasLines && html`<th scope="col" class="number">${t('findings.line')}</th>`}
          ${hasColumns && html`<th scope="col">${t('findings.column')}</th>`}
          ${hasValues && html`<th scope="col">${t('findings.value')}</th>`}
          <th scope="col">${t('findings.message')}</th>
          ${!isSame && html`<th scope="col">${t('findings.hint')}</th>`}
          ${hasMap && html`<th scope="col"><span class="sr">${t('findings.map')}</span></th>`}
        </tr></thead>
        <tbody>${shown.map(
          (one, at) => html`<tr key=${at}>
            ${hasLines && html`<td class="number" data-label=${t('findings.line')}>${one.line === undefined ? undefined : format.number(one.line)}</td>`}
            ${hasColumns && html`<td data-label=${t('findings.column')}>${one.column !== undefined && html`<bdi>${one.column}</bdi>`}</td>`}
            ${hasValues && html`<td data-label=${t('findings.value')}><bdi>${one.value === '' ? t('findings.empty') : (one.value ?? '–')}</bdi></td>`}
            <td><bdi>${one.message}</bdi></td>
            ${!isSame && html`<td data-label=${t('findings.hint')}><bdi>${one.hint !== undefined && forPage(one.hint)}</bdi></td>`}
            ${hasMap && html`<td>${toMap(one)}</td>`}
          </tr>`,
        )}</tbody>
      </table></div>`
    }
    ${
      items.length > shown.length &&
      html`<p><button type="button" class="quiet" onClick=${() => setOpen(true)}>${t('findings.more', { n: format.number(items.length) })}</button></p>`
    }
    ${
      items.length > 1 &&
      count > items.length &&
      items.filter((one) => one.count !== undefined).length < 2 &&
      html`<p class="faint">${t('findings.listed', { shown: format.number(items.length), n: format.number(count) })}</p>`
    }
  </article>`
}

const isOnMap = ({ subject }: Finding) => subject?.kind === 'planning-unit'
