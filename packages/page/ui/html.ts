import htm from 'htm'
import { h, type VNode } from 'preact'

type Props = Readonly<Record<string, unknown>>

/** A button with `disabled` would lose the focus as soon as it is: it says so, and does nothing. */
function element(type: string, props: Props | null, ...children: unknown[]): VNode {
  if (type !== 'button' || !props?.disabled) return h(type, props, ...(children as []))
  const { disabled: _, ...rest } = props
  const off: Props = { ...rest, 'aria-disabled': true, onClick: refuse }
  return h(type, off, ...(children as []))
}

const refuse = (event: Event) => event.preventDefault()

/** Elements, written as HTML. */
export const html = htm.bind(element as typeof h) as (
  strings: TemplateStringsArray,
  ...values: unknown[]
) => VNode
