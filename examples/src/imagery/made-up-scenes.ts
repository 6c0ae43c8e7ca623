import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Corners in the units of the projection: least x, most y, most x, least y. */
type Corners = readonly [number, number, number, number]

interface Made {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly epsg: number
  readonly corners: Corners
  readonly nodata?: number
  /** By band. */
  readonly values: readonly ((x: number, y: number) => number)[]
}

/** An area at the lake. */
const area = {
  type: 'Polygon',
  coordinates: [
    [
      [140.48, 36.28],
      [140.52, 36.28],
      [140.53, 36.31],
      [140.49, 36.32],
      [140.48, 36.28],
    ],
  ],
}

/** Files called as the sample's, of a lake and of four quarters that are drawn by formulas. */
export function madeUpScenes(folder: string): void {
  writeFileSync(join(folder, 'aoi_l.geojson'), JSON.stringify(area))
  write(folder, lake())
  for (const quarter of [0, 1, 2, 3]) write(folder, quarterOf(quarter))
}

/** Reflectances of water in the middle, and of fields around it. */
function lake(): Made {
  const isWater = (x: number, y: number): boolean => Math.hypot(x - 120, (y - 130) * 1.4) < 70
  const field = (x: number, y: number): number => ((x >> 4) * 7 + (y >> 4) * 13) % 11
  const of = (water: number, land: number, step: number) => (x: number, y: number) =>
    isWater(x, y) ? water + ((x * y) % 50) : land + field(x, y) * step
  return {
    name: 'landsat-rgbn-256',
    width: 256,
    height: 256,
    epsg: 32654,
    corners: [451365, 4021005, 459045, 4013325],
    values: [of(7300, 8500, 120), of(7900, 9200, 90), of(8100, 8400, 60), of(7000, 15000, 450)],
  }
}

function quarterOf(quarter: number): Made {
  const [width, height] = [200, 180]
  const [column, row] = [quarter % 2, quarter >> 1]
  const [west, north] = [101_985 + column * width * 300, 2_826_915 - row * height * 300]
  const wave = (x: number, y: number, step: number): number =>
    1 + Math.round(127 + 120 * Math.sin((x + column * width) / step) * Math.cos((y + row * height) / 23))
  return {
    name: `rgb${quarter + 1}`,
    width,
    height,
    epsg: 32618,
    corners: [west, north, west + width * 300, north - height * 300],
    nodata: 0,
    values: [17, 29, 41].map((step) => (x, y) => wave(x, y, step)),
  }
}

/** A raw file with a header that GDAL reads, made a GeoTIFF. */
function write(folder: string, { name, width, height, epsg, corners, nodata, values }: Made): void {
  const pixels = values.flatMap((value) =>
    Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width))),
  )
  const isByte = nodata !== undefined
  const raw = join(folder, `${name}.raw`)
  writeFileSync(raw, new Uint8Array((isByte ? Uint8Array : Uint16Array).from(pixels).buffer))
  const header = { samples: width, lines: height, bands: values.length, 'data type': isByte ? 1 : 12 }
  const lines = Object.entries({ ...header, interleave: 'bsq', 'byte order': 0 }).map(
    ([key, value]) => `${key} = ${value}`,
  )
  writeFileSync(join(folder, `${name}.hdr`), `ENVI\n${lines.join('\n')}\n`)
  const place = ['-a_srs', `EPSG:${epsg}`, '-a_ullr', ...corners.map(String)]
  const kept = isByte ? ['-a_nodata', String(nodata), '-colorinterp', 'red,green,blue'] : []
  execFileSync('gdal_translate', ['-q', ...place, ...kept, raw, join(folder, `${name}.tif`)])
}
