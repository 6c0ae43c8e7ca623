export { type DeliveryRoutesOptions, deliveryRoutes } from './routes/delivery-routes.js'
