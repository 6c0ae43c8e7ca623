export { pageRoutes } from './page-routes.js'
export type { PageFormat, PageSettings } from './settings.js'
