import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useEnv } from './env.js'
import { html } from './html.js'

/** At most so wide, in CSS pixels. */
const widest = 140

/** How long a round number of metres or kilometres is. */
export function ScaleBar({ metresOfPixel }: { metresOfPixel: number }): VNode {
  const { format } = useEnv()
  const bar = useRef<HTMLSpanElement>(null)
  const most = widest * metresOfPixel
  const ten = 10 ** Math.floor(Math.log10(most))
  const length = ([5, 2, 1].find((one) => one * ten <= most) ?? 1) * ten
  // A style attribute would break the policy; a property of the element does not.
  useEffect(() => {
    bar.current?.style.setProperty('inline-size', `${length / metresOfPixel}px`)
  }, [length, metresOfPixel])
  return html`<p class="map-scale"><span ref=${bar} aria-hidden="true"></span>${format.length(length)}</p>`
}
