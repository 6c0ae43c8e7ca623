import type { ExportPlan } from './export-plan.js'

/** A plan as plain JSON: nodata is spelled, for JSON has no NaN. */
export function planToJson(plan: ExportPlan): unknown {
  const spelled = <T extends { readonly nodata?: number }>(value: T) =>
    value.nodata === undefined ? value : { ...value, nodata: String(value.nodata) }
  const histograms = Object.entries(plan.histograms).map(([node, bands]) => [
    node,
    bands.map((band) => Array.from(band)),
  ])
  return JSON.parse(
    JSON.stringify({
      ...plan,
      output: spelled(plan.output),
      scenes: plan.scenes.map((scene) => ({ ...scene, facts: spelled(scene.facts) })),
      histograms: Object.fromEntries(histograms),
    }),
  )
}

/** Of what `planToJson` has made. */
export function planFromJson(json: unknown): ExportPlan {
  const plan = json as ExportPlan
  const read = <T extends { readonly nodata?: number }>(value: T): T =>
    value.nodata === undefined ? value : { ...value, nodata: Number(value.nodata) }
  return {
    ...plan,
    output: read(plan.output),
    scenes: plan.scenes.map((scene) => ({ ...scene, facts: read(scene.facts) })),
  }
}
