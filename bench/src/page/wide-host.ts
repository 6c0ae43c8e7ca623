import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework, memoryArtifacts, memoryStore, type Pack } from '@piecework/core'
import type { MapUnit, UnitMap } from '@piecework/core/piece'
import { pageRoutes } from '@piecework/page'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'

/** Hexagons of a map. */
export const cells = 100_000

export interface WideHost {
  /** With the base path. */
  readonly api: string
  /** Begins an export of a shelf that stays in its middle: its id. */
  begin(shelf: 'wide' | 'narrow'): Promise<string>
  close(): Promise<void>
}

/** Shelves with so many boxes, each a step of an export, and a map. In memory. */
export async function wideHost(boxes: Readonly<Record<'wide' | 'narrow', number>>): Promise<WideHost> {
  const ending = new AbortController()
  const held = new Promise<void>((resolve) => ending.signal.addEventListener('abort', () => resolve()))
  const pack: Pack = {
    name: 'shelves',
    kinds: [
      {
        kind: 'shelf',
        table: 'shelves',
        key: 'nanoid',
        describe: async ({ id }) => ({ name: id }),
        unitMap: async () => hexagons(),
      },
      {
        kind: 'box',
        parent: 'shelf',
        table: 'boxes',
        key: 'nanoid',
        parentOf: async ({ id }) => ({ kind: 'shelf', id: id.split('-')[0] ?? '' }),
        listUnder: async ({ id }) =>
          Array.from({ length: boxes[id as 'wide'] ?? 0 }, (_, at) => ({ kind: 'box', id: `${id}-${at}` })),
        describe: async ({ id }) => ({ name: id }),
      },
    ],
    pieces: [
      {
        contract: 1,
        name: 'box/things',
        of: 'box',
        version: 1,
        exportOnly: true,
        exporter: {
          export: async ({ progress }) => {
            progress(41_200, 100_000)
            await held
            return { rows: 0 }
          },
        },
      },
    ],
  }
  const piecework = createPiecework({
    packs: [pack],
    store: memoryStore(),
    artifacts: memoryArtifacts(),
    runtime: inProcess({ concurrency: 4 }),
  })
  await piecework.start()
  const http = pieceworkHttp({
    piecework,
    basePath: '/api/v1',
    paths: { shelf: 'shelves', box: 'boxes' },
    publicUrl: 'https://shelves.example.org',
    extensions: [pageRoutes()],
    principal: () => ({ id: 'ann' }),
  })
  const server = createServer((request, response) =>
    http.node(request, response, () => response.writeHead(404).end()),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const principal = { id: 'ann' }
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    begin: async (shelf) => {
      const { id } = await piecework.export({ resource: { kind: 'shelf', id: shelf }, principal })
      return id
    },
    close: async () => {
      ending.abort()
      http.stop()
      await piecework.stop()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Rows of hexagons that touch, each with a status and a cost. */
function hexagons(): UnitMap {
  const columns = Math.ceil(Math.sqrt(cells))
  const corners = Array.from({ length: 7 }, (_, at) => [
    Math.sin((at * Math.PI) / 3) / 100,
    Math.cos((at * Math.PI) / 3) / 100,
  ])
  const hexagon = (at: number): MapUnit => {
    const [column, row] = [at % columns, Math.floor(at / columns)]
    const [x, y] = [(column + (row % 2) / 2) * 0.01732, row * 0.015]
    const ring = corners.flatMap(([dx = 0, dy = 0]) => [x + dx, y + dy])
    return { id: at + 1, rings: [ring], values: [at % 4, at * 1.5] }
  }
  return {
    of: 'planning-unit',
    coordinates: 'degrees',
    columns: [{ name: 'status', words: ['available', 'locked_in', 'locked_out', 'x'] }, { name: 'cost' }],
    units: async function* () {
      for (let first = 0; first < cells; first += 2000)
        yield Array.from({ length: Math.min(2000, cells - first) }, (_, at) => hexagon(first + at))
    },
  }
}
