import { database, piecework } from './minimal-host.js'

const principal = { id: 'ann' }
const id = 'aaaaaaaa-0000-4000-8000-000000000001'
await database.query('INSERT INTO albums VALUES ($1, $2)', [id, 'Birds'])
await database.query('INSERT INTO photos (album_id, caption) VALUES ($1, $2), ($1, $3)', [id, 'wren', 'owl'])
await piecework.start()

const exported = await piecework.export({ resource: { kind: 'album', id }, principal })
for await (const { nodesDone, nodes } of exported.watch()) console.log(`${nodesDone} of ${nodes}`)
const { archive } = await exported.result()
if (!archive) throw new Error('no archive')

const imported = await piecework.import({ archive, principal, name: 'Birds again' })
const { resource } = await imported.result()
console.log('imported as', resource?.id, (await piecework.job(imported.id, { principal })).counts)
await piecework.stop()
await database.close()
