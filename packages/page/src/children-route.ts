import type { ResourceRef } from '@piecework/core'
import {
  type ExtensionContext,
  json,
  type Model,
  model,
  type Route,
  route,
} from '@piecework/server/extension'
import { z } from 'zod'

interface NamedResource extends ResourceRef {
  readonly name: string
}

const text = z.string()
const refBody: Model<ResourceRef> = model(z.strictObject({ kind: text.min(1), id: text.min(1) }))
const childrenModel: Model<{ readonly items: readonly NamedResource[] }> = model(
  z.strictObject({ items: z.array(z.strictObject({ kind: text, id: text, name: text })) }),
)

/** To choose from: the scenarios of a project. */
export function childrenRoute({ piecework }: ExtensionContext): Route {
  return route<never, ResourceRef>({
    method: 'POST',
    path: 'ui/children',
    operation: 'getResourceChildren',
    again: 'nothing',
    summary: 'What is directly below a resource',
    body: refBody,
    answers: { 200: { description: 'In the order of an export', model: childrenModel } },
    handle: async ({ body, principal }) =>
      json(200, { items: await piecework.childrenOf(body, { principal }) }),
  })
}
