import type { Env } from './env.js'

/**
 * Path below which resources of a kind are made: that of the kind or, of one that is inside of another, below the one that the
 * element is about. Undefined: not from here.
 */
export function collectionOf(
  kind: string | undefined,
  { settings, about }: Pick<Env, 'settings' | 'about'>,
): string | undefined {
  const { path, parent } = settings.kinds.find((one) => one.kind === kind) ?? {}
  if (path === undefined || parent === undefined) return path
  if (about?.ref.kind === parent) return `${about.path}/${path}`
  return about?.ref.kind === kind ? about?.path.replace(/\/[^/]*$/, '') : undefined
}
