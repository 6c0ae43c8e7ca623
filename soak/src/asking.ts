import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Place } from './place.js'
import type { Answer, Ask, Numbered } from './requester.js'

/** The process that asks, and may be killed while it does. */
export interface Requester {
  readonly pid: number
  /** `gone` if it was killed before it could report. */
  ask(ask: Ask): Promise<Answer | 'gone'>
  /** SIGKILL. */
  kill(): Promise<void>
}

export async function startRequester(place: Place): Promise<Requester> {
  const child: ChildProcess = fork(new URL('./requester.js', import.meta.url), [JSON.stringify(place)], {
    env: { ...process.env, TMPDIR: place.temporary },
  })
  const exited = once(child, 'exit')
  await Promise.race([once(child, 'message'), exited])
  if (child.pid === undefined || child.exitCode !== null) throw new Error('The requester does not start.')
  let asked = 0
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', ({ number, said }: Numbered<Answer>) => {
    waiting.get(number)?.(said)
    waiting.delete(number)
  })
  return {
    pid: child.pid,
    ask: async (ask) => {
      const number = ++asked
      const answer = new Promise<Answer>((resolve) => void waiting.set(number, resolve))
      child.send({ number, said: ask } satisfies Numbered<Ask>)
      return Promise.race([answer, exited.then(() => 'gone' as const)])
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}
