import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExportPlan, planExport, renderWindow, type Scene, type Window } from '@piecework/pieces-imagery'
import { bytesOf, newPixels, type Pixels } from '#internal/pixels/data-type.js'
import { gdal } from './scenes.js'

export interface Rendered {
  readonly plan: ExportPlan
  readonly width: number
  readonly height: number
  /** With alpha where the output has it. */
  readonly bands: readonly Pixels[]
  readonly valid: number
  readonly hidden: number
}

export interface RenderOptions {
  /** By project or scene; the last one is on top. */
  readonly scenes: Readonly<Record<string, readonly Scene[]>>
  /** In place of the one that would be made. */
  readonly plan?: ExportPlan
  /** In place of those of the plan. */
  readonly windows?: (plan: ExportPlan) => readonly Window[]
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'piecework-imagery-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A tool of one node over a project, or of the nodes. The output is the last one. */
export function tool(nodes: Record<string, object>, output: object = {}): object {
  return { version: 1, nodes, output: { node: Object.keys(nodes).at(-1), ...output } }
}

const plans = new Map<string, Promise<ExportPlan>>()

/** Of one tool over the same scenes once: planning takes several runs of GDAL. */
export function plan(tool: unknown, { scenes }: RenderOptions): Promise<ExportPlan> {
  const key = JSON.stringify([tool, scenes])
  const known = plans.get(key)
  if (known) return known
  const made = withFolder(async (folder) =>
    planExport(await gdal(), { tool, scenesOf: async ({ id }) => scenes[id] ?? [] }, { folder }),
  )
  plans.set(key, made)
  return made
}

/** All windows of an export, put together in memory. */
export async function rendered(tool: unknown, options: RenderOptions): Promise<Rendered> {
  const planned = await (options.plan ?? plan(tool, options))
  const { width, height } = planned.grid
  const { output } = planned
  const count = output.bands.length + (output.nodata === undefined ? 1 : 0)
  const bands = Array.from({ length: count }, () =>
    newPixels(output.dataType, width * height).fill((output.nodata ?? 0) as never),
  )
  let [valid, hidden] = [0, 0]
  const files = new Map(
    Object.values(options.scenes)
      .flat()
      .map(({ id, file }) => [id, file]),
  )
  for (const window of options.windows?.(planned) ?? planned.windows) {
    await withFolder(async (folder) => {
      const one = await renderWindow(await gdal(), planned, window, (id) => files.get(id) ?? '', { folder })
      if (!one) return
      valid += one.valid
      hidden += one.hidden
      const bytes = await readFile(one.raster.file)
      const all = newPixels(output.dataType, window.width * window.height * count)
      bytesOf(all).set(bytes)
      for (const [at, band] of bands.entries())
        for (let row = 0; row < window.height; row++) {
          const from = (at * window.height + row) * window.width
          const to = (window.y + row) * width + window.x
          band.set(all.subarray(from, from + window.width) as never, to)
        }
    })
  }
  return { plan: planned, width, height, bands, valid, hidden }
}

const primes = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43]

/** Those of `gdalinfo -checksum`, of bands of integers. */
export function checksums({ bands }: Rendered): number[] {
  return bands.map((band) => {
    let sum = 0
    for (let at = 0; at < band.length; at++)
      sum = (sum + ((band[at] as number) % (primes[at % primes.length] as number))) & 0xffff
    return sum
  })
}

export const sum = (pixels: Pixels): number => (pixels as Float64Array).reduce((a, b) => a + b, 0)
