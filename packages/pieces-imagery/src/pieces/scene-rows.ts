import type { Validator } from '@piecework/core/piece'
import { readScene, SceneProblem, sceneEntries } from './scene-entries.js'

/**
 * Every row can be read, no id or position comes twice, each file that travels is there with its size, and no other is:
 * GDAL would take what lies beside a scene for a part of it.
 */
export const sceneRows: Validator = {
  validate: async function* ({ entries }) {
    const error = { severity: 'error', code: 'imagery/scenes-invalid', file: sceneEntries.list } as const
    if (!entries.facts(sceneEntries.list)) {
      yield { ...error, message: `"${sceneEntries.list}" is missing.` }
      return
    }
    const seen = new Set<string>()
    const expected = new Set<string>([sceneEntries.list])
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
          if (artifact === undefined) expected.add(file)
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
    for (const path of entries.paths)
      if (!expected.has(path)) yield { ...error, file: path, message: `"${path}" is the file of no scene.` }
  },
}
