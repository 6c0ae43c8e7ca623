import { maxId } from '../../ids/max-id.js'

/** The number behind a letter, in either case: `P12`, `S3`. Undefined for anything else and for numbers below `min`. */
export function numbered(letter: 'P' | 'S', text: string, min: number): number | undefined {
  if (text.charAt(0).toUpperCase() !== letter || !/^\d{1,10}$/.test(text.slice(1))) return undefined
  const value = Number(text.slice(1))
  return value >= min && value <= maxId ? value : undefined
}
