import assert from 'node:assert/strict'
import { suite } from 'uvu'
import { archives } from './conformance/archives.js'
import type { Case } from './conformance/case.js'
import { chosenPieces } from './conformance/chosen-pieces.js'
import { deliveries } from './conformance/deliveries.js'
import { downloads } from './conformance/downloads.js'
import { drafts } from './conformance/drafts.js'
import { following } from './conformance/following.js'
import { origins } from './conformance/origins.js'
import { pages } from './conformance/pages.js'
import { refusals } from './conformance/refusals.js'
import { repeated } from './conformance/repeated.js'
import { resources } from './conformance/resources.js'
import { uploads } from './conformance/uploads.js'
import { hosts } from './support/hosts.js'
import { type Form, startWorld, type World } from './support/world.js'

const cases: Readonly<Record<string, Case>> = {
  ...resources,
  ...drafts,
  ...refusals,
  ...downloads,
  ...deliveries,
  ...following,
  ...archives,
  ...chosenPieces,
  ...origins,
  ...pages,
  ...repeated,
  ...uploads,
}

/** One suite for all frameworks, each with its usual body parser and an authentication before us. */
for (const form of Object.keys(hosts) as Form[]) {
  const test = suite(`conformance: ${form}`)
  let world: World & { close(): Promise<void> }
  test.before(async () => {
    world = await startWorld(form)
  })
  test.after(() => world.close())
  for (const [name, holds] of Object.entries(cases))
    test(name, async () => {
      await holds(world, form)
      assert.deepEqual(world.errors.splice(0), [], 'nothing failed on this side')
    })
  test.run()
}
