import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryArtifacts } from '@piecework/core'
import { scenarioKind } from '@piecework/pieces-scenario'
import { needsServer } from '@piecework/test-support'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, instance, principal, projectRef, succeeded } from '../support/instance.js'
import { portableScenario } from '../support/portable-scenario.js'
import { type Content, contentOf, inOrder, knownColumns } from './content.js'
import { carriedPieces, fixtureNumbers, fixtures, release } from './fixtures.js'

const test = needsServer(suite('old archives'))
let here: Instance

test.before(async () => {
  here = await instance(memoryArtifacts())
})
test.after(() => here.close())

const numbers = await fixtureNumbers()

test('each version of each piece that was released has an archive among the fixtures', async () => {
  const kept = new Set<string>()
  for (const number of numbers) {
    const { pieces } = await here.piecework.inspect(
      { file: join(fixtures, `${number}.project.zip`) },
      { principal },
    )
    for (const piece of pieces) kept.add(release(piece))
  }
  const released = carriedPieces.flatMap(({ name, version }) =>
    Array.from({ length: version }, (_, earlier) => release({ name, version: earlier + 1 })),
  )
  assert.equal(
    released.filter((one) => !kept.has(one)),
    [],
    'run make-fixture before the release',
  )
})

for (const number of numbers) {
  test(`archive ${number} is imported and becomes what it was`, async () => {
    const archive = { file: join(fixtures, `${number}.project.zip`) }
    const report = await (await here.piecework.import({ principal: { id: 'ana' }, archive })).ended()
    const project = succeeded(report)
    assert.equal(report.findings, [])
    const expected = JSON.parse(await readFile(join(fixtures, `${number}.json`), 'utf8')) as Content
    const content = await contentOf(here.db, project)
    assert.equal(inOrder(knownColumns(content, expected)), inOrder(expected))

    const alone = { file: join(fixtures, `${number}.scenario.zip`) }
    const into = projectRef(project)
    const [first] = await scenarioKind.listUnder(into, here.db)
    const imported = await (await here.piecework.import({ principal, archive: alone, into })).ended()
    const scenario = succeeded(imported)
    assert.equal(imported.findings, [])
    assert.equal(await portableScenario(here.db, scenario), await portableScenario(here.db, first?.id ?? ''))
  })
}

test.run()
