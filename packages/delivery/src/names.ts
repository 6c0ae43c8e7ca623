import { createHash } from 'node:crypto'

/** Of a file where all numbered names are taken. No other delivery makes it. */
export function ownNameOf(name: string, delivery: string): string {
  return ending(name, ` ${createHash('sha256').update(delivery).digest('hex').slice(0, 12)}`)
}

/** `map (2).tif` of `map.tif`; `.tar.gz` is as `.gz`. */
export function ending(name: string, added: string): string {
  const dot = name.lastIndexOf('.')
  const at = dot > 0 ? dot : name.length
  return `${name.slice(0, at)}${added}${name.slice(at)}`
}
