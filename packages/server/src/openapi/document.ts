import type { Model } from '../http/model.js'
import type { AnswerDescription, Route } from '../http/route.js'
import { problemModel } from '../views/models.js'
import { requestBody } from './request-body.js'
import { createSchemas, type JsonSchema, type Schemas } from './schemas.js'

/** The routes as OpenAPI 3.1. `address`: of the base path. */
export function openApiDocument(routes: readonly Route[], address: string): JsonSchema {
  const schemas = createSchemas([problemModel, ...routes.flatMap(modelsOf)])
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = `/${route.path.replace(/:([^/]+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, schemas) }
  }
  const problem = { 'application/problem+json': { schema: schemas.of(problemModel, 'output') } }
  return {
    openapi: '3.1.1',
    info: { title: 'Piecework', version: '0.1.0', description: 'Export, import and clone projects.' },
    servers: [{ url: address }],
    paths,
    components: {
      schemas: schemas.components,
      responses: { Problem: { description: 'Why not (RFC 9457)', content: problem } },
    },
  }
}

function modelsOf({ answers, body, upload, query }: Route): readonly Model<unknown>[] {
  const described = Object.values(answers).flatMap(({ model }) => model ?? [])
  return [...described, ...[body, query, upload?.fields, upload?.reference].flatMap((one) => one ?? [])]
}

function operationOf(route: Route, schemas: Schemas): JsonSchema {
  const { operation, summary, path, answers } = route
  const names = [...path.matchAll(/:([^/]+)/g)].map(([, name = '']) => name)
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...queryParameters(route, schemas),
    ...Object.entries(route.headers ?? {}).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ]
  const body = requestBody(route, schemas)
  return {
    operationId: operation,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: body }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, one]) => [status, answerOf(one, schemas)])),
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function queryParameters({ query, upload }: Route, schemas: Schemas): readonly JsonSchema[] {
  const model = query && Object.keys(query.schema).length > 0 ? query : upload?.fields
  if (!model) return []
  const { properties = {} } = schemas.of(model, 'input') as {
    properties?: Readonly<Record<string, JsonSchema>>
  }
  // Of an upload, what a form has as fields; a raw body has it in the query, where all but texts is JSON.
  const ofFile = upload ? [{ name: 'fileName', in: 'query', schema: { type: 'string' } }] : []
  const described = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    ...(isText(schema) || model === query ? { schema } : { content: { 'application/json': { schema } } }),
  }))
  return [...described, ...ofFile]
}

function isText({ type }: JsonSchema): boolean {
  return type === 'string'
}

function answerOf({ description, model, mediaType }: AnswerDescription, schemas: Schemas): JsonSchema {
  if (!model && mediaType === undefined) return { description }
  const shown = model ? schemas.of(model, 'output') : undefined
  return {
    description,
    content: {
      ...(mediaType !== undefined && { [mediaType]: { schema: { type: 'string' } } }),
      ...(shown && { 'application/json': { schema: shown } }),
    },
  }
}
