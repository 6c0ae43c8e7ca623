/** What a file that is not plain text is, by its first bytes, and how to make text of it. */
export interface BinaryKind {
  readonly what: string
  readonly hint: string
}

/** First bytes that `binaryKind` looks at. */
export const binaryHeadBytes = 64

const asText = 'Save the table as CSV or tab-delimited text, in UTF-8.'
const inUtf8 = 'Save it in UTF-8: editors ask for the encoding when a file is saved under another name.'

const magic: readonly (readonly [first: string, what: string, hint: string])[] = [
  ['\xff\xfe\0\0', 'UTF-32 text', inUtf8],
  ['\xff\xfe', 'UTF-16 text, which Windows calls Unicode', inUtf8],
  ['\xfe\xff', 'UTF-16 text, which Windows calls Unicode', inUtf8],
  [
    'PK\x03\x04',
    'a zip, as .xlsx, .ods and .mxw files are',
    'Save a spreadsheet as CSV or tab-delimited text; of a project of Marxan Web (.mxw), unpack the zip and take the files inside.',
  ],
  ['\xd0\xcf\x11\xe0', 'a spreadsheet or document of an older Microsoft Office', asText],
  ['%PDF', 'a PDF', 'Take the table from where the PDF came from: it cannot be read back without errors.'],
  [
    '\x1f\x8b',
    'compressed by gzip, as .rds and .gz files are',
    'Unpack it, or write it from R with write.csv().',
  ],
  ['7z\xbc\xaf', 'a 7z archive', 'Unpack it.'],
  ['Rar!', 'a RAR archive', 'Unpack it.'],
  ['SQLite format 3', 'a database of SQLite, as GeoPackages are', asText],
  ['\x89PNG', 'an image', 'Take the file that holds the table.'],
]

/** `head` is the beginning of the file. Undefined for bytes that no known kind of file begins with. */
export function binaryKind(head: Uint8Array): BinaryKind | undefined {
  const text = Buffer.from(head).toString('latin1')
  const [, what, hint] = magic.find(([first]) => text.startsWith(first)) ?? []
  if (what !== undefined && hint !== undefined) return { what, hint }
  // Without a byte order mark every other byte of Latin letters is zero.
  if (text.length < 4 || !/^(?:[^\0]\0|\0[^\0])+.?$/s.test(text)) return undefined
  return { what: 'UTF-16 text, which Windows calls Unicode', hint: inUtf8 }
}
