import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import exceljs from 'exceljs'
import type { Pool } from 'pg'

const pageRows = 5000

/** The same sheets by the field's streaming writer, from pages of rows. */
export async function excelOf(pool: Pool, project: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const filename = join(folder, 'tenure.xlsx')
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({
    filename,
    useStyles: false,
    useSharedStrings: false,
  })
  const sheets = {
    locations: [
      ['id', 'type', 'area', 'geometry', 'note', 'quality', 'storeys'],
      `ST_AsEWKT(geom), attributes->>'note', attributes->>'quality', (attributes->>'storeys')::int`,
      'id, type, area',
    ],
    parties: [['id', 'name', 'type'], '', 'id, name, type'],
  } as const
  for (const [name, [columns, more, fixed]] of Object.entries(sheets)) {
    const sheet = workbook.addWorksheet(name)
    sheet.addRow(columns).commit()
    const select = [fixed, more].filter((one) => one !== '').join(', ')
    const sql = `SELECT ${select} FROM tenure.${name} WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT ${pageRows}`
    for (let last = ''; ; ) {
      const { rows } = await pool.query<unknown[]>({ text: sql, values: [project, last], rowMode: 'array' })
      for (const row of rows) sheet.addRow(row).commit()
      if (rows.length < pageRows) break
      last = String(rows.at(-1)?.[0])
    }
    sheet.commit()
  }
  await workbook.commit()
}
