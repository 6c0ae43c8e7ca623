import { prepare } from '@piecework/bench/planning-host'
import { scratchDatabase } from '@piecework/test-support'
import { type SoakHost, soakHost } from '../host.js'
import type { Place } from '../place.js'
import { tablesIn } from './pieces.js'
import { addServer, connected, copyRows, emptySql, importTables, withoutTriggers } from './rows-from.js'

/** What two databases hold, in one, where it can be compared. */
export interface Whole {
  /** As it is now, over rows as they are now. */
  look(): Promise<SoakHost>
  stop(): Promise<void>
}

export async function openWhole({ geo, ...place }: Place): Promise<Whole> {
  const scratch = await scratchDatabase({ url: place.database, template: { name: 'soak', prepare } })
  const servers = { store: place.database, geo: geo ?? '' }
  const tables = { store: tablesIn(), geo: tablesIn('geo') }
  await connected(scratch.url, async (client) => {
    for (const name of ['store', 'geo'] as const) {
      await addServer(client, name, servers[name])
      await importTables(client, name, tables[name])
    }
  })
  const host = soakHost({ ...place, database: scratch.url }, 'watcher')
  return {
    look: async () => {
      await connected(scratch.url, (client) =>
        withoutTriggers(client, async () => {
          await client.query(emptySql([...tables.store, ...tables.geo]))
          for (const name of ['store', 'geo'] as const) await copyRows(client, name, tables[name])
        }),
      )
      return host
    },
    stop: async () => {
      await host.stop()
      await scratch.drop()
    },
  }
}
