import { z } from 'zod'
import type { Model } from '../http/model.js'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface Schemas {
  /** Of what is sent (`input`) or answered (`output`). Named models are references. */
  of(model: Model<unknown>, io: 'input' | 'output'): JsonSchema
  /** All that was referred to, by name. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** JSON Schema of models, as zod itself makes it, with what has a name in one place. */
export function createSchemas(named: readonly Model<unknown>[]): Schemas {
  const names = z.registry<{ id: string }>()
  for (const { name, schema } of named) if (name !== undefined) names.add(schema as z.ZodType, { id: name })
  const components: Record<string, JsonSchema> = {}
  return {
    components,
    of: ({ schema, name }, io) => {
      const made = z.toJSONSchema(schema as z.ZodType, { metadata: names, io, target: 'draft-2020-12' })
      const { $schema: _, $defs = {}, id: __, ...own } = relocated(made)
      for (const [id, { id: ___, ...definition }] of Object.entries($defs as Record<string, JsonSchema>))
        components[id] = definition
      if (name === undefined) return own
      components[name] ??= own
      return { $ref: `#/components/schemas/${name}` }
    },
  }
}

/** OpenAPI keeps its definitions elsewhere. */
function relocated(schema: object): Record<string, unknown> {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')
  return JSON.parse(text) as Record<string, unknown>
}
