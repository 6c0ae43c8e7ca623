import htm from 'htm'
import { h, type VNode } from 'preact'

/** Elements, written as HTML. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => VNode
