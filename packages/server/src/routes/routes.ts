import type { Route } from '../http/route.js'
import { archiveRoutes } from './archive-routes.js'
import { draftFormats } from './draft-formats.js'
import { draftRoutes } from './draft-routes.js'
import { importRoutes } from './import-routes.js'
import { jobRoutes } from './job-routes.js'
import { mapRoutes } from './map-routes.js'
import type { RouteContext } from './route-context.js'
import { serviceRoutes } from './service-routes.js'
import { sourceRoutes } from './source-routes.js'
import { statusRoutes } from './status-routes.js'
import { uploadRoutes } from './upload-routes.js'

/** Throws `options-invalid` for paths and formats that cannot be. */
export function routesOf(context: RouteContext): readonly Route[] {
  const { places } = context
  const own = [
    ...places.flatMap((place) => [
      ...sourceRoutes(context, place),
      ...importRoutes(context, place),
      ...statusRoutes(context, place),
      ...mapRoutes(context, place),
    ]),
    ...draftFormats(context, places).flatMap((draft) => draftRoutes(context, draft)),
    ...jobRoutes(context),
    ...archiveRoutes(context),
    ...uploadRoutes(context),
    ...context.extensions.flatMap((extension) => extension.routes(context)),
  ]
  return [...own, ...serviceRoutes(context, own)]
}
