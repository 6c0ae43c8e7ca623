export { downloadFile } from './downloads/download-file.js'
export type { HttpRequest } from './http/http-request.js'
export { type HttpResponse, json, noContent } from './http/http-response.js'
export { type Model, model } from './http/model.js'
export { type Route, type RouteSpec, route } from './http/route.js'
export type { ExtensionContext, HttpExtension } from './http-extension.js'
export type { DeliveryView } from './jobs/deliveries.js'
export type { Statuses, StatusOfCode } from './problems/statuses.js'
export { fileAnswers, fileHeaders } from './routes/source-routes.js'
export type { DataFileView, DraftStatusView } from './views/draft-views.js'
export type { FollowUpsView } from './views/follow-ups-view.js'
export type { SortedFiles } from './views/models.js'
export type {
  FileView,
  FindingsView,
  JobStateView,
  JobView,
  Page,
  StageView,
  StepView,
} from './views/views.js'
