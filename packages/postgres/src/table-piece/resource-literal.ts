import { uuidLiteral } from '../database/uuid-literal.js'
import type { Column } from './catalogue.js'

/** SQL of a resource's id, as a value of the column that holds it. */
export const resourceLiteral = (_column: Column, id: string): string => uuidLiteral(id)
