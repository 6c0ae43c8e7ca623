import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { isPieceworkError } from '@piecework/core'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import {
  ann,
  integerPack,
  integerTables,
  sampleProject,
  serverWorld,
  type World,
  withHost,
} from './support.js'

const test = needsServer(suite('ids of resources: processes'))
let world: World
test.before(async () => {
  world = await serverWorld(integerTables)
})
test.after(() => world.close())

test('exclusion: a claim of one process under one spelling excludes jobs of another under any', () =>
  withHost(world, integerPack, async (piecework) => {
    const project = await sampleProject(world)
    const [scenario] = await world.query<{ id: string }>('SELECT id FROM scenarios WHERE project_id = $1', [
      project,
    ])
    const uuid = scenario?.id ?? ''
    const [{ url } = { url: '' }] = await world.query<{ url: string }>(
      `SELECT 'postgres://' || current_user || '@' || host(inet_server_addr()) || ':' || inet_server_port() || '/' || current_database() AS url`,
    )
    const there = fork(new URL('./claiming-worker.js', import.meta.url), [url])
    const said = async () => (await once(there, 'message'))[0]
    const tell = async (what: object | string) => {
      const answer = said()
      there.send(what)
      return answer
    }
    try {
      assert.equal(await said(), 'ready')
      const integers = [project, `00${project}`, `+${project}`]
      const uuids = [uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), `{${uuid}}`]
      for (const [kind, spellings] of Object.entries({ project: integers, scenario: uuids })) {
        for (const claimed of spellings) {
          assert.equal(await tell({ kind, id: claimed }), 'claimed')
          for (const id of spellings) {
            const asked = piecework.export({ resource: { kind, id }, principal: ann })
            await assert.rejects(
              asked,
              (error) => isPieceworkError(error, 'resource-busy'),
              `${claimed} ${id}`,
            )
          }
          assert.equal(await tell('release'), 'released')
        }
        // The other way round: what a job here holds, that process cannot claim.
        const edited = piecework.guard.edit({ kind, id: spellings[1] ?? '' }, async () => {
          for (const id of spellings) assert.equal(await tell({ kind, id }), 'resource-busy')
        })
        await edited
      }
    } finally {
      if (there.connected) there.send('end')
      await once(there, 'exit')
    }
  }))

test.run()
