import { projectTables } from '@piecework/pieces-project'
import { Client } from 'pg'
import { timed } from '../measure.js'

/** Parts of the grid that a feature covers. */
const shares = [0.01, 0.05, 0.2] as const

/** How the units of a feature lie: in a belt of the grid, or anywhere. Ids count the grid row by row. */
const spreads: Readonly<Record<string, (share: number, units: number) => string>> = {
  compact: (share, units) => `puid <= ${Math.round(share * units)}`,
  dispersed: (share) => `abs(hashint4(puid) % 10000) < ${Math.round(share * 10000)}`,
}

/** Markdown: what the union of a feature's units costs, and what comes of it. */
export async function unionTable(url: string, units: number): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('SET max_parallel_workers_per_gather = 0')
    const lines = [
      '| spread | of the grid | units | seconds | µs a unit | vertices | parts | MB |',
      `|---|${'---:|'.repeat(7)}`,
    ]
    for (const [spread, condition] of Object.entries(spreads))
      for (const share of shares)
        lines.push(`| ${spread} | ${share * 100} % | ${await united(client, condition(share, units))} |`)
    return ['', ...lines].join('\n')
  } finally {
    await client.end()
  }
}

async function united(client: Client, condition: string): Promise<string> {
  const seconds = await timed(() =>
    client.query(`CREATE TEMPORARY TABLE united AS
      SELECT count(*)::integer AS units, ST_CollectionExtract(ST_Union(geom), 3) AS geom
      FROM ${projectTables.planning_units} WHERE ${condition}`),
  )
  const { rows } = await client.query<{ units: number; vertices: number; parts: number; bytes: number }>(
    `SELECT units, ST_NPoints(geom) AS vertices, ST_NumGeometries(geom) AS parts, ST_MemSize(geom) AS bytes FROM united`,
  )
  await client.query('DROP TABLE united')
  const { units = 0, vertices = 0, parts = 0, bytes = 0 } = rows[0] ?? {}
  const whole = (count: number): string => count.toLocaleString('en-US')
  return [
    whole(units),
    seconds.toFixed(1),
    ((1e6 * seconds) / units).toFixed(0),
    whole(vertices),
    whole(parts),
    (bytes / 1e6).toFixed(1),
  ].join(' | ')
}
