import type { Env } from './env.js'
import type { MapSource } from './map.js'
import type { Job, Named, Page, Ref, Settings } from './model.js'

/** What there may be a map of: a resource, or the files of an import. */
export interface MapOf {
  readonly ref: Ref
  /** Of the format, below `import`. */
  readonly segment?: string
}

/** Undefined: there is none. */
export function mapOf(job: Job, { kinds, formats }: Settings): MapOf | undefined {
  const { kind, status, source, resource, format: name } = job
  const isMade = status === 'succeeded' && kind !== 'validation'
  const ref = isMade ? (resource ?? source) : source
  if (ref && kinds.some((one) => one.kind === ref.kind && one.hasMap)) return { ref }
  const format = formats.find((one) => one.name === name && one.hasMap)
  return format && resource && !isMade ? { ref: resource, segment: format.segment } : undefined
}

/** Of a resource and of what is directly in it, which shows more: that comes first. */
export async function mapSources({ ref, segment }: MapOf, env: Env): Promise<readonly MapSource[]> {
  const { settings, api, t } = env
  const kindOf = (of: string) => settings.kinds.find(({ kind }) => kind === of)
  const path = kindOf(ref.kind)?.path ?? ''
  const id = encodeURIComponent(ref.id)
  const own = segment === undefined ? `${path}/${id}` : `${path}/import/${segment}/${id}`
  const whole = { name: t('map.all', { kind: t.kind(ref.kind) }), path: `${own}/grid` }
  if (segment !== undefined) return [whole]
  const { items } = await api.post<Page<Named>>('ui/children', { kind: ref.kind, id: ref.id })
  const children = items.flatMap(({ kind, id: child, name }) => {
    const found = kindOf(kind)
    if (!found?.hasMap || found.path === undefined) return []
    return [{ name, path: `${own}/${found.path}/${encodeURIComponent(child)}/grid` }]
  })
  return [...children, whole]
}
