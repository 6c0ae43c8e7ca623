import { isPieceworkError, type Piecework, type Principal, type ResourceRef } from '@piecework/core'
import {
  type ExtensionContext,
  json,
  type Model,
  model,
  type Route,
  route,
} from '@piecework/server/extension'
import { z } from 'zod'

/** Of one request: the page asks for those of a list. */
const mostNames = 100

interface Named extends ResourceRef {
  /** Absent: there is none, or it may not be seen. */
  readonly name?: string
}

const resource = z.strictObject({ kind: z.string().min(1), id: z.string().min(1) })
const namesBody: Model<{ readonly resources: readonly ResourceRef[] }> = model(
  z.strictObject({ resources: z.array(resource).max(mostNames) }),
)
const namesModel: Model<{ readonly items: readonly Named[] }> = model(
  z.strictObject({ items: z.array(resource.extend({ name: z.string().exactOptional() })) }) as never,
)

/** Jobs have ids of resources; people know them by their names. */
export function namesRoute({ piecework }: ExtensionContext): Route {
  return route<never, { readonly resources: readonly ResourceRef[] }>({
    method: 'POST',
    path: 'ui/names',
    operation: 'getResourceNames',
    again: 'nothing',
    summary: 'Names of resources that one may see',
    body: namesBody,
    answers: { 200: { description: 'One for each, in the same order', model: namesModel } },
    handle: async ({ body, principal }) => {
      const items: Named[] = []
      for (const { kind, id } of body.resources)
        items.push({ kind, id, ...(await nameOf(piecework, { kind, id }, principal)) })
      return json(200, { items })
    },
  })
}

async function nameOf(
  piecework: Piecework,
  ref: ResourceRef,
  principal: Principal,
): Promise<{ readonly name?: string }> {
  try {
    return { name: (await piecework.describe(ref, { principal })).name }
  } catch (error) {
    const isUnknown = ['resource-not-found', 'forbidden', 'options-invalid'] as const
    if (isUnknown.some((code) => isPieceworkError(error, code))) return {}
    throw error
  }
}
