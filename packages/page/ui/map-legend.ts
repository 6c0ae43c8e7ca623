import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useEnv } from './env.js'
import { html } from './html.js'
import { type Colouring, noClass, pixelOf } from './map-colours.js'

interface LegendProps {
  readonly colouring: Colouring
  readonly hasWords: boolean
  readonly marked: number
}

/** What each colour and pattern says, and of how many units. */
export function Legend({ colouring: { classes, classOf }, hasWords, marked }: LegendProps): VNode {
  const { t, format } = useEnv()
  const named = classes.map(({ word, from = 0, to = 0, count }, at) => ({
    at,
    count,
    text:
      word === undefined
        ? from === to
          ? format.number(from)
          : t('map.range', { from: format.number(from), to: format.number(to) })
        : (t.find(`map.says.${word}`) ?? word),
  }))
  const without = classOf.length - classes.reduce((sum, { count }) => sum + count, 0)
  const items = [
    ...named.filter(({ count }) => count > 0),
    ...(without > 0 && classes.length > 0 ? [{ at: noClass, count: without, text: t('map.none') }] : []),
  ]
  return html`<ul class="legend" aria-label=${t('map.legend')}>
    ${items.map(
      ({ at, count, text }) =>
        html`<li key=${at}><${Swatch} of=${at} hasWords=${hasWords} /> ${text} <span class="faint">(${format.number(count)})</span></li>`,
    )}
    ${marked > 0 && html`<li key="marked"><span class="swatch marked" aria-hidden="true"></span> ${t('map.marked')} <span class="faint">(${format.number(marked)})</span></li>`}
  </ul>`
}

function Swatch({ of, hasWords }: { of: number; hasWords: boolean }): VNode {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const image = new ImageData(28, 18)
    const pixels = new Uint32Array(image.data.buffer)
    for (let at = 0; at < pixels.length; at += 1)
      pixels[at] = pixelOf(of, at % 28, Math.floor(at / 28), hasWords)
    context.putImageData(image, 0, 0)
  }, [of, hasWords])
  return html`<canvas ref=${canvas} class="swatch" width="28" height="18" aria-hidden="true"></canvas>`
}
