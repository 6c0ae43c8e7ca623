import { openZip } from '@piecework/core/archive'
import { entriesOf } from '@piecework/core/piece'
import {
  type DbfHeader,
  defaultShapefileLimits,
  fieldNamed,
  layerOf,
  readDbfHeader,
} from '@piecework/vector-files'
import { fileEntry } from '../folder/file-entry.js'
import { planningGrid } from './grid-problem.js'
import { isIdName } from './id-attribute.js'

/**
 * Whether a .dbf, or the one in a zipped shapefile, has the attribute `named`, or, without a name, one that is called like the planning units'
 * ids. False for what cannot be read.
 */
export async function hasIdAttribute(path: string, named: string | undefined): Promise<boolean> {
  try {
    const { fields } = /\.zip$/i.test(path) ? await zippedHeader(path) : await plainHeader(path)
    return named === undefined
      ? fields.some(({ name }) => isIdName(name))
      : fieldNamed({ fields }, named) !== undefined
  } catch {
    return false
  }
}

async function plainHeader(path: string): Promise<DbfHeader> {
  const { facts, open } = await fileEntry(path)
  const file = { name: path, size: facts.size, compressedSize: facts.size, open }
  return readDbfHeader(file, undefined, planningGrid)
}

async function zippedHeader(path: string): Promise<DbfHeader> {
  const { role } = planningGrid
  const entries = entriesOf([{ ...(await fileEntry(path)), path: role }])
  const zip = await openZip(entries, role, defaultShapefileLimits.entries, planningGrid)
  try {
    const { dbf } = layerOf(zip.files, defaultShapefileLimits, planningGrid)
    return await readDbfHeader(dbf, undefined, planningGrid)
  } finally {
    zip.close()
  }
}
