import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { OutputContext } from '@piecework/core/piece'
import { checkOptions, PieceworkError } from '@piecework/core/store'
import { type LawTest, patience } from '../law.js'
import { linked } from '../linked.js'
import { within } from '../within.js'
import { inOutput } from './output-host.js'
import { type OutputLawsOptions, outputLawChecks } from './output-laws-options.js'
import { reading } from './read-entries.js'

/** The most places at which an output is stopped, and at which what it reads breaks. */
const mostPlaces = 40

/** Laws of an `Output`. */
export function outputLaws(runner: LawTest, options: OutputLawsOptions): void {
  const test = linked(runner)
  const laws = checkOptions('outputLaws()', options, outputLawChecks)
  const { output } = laws
  if (!laws.pieces.every(({ entries, parts }) => entries ?? parts))
    throw new PieceworkError('options-invalid', 'outputLaws(): each of "pieces" has entries, or parts.')
  const patienceMs = patience(laws)
  /** As the host takes them: once it is stopped, no chunk is taken any more. */
  const taken = async (context: OutputContext<never>): Promise<Buffer> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of await output.assemble(context)) {
      context.signal.throwIfAborted()
      assert.ok(chunk instanceof Uint8Array, 'it gives what is no Uint8Array')
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }
  const assembled = (context: OutputContext<never>): Promise<Buffer> =>
    within(patienceMs, 'the output is made', taken(context))

  test('reproducible: the same entries give the same bytes, whatever chunks they come in', () =>
    inOutput(laws, async (context) => {
      const bytes = await assembled(context)
      assert.ok(bytes.equals(await assembled(context)), 'the same entries give other bytes')
      const slowly = reading(context, { chunkBytes: 1, at: () => setImmediate() })
      assert.ok(bytes.equals(await assembled(slowly)), 'entries that come byte by byte give other bytes')
    }))

  test('reproducible: tables that were exported in parts give the same bytes', async () => {
    let whole: Buffer | undefined
    await inOutput(laws, async (context) => {
      whole = await assembled(context)
    })
    for (const parts of [2, 3])
      await inOutput(
        laws,
        async (context) => assert.deepEqual(await assembled(context), whole, `in ${parts} parts`),
        parts,
      )
  })

  test('nothing half-made: an output that is stopped while it reads ends, and what it ends with is whole', () =>
    inOutput(laws, async (context) => {
      const bytes = await assembled(context)
      for (const place of await placesIn(context)) {
        const stop = new AbortController()
        let step = 0
        const stopping = reading(
          { ...context, signal: stop.signal },
          {
            chunkBytes: 16,
            at: () => {
              if (step++ === place) stop.abort(new Error('Stopped.'))
            },
          },
        )
        const made = await assembled(stopping).catch((error: unknown) => unlessLate(error))
        assert.ok(!made || made.equals(bytes), `stopped at read ${place}, it ended with a half`)
      }
    }))

  test('nothing half-made: an output whose entries break while they are read throws', () =>
    inOutput(laws, async (context) => {
      let broken = 0
      for (const place of await placesIn(context)) {
        let step = 0
        let isThrown = false
        const breaking = reading(context, {
          chunkBytes: 16,
          at: (path) => {
            if (step++ < place) return
            isThrown = true
            throw new PieceworkError(
              'archive-checksum',
              `The bytes of "${path}" are not those that were written.`,
            )
          },
        })
        const made = await assembled(breaking).catch((error: unknown) => unlessLate(error))
        assert.ok(!made || !isThrown, `read ${place} threw, and it ended as if it had read all`)
        if (isThrown) broken += 1
      }
      assert.ok(broken > 0, 'it reads nothing')
    }))

  test('it has a file name, also of a resource that has no name any more', () =>
    inOutput(laws, async ({ resource, options }) => {
      for (const name of ['A sample', 'a/b: "ÄÖ" 日本', undefined]) {
        const fileName = output.fileName({ resource, options, ...(name !== undefined && { name }) })
        assert.ok(typeof fileName === 'string' && fileName.trim() !== '', `no file name of ${name}`)
      }
    }))

  if (output.check)
    test('asked at request: what is exported is allowed, and with the request the question ends', () =>
      inOutput(laws, async ({ resource, principal, options }) => {
        const asked = async (signal: AbortSignal) => output.check?.({ resource, principal, options, signal })
        await within(patienceMs, 'the check', asked(new AbortController().signal))
        const ended = new AbortController()
        const open = asked(ended.signal)
        ended.abort(new Error('Nobody waits.'))
        const questions = [open, asked(ended.signal)].map((question) => question.catch(() => undefined))
        await within(patienceMs, 'a check whose request has ended', Promise.all(questions))
      }))

  /** Some of the reads of one run, the last among them. */
  async function placesIn(context: OutputContext<never>): Promise<readonly number[]> {
    let reads = 0
    await assembled(reading(context, { chunkBytes: 16, at: () => void reads++ }))
    assert.ok(reads > 0, 'it reads nothing')
    const apart = Math.ceil(reads / mostPlaces)
    const places = Array.from({ length: Math.ceil(reads / apart) }, (_, at) => at * apart)
    return [...new Set([...places, reads - 1])]
  }
}

/** Undefined, but for what has not ended. */
function unlessLate(error: unknown): undefined {
  if (error instanceof assert.AssertionError) throw error
}
