import { PieceworkError } from '@piecework/core/piece'
import type { AttributeColumn } from '../../attributes/attribute-columns.js'
import { mostGpkgColumns } from '../../defaults.js'

/**
 * Names that SQLite takes for columns of attributes: it does not tell upper and lower case apart, and GDAL takes no control
 * characters. The list of attributes says which column has which attribute.
 */
export function columnNames(
  table: string,
  fixed: readonly string[],
  columns: readonly Pick<AttributeColumn, 'name'>[],
): readonly string[] {
  if (fixed.length + columns.length > mostGpkgColumns)
    throw new PieceworkError(
      'tenure/too-many-columns',
      `The table ${table} has ${fixed.length + columns.length} columns, and a GeoPackage holds ${mostGpkgColumns}: export it as tenure/xlsx or tenure/shp.`,
    )
  const taken = new Set(['fid', ...fixed])
  return columns.map((column) => {
    let name = column.name.replace(/[\p{Cc}\ufffe\uffff]/gu, '_')
    while (taken.has(name.toLowerCase())) name = `attribute_${name}`
    taken.add(name.toLowerCase())
    return name
  })
}
