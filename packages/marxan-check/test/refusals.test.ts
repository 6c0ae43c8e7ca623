import assert from 'node:assert/strict'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { skipUnless } from '@piecework/test-support'
import { type Folders, folders } from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'
import { documentOf, told } from './support/document.js'
import { marxanCheck, saidHere } from './support/marxan-check.js'

const test = suite('marxan-check: what cannot be checked, help and version')
let made: Folders

test.before(async () => {
  made = await folders()
})
test.after(() => made.remove())

const json = async (...args: readonly string[]) => documentOf(await saidHere([...args, '--json']))

test('what keeps a folder from being checked is one sentence on stderr, or in the document, and exit 2', async () => {
  const cases: readonly [string, readonly string[], RegExp][] = [
    ['input-incomplete', [join(await made.make(), 'nothing')], /no folder .*nothing/],
    ['input-incomplete', [join(await made.make(), 'input.dat')], /input\.dat is a file/],
    ['input-incomplete', [await made.make({ 'input.dat': undefined })], /does not have input\.dat/],
    ['input-incomplete', [await made.make(), '--input', 'mine.dat'], /does not have mine\.dat/],
    ['legacy/marzone', [await made.make({ 'zones.dat': '' })], /Marxan with Zones/],
    ['options-invalid', [], /Which folder/],
    ['options-invalid', ['a', 'b'], /a, b/],
    ['options-invalid', ['a', '--fast'], /--fast/],
    ['options-invalid', ['a', '--names', 'maybe'], /--names .*maybe/],
    ['options-invalid', ['a', '--id-attribute='], /--id-attribute is empty/],
    ['options-invalid', ['a', '--list', '0'], /--list/],
    ['options-invalid', ['a', '--file', 'pu.dat'], /ROLE=PATH/],
    ['options-invalid', ['a', '--file', 'constructor=x'], /constructor/],
    ['options-invalid', ['a', '--metadata', 'pu.dat.x=1'], /pu\.dat/],
    ['options-invalid', ['a', '--metadata', 'features.colour=red'], /features\.colour=red/],
    ['input-incomplete', [await made.make(), '--file', 'bound.dat=/nowhere'], /\/nowhere cannot be read/],
    ['database', [await made.make(), '--database', 'postgres://127.0.0.1:1/none'], /database/],
  ]
  const refused = async ([code, args, sentence]: (typeof cases)[number]) => {
    const people = await saidHere(args)
    assert.equal(people.code, 2, code)
    assert.equal(people.stdout, '')
    assert.match(people.stderr, sentence)
    assert.match(people.stderr, /^marxan-check: /)
    const programs = await saidHere([...args, '--json'])
    const { error } = documentOf({ ...programs, stderr: '' })
    assert.equal(error?.code, code)
    assert.match(error.message, sentence)
  }
  for (const one of cases) await refused(one)
})

const unprivileged = skipUnless(process.getuid?.() !== 0, 'the superuser may read every file', test)
unprivileged('a file that may not be read is one error, and the others are checked', async () => {
  const folder = await made.make({ 'input/species.dat': 'id,prop,spf,name\n7,2,1,Reef\n8,0.5,1,Kelp\n' })
  await chmod(join(folder, 'input/pu.dat'), 0)
  assert.deepEqual(told(await json(folder)), [
    'error core/input-incomplete input/pu.dat',
    'error out-of-range input/species.dat 2',
  ])
})

test('control characters of files do not reach the terminal', async () => {
  const folder = await made.make({
    'input/pu.dat': 'id,cost,\u001b[2Jx\n1,\u001b]0;no\u0007,1\n2,1,1\n3,1,1\n',
  })
  const { stdout, code } = await saidHere([folder])
  assert.equal(code, 2)
  assert.match(stdout, /\\u001b/)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('help and version', async () => {
  const help = await marxanCheck(['--help'])
  assert.equal(help.code, 0)
  for (const option of [
    '--input',
    '--id-attribute',
    '--names',
    '--database',
    '--list',
    '--strict',
    '--json',
    '--version',
  ])
    assert.match(help.stdout, new RegExp(`^  ${option}`, 'm'))
  const version = await marxanCheck(['--version'])
  assert.deepEqual([version.code, /^\d+\.\d+\.\d+\n$/.test(version.stdout)], [0, true])
})

test.run()
