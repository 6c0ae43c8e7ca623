import {
  type ExtensionContext,
  type HttpExtension,
  model,
  type Route,
  route,
} from '@piecework/server/extension'
import { z } from 'zod'
import { childrenRoute } from './children-route.js'
import { fileResponse, pageResponse } from './file-response.js'
import { namesRoute } from './names-route.js'
import { settingsOf } from './settings.js'
import { version } from './ui-files.generated.js'

/** For `extensions` of `pieceworkHttp()`: the page at `basePath/ui`, and the element for pages of the host's own. */
export function pageRoutes(): HttpExtension {
  return {
    segments: ['ui'],
    statuses: { 'page/file-not-found': { status: 404, title: 'The page has no such file' } },
    routes: (context) => [
      ...fileRoutes(),
      settingsRoute(context),
      namesRoute(context),
      childrenRoute(context),
    ],
  }
}

const files = { 304: { description: 'The client has it' } }

/** They need no principal: a browser loads modules without a token, and they tell nothing. */
function fileRoutes(): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: 'ui',
      operation: 'getPage',
      summary: 'The page that people use',
      isPublic: true,
      answers: { 200: { description: 'HTML', mediaType: 'text/html' }, ...files },
      handle: async ({ request }) => pageResponse(request, version),
    }),
    route({
      method: 'GET',
      path: 'ui/piecework-jobs.js',
      operation: 'getPageElement',
      summary: 'The element <piecework-jobs>, for pages of the host',
      isPublic: true,
      answers: { 200: { description: 'A module', mediaType: 'text/javascript' }, ...files },
      handle: async ({ request }) => fileResponse(request, 'element', version),
    }),
    route({
      method: 'GET',
      path: 'ui/:version/:file',
      operation: 'getPageFile',
      summary: 'A file of the page, the same for ever at its address',
      isPublic: true,
      answers: { 200: { description: 'A module or a stylesheet', mediaType: 'text/javascript' }, ...files },
      handle: async ({ request, params }) => fileResponse(request, params.file ?? '', params.version ?? ''),
    }),
  ]
}

function settingsRoute(context: ExtensionContext): Route {
  const settings = settingsOf(context)
  return route({
    method: 'GET',
    path: 'ui/settings.json',
    operation: 'getPageSettings',
    summary: 'Which kinds, pieces and formats the page can offer',
    isPublic: true,
    answers: { 200: { description: 'As the routes have them', model: model(z.object({}).loose()) } },
    handle: async ({ request }) => fileResponse(request, 'settings', version, JSON.stringify(settings)),
  })
}
