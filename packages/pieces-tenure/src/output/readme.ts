import type { AttributeKind } from '../attributes/attribute-kind.js'
import { locationsTable } from './people-tables.js'
import type { ScannedTable } from './scan-table.js'

const about: Readonly<Record<string, string>> = {
  'locations.csv': 'the spatial units, their geometry as EWKT',
  'parties.csv': 'people (IN), corporations (CO) and groups (GR)',
  'relationships.csv': 'which party holds which spatial unit, and how',
  'attributes.csv': 'which column holds which attribute, and what is asked; an import reads the others by it',
}

const kinds: Readonly<Record<AttributeKind, string>> = {
  text: 'text',
  number: 'number',
  boolean: 'true or false',
  list: 'list, joined by ";" (a ";" or "\\" inside of a text has a "\\" before it)',
  json: 'JSON',
}

/** README.txt of a project. `files`: all that are in its folder, without this one. */
export function readme(tables: readonly ScannedTable[], files: readonly string[]): string {
  const rows = new Map(tables.map((scanned) => [scanned.table.file, scanned.rows]))
  const attributes = tables.flatMap(({ table, columns }) => columns.map((column) => ({ table, ...column })))
  return lines([
    'Files:',
    ...files.map((file) => {
      const count = rows.get(file)
      const what = about[file] === undefined ? file : `${file}: ${about[file]}`
      return count === undefined ? `  ${what}` : `  ${what}; ${count} ${count === 1 ? 'row' : 'rows'}`
    }),
    '  README.txt',
    '',
    'parties.csv and locations.csv have an id in each row; relationships.csv leads to them by party_id and',
    'spatial_unit_id. The files are UTF-8 and comma-separated. An empty field is missing, "" is an empty text.',
    "A text that begins with =, +, -, @, ', a tab or a line break has a ' before it, so that no spreadsheet computes",
    "it: readers take one ' away before these.",
    ...(attributes.length === 0
      ? []
      : [
          '',
          'Columns of attributes (and the name of the attribute, where the column has another one):',
          ...attributes.map(({ table, name, attribute, kind }) => {
            const of = name === attribute ? '' : ` (${inLine(attribute)})`
            return `  ${table.file}, ${inLine(name)}${of}: ${kinds[kind]}`
          }),
        ]),
  ])
}

/** shp_readme.txt in the folder of the shapefiles. */
export function shapefileReadme(names: readonly string[]): string {
  return lines([
    'Shapefiles of the locations, one for each kind of geometry:',
    ...names.map((name) => `  ${name}`),
    '',
    'Coordinates are longitude and latitude in degrees, WGS 84 (EPSG:4326). Text is UTF-8.',
    '',
    'Fields:',
    '  id: as in locations.csv',
    '  type: of the location',
    '',
    `All other attributes are in ${locationsTable.file} in the folder above: join it by id. Parties are joined by`,
    'relationships.csv: its spatial_unit_id is the id of the location, its party_id that of the party in parties.csv.',
    'Locations without geometry, and geometries that a shapefile does not hold, are in locations.csv only.',
  ])
}

const lines = (all: readonly string[]): string => `${all.join('\r\n')}\r\n`

/** A name with characters that would break or hide in a line is written as JSON. */
const inLine = (name: string): string =>
  /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(name) ? name : JSON.stringify(name)
