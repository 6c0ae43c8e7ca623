import type { Column, Table } from '../table-piece/catalogue.js'
import { snakeCase } from '../table-piece/facts/looks-secret.js'

const isText = /^(?:text|varchar|citext)$/
const thing =
  'storage|stored|object|blob|bucket|s3|file|upload|asset|media|attachment|document|image|img|photo|picture|avatar|logo|icon|cover|thumb|thumbnail|preview|video|audio|scan|pdf|raster'
const keyOrPlace = new RegExp(`(?:^|_)(?:${thing})_?(?:key|path|uri|url|location)$`)
const nameInStore = /(?:^|_)(?:disk_?(?:path|(?:file_?)?name)|stored_?(?:file_?)?name|blob_?(?:name|id))$/
/** As Django and others call a column with the path of a file. */
const alone = /^(?:file|image|photo|picture|avatar|thumbnail|thumb|logo|attachment)$/
/** Only where other columns describe a file. */
const beside = /^(?:key|path|uri|url|location)$/
const describing =
  /^(?:content_?type|mime_?type|media_?type|(?:byte|file|content)_?size|file_?name|original_?(?:file_?)?name|sha_?1|sha_?256|md5|checksum|etag)$/
const address = /ur[il]$/

/** A column that may hold keys of files that are kept elsewhere. */
export interface FileLook {
  readonly column: Column
  /** Named as an address, which may be one of another site. */
  readonly isAddress: boolean
}

/** `open`: columns without another meaning. */
export function fileLooks(table: Table, open: readonly Column[]): readonly FileLook[] {
  const texts = open
    .filter(({ base }) => isText.test(base))
    .map((column) => ({ column, words: snakeCase(column.name) }))
  const told = texts.filter(({ words }) => [keyOrPlace, nameInStore, alone].some((name) => name.test(words)))
  const found =
    told.length > 0 || !describesFiles(table) ? told : texts.filter(({ words }) => beside.test(words))
  return found.map(({ column, words }) => ({ column, isAddress: address.test(words) }))
}

/** Whether the rows say of a file what it is, and do not hold its bytes. */
export function describesFiles({ columns }: Table): boolean {
  const all = [...columns.values()]
  const said = all.filter(({ name }) => describing.test(snakeCase(name)))
  return said.length > 1 && !all.some(({ base }) => base === 'bytea' || base === 'oid')
}
