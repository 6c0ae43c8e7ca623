import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { memoryStore } from '@piecework/core'
import { freePort } from '@piecework/test-support'
import { suite } from 'uvu'
import { runWalk, type WalkResult } from '../src/planning-server/walk/run-walk.js'
import { walkSteps } from '../src/planning-server/walk/walk-steps.js'

const test = suite('planning server')
const program = fileURLToPath(new URL('../src/planning-server/main.js', import.meta.url))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the server to its end, without servers. */
function run(...args: readonly string[]): Promise<Outcome> {
  const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '' }
  return new Promise((resolve) => {
    execFile(process.execPath, [...process.execArgv, program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}

test('what it prints for people to try is answered as it says', async () => {
  const data = await mkdtemp(join(tmpdir(), 'piecework-planning-server-'))
  try {
    const port = String(await freePort())
    const { code, stdout } = await run('--walk', '--json', '--units', '100', '--port', port, '--data', data)
    const result = JSON.parse(stdout) as WalkResult
    assert.deepEqual(
      result.steps.filter(({ problem }) => problem !== undefined),
      [],
    )
    assert.equal(result.steps.length, walkSteps.flatMap(({ steps }) => steps).length)
    assert.deepEqual([code, result.ok], [0, true])
  } finally {
    await rm(data, { recursive: true, force: true })
  }
})

test('a walk ends at the first answer that is another', async () => {
  const server = createServer((_, response) => void response.writeHead(500).end('{"why":"no"}'))
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const line = 'curl "$API/health"'
  const ask = (status: number, more = {}) =>
    runWalk([{ title: 'Health', steps: [{ title: 'Is it well', line, status, ...more }] }], {
      port,
      url: `http://127.0.0.1:${port}`,
      files: '',
      sample: '',
      database: memoryStore().database,
      log: () => undefined,
      stopped: new AbortController().signal,
    })
  try {
    assert.equal((await ask(500, { has: { why: 'no' }, keep: { WHY: 'why' } })).ok, true)
    for (const wrong of [
      await ask(200),
      await ask(500, { has: { why: 'yes' } }),
      await ask(500, { keep: { A: 'b' } }),
    ])
      assert.ok(!wrong.ok && wrong.steps[0]?.problem?.includes('{"why":"no"}'))
  } finally {
    server.close()
  }
})

test('options that there are not are refused with the nearest one', async () => {
  for (const [args, said] of [
    [['--prot', '3000'], /Did you mean --port\?/],
    [['--port', '0'], /whole number from 1 to 65535/],
  ] as const) {
    const { code, stderr } = await run(...args)
    assert.equal(code, 1)
    assert.match(stderr, said)
  }
})

test.run()
