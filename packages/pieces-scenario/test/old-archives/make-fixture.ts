import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryArtifacts } from '@piecework/core'
import type { ResourceRef } from '@piecework/core/piece'
import { scenarioKind } from '@piecework/pieces-scenario'
import { archiveOf, instance, projectRef } from '../support/instance.js'
import { madeUpProject } from '../support/made-up-project.js'
import { contentOf } from './content.js'
import { fixtureNumbers, fixtures } from './fixtures.js'

// Run by hand when the version of a piece has grown, before it is released; needs DATABASE_URL. Old fixtures
// stay as they are:
// node packages/pieces-scenario/build/test/old-archives/make-fixture.js
const number = ((await fixtureNumbers()).at(-1) ?? 0) + 1
const artifacts = memoryArtifacts()
const here = await instance(artifacts)
try {
  const project = await madeUpProject(here.db, here.shared)
  const [scenario] = await scenarioKind.listUnder(projectRef(project), here.db)
  const keep = async (resource: ResourceRef | undefined, file: string): Promise<void> => {
    if (!resource) throw new Error('The made-up project has no scenario.')
    const { artifact } = await archiveOf(here.piecework, resource)
    await writeFile(join(fixtures, file), artifacts.open(artifact), { flag: 'wx' })
  }
  const content = JSON.stringify(await contentOf(here.db, project), null, 2)
  await writeFile(join(fixtures, `${number}.json`), `${content}\n`, { flag: 'wx' })
  await keep(scenario, `${number}.scenario.zip`)
  await keep(projectRef(project), `${number}.project.zip`)
} finally {
  await here.close()
}
