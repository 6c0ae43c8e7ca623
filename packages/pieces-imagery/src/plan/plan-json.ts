import type { ExportPlan } from './export-plan.js'

/** A plan as plain JSON: nodata is spelled, for JSON has no NaN, and areas of interest are left out, which are masks now. */
export function planToJson(plan: ExportPlan): unknown {
  const spelled = <T extends { readonly nodata?: number }>(value: T) =>
    value.nodata === undefined ? value : { ...value, nodata: String(value.nodata) }
  const histograms = Object.entries(plan.histograms).map(([node, bands]) => [
    node,
    bands.map((band) => Array.from(band)),
  ])
  const nodes = Object.entries(plan.tool.nodes).map(([id, node]) => [
    id,
    node.type === 'mask' ? { ...node, aoi: undefined } : node,
  ])
  return JSON.parse(
    JSON.stringify({
      ...plan,
      tool: { ...plan.tool, nodes: Object.fromEntries(nodes) },
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
