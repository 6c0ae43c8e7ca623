import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createPiecework, memoryArtifacts, type ResourceRef } from '@piecework/core'
import { embedded } from '@piecework/embedded'
import { postgresStore } from '@piecework/postgres'
import { inProcess } from '@piecework/runtime-inprocess'
import { fixtureNumbers, fixtures } from './fixtures.js'
import { exhibitionKind, libraryContent, libraryPack, libraryTables, sampleLibrary } from './library.js'

// Run by hand when archives of table pieces hold something new, before it is released. Old fixtures stay as
// they are:
// node packages/postgres/build/test/old-archives/make-fixture.js
const number = ((await fixtureNumbers()).at(-1) ?? 0) + 1
const artifacts = memoryArtifacts()
const db = await embedded()
for (const sql of libraryTables) await db.query(sql)
const store = postgresStore({ database: db })
await store.migrate()
const piecework = createPiecework({ packs: [libraryPack], store, artifacts, runtime: inProcess() })
await piecework.start()
const library = { kind: 'library', id: await sampleLibrary(db) }
const keep = async (resource: ResourceRef | undefined, file: string): Promise<void> => {
  if (!resource) throw new Error('The library has no exhibition.')
  const { archive } = await (await piecework.export({ resource, principal: { id: 'ann' } })).result()
  if (!archive) throw new Error('no archive')
  await writeFile(join(fixtures, file), artifacts.open(archive.artifact), { flag: 'wx' })
}
const content = JSON.stringify(await libraryContent(db, library.id), null, 2)
await writeFile(join(fixtures, `${number}.json`), `${content}\n`, { flag: 'wx' })
await keep(library, `${number}.library.zip`)
await keep((await exhibitionKind.listUnder?.(library, db))?.[0], `${number}.exhibition.zip`)
await piecework.stop()
await db.close()
