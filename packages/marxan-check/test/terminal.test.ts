import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { skipUnless } from '@piecework/test-support'
import { type Folders, folders, inputDat } from '@piecework/test-support/fixtures/marxan-folders.js'
import { suite } from 'uvu'
import { bin, marxanCheck, onTerminal } from './support/marxan-check.js'

const test = suite('marxan-check: terminals')
const haveScript = spawnSync('script', ['--version']).status === 0
const terminal = skipUnless(haveScript, 'script(1) of util-linux is missing', test)
let made: Folders
let folder: string

test.before(async () => {
  made = await folders()
  folder = await made.make({
    'input.dat': `${inputDat}BOUNDNAME bound.dat\n`,
    'input/pu.dat': 'id,cost\n1,-1\n2,1\n3,1\n',
    'input/bound.dat': `id1,id2,boundary\n${'\n'.repeat(2 ** 22)}1,2,1\n1,2,1\n`,
  })
})
test.after(() => made.remove())

const esc = '\u001b'
const red = `${esc}[31merror`

test('no colour and no progress in a pipe', async () => {
  const { stdout, stderr, code } = await marxanCheck([folder])
  assert.equal(code, 2)
  assert.ok(!stdout.includes(esc))
  assert.equal(stderr, '')
})

test('FORCE_COLOR asks for colour in a pipe; FORCE_COLOR=0 does not; the document never has any', async () => {
  const forced = await marxanCheck([folder], { FORCE_COLOR: '1' })
  assert.ok(forced.stdout.includes(red))
  assert.ok(!(await marxanCheck([folder], { FORCE_COLOR: '0' })).stdout.includes(esc))
  const { stdout } = await marxanCheck([folder, '--json'], { FORCE_COLOR: '1' })
  assert.ok(!stdout.includes(esc))
  const missing = await marxanCheck(['/nowhere/at/all'], { FORCE_COLOR: '1' })
  assert.ok(missing.stderr.startsWith(`${esc}[31mmarxan-check:`))
})

terminal(
  'on a terminal: colour, and one line of progress for a large file, taken away before the report',
  async () => {
    const { stdout, code } = await onTerminal([folder])
    assert.equal(code, 2)
    assert.ok(stdout.includes(red))
    const [before = '', report = ''] = stdout.split(`${esc}[1m`, 2)
    assert.match(before, /Reading input\/bound\.dat +\d+ %/)
    assert.ok(before.endsWith(`\r${esc}[2K`))
    assert.ok(!before.includes('\n'))
    assert.doesNotMatch(report, /Reading/)
  },
)

terminal('NO_COLOR on a terminal', async () => {
  const { stdout } = await onTerminal([folder], { NO_COLOR: '1' })
  assert.match(stdout, /error/)
  assert.ok(!stdout.includes(`${esc}[3`))
  assert.ok((await onTerminal([folder], { NO_COLOR: '' })).stdout.includes(red))
})

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(process.execPath, [bin, folder, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let told = ''
  child.stderr.on('data', (chunk) => {
    told += String(chunk)
  })
  const [code] = await once(child, 'close')
  assert.deepEqual([code, told], [2, ''])
})

test.run()
