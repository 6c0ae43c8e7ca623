import type { Route } from '../http/route.js'
import type { JsonSchema, Schemas } from './schemas.js'

/** Undefined: it takes none. */
export function requestBody({ body, upload }: Route, schemas: Schemas): JsonSchema | undefined {
  if (body) {
    const schema = schemas.of(body, 'input')
    const isNeeded = Array.isArray(schema.required) && schema.required.length > 0
    return { required: isNeeded, content: { 'application/json': { schema } } }
  }
  if (!upload) return undefined
  const binary = { type: 'string', format: 'binary' }
  const { types, fields, reference } = upload
  return {
    required: true,
    content: {
      ...Object.fromEntries(types.map((type) => [type, { schema: binary }])),
      ...(fields && { 'multipart/form-data': { schema: formOf(schemas.of(fields, 'input'), binary) } }),
      ...(reference && { 'application/json': { schema: schemas.of(reference, 'input') } }),
    },
  }
}

/** The file comes after its fields. */
function formOf(fields: JsonSchema, binary: JsonSchema): JsonSchema {
  const { properties, required } = fields as { properties?: object; required?: readonly string[] }
  return {
    ...fields,
    properties: { ...properties, file: binary },
    required: [...(required ?? []), 'file'],
  }
}
