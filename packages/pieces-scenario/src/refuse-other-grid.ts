import { type Piece, PieceworkError } from '@piecework/core'

/** A scenario that is imported alone needs a project with all of its planning units; a part of it would be another scenario. */
export function refuseOtherGrid(piece: Piece): Piece {
  const { importer } = piece
  if (!importer) return piece
  return {
    ...piece,
    importer: {
      import: async (context) => {
        const counts = await importer.import(context)
        const { skipped = 0 } = counts
        if (skipped > 0 && !context.carries('project')) {
          throw new PieceworkError(
            'scenario/other-grid',
            `The project has no planning units for ${skipped} of the scenario's ${skipped + counts.rows}; a scenario is imported into a project with the same grid.`,
          )
        }
        return counts
      },
    },
  }
}
