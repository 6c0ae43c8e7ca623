export type { Connection, Connections } from './routes/connection-routes.js'
export { type DeliveryRoutesOptions, deliveryRoutes } from './routes/delivery-routes.js'
