import { PieceworkError, type Schema } from '@piecework/core/piece'
import type { ColorSettings } from '../tool/color-settings.js'
import { parseTool } from '../tool/parse-tool.js'
import type { ChosenBands, ParsedTool, Resampling } from '../tool/tool.js'
import { exportRequestShape } from './export-shape.js'

/** Plain JSON, as a client sends it. */
export interface ImageryExportRequest {
  /** For people, and in file names. */
  readonly name: string
  /** Whose imagery: of one project, of one scene, or what a tool makes. */
  readonly source: { readonly project: string } | { readonly scene: string } | { readonly tool: unknown }
  /** Of a project or a scene, by name, or red, green and blue by their light. Default: all. */
  readonly bands?: ChosenBands
  /** Of a project or a scene. `true`: the project's own. */
  readonly colorCorrection?: true | ColorSettings
  /** EPSG code of the output. Default: the CRS of the first scene. */
  readonly projection?: number
  /** Units of the projection per pixel. Default: of the finest scene. */
  readonly resolution?: number | readonly [number, number]
  readonly resampling?: Resampling
  /** Area of interest: a polygon or multipolygon of GeoJSON in WGS 84. */
  readonly mask?: unknown
  /** To the pixels that the mask touches. */
  readonly crop?: boolean
  /** `imagery/cog` and `imagery/quick-look` by default; `imagery/png`, `imagery/jpeg`, and what other packs make of windows. */
  readonly outputs?: readonly string[]
  readonly deliver?: readonly {
    readonly target: string
    readonly output?: string
    readonly destination?: unknown
  }[]
}

const schema = exportRequestShape as unknown as Schema<ImageryExportRequest>

/** Throws `options-invalid`, which says where it is wrong. */
export function readRequest(value: unknown): ImageryExportRequest {
  try {
    return schema.parse(value)
  } catch (cause) {
    const { issues: [first] = [] } = cause as { issues?: readonly { path: PropertyKey[]; message: string }[] }
    const place = first?.path.join('.') || 'it'
    throw new PieceworkError(
      'options-invalid',
      `The export of imagery is not as it should be: ${place}: ${first?.message ?? 'does not fit'}`,
      { cause },
    )
  }
}

/**
 * Every export is a tool: of a project or a scene one is made, with what the request asks for behind it; to a tool that is
 * given, the same is added. `colors`: the project's own.
 */
export function toolOf(request: ImageryExportRequest, colors: unknown): ParsedTool {
  const { source, bands, colorCorrection, projection, resolution, resampling, mask, crop } = request
  if (projection === undefined && (resolution !== undefined || resampling !== undefined))
    throw wrong('"resolution" and "resampling" need a "projection"')
  if (crop !== undefined && mask === undefined) throw wrong('"crop" needs a "mask"')
  if ('tool' in source) {
    if (bands || colorCorrection !== undefined)
      throw wrong('"bands" and "colorCorrection" are of a project or a scene: a tool has nodes for them')
    const given = parseTool(source.tool)
    return parseTool(extended(given, request))
  }
  if (colorCorrection === true && !('project' in source && colors))
    throw wrong('"colorCorrection" is true, and there is no project with colors of its own')
  const first =
    'project' in source ? { type: 'project', id: source.project } : { type: 'scene', id: source.scene }
  const own = colorCorrection === true ? (colors as object) : colorCorrection
  const nodes = {
    source: { ...first, ...(bands && { bands }) },
    colors: own
      ? { type: 'colorCorrection', input: 'source', ...own }
      : { type: 'identity', input: 'source' },
  }
  return parseTool(extended({ version: 1, nodes, output: { node: 'colors' } }, request))
}

function extended(
  tool: {
    readonly version: 1
    readonly nodes: object
    readonly output: { readonly node: string }
  },
  { projection, resolution, resampling, mask, crop }: ImageryExportRequest,
): object {
  const nodes: Record<string, object> = { ...(tool.nodes as Record<string, object>) }
  let last = tool.output.node
  const add = (name: string, node: object): void => {
    let free = name
    for (let n = 2; Object.hasOwn(nodes, free); n++) free = `${name}-${n}`
    nodes[free] = { ...node, input: last }
    last = free
  }
  if (projection !== undefined)
    add('projection', {
      type: 'reproject',
      epsg: projection,
      ...(resolution !== undefined && { resolution }),
      ...(resampling && { resampling }),
    })
  if (mask !== undefined) add('mask', { type: 'mask', aoi: mask, ...(crop !== undefined && { crop }) })
  return { ...tool, nodes, output: { ...tool.output, node: last } }
}

function wrong(why: string): PieceworkError {
  return new PieceworkError('options-invalid', `The export of imagery is not as it should be: ${why}`)
}
