import { collectionOf } from './collection-of.js'
import type { Env } from './env.js'
import type { MapSource } from './map.js'
import type { MapOf } from './map-of.js'
import type { Named, Page } from './model.js'

/** Of a resource and of what is directly in it, which shows more: that comes first. */
export async function mapSources({ ref, segment }: MapOf, env: Env): Promise<readonly MapSource[]> {
  const { settings, api, t } = env
  const kindOf = (of: string) => settings.kinds.find(({ kind }) => kind === of)
  const path = collectionOf(ref.kind, env) ?? ''
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
