import type { FindingCollector, Queryable } from '@piecework/core/piece'
import type { LayerLabels, PolygonGeometry, PolygonShape } from '@piecework/vector-files'
import type { GeometryChecks } from './geometry-checks.js'

/** What is placed: a layer, or the planning grid. */
interface Layer<Feature extends { readonly geometry: PolygonGeometry }> {
  readonly crs: string
  readonly wkt?: string
  features(): AsyncIterable<readonly Feature[]>
}

export interface PlacingOptions {
  readonly labels: LayerLabels
  readonly checks: GeometryChecks
  readonly tx: Queryable
}

/**
 * The layer with its shapes in EPSG:4326; without `checks.placeShapes` the layer itself. Reading its features
 * throws the problem `crs` if the database does not know the coordinate reference system.
 */
export function placedLayer<Feature extends { readonly geometry: PolygonGeometry }, L extends Layer<Feature>>(
  layer: L & Layer<Feature>,
  { labels, checks, tx }: PlacingOptions,
): L {
  const { wkt, ...rest } = layer
  const { placeShapes } = checks
  if (wkt === undefined || !placeShapes) return layer
  const unknown = () =>
    labels.problem(
      'crs',
      `${labels.subject}'s coordinate reference system ${layer.crs} is not known to the database; save the shapefile in WGS 84`,
    )
  const features = async function* (): AsyncGenerator<readonly Feature[]> {
    for await (const batch of layer.features()) {
      const shapes = batch.flatMap(({ geometry }): PolygonShape[] =>
        'problem' in geometry ? [] : [geometry],
      )
      const placed = await placeShapes.call(checks, wkt, shapes, tx)
      if (!placed) throw unknown()
      let at = 0
      yield batch.map((feature) => {
        if ('problem' in feature.geometry) return feature
        const geometry = placed[at] ?? { problem: 'out-of-range' as const }
        at += 1
        return { ...feature, geometry }
      })
    }
  }
  return { ...rest, features } as unknown as L
}

/** Warns of a layer that was not placed. */
export function reportUnplaced(
  { crs, wkt }: Pick<Layer<never>, 'crs' | 'wkt'>,
  labels: LayerLabels,
  findings: FindingCollector,
): void {
  if (wkt !== undefined)
    findings.warning(`${labels.code}-crs-unchecked`, { file: labels.role }, () => ({
      message: `${labels.subject}'s coordinate reference system ${crs} needs a database with PostGIS: where its shapes lie was not checked`,
    }))
}
