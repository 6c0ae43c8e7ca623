import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isPieceworkError, type Task } from '@piecework/core/store'
import { inProcess } from '@piecework/runtime-inprocess'
import { suite } from 'uvu'

const test = suite('runtime: in process, on its own')
const task = (node: string): Task => ({ job: 'job', node, attempt: 1 })
const nextTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('as many tasks run at once as concurrency says', async () => {
  const runtime = inProcess({ concurrency: 3 })
  let [now, most, ended] = [0, 0, 0]
  await runtime.submit(Array.from({ length: 10 }, (_, index) => task(`${index}`)))
  await runtime.start(async () => {
    now += 1
    most = Math.max(most, now)
    await nextTick()
    now -= 1
    ended += 1
  })
  while (ended < 10) await nextTick()
  assert.equal(most, 3)
  await runtime.stop()
})

test('of tasks that wait, those of higher priority run first, and equal ones in their order', async () => {
  const runtime = inProcess({ concurrency: 1 })
  const order: string[] = []
  const priorities = [undefined, 1, 5, 0, 5, -1]
  await runtime.submit(
    priorities.map((priority, index) => ({
      ...task(`${index}`),
      ...(priority !== undefined && { priority }),
    })),
  )
  await runtime.start(async ({ node }) => void order.push(node))
  while (order.length < priorities.length) await nextTick()
  assert.deepEqual(order, ['2', '4', '1', '0', '3', '5'])
  await runtime.stop()
})

test('a concurrency that is no number of tasks is refused', () => {
  for (const concurrency of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => inProcess({ concurrency }),
      (error) => isPieceworkError(error, 'options-invalid'),
    )
  }
})

test('a handler that fails, at once or later, is reported once with its task; a report that fails does no harm', async () => {
  const reported: [unknown, Task][] = []
  const runtime = inProcess({
    onError: (error, of) => {
      reported.push([error, of])
      if (of.node === '1') return Promise.reject(new Error('the report broke'))
      throw new Error('the report broke')
    },
  })
  const warnings: Error[] = []
  const warned = (warning: Error): number => warnings.push(warning)
  process.on('warning', warned)
  const failures = [new Error('at once'), new Error('later')]
  await runtime.start((of) => {
    if (of.node === '0') throw failures[0]
    return Promise.reject(failures[1])
  })
  await runtime.submit([task('0'), task('1')])
  while (warnings.length < 2) await nextTick()
  process.off('warning', warned)
  assert.deepEqual(reported, [
    [failures[0], task('0')],
    [failures[1], task('1')],
  ])
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ['the report broke', 'the report broke'],
  )
  await runtime.stop()
})

test('a stopped runtime stays stopped; a started one is not started again', async () => {
  const runtime = inProcess()
  await runtime.start(async () => {})
  await assert.rejects(
    runtime.start(async () => {}),
    /already been started/,
  )
  await runtime.stop()
  await assert.rejects(
    runtime.start(async () => {}),
    (error) => isPieceworkError(error, 'stopped'),
  )
})

test('an impatient second stop aborts what the first one lets drain', async () => {
  const runtime = inProcess()
  const aborted: boolean[] = []
  await runtime.start(
    (_task, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted.push(isPieceworkError(signal.reason, 'stopped'))
          resolve()
        }),
      ),
  )
  await runtime.submit([task('0'), task('1')])
  await Promise.all([runtime.stop({ drainMs: 1e9 }), runtime.stop()])
  assert.deepEqual(aborted, [true, true])
})

test('a delay longer than a Node timer does not end at once, and stop forgets it', async () => {
  const runtime = inProcess()
  const warnings: Error[] = []
  const warned = (warning: Error): number => warnings.push(warning)
  process.on('warning', warned)
  let ran = false
  await runtime.start(async () => {
    ran = true
  })
  for (let count = 0; count < 50; count++) await runtime.submit([task(`${count}`)], { delayMs: 2 ** 40 })
  for (let count = 0; count < 20; count++) await nextTick()
  await runtime.stop()
  process.off('warning', warned)
  assert.equal(ran, false)
  // Node warns of timers that are too long, and of listeners that are too many.
  assert.deepEqual(warnings, [])
})

test('an idle process ends by itself; one with a delayed task runs it first', async () => {
  const script = `
    import { inProcess } from ${JSON.stringify(import.meta.resolve('@piecework/runtime-inprocess'))}
    const runtime = inProcess()
    await runtime.start(async ({ node }) => console.log(node))
    if (process.argv[1] === 'delayed') await runtime.submit([{ job: 'j', node: 'ran', attempt: 1 }], { delayMs: 50 })
  `
  const run = async (mode: string): Promise<string> => {
    const args = ['--input-type=module', '--eval', script, mode]
    return (await promisify(execFile)(process.execPath, args)).stdout
  }
  assert.equal(await run('idle'), '')
  assert.equal(await run('delayed'), 'ran\n')
})

test.run()
