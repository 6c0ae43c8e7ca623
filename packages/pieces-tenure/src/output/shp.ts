import { csvLine, type Output, type OutputContext, type ZipMember } from '@piecework/core/piece'
import { cellText } from '../cell-text.js'
import { attributeList, attributeListRows } from './attribute-list.js'
import { locationsTable, peopleTables } from './people-tables.js'
import { type ProjectEntries, projectsOf } from './project-entries.js'
import { readme, shapefileReadme } from './readme.js'
import { type ScannedTable, scanTable } from './scan-table.js'
import { Shapefiles, ShapefileWidths, shapefileFolder } from './shapefiles.js'
import { tableCsv } from './table-csv.js'
import { textMember } from './text-member.js'

/** Tables as CSV and locations as shapefiles, in a zip. */
export const shp: Output = {
  name: 'tenure/shp',
  mediaType: 'application/zip',
  pieces: ['tenure/project', 'tenure/schemas', ...peopleTables.map(({ piece }) => piece)],
  fileName: ({ name, resource }) => `${name ?? resource.id}-shp.zip`,
  assemble: (context) => context.zip(shpFiles(context)),
}

export async function* shpFiles(context: OutputContext): AsyncGenerator<ZipMember> {
  let rows = 0
  const written = (more: number): void => {
    rows += more
    context.progress(rows)
  }
  for await (const project of projectsOf(context)) yield* projectFiles(project, context, written)
}

async function* projectFiles(
  project: ProjectEntries,
  context: OutputContext,
  written: (rows: number) => void,
): AsyncGenerator<ZipMember> {
  const { folder } = project
  const widths = new ShapefileWidths()
  const tables: ScannedTable[] = []
  for (const table of peopleTables) {
    const see = table === locationsTable ? widths.see.bind(widths) : undefined
    tables.push(await scanTable(table, project, context, see))
  }
  const shapes = new Shapefiles(widths, context)
  try {
    const names: string[] = []
    for (const scanned of tables) {
      const watch = scanned.table === locationsTable ? shapes : undefined
      names.push(scanned.table.file)
      yield {
        name: folder + scanned.table.file,
        open: () => tableCsv(scanned, project, context, written, watch),
      }
    }
    const list = `${attributeList.name}.csv`
    names.push(list)
    const listed = [attributeList.columns, ...(await attributeListRows(tables, project, context.signal))]
    yield textMember(folder + list, listed.map((row) => csvLine(row.map(guarded))).join(''))
    const shapeNames: string[] = []
    for await (const file of shapes.files(folder)) {
      shapeNames.push(file.name.slice(folder.length))
      yield file
    }
    if (shapeNames.length > 0) {
      const name = `${shapefileFolder}shp_readme.txt`
      const inFolder = shapeNames.map((one) => one.slice(shapefileFolder.length))
      shapeNames.push(name)
      yield textMember(folder + name, shapefileReadme(inFolder.filter((one) => one.endsWith('.shp'))))
    }
    yield textMember(`${folder}README.txt`, readme(tables, [...names, ...shapeNames]))
    for (const finding of shapes.counts.findings()) context.finding(finding)
  } finally {
    await shapes.close()
  }
}

const guarded = (text: string | null): string | null => (text === null ? null : cellText(text))
