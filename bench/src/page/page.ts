import { gzipSync } from 'node:zlib'
import { browser, type TestBrowser } from '@piecework/test-support'
import { type Bench, compared, type Measure } from '../measure.js'
import { cells, wideHost } from './wide-host.js'

const steps = { wide: 10_000, narrow: 10 } as const
const kilobyte = 1000

/** What a browser loads, and how long people wait for the first thing that they see. */
export const pageBench: Bench = async ({ runs, log }) => {
  if (!process.env.CHROMIUM) throw new Error('The benchmark "page" needs a Chromium, its path in CHROMIUM.')
  const host = await wideHost(steps)
  const chromium = await browser()
  try {
    const loads = await bytesOf(`${host.api}/ui`)
    log(`jobs of ${steps.wide.toLocaleString('en-US')} and of ${steps.narrow} steps`)
    const jobs = { wide: await host.begin('wide'), narrow: await host.begin('narrow') }
    const paints = { wide: [] as number[], narrow: [] as number[] }
    for (let run = 0; run <= runs; run += 1)
      for (const name of ['wide', 'narrow'] as const)
        paints[name].push(await firstPaint(chromium, `${host.api}/ui#piecework/job/${jobs[name]}`))
    log(`a map of ${cells.toLocaleString('en-US')} hexagons`)
    const redraws = await redrawn(chromium, host.api, runs)
    return [
      ...loads,
      // The first run warms up.
      compared(
        'page/first-paint',
        paints.wide.slice(1),
        paints.narrow.slice(1),
        { reach: 0.5, aim: 0.8 },
        { limitSeconds: 1 },
      ),
      compared(
        'page/redraw',
        redraws.ours,
        redraws.canvas,
        { reach: 1, aim: 2 },
        { limitSeconds: 0.1, megabytes: redraws.megabytes },
      ),
    ]
  } finally {
    await chromium.close()
    await host.close()
  }
}

/** Seconds from the request of the page until it says what the job is doing. */
async function firstPaint(chromium: TestBrowser, url: string): Promise<number> {
  const page = await chromium.context.newPage()
  try {
    await page.goto(url)
    await page
      .getByText(/ of [\d,]+ steps/)
      .first()
      .waitFor()
    // By the page's own policy no text is evaluated in it; this is the browser's.
    return Number(await page.evaluate('performance.now()')) / 1000
  } finally {
    await page.close()
  }
}

/** The modules of the page that draw, and the browser's own filled paths for a peer: seconds of each. */
async function redrawn(chromium: TestBrowser, api: string, runs: number) {
  const page = await chromium.context.newPage()
  try {
    await page.goto(`${api}/ui`)
    return (await page.evaluate(`(async () => {
      const link = document.querySelector('link[rel=modulepreload]').href
      const load = (name) => import(new URL(name, link))
      const [{ readUnitMap }, { rasterise, wholeView }, { colouringOf }, { paintUnits }] = await Promise.all(
        ['unit-map.js', 'map-raster.js', 'map-colours.js', 'map-paint.js'].map(load))
      const bytes = await (await fetch('shelves/wide/grid')).arrayBuffer()
      const map = readUnitMap(bytes)
      const [width, height] = [900, 630]
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width, height })
      const context = canvas.getContext('2d')
      const colouring = colouringOf(map, 0)
      const view = wholeView(map, width, height)
      const timed = (work) => {
        const started = performance.now()
        work()
        context.getImageData(0, 0, 1, 1)
        return (performance.now() - started) / 1000
      }
      const ours = () => {
        const units = rasterise(map, view, width, height)
        const image = new ImageData(width, height)
        const look = { colouring, hasWords: true, marked: new Set([5]), selected: 7, unitPixels: 5 }
        paintUnits(units, width, new Uint32Array(image.data.buffer), look)
        context.putImageData(image, 0, 0)
      }
      const filled = () => {
        for (let one = 0; one < 4; one += 1) {
          const path = new Path2D()
          for (let unit = one; unit < map.ids.length; unit += 4) {
            const [first, end] = [map.points[map.rings[unit]], map.points[map.rings[unit + 1]]]
            for (let at = first; at < end; at += 1) {
              const [x, y] = [(map.xy[at * 2] - view.x) * view.scale + width / 2, height / 2 - (map.xy[at * 2 + 1] - view.y) * view.scale]
              if (at === first) path.moveTo(x, y)
              else path.lineTo(x, y)
            }
            path.closePath()
          }
          context.fillStyle = ['#ddd', '#2f7d4f', '#b3472f', '#e0b23c'][one]
          context.fill(path)
        }
      }
      const found = { ours: [], canvas: [], megabytes: Math.round(bytes.byteLength / 1e5) / 10 }
      for (let run = 0; run <= ${runs}; run += 1) {
        const [own, other] = [timed(ours), timed(filled)]
        if (run === 0) continue
        found.ours.push(own)
        found.canvas.push(other)
      }
      return found
    })()`)) as { ours: number[]; canvas: number[]; megabytes: number }
  } finally {
    await page.close()
  }
}

/** Bytes of the first load, and of each module that comes on demand with what it brings, compressed. */
async function bytesOf(page: string): Promise<readonly Measure[]> {
  const texts = new Map<string, string>()
  const text = async (url: string) => {
    const known = texts.get(url) ?? (await (await fetch(url)).text())
    texts.set(url, known)
    return known
  }
  const size = (value: string) => gzipSync(value, { level: 9 }).byteLength
  const html = await text(page)
  const [folder = ''] = /ui\/[0-9a-f]{12}/.exec(html) ?? []
  const at = (name: string) => new URL(`${folder}/${name}`, page).href
  const closure = async (name: string, found = new Set<string>()): Promise<Set<string>> => {
    if (found.has(name)) return found
    found.add(name)
    const imports = (await text(at(name))).matchAll(/(?:\bfrom|\bimport)\s*"\.\/([\w-]+\.js)"/g)
    for (const [, next = ''] of imports) await closure(next, found)
    return found
  }
  const sizeOf = async (names: Iterable<string>) => {
    let sum = 0
    for (const name of names) sum += size(await text(at(name)))
    return sum
  }
  const first = await closure('page.js')
  const firstBytes = size(html) + size(await text(at('page.css'))) + (await sizeOf(first))
  const demanded = new Set<string>()
  const parts: Record<string, number> = {}
  const waiting = [...first]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const [, next = ''] of (await text(at(name))).matchAll(/import\("\.\/([\w-]+\.js)"\)/g)) {
      const own = [...(await closure(next))].filter((one) => !first.has(one))
      parts[next] = await sizeOf(own)
      for (const one of own) if (!demanded.has(one)) waiting.push(one)
      for (const one of own) demanded.add(one)
    }
  const within = (name: string, bytes: number, limit: number, facts: object): Measure => ({
    name,
    ratio: Math.round((limit / bytes) * 100) / 100,
    reach: 1,
    aim: 1.1,
    bytes,
    limit,
    ...facts,
  })
  return [
    within('page/first-load', firstBytes, 30 * kilobyte, {}),
    within('page/on-demand', await sizeOf(demanded), 60 * kilobyte, { parts }),
  ]
}
