import type { ZippedFile } from '@piecework/core/archive'
import { type Entries, entriesOf } from '@piecework/core/piece'
import { textOfCell } from '../cell-text.js'
import { mostWorkbookBytes } from '../defaults.js'
import { longGeometries, longValues } from '../output/xlsx.js'
import { openWorkbook, type WorkbookToRead } from '../xlsx/read/open-workbook.js'
import type { TableToRead } from '../xlsx/read/table-to-read.js'
import { closeTemporary, type Opened, openTemporary } from '../xlsx/spill-file.js'
import { fileProblem, sheetPlace } from './file-problem.js'
import type { RawRow, RawTable, RawTables, UploadedResources } from './raw-table.js'
import { uploadedResources } from './resources/uploaded-resources.js'
import { filesOf, projectFiles, uploadRole } from './uploaded-export.js'

/**
 * The tables of an uploaded export of `tenure/xlsx`, or of its workbook alone, as a spreadsheet program has saved it. Throws
 * a `FileProblem`.
 */
export async function sheetTables(entries: Entries): Promise<RawTables> {
  const files = await filesOf(entries)
  if (files.some(({ name }) => name === '[Content_Types].xml'))
    return tablesOf(
      await openWorkbook(entries, uploadRole, { file: 'workbook', unguard: textOfCell }),
      'workbook',
      undefined,
    )
  const ofProject = projectFiles(files, (name) => /^[^~].*\.xlsx$/.test(name), 'workbook (.xlsx)')
  const [workbook, ...others] = [...ofProject.values()].filter(({ name }) =>
    /(^|\/)[^~/][^/]*\.xlsx$/i.test(name),
  )
  if (!workbook || others.length > 0)
    throw fileProblem(
      {
        code: 'tenure/projects-several',
        message: `The zip has ${others.length + 1} workbooks.`,
        hint: 'Leave the one that is meant in it.',
      },
      {},
    )
  const spooled = await spooledFile(workbook)
  try {
    const book = await openWorkbook(spooled.entries, workbook.name, {
      unguard: textOfCell,
      beside: (name) => ofProject.get(name.toLowerCase())?.open(),
    })
    return tablesOf(book, workbook.name, uploadedResources(files), spooled.close)
  } catch (error) {
    await spooled.close()
    throw error
  }
}

function tablesOf(
  book: WorkbookToRead,
  file: string,
  resources: UploadedResources | undefined,
  close = async (): Promise<void> => {},
): RawTables {
  return {
    resources,
    table: async (name) => {
      const table = await book.table(name)
      return table && rawTable(name, table, file)
    },
    fileOf: (name) => sheetPlace(file, name),
    close,
  }
}

function rawTable(name: string, table: TableToRead, file: string): RawTable {
  const long = longValues(name)
  const spills = Object.fromEntries(
    table.columns.flatMap((column) => {
      if (column === long.key) return []
      return [[column, name === 'locations' && column === 'geometry' ? longGeometries : long]]
    }),
  )
  return { file: sheetPlace(file, table.name), line: 1, columns: table.columns, rows }

  async function* rows(): AsyncGenerator<readonly RawRow[]> {
    for await (const batch of table.rows(spills))
      yield batch.map(({ sheet, line, values }) => ({
        ...(sheet !== table.name && { file: sheetPlace(file, sheet) }),
        line,
        cells: values,
      }))
  }
}

/** A file of a zip as an entry of which ranges can be read. */
async function spooledFile(file: ZippedFile): Promise<{ readonly entries: Entries; close(): Promise<void> }> {
  const temporary = await openTemporary()
  try {
    let size = 0
    for await (const chunk of file.open()) {
      size += chunk.length
      if (size > mostWorkbookBytes)
        throw fileProblem(
          { code: 'tenure/zip-limit', message: `The workbook has more than ${mostWorkbookBytes} bytes.` },
          { file: file.name },
        )
      await temporary.file.writeFile(chunk)
    }
    const open = (range = { start: 0, end: size }) =>
      read(temporary, range.start, Math.min(range.end ?? size, size))
    return {
      entries: entriesOf([{ path: file.name, facts: { size }, open }]),
      close: () => closeTemporary(temporary),
    }
  } catch (error) {
    await closeTemporary(temporary)
    throw error
  }
}

async function* read({ file }: Opened, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const length = Math.min(2 ** 16, end - at)
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at)
    if (bytesRead === 0) throw new Error('A temporary file has lost bytes')
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
