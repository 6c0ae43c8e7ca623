import './map-words.js'
import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Problem } from './api.js'
import { useEnv } from './env.js'
import { asProblem } from './hooks.js'
import { html } from './html.js'
import { MapCanvas } from './map-canvas.js'
import { colouringOf } from './map-colours.js'
import { Legend } from './map-legend.js'
import { noUnit } from './map-raster.js'
import { styles } from './map-styles.js'
import { MapTable } from './map-table.js'
import type { Finding } from './model.js'
import { ProblemNote } from './problem-note.js'
import { readUnitMap, type UnitMap } from './unit-map.js'

/** One map of several: of a project, of each scenario. */
export interface MapSource {
  readonly name: string
  /** Of its route. */
  readonly path: string
}

interface MapViewProps {
  readonly sources: readonly MapSource[]
  readonly findings: readonly Finding[]
  /** Key of the unit that is chosen. */
  readonly chosen: string | undefined
  readonly onChoose: (key: string | undefined) => void
  readonly onFindings: () => void
}

/** Planning units in colours, with a legend, a scale, and a table of the same. */
export function MapView({ sources, findings, chosen, onChoose, onFindings }: MapViewProps): VNode {
  const { t, announce } = useEnv()
  const [source, setSource] = useState(0)
  const { map, problem } = useUnitMap(sources[source]?.path ?? '')
  const [column, setColumn] = useState(0)
  const colouring = useMemo(() => map && colouringOf(map, column), [map, column])
  const places = useMemo(
    () => new Map(map ? Array.from(map.ids, (id, unit) => [String(id), unit] as const) : []),
    [map],
  )
  const own = useMemo(() => findings.filter(({ subject }) => subject?.kind === map?.of), [findings, map])
  const marked = useMemo(
    () => new Set(own.flatMap(({ subject }) => places.get(subject?.key ?? '') ?? [])),
    [own, places],
  )
  const selected = (chosen === undefined ? undefined : places.get(chosen)) ?? noUnit
  const select = (unit: number) => {
    onChoose(unit === noUnit ? undefined : String(map?.ids[unit]))
    if (unit !== noUnit) announce(t('map.unitIs', { id: map?.ids[unit] ?? '' }))
  }
  const choice = (label: string, value: number, options: readonly string[], set: (at: number) => void) =>
    html`<label>${label}
      <select value=${value} onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => set(currentTarget.selectedIndex)}>
        ${options.map((text, at) => html`<option key=${text} value=${at} selected=${at === value}>${text}</option>`)}
      </select></label>`
  const top = useRef<HTMLDivElement>(null)
  useEffect(() => adoptStyles(top.current), [])
  return html`<div ref=${top}>
    <div class="filters">
      ${
        sources.length > 1 &&
        choice(
          t('map.of'),
          source,
          sources.map(({ name }) => name),
          (at) => {
            setSource(at)
            setColumn(0)
          },
        )
      }
      ${
        map &&
        map.columns.length > 1 &&
        choice(
          t('map.colour'),
          column,
          map.columns.map(({ name }) => t.find(`map.column.${name}`) ?? name),
          setColumn,
        )
      }
    </div>
    <${ProblemNote} problem=${problem} />
    ${!map && !problem && html`<p role="status">${t('map.loading')}</p>`}
    ${
      map &&
      colouring &&
      html`<div class="map-parts">
        <div>
          <${MapCanvas} map=${map} colouring=${colouring} hasWords=${Boolean(map.columns[column]?.words)}
            marked=${marked} selected=${selected} onSelect=${select} />
          <${Legend} colouring=${colouring} hasWords=${Boolean(map.columns[column]?.words)} marked=${marked.size} />
        </div>
        <div>
          ${chosen !== undefined && html`<${Chosen} id=${chosen} isThere=${selected !== noUnit} findings=${own.filter(({ subject }) => subject?.key === chosen)} onClear=${() => onChoose(undefined)} onFindings=${onFindings} />`}
          <${MapTable} map=${map} marked=${marked} selected=${selected} onSelect=${select} />
        </div>
      </div>`
    }
  </div>`
}

interface ChosenProps {
  readonly id: string
  readonly isThere: boolean
  readonly findings: readonly Finding[]
  readonly onClear: () => void
  readonly onFindings: () => void
}

/** What was found about the unit that is chosen. */
function Chosen({ id, isThere, findings, onClear, onFindings }: ChosenProps): VNode {
  const { t } = useEnv()
  return html`<div class="chosen-unit">
    <h3>${t('map.unitIs', { id })}</h3>
    ${!isThere && html`<p>${t('map.notThere')}</p>`}
    ${findings.length === 0 ? html`<p class="faint">${t('map.nothingWrong')}</p>` : html`<ul>${findings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}
    <p class="buttons">
      ${findings.length > 0 && html`<button type="button" class="quiet" onClick=${onFindings}>${t('map.toFinding')}</button>`}
      <button type="button" class="quiet" onClick=${onClear}>${t('map.clear')}</button>
    </p>
  </div>`
}

let sheet: CSSStyleSheet | undefined

/** Those of maps come with them. */
function adoptStyles(inside: HTMLElement | null): void {
  const root = inside?.getRootNode()
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
  }
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet))
    root.adoptedStyleSheets.push(sheet)
}

function useUnitMap(path: string): { map?: UnitMap; problem?: Problem } {
  const { api } = useEnv()
  const [loaded, setLoaded] = useState<{ map?: UnitMap; problem?: Problem }>({})
  useEffect(() => {
    const stop = new AbortController()
    setLoaded({})
    api
      .send(path, { signal: stop.signal })
      .then(async (response) => setLoaded({ map: readUnitMap(await response.arrayBuffer()) }))
      .catch((error: unknown) => !stop.signal.aborted && setLoaded({ problem: asProblem(error) }))
    return () => stop.abort()
  }, [api, path])
  return loaded
}
