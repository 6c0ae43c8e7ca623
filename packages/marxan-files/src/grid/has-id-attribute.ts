import { entriesOf } from '@piecework/core/piece'
import { type AttributeTable, fieldNamed, openAttributes, openDbf } from '@piecework/vector-files'
import { fileEntry } from '../folder/file-entry.js'
import { planningGrid } from './grid-problem.js'
import { isIdName } from './id-attribute.js'

/**
 * Whether a .dbf, or the one in a zipped shapefile, has the attribute `named`, or, without a name, one that is called like the planning units'
 * ids. False if it cannot be read.
 */
export async function hasIdAttribute(path: string, named: string | undefined): Promise<boolean> {
  try {
    const { fields } = await attributeTable(path)
    return named === undefined
      ? fields.some(({ name }) => isIdName(name))
      : fieldNamed(fields, named) !== undefined
  } catch {
    return false
  }
}

/** The attributes of a .dbf, or of the zipped shapefile at the path. */
export const attributeTable = (path: string): Promise<AttributeTable> =>
  /\.zip$/i.test(path) ? zippedTable(path) : plainTable(path)

async function plainTable(path: string): Promise<AttributeTable> {
  const { facts, open } = await fileEntry(path)
  return openDbf({ dbf: { name: path, size: facts.size, open } }, planningGrid)
}

async function zippedTable(path: string): Promise<AttributeTable> {
  const entries = entriesOf([{ ...(await fileEntry(path)), path: planningGrid.role }])
  return openAttributes(entries, planningGrid)
}
