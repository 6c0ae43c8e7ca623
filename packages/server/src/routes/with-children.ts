import type { ResourceRef } from '@piecework/core'

export interface ChildKind {
  readonly kind: string
  /** Under which a request lists ids of this kind: `scenarios`. */
  readonly segment: string
}

/** A request as core takes it: ids by the segments of their kinds become `children`. */
export function withChildren<Body extends { readonly children?: readonly ResourceRef[] }>(
  body: Body,
  kinds: readonly ChildKind[],
): Body {
  const rest: Record<string, unknown> = { ...body }
  let children = body.children
  for (const { kind, segment } of kinds) {
    const ids = rest[segment] as readonly string[] | undefined
    delete rest[segment]
    if (ids) children = [...(children ?? []), ...ids.map((id) => ({ kind, id }))]
  }
  return { ...rest, ...(children && { children }) } as unknown as Body
}
