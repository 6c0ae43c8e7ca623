import { type Format, uploadEntries } from '@piecework/core/piece'
import { mostUploadBytes } from '../defaults.js'
import { csvTables } from './csv-tables.js'
import { importPieces } from './import-pieces.js'
import type { RawTables } from './raw-table.js'
import { locationDigest, shapefileProblems } from './shapefile/shapefile-problems.js'
import { sheetTables } from './sheet-tables.js'
import type { TenureFiles } from './tenure-files.js'
import { uploadRole } from './uploaded-export.js'

/** Files have no id of their project. */
const project = { kind: 'tenure-project', id: 'upload' } as const

/** Imports of what `tenure/shp` and `tenure/xlsx` have exported, each in the role `export`. */
export const tenureFormats: readonly Format[] = [
  formatOf({
    name: 'tenure-shp',
    open: csvTables,
    digest: locationDigest,
    problems: shapefileProblems,
  }),
  formatOf({ name: 'tenure-xlsx', open: sheetTables }),
]

function formatOf<Tables extends RawTables>(files: TenureFiles<Tables>): Format {
  const pieces = importPieces(files)
  const tree = { ...project, children: [] }
  return {
    name: files.name,
    roles: { [uploadRole]: { required: true, maxBytes: mostUploadBytes } },
    tree,
    pieces,
    open: async ({ uploads, artifacts }) => {
      const entries = await uploadEntries(uploads, artifacts)
      return {
        tree,
        nodes: pieces.map(({ name, version }) => ({ resource: project, piece: name, version, entries })),
        findings: [],
        close: async () => {},
      }
    },
  }
}
