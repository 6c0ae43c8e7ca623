import './map-words.js'
import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { useEnv } from './env.js'
import { FindingsView } from './findings.js'
import { useAction } from './hooks.js'
import { html } from './html.js'
import { Lazy } from './lazy.js'
import type { MapSource } from './map.js'
import type { MapOf } from './map-of.js'
import { mapSources } from './map-sources.js'
import type { Findings } from './model.js'
import { ProblemNote } from './problem-note.js'

const mapView = async () => (await import('./map.js')).MapView

interface FindingsMapProps {
  readonly findings: Findings | undefined
  readonly map: MapOf | undefined
  /** Files as they stand before each other: what is wrong in one shows in those behind it. */
  readonly order?: readonly string[]
  /** Of the file that the table is saved as. */
  readonly name: string
  /** As people know a file that findings name by what it is used as. */
  readonly nameOf?: (file: string) => string
}

/** What is wrong, and where: what is chosen in the list is shown on the map, and back. */
export function FindingsMap({ findings, map, order, name, nameOf }: FindingsMapProps): VNode {
  const env = useEnv()
  const { t } = env
  const [sources, setSources] = useState<readonly MapSource[]>()
  const [chosen, setChosen] = useState<string>()
  const [subject, setSubject] = useState<string>()
  const opening = useAction()
  const top = useRef<HTMLDivElement>(null)
  const focus = (id: string) => top.current?.querySelector<HTMLElement>(id)?.focus()
  const open = () => opening.run(async () => map && setSources(sources ?? (await mapSources(map, env))))
  const onShow = async (key: string) => {
    setChosen(key)
    await open()
    focus('#map')
  }
  const onFindings = () => {
    setSubject(chosen)
    focus('#findings')
  }
  const given = { sources, findings: findings?.items ?? [], chosen, onChoose: setChosen, onFindings }
  return html`<div ref=${top}>
    ${findings && html`<${FindingsView} findings=${findings} order=${order} name=${name} subject=${subject} onSubject=${setSubject} nameOf=${nameOf} onShow=${map && onShow} />`}
    ${
      map &&
      html`<section aria-labelledby="map">
        <h2 id="map" tabindex="-1">${t('map.title')}</h2>
        ${
          sources
            ? html`<${Lazy} load=${mapView} given=${given} />`
            : html`<p><button type="button" class="quiet" disabled=${opening.isBusy} onClick=${open}>${t('map.show')}</button></p>`
        }
        <${ProblemNote} problem=${opening.problem} />
      </section>`
    }
  </div>`
}
