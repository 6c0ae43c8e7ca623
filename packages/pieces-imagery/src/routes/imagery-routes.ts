import { check, checkOptions, type OptionChecks, required } from '@piecework/core/piece'
import {
  type HttpExtension,
  json,
  type Model,
  model,
  type Route,
  route,
  type Statuses,
} from '@piecework/server/extension'
import type { ImageryExportRequest } from '../exports/export-request.js'
import { exportRequestShape } from '../exports/export-shape.js'
import type { ImageryExport } from '../exports/export-view.js'
import type { ImageryExports } from '../exports/imagery-exports.js'
import { type ExportViewJson, exportModel, listedModel, shown } from './export-model.js'

export interface ImageryRoutesOptions {
  readonly exports: ImageryExports
}

const optionChecks: OptionChecks<ImageryRoutesOptions> = {
  exports: required(
    check.having<ImageryExports>('imageryExports()', 'create', 'get', 'list', 'retryDeliveries'),
  ),
}

const statuses: Statuses = {
  'gdal/missing': { status: 503, title: 'The programs of GDAL are not installed' },
  'gdal/too-old': { status: 503, title: 'The programs of GDAL are too old' },
  'imagery/export-not-found': { status: 404, title: 'There is no such export of imagery' },
  'imagery/source-unknown': { status: 404, title: 'There is no such project or scene' },
  'imagery/too-large': { status: 413, title: 'The export would be too large' },
}

const bodyModel = model(exportRequestShape as never) as Model<ImageryExportRequest>

/** For `extensions` of `pieceworkHttp()`: exports of imagery. Their files are downloaded as those of any job. */
export function imageryRoutes(given: ImageryRoutesOptions): HttpExtension {
  const { exports } = checkOptions('imageryRoutes()', given, optionChecks)
  return {
    segments: ['imagery'],
    statuses,
    routes: ({ address }) => {
      const view = (one: ImageryExport): ExportViewJson => shown(one, address)
      return [...asking(exports, view), ...reading(exports, view)]
    },
  }
}

type View = (one: ImageryExport) => ExportViewJson

function asking(exports: ImageryExports, view: View): readonly Route[] {
  return [
    route<never, ImageryExportRequest>({
      method: 'POST',
      path: 'imagery/exports',
      operation: 'createImageryExport',
      summary: 'Export imagery of a project, of a scene, or of a tool',
      body: bodyModel,
      answers: { 202: { description: 'It is estimated, and begins', model: exportModel } },
      handle: async ({ body, principal, request: { signal } }) => {
        const made = view(await exports.create(body, { principal, ...(signal && { signal }) }))
        return json(202, made, { location: made.self })
      },
    }),
    route({
      method: 'POST',
      path: 'imagery/exports/:exportId/deliveries/retry',
      operation: 'retryImageryDeliveries',
      summary: 'Deliver again what has not arrived',
      answers: { 202: { description: 'Nothing is rendered again', model: exportModel } },
      handle: async ({ params, principal }) =>
        json(202, view(await exports.retryDeliveries(params.exportId ?? '', { principal }))),
    }),
  ]
}

function reading(exports: ImageryExports, view: View): readonly Route[] {
  return [
    route<{ readonly after?: string }>({
      method: 'GET',
      path: 'imagery/exports',
      operation: 'listImageryExports',
      summary: 'One’s own exports of imagery, newest first, 100 at most',
      query: listedModel.query,
      answers: { 200: { description: 'Without their states', model: listedModel.answer } },
      handle: async ({ query, principal }) => {
        const items = await exports.list({ principal, ...query })
        return json(200, {
          items: items.map(({ id, name, createdAt }) => ({ id, name, createdAt: createdAt.toISOString() })),
        })
      },
    }),
    route({
      method: 'GET',
      path: 'imagery/exports/:exportId',
      operation: 'getImageryExport',
      summary: 'How an export of imagery goes',
      answers: { 200: { description: 'Its state, windows and result', model: exportModel } },
      handle: async ({ params, principal }) =>
        json(200, view(await exports.get(params.exportId ?? '', { principal }))),
    }),
  ]
}
