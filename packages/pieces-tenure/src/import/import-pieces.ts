import type { Entries, ImportContext, Piece } from '@piecework/core/piece'
import { attributeSchemas } from '../pieces/attribute-schemas.js'
import { files as storedFiles } from '../pieces/files.js'
import { locations } from '../pieces/locations.js'
import { parties } from '../pieces/parties.js'
import { relationships } from '../pieces/relationships.js'
import { resources } from '../pieces/resources.js'
import type { ResourceFiles } from '../resource-files.js'
import { uploadValidator } from './check-upload.js'
import { nativeEntries } from './native-entries.js'
import type { RawTables } from './raw-table.js'
import type { TenureFiles } from './tenure-files.js'

/** Pieces of archives, which read what the upload's tables would be in one. The first checks all of it. */
export function importPieces<Tables extends RawTables>(
  files: TenureFiles<Tables>,
  store: ResourceFiles | undefined,
): readonly Piece[] {
  // The list of resources says neither who contributed one nor whether it is archived.
  const own: readonly Piece[] = [
    attributeSchemas,
    parties,
    locations,
    relationships,
    resources({ users: 'importer' }),
    ...(store ? [storedFiles(store, {})] : []),
  ]
  const nameOf = (name: string): string => name.replace(/^tenure\//, `${files.name}/`)
  const names: ReadonlySet<string> = new Set(own.map(({ name }) => name))
  return own.map((piece, at): Piece => {
    const { contract, of, version, after = [], keys, registered, importer, remover } = piece
    return {
      contract,
      of,
      version,
      name: nameOf(piece.name),
      after: after.filter((name) => names.has(name)).map(nameOf),
      ...(keys && { keys }),
      ...(registered && { registered }),
      ...(remover && { remover }),
      ...(at === 0 && { validators: [uploadValidator(files)] }),
      importer: {
        import: async (context) => {
          const tables = await files.open(context.entries)
          try {
            const entries = (await nativeEntries(tables, context.entries)).get(piece.name)
            if (!importer || !entries) throw new TypeError(`${piece.name} cannot be imported`)
            return await importer.import(withEntries(context, entries))
          } finally {
            await tables.close()
          }
        },
      },
    }
  })
}

/** Members by name, because a context may be an instance of a class. */
function withEntries(context: ImportContext, entries: Entries): ImportContext {
  const { jobId, resource, principal, options, signal, tx, ids, source, into, files } = context
  return {
    jobId,
    resource,
    principal,
    options,
    signal,
    tx,
    ids,
    source,
    files,
    ...(into && { into }),
    entries,
    carries: (kind) => context.carries(kind),
    finding: (finding) => context.finding(finding),
    replaced: (values) => context.replaced(values),
    progress: (done, total) => context.progress(done, total),
  }
}
