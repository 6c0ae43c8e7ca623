import type { MapUnit, UnitMap } from '@piecework/core/piece'

const statuses = ['available', 'locked_in', 'locked_out']
const batch = 1000

/** So many squares of a hundredth of a degree, row by row from 146° E, 42° S to the north; ids from 1. */
export function squares(count: number): UnitMap {
  const columns = Math.max(1, Math.ceil(Math.sqrt(count)))
  return {
    of: 'planning-unit',
    coordinates: 'degrees',
    columns: [{ name: 'status', words: statuses }, { name: 'cost' }],
    units: async function* () {
      for (let first = 0; first < count; first += batch)
        yield Array.from({ length: Math.min(batch, count - first) }, (_, at) => square(first + at, columns))
    },
  }
}

function square(at: number, columns: number): MapUnit {
  const [x, y] = [146 + (at % columns) / 100, -42 + Math.floor(at / columns) / 100]
  const ring = [x, y, x + 0.01, y, x + 0.01, y + 0.01, x, y + 0.01, x, y]
  return { id: at + 1, rings: [ring], values: [at % 3, at % 7 === 6 ? undefined : at + 0.5] }
}
