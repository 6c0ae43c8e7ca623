import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const script = fileURLToPath(new URL('../../../../scripts/test.mjs', import.meta.url))

const summary = (total: number, passed: number, skipped: number) =>
  `console.log('\\n  Total:     ${total}\\n  Passed:    ${passed}\\n  Skipped:   ${skipped}\\n  Duration:  1ms\\n')`

/** A repository of one package with these compiled tests; `name: undefined` is a test that was not compiled. */
async function repository(tests: Record<string, string | undefined>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'piecework-script-'))
  await addTests(root, 'packages/p', tests)
  return root
}

async function addTests(root: string, workspace: string, tests: Record<string, string | undefined>) {
  await mkdir(join(root, workspace, 'test'), { recursive: true })
  await mkdir(join(root, workspace, 'build/test'), { recursive: true })
  for (const [name, code] of Object.entries(tests)) {
    await writeFile(join(root, workspace, `test/${name}.test.ts`), '')
    if (code !== undefined) await writeFile(join(root, workspace, `build/test/${name}.test.js`), code)
  }
}

async function run(tests: Record<string, string | undefined>, ...args: string[]) {
  return runIn(await repository(tests), ...args)
}

async function runIn(cwd: string, ...args: string[]) {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '' }
  const child = spawn(process.execPath, [script, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  const [code] = await once(child, 'close')
  await rm(cwd, { recursive: true })
  const output = Buffer.concat(chunks).toString()
  return { code, output, last: output.trimEnd().split('\n').at(-1) }
}

const test = suite('the test script')

test('counts passed and skipped tests over all files', async () => {
  const { code, last } = await run({ a: summary(3, 3, 0), b: summary(2, 2, 4) })
  assert.is(last, '5 passed, 0 failed, 4 skipped')
  assert.is(code, 0)
})

test('shows all that a failed file said, and fails', async () => {
  const failing = `console.log('expected 1, got 2'); ${summary(3, 1, 0)}; process.exitCode = 1`
  const { code, last, output } = await run({ a: failing, b: summary(1, 1, 0) })
  assert.is(last, '2 passed, 2 failed')
  assert.match(output, 'expected 1, got 2')
  assert.is(code, 1)
})

test('says where in the sources a test failed', async () => {
  const map = { version: 3, sources: ['../../test/a.test.ts'], names: [], mappings: ';AAkBI' }
  const failing = `// The first line.\nconsole.log('failed at ' + import.meta.url + ':2:1, not in x.js:1:1');\n${summary(1, 0, 0)}; process.exitCode = 1`
  const root = await repository({ a: failing })
  await writeFile(join(root, 'packages/p/build/test/a.test.js.map'), JSON.stringify(map))
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  const { output } = await runIn(root)
  assert.match(output, /failed at \/\S*\/packages\/p\/test\/a\.test\.ts:19:5, not in x\.js:1:1/)
})

test('prints what runs, how many files are done and how long the rest may take', async () => {
  const { output } = await run({ a: summary(3, 3, 0), b: summary(2, 2, 0) })
  const state = (done: number, name: string) =>
    new RegExp(`^run {5}${done}/2, (under 1|about \\d+) min left: packages/p/test/${name}\\.test\\.ts$`, 'm')
  assert.match(output, state(0, 'a'))
  assert.match(output, state(0, 'b'))
  assert.match(output, /^ok {6}packages\/p\/test\/a\.test\.ts \(3 passed, \d+\.\d s\)$/m)
})

test('begins with what took longest the last time, and with what has not run by size', async () => {
  const root = await repository({ a: summary(1, 1, 0), b: summary(1, 1, 0), c: summary(1, 1, 0) })
  await writeFile(join(root, 'packages/p/test/c.test.ts'), 'x'.repeat(100_000))
  const cache = join(root, 'node_modules/.cache/piecework/test-seconds.json')
  await mkdir(dirname(cache), { recursive: true })
  await writeFile(cache, JSON.stringify({ 'packages/p/test/b.test.ts': 99 }))
  const { output } = await runIn(root)
  const order = [...output.matchAll(/^run .*([abc])\.test\.ts$/gm)].map(([, name]) => name)
  assert.equal(order, ['b', 'c', 'a'])
})

test('--help runs nothing; options that it does not know or cannot be are refused', async () => {
  const tests = { a: summary(1, 1, 0) }
  const help = await run(tests, '--help')
  assert.is(help.code, 0)
  assert.match(help.output, 'Usage: npm test')
  assert.not.match(help.output, 'passed')
  for (const wrong of ['--limits=3', '--limit=soon', '--limit=0']) {
    const { code, output } = await run(tests, wrong)
    assert.is(code, 1, wrong)
    assert.is(output, '', wrong)
  }
})

for (const [what, code] of Object.entries({
  'ran no test': summary(0, 0, 0),
  'printed nothing': '',
  'was not compiled': undefined,
  'passed and then crashed': `${summary(1, 1, 0)}; process.exitCode = 3`,
  'was killed': `process.kill(process.pid, 'SIGKILL')`,
})) {
  test(`fails a file that ${what}`, async () => {
    const result = await run({ a: code })
    assert.match(result.last ?? '', /^\d passed, 1 failed$/)
    assert.is(result.code, 1)
  })
}

test('a filter chooses files; one that matches none fails', async () => {
  const tests = { a: summary(1, 1, 0), b: summary(2, 2, 0) }
  assert.is((await run(tests, 'b.test')).last, '2 passed, 0 failed')
  assert.is((await run(tests, 'c.test')).code, 1)
})

test('leaves out the long files, and says so, unless all are asked for, or they by name', async () => {
  const runSome = async (...args: string[]) => {
    const root = await repository({ a: summary(1, 1, 0) })
    await addTests(root, 'consumers', { consumers: summary(2, 2, 0) })
    return runIn(root, ...args)
  }
  const { last, output } = await runSome()
  assert.is(last, '1 passed, 0 failed')
  assert.match(output, /^Left out 1 long test file: npm test -- --all runs all\.$/m)
  for (const args of [['--all'], ['--all', 'test.ts'], ['test.ts']]) {
    const all = await runSome(...args)
    assert.is(all.last, '3 passed, 0 failed')
    assert.not.match(all.output, 'Left out')
  }
  assert.is((await runSome('consumers')).last, '2 passed, 0 failed')
})

test('every long and every heavy file is there', async () => {
  const root = fileURLToPath(new URL('../../../../', import.meta.url))
  const { longFiles } = await import(`${root}scripts/test/long-files.mjs`)
  const { heavyFiles } = await import(`${root}scripts/test/heavy-files.mjs`)
  const listed: string[] = [...longFiles, ...Object.keys(heavyFiles)]
  assert.equal(
    listed.filter((path) => !existsSync(join(root, path))),
    [],
  )
})

test('stops a file that takes longer than it may', async () => {
  const { code, last, output } = await run(
    { a: 'setInterval(() => {}, 1000)', b: summary(1, 1, 0) },
    '--limit=3',
  )
  assert.is(last, '1 passed, 1 failed')
  assert.match(output, 'was stopped after 3 s')
  assert.is(code, 1)
})

test('when it is told to stop it ends its tests and what they have started', async () => {
  const nap = `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs'
    const child = spawn('sleep', ['1000'])
    writeFileSync('pids', process.pid + ' ' + child.pid + ' end'); setInterval(() => {}, 1000)`
  const cwd = await repository({ a: nap })
  const child = spawn(process.execPath, [script], {
    cwd,
    env: { ...process.env, DATABASE_URL: '' },
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const file = join(cwd, 'pids')
  while (!existsSync(file) || !(await readFile(file, 'utf8')).endsWith('end')) await wait(20)
  const pids = (await readFile(file, 'utf8')).split(' ').slice(0, 2).map(Number)
  child.kill('SIGINT')
  const [code] = await exited
  assert.is(code, 130)
  for (const pid of pids) {
    while (await isRunning(pid)) await wait(20)
  }
  await rm(cwd, { recursive: true })
})

async function isRunning(pid: number): Promise<boolean> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // A killed process stays known as a zombie until its parent takes note, which in a container may be never.
    return /\) [^ZX] /.test(stat)
  }
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.run()
