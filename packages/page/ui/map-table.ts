import type { VNode } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { useEnv } from './env.js'
import { html } from './html.js'
import { noUnit } from './map-raster.js'
import type { UnitMap } from './unit-map.js'

interface MapTableProps {
  readonly map: UnitMap
  readonly marked: ReadonlySet<number>
  readonly selected: number
  readonly onSelect: (unit: number) => void
}

const pageSize = 10

/** What the map shows, for those who do not see it, or want numbers. */
export function MapTable({ map, marked, selected, onSelect }: MapTableProps): VNode {
  const { t, format } = useEnv()
  const [search, setSearch] = useState('')
  const [onlyMarked, setOnlyMarked] = useState(false)
  const [page, setPage] = useState(0)
  const units = useMemo(() => {
    const wanted = search.trim()
    const found: number[] = []
    for (let unit = 0; unit < map.ids.length; unit += 1)
      if ((wanted === '' || String(map.ids[unit]) === wanted) && (!onlyMarked || marked.has(unit)))
        found.push(unit)
    return found
  }, [map, search, onlyMarked, marked])
  // The chosen one is on the page that is shown.
  useEffect(() => {
    const at = units.indexOf(selected)
    if (at >= 0) setPage(Math.floor(at / pageSize))
  }, [selected, units])
  const first = Math.min(page * pageSize, Math.max(0, units.length - 1))
  const shown = units.slice(first - (first % pageSize), first - (first % pageSize) + pageSize)
  const from = first - (first % pageSize)
  const cell = (unit: number, column: number) => {
    const value = map.values[column]?.[unit]
    if (value === undefined || Number.isNaN(value)) return '–'
    const word = map.columns[column]?.words?.[value]
    return word === undefined ? format.number(value) : (t.find(`map.word.${word}`) ?? word)
  }
  return html`<div class="map-table">
    <h3 id="map-table">${t('map.table')}</h3>
    <form class="filters" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>${t('map.find')}
        <input type="search" inputmode="numeric" value=${search} onInput=${(event: {
          currentTarget: HTMLInputElement
        }) => {
          setSearch(event.currentTarget.value)
          setPage(0)
        }} /></label>
    </form>
    ${
      marked.size > 0 &&
      html`<label class="check"><input type="checkbox" checked=${onlyMarked} onChange=${() => {
        setOnlyMarked(!onlyMarked)
        setPage(0)
      }} /> ${t('map.onlyMarked', { n: format.number(marked.size) })}</label>`
    }
    ${units.length === 0 && html`<p class="faint">${t(map.ids.length === 0 ? 'map.empty' : 'map.notThere')}</p>`}
    ${
      units.length > 0 &&
      html`<div class="scroll" tabindex="0" role="group" aria-labelledby="map-table"><table>
        <thead><tr><th scope="col">${t('map.unit')}</th>${map.columns.map(({ name }, at) => html`<th scope="col" class=${map.columns[at]?.words ? '' : 'number'}>${t.find(`map.column.${name}`) ?? name}</th>`)}</tr></thead>
        <tbody>${shown.map(
          (unit) => html`<tr key=${unit} class=${unit === selected ? 'chosen' : ''}>
            <th scope="row"><button type="button" class="link" aria-pressed=${unit === selected} aria-label=${t('map.choose', { id: map.ids[unit] ?? 0 })} onClick=${() => onSelect(unit === selected ? noUnit : unit)}>${map.ids[unit]}</button>${marked.has(unit) && html` <span class="tag bad">${t('map.mend')}</span>`}</th>
            ${map.columns.map(({ words }, at) => html`<td class=${words ? '' : 'number'}>${cell(unit, at)}</td>`)}
          </tr>`,
        )}</tbody>
      </table></div>`
    }
    ${
      units.length > pageSize &&
      html`<p class="pager">
        <button type="button" class="quiet" disabled=${from === 0} onClick=${() => setPage(page - 1)}>${t('map.before')}</button>
        <bdi>${t('map.page', { from: format.number(from + 1), to: format.number(from + shown.length), n: format.number(units.length) })}</bdi>
        <button type="button" class="quiet" disabled=${from + pageSize >= units.length} onClick=${() => setPage(Math.floor(from / pageSize) + 1)}>${t('map.next')}</button>
      </p>`
    }
  </div>`
}
