/** Where the pixels of an output lie: north up, the first row on top. */
export interface Grid {
  /** `EPSG:32618`, or WKT where a CRS has no code. */
  readonly crs: string
  /** Left edge of the first column. */
  readonly originX: number
  /** Upper edge of the first row. */
  readonly originY: number
  /** Units of the CRS, both positive. */
  readonly pixelWidth: number
  readonly pixelHeight: number
  readonly width: number
  readonly height: number
}

/** Pixels of a grid: columns `[x, x + width)`, rows `[y, y + height)`. */
export interface Window {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The part of a grid, as a grid. */
export function partOf(grid: Grid, { x, y, width, height }: Window): Grid {
  return {
    ...grid,
    originX: grid.originX + x * grid.pixelWidth,
    originY: grid.originY - y * grid.pixelHeight,
    width,
    height,
  }
}

/** `-te` and `-ts` of GDAL's programs: never `-tr`, which moves the grid. */
export function gdalExtent(grid: Grid): readonly string[] {
  const right = grid.originX + grid.width * grid.pixelWidth
  const bottom = grid.originY - grid.height * grid.pixelHeight
  const edges = [grid.originX, bottom, right, grid.originY]
  return ['-te', ...edges.map(String), '-ts', `${grid.width}`, `${grid.height}`]
}

/** What two windows share; of a width or height of 0 or less if that is nothing. */
export function intersection(a: Window, b: Window): Window {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return { x, y, width, height }
}

export function overlaps(a: Window, b: Window): boolean {
  const { width, height } = intersection(a, b)
  return width > 0 && height > 0
}
