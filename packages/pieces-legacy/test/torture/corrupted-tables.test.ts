import assert from 'node:assert/strict'
import { cases, several, tableCorruption } from '@piecework/test-support/fixtures/corruption.js'
import { told } from '@piecework/test-support/fixtures/told.js'
import fc from 'fast-check'
import { suite } from 'uvu'
import { importedOf } from './support/imported.js'
import { findingsOf, type TableName } from './support/project.js'
import { referenceProject, type Tables } from './support/reference-project.js'

const test = suite('corrupted tables')

const grid = [1, 2, 3, 40]

/** Many digits, so that a change of one counts; and more than one way to write things. */
const tables: Tables = {
  'pu.dat': Buffer.from('id,cost,status,xloc\n1,10,0,1\n2,20.75,1,2\n3,0,2,3\n40,1.5e3,3,4\n5,7,0,5\n'),
  'spec.dat': Buffer.from(
    'id,prop,target,spf,name,type\n7,0.3,0,2,"Eel, grass",0\n8,-1,6.25,1,Sand,1\n12,0.125,,10,Mud,2\n',
  ),
  'puvspr.dat': Buffer.from('species,pu,amount\n7,1,0.125\n7,2,3\n8,2,4\n8,40,8.5\n12,3,1e-3\n12,5,2\n'),
  'bound.dat': Buffer.from('id1,id2,boundary\n1,2,1.5\n2,3,1.25\n1,1,3\n40,3,2\n2,1,10\n5,1,4\n'),
}

/** The same table with other separators, ends of lines and quotes. */
const dress = fc.constantFrom<((text: string) => string)[]>(
  (text) => text,
  (text) => text,
  (text) => text.replaceAll('"Eel, grass"', 'Eel').replaceAll(',', '\t'),
  (text) => text.replaceAll('"Eel, grass"', 'Eel').replaceAll(',', ';'),
  (text) => text.replaceAll('"Eel, grass"', 'Eel').replace(/[^,\n]+/g, '"$&"'),
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => `\uFEFF${text.replaceAll('\n', '\r')}`,
)

for (const file of ['pu.dat', 'spec.dat', 'puvspr.dat', 'bound.dat'] as const satisfies readonly TableName[])
  test(`hostile archives: ${file} is refused, or imported as an independent reading of its bytes says`, async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(several(tableCorruption), dress, async (corrupt, wear) => {
        const dressed = Buffer.from(wear(tables[file].toString()))
        const changed = { ...tables, [file]: corrupt(dressed) }
        const findings = await findingsOf({ ...changed, grid })
        const errors = findings.filter(({ severity }) => severity === 'error')
        const expected = referenceProject(changed, grid)
        const bytes = JSON.stringify(changed[file].toString('latin1'))
        assert.equal(errors.length === 0, expected !== undefined, `${bytes}: ${told(findings).join()}`)
        if (!expected) return
        accepted += 1
        assert.deepEqual(await importedOf(changed, grid), expected, bytes)
      }),
      cases(300),
    )
    assert.ok(accepted > 0, 'some corruptions give another table that is right')
  })

test.run()
