import type { Validator } from '@piecework/core/piece'
import { readScene, SceneProblem, sceneEntries } from './scene-entries.js'

/** Every row can be read, no id or position comes twice, and each file that travels is there with its size. */
export const sceneRows: Validator = {
  validate: async function* ({ entries }) {
    const error = { severity: 'error', code: 'imagery/scenes-invalid', file: sceneEntries.list } as const
    if (!entries.facts(sceneEntries.list)) {
      yield { ...error, message: `"${sceneEntries.list}" is missing.` }
      return
    }
    const seen = new Set<string>()
    let row = 0
    for await (const batch of entries.rows(sceneEntries.list))
      for (const one of batch) {
        row += 1
        try {
          const { id, position, bytes, artifact } = readScene(one)
          for (const key of [`id ${id}`, `position ${position}`]) {
            if (seen.has(key)) yield { ...error, row, message: `The ${key} comes twice.` }
            seen.add(key)
          }
          const file = sceneEntries.file(row)
          const size = entries.facts(file)?.size
          if (artifact === undefined && size !== bytes)
            yield {
              ...error,
              row,
              column: 'bytes',
              message:
                size === undefined
                  ? `Its file "${file}" is missing.`
                  : `Its file "${file}" has ${size} bytes; the list says ${bytes}.`,
            }
        } catch (problem) {
          if (!(problem instanceof SceneProblem)) throw problem
          yield {
            ...error,
            row,
            column: problem.column,
            message: `The ${problem.column} ${problem.message}.`,
          }
        }
      }
  },
}
