import { pauseDefaults } from '../defaults.js'
import { pause } from '../system-environment.js'

/**
 * Long work on bytes that are there already, which yields after every part that is small enough for other work
 * to wait for.
 */
export type Steps<T> = Generator<void, T, void>

/** All at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same; the process does other work in between. */
export async function inSteps<T>(steps: Steps<T>): Promise<T> {
  for (let taken = 1; ; taken++) {
    const { done, value } = steps.next()
    if (done) return value
    if (taken % pauseDefaults.steps === 0) await pause()
  }
}

/** The items, with pauses for the others of the process. */
export function* each<T>(items: Iterable<T>, visit: (item: T, at: number) => void): Steps<void> {
  let at = 0
  for (const item of items) {
    visit(item, at++)
    if (at % pauseDefaults.items === 0) yield
  }
}
