import type { Model } from '../http/model.js'

/** Of routes that take uploads: the query of a raw body is what a form has as fields, and is read with it. */
export const unreadQuery: Model<unknown> = { schema: {}, parse: (value) => value }
