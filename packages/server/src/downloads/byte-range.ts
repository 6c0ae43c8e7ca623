/** Bytes `[start, end)`. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * What a `Range` asks for. `whole`: it asks for nothing that is understood, or for several ranges, of which the whole
 * may be sent instead; `none`: no byte of it is there.
 * @see RFC 9110, 14.2
 */
export function rangeOf(header: string | undefined, size: number): Span | 'whole' | 'none' {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'none' : { start: size - length, end: size }
  }
  const start = Number(first)
  if (last !== '' && Number(last) < start) return 'whole'
  if (start >= size) return 'none'
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) }
}
