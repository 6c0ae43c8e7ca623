import type { Document, DocumentId } from './any-document.js'

/** Ids that a document may name. */
export interface KnownIds {
  readonly own: readonly string[]
  readonly foreign: readonly string[]
  readonly shared: readonly string[]
}

/** The document as it is stored, and as a copy must have it: ids that lead nowhere left out. */
export interface Written {
  readonly stored: string
  readonly clean: string
  /** How many ids lead nowhere. */
  readonly strays: number
}

export function written(document: Document, ids: KnownIds): Written {
  let strays = 0
  const walk = (value: Document, clean: boolean): unknown => {
    if (Array.isArray(value)) {
      const elements: readonly Document[] = value
      return elements.filter((one) => !clean || !isStray(one, ids)).map((one) => walk(one, clean))
    }
    if (value === null || typeof value !== 'object') return value
    if (isId(value)) {
      const stray = isStray(value, ids)
      if (stray && clean) return null
      if (stray) strays += 1
      return idText(value.id, ids)
    }
    return Object.fromEntries(
      Object.entries(value as Readonly<Record<string, Document>>).map(([name, one]) => [
        name,
        walk(one, clean),
      ]),
    )
  }
  const stored = JSON.stringify(walk(document, false))
  return { stored, clean: JSON.stringify(walk(document, true)), strays }
}

const isId = (value: Document): value is { readonly id: DocumentId } =>
  value !== null && typeof value === 'object' && 'id' in value

function isStray(value: Document, ids: KnownIds): boolean {
  return isId(value) && ('gone' in value.id || 'foreign' in value.id) && idText(value.id, ids) !== null
}

/** Null where there is no row to lead to. */
function idText(id: DocumentId, { own, foreign, shared }: KnownIds): string | null {
  if ('gone' in id) return id.gone
  if ('shared' in id) return around(shared, id.shared) ?? null
  if ('foreign' in id) return around(foreign, id.foreign) ?? null
  if ('own' in id) return around(own, id.own) ?? null
  return around(own, id.upper)?.toUpperCase() ?? null
}

/** The n-th, counted around; undefined where there is none. */
export function around<T>(list: readonly T[], n: number): T | undefined {
  return list[n % list.length]
}
