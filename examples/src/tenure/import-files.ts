import type { Database, Piecework } from '@piecework/core'

const principal = { id: '1' }

/** What a file for people holds of a project, without ids. An attribute that is null counts as missing there. */
const attributesOf = (table: string): string => `jsonb_strip_nulls(${table}.attributes)`
const party = `p.name, p.type, ${attributesOf('p')}`
const location = `l.type, l.area, l.geom::text, ${attributesOf('l')}`
const contents = {
  parties: `SELECT ${party} FROM tenure.parties p WHERE p.project_id =`,
  locations: `SELECT ${location} FROM tenure.locations l WHERE l.project_id =`,
  relationships: `SELECT r.tenure_type, ${attributesOf('r')}, ${party}, ${location}
    FROM tenure.tenure_relationships r
    JOIN tenure.parties p ON p.id = r.party_id AND p.project_id = r.project_id
    JOIN tenure.locations l ON l.id = r.location_id AND l.project_id = r.project_id
    WHERE r.project_id =`,
} as const

export interface FileImport {
  readonly piecework: Piecework
  readonly db: Database
  readonly format: string
  readonly file: AsyncIterable<Uint8Array>
  readonly organization: string
  /** Where the file comes from. */
  readonly project: string
  say(line: string): void
}

/** Imports a file for people into a further project, and compares. Resolves to how many rows differ. */
export async function importFile(given: FileImport): Promise<number> {
  const { piecework, db, format, file, organization, project, say } = given
  const job = await piecework.import({
    format,
    uploads: { export: { stream: file } },
    into: { kind: 'tenure-organization', id: organization },
    name: `Sample town, from ${format}`,
    principal,
  })
  const { resource: copy = { id: '' } } = await job.result()
  say(`Imported as ${format}, and compared with the first project:`)
  let sum = 0
  for (const [table, content] of Object.entries(contents)) {
    const { rows } = await db.query<{ count: number; differences: number }>(
      `WITH before AS (${content} $1), after AS (${content} $2)
       SELECT (SELECT count(*) FROM after)::integer AS count,
         ((SELECT count(*) FROM (TABLE before EXCEPT ALL TABLE after) lost)
         + (SELECT count(*) FROM (TABLE after EXCEPT ALL TABLE before) added))::integer AS differences`,
      [project, copy.id],
    )
    const { count = 0, differences = 0 } = rows[0] ?? {}
    say(`  ${table}: ${count} rows, ${differences === 0 ? 'equal' : `${differences} differ`}`)
    sum += differences
  }
  return sum
}
