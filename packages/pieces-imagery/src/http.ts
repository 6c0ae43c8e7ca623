/** Routes for `pieceworkHttp()`, whose package a host without HTTP does not need. */
export { type ImageryRoutesOptions, imageryRoutes } from './routes/imagery-routes.js'
