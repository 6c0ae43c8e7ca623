import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useEnv } from './env.js'
import { html } from './html.js'
import type { Colouring } from './map-colours.js'
import { paintUnits } from './map-paint.js'
import { type MapView, noUnit, rasterise, wholeView } from './map-raster.js'
import { ScaleBar } from './map-scale.js'
import type { UnitMap } from './unit-map.js'

interface MapCanvasProps {
  readonly map: UnitMap
  readonly colouring: Colouring
  readonly hasWords: boolean
  readonly marked: ReadonlySet<number>
  readonly selected: number
  readonly onSelect: (unit: number) => void
}

/** Of the picture, in CSS pixels. */
const height = 420
/** Between two presses of a key, in parts of what is seen; and how much larger one step makes it. */
const move = 0.2
const zoom = 1.5

/** The picture: moved by mouse, finger and keys. What it shows is in the table, too. */
export function MapCanvas({ map, colouring, hasWords, marked, selected, onSelect }: MapCanvasProps): VNode {
  const { t } = useEnv()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(300)
  const whole = useMemo(() => wholeView(map, width, height), [map, width])
  const [moved, setMoved] = useState<MapView>()
  const view = moved ?? whole
  const density = Math.min(2, globalThis.devicePixelRatio || 1)
  const [columns, rows] = [Math.round(width * density), Math.round(height * density)]
  const units = useMemo(
    () => rasterise(map, { ...view, scale: view.scale * density }, columns, rows),
    [map, view, columns, rows],
  )
  useEffect(() => {
    const observer = new ResizeObserver(
      ([entry]) => entry && setWidth(Math.max(200, entry.contentRect.width)),
    )
    if (canvas.current?.parentElement) observer.observe(canvas.current.parentElement)
    return () => observer.disconnect()
  }, [])
  // A unit that was chosen elsewhere is brought into view.
  useEffect(() => {
    if (selected === noUnit || units.includes(selected)) return
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = map.boxes.subarray(selected * 4, selected * 4 + 4)
    setMoved({ ...view, x: (x0 + x1) / 2, y: (y0 + y1) / 2 })
  }, [selected])
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = new ImageData(columns, rows)
    const [x0, y0, x1, y1] = map.box
    const unitPixels = ((x1 - x0) * (y1 - y0) * (view.scale * density) ** 2) / Math.max(1, map.ids.length)
    const look = { colouring, hasWords, marked, selected, unitPixels }
    paintUnits(units, columns, new Uint32Array(image.data.buffer), look)
    context.putImageData(image, 0, 0)
  }, [units, colouring, marked, selected])
  const by = (dx: number, dy: number) =>
    setMoved({ ...view, x: view.x + dx / view.scale, y: view.y + dy / view.scale })
  const scaled = (factor: number) =>
    setMoved({ ...view, scale: Math.min(whole.scale * 2000, Math.max(whole.scale / 2, view.scale * factor)) })
  const unitAt = (x: number, y: number) =>
    units[Math.floor(y * density) * columns + Math.floor(x * density)] ?? noUnit
  const onKeyDown = (event: KeyboardEvent) => {
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => by(-width * move, 0),
      ArrowRight: () => by(width * move, 0),
      ArrowUp: () => by(0, height * move),
      ArrowDown: () => by(0, -height * move),
      '+': () => scaled(zoom),
      '=': () => scaled(zoom),
      '-': () => scaled(1 / zoom),
      '0': () => setMoved(undefined),
      Enter: () => onSelect(unitAt(width / 2, height / 2)),
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return
    event.preventDefault()
    keys[event.key]?.()
  }
  const drag = useRef<{ x: number; y: number; isMoved: boolean }>(undefined)
  const onPointerDown = (event: PointerEvent) => {
    drag.current = { x: event.clientX, y: event.clientY, isMoved: false }
    canvas.current?.setPointerCapture(event.pointerId)
  }
  const onPointerMove = ({ clientX, clientY }: PointerEvent) => {
    const from = drag.current
    if (!from || (!from.isMoved && Math.hypot(clientX - from.x, clientY - from.y) < 4)) return
    by(from.x - clientX, clientY - from.y)
    drag.current = { x: clientX, y: clientY, isMoved: true }
  }
  const onPointerUp = (event: PointerEvent) => {
    const from = drag.current
    drag.current = undefined
    if (from && !from.isMoved) onSelect(unitAt(event.offsetX, event.offsetY))
  }
  const button = (label: string, sign: string, act: () => void) =>
    html`<button type="button" class="quiet" aria-label=${label} title=${label} onClick=${act}>${sign}</button>`
  return html`<div class="map-picture">
    <p class="sr" id="map-keys">${t('map.keys')}</p>
    <canvas ref=${canvas} width=${columns} height=${rows} tabindex="0" role="img"
      aria-label=${t('map.describe', { count: map.ids.length })} aria-describedby="map-keys"
      onKeyDown=${onKeyDown} onPointerDown=${onPointerDown} onPointerMove=${onPointerMove} onPointerUp=${onPointerUp}></canvas>
    <div class="map-bar">
      ${map.metres !== undefined && html`<${ScaleBar} metresOfPixel=${map.metres / view.scale} />`}
      <div class="map-buttons" role="group" aria-label=${t('map.title')}>
        ${button(t('map.larger'), '+', () => scaled(zoom))}
        ${button(t('map.smaller'), '−', () => scaled(1 / zoom))}
        ${button(t('map.whole'), '⤢', () => setMoved(undefined))}
      </div>
    </div>
  </div>`
}
