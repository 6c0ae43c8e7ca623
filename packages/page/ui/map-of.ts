import { collectionOf } from './collection-of.js'
import type { Env } from './env.js'
import type { Job, Ref } from './model.js'

/** What there may be a map of: a resource, or the files of an import. */
export interface MapOf {
  readonly ref: Ref
  /** Of the format, below `import`. */
  readonly segment?: string
}

/** Undefined: there is none. */
export function mapOf(job: Job, env: Pick<Env, 'settings' | 'about'>): MapOf | undefined {
  const { kinds, formats } = env.settings
  const { kind, status, source, resource, format: name } = job
  const isMade = status === 'succeeded' && kind !== 'validation'
  const ref = isMade ? (resource ?? source) : source
  const isHere = (one: Ref) => collectionOf(one.kind, env) !== undefined
  if (ref && isHere(ref) && kinds.some((one) => one.kind === ref.kind && one.hasMap)) return { ref }
  const format = formats.find((one) => one.name === name && one.hasMap)
  return format && resource && isHere(resource) && !isMade
    ? { ref: resource, segment: format.segment }
    : undefined
}
