import { PieceworkError } from '@piecework/core/piece'
import { type DataType, holds, rangeOf } from '../pixels/data-type.js'
import { inputsOf } from '../tool/parse-tool.js'
import type { ParsedTool } from '../tool/tool.js'
import type { PlannedBand, PlannedOutput, PlannedScene } from './export-plan.js'

/** What pixels are written as: the value of those where there is nothing, or an alpha band. */
export function planOutput(
  tool: ParsedTool,
  bands: readonly PlannedBand[],
  scenes: readonly Pick<PlannedScene, 'facts'>[],
): PlannedOutput {
  const { output } = tool
  const dataType =
    output.dataType ??
    bands.reduce((type, band) => (holds(type, band.type) ? type : band.type), bands[0]?.type ?? 'uint8')
  const narrow = bands.find(({ type }) => !holds(dataType, type))
  if (narrow)
    throw invalid(
      'output.dataType',
      `${dataType} does not hold all values of "${narrow.name}", which is ${narrow.type}`,
    )
  const nodata = nodataOf(tool, dataType, scenes)
  return {
    bands,
    dataType,
    blockSize: output.blockSize,
    ...(nodata !== undefined && { nodata }),
    ...(keptFrom(tool) === undefined && meaningOf(tool, dataType, nodata, scenes)),
  }
}

/** What values of scenes mean: one quantity, or one palette, for all of them. */
function meaningOf(
  { nodes }: ParsedTool,
  dataType: DataType,
  nodata: number | undefined,
  scenes: readonly Pick<PlannedScene, 'facts'>[],
): Pick<PlannedOutput, 'scale' | 'offset' | 'palette'> {
  const [first, ...others] = scenes.map(({ facts: { scale, offset, palette } }) => ({
    ...(scale !== undefined && { scale }),
    ...(offset !== undefined && { offset }),
    ...(palette && { palette }),
  }))
  const meaning = JSON.stringify(first)
  if (others.some((other) => JSON.stringify(other) !== meaning))
    throw new PieceworkError(
      'imagery/bands-differ',
      'The scenes differ in scale, offset or palette: the same value would mean different things',
    )
  if (!first?.palette) return first ?? {}
  const resampled = Object.entries(nodes).find(
    ([, node]) => node.type === 'reproject' && node.resampling !== 'near',
  )
  if (resampled)
    throw invalid(
      `nodes.${resampled[0]}.resampling`,
      'must be near: values between two of a palette mean nothing',
    )
  if (dataType !== 'uint8') throw invalid('output.dataType', 'must be uint8: the scenes have a palette')
  if (nodata === undefined)
    throw invalid(
      'output.nodata',
      'is required: the scenes have a palette, beside which there is no alpha band',
    )
  return first
}

function nodataOf(
  tool: ParsedTool,
  dataType: DataType,
  scenes: readonly Pick<PlannedScene, 'facts'>[],
): number | undefined {
  const { output } = tool
  const isColored = keptFrom(tool) === 'colorCorrection'
  const alphaFits = dataType === 'uint8' || dataType === 'uint16'
  if (output.alpha) {
    if (!alphaFits)
      throw invalid('output.alpha', `an alpha band needs uint8 or uint16, and the output is ${dataType}`)
    return undefined
  }
  const range = rangeOf(dataType)
  if (output.nodata === undefined) {
    if (!range) return Number.NaN
    if (isColored) return 0
    const values = new Set(scenes.map(({ facts }) => facts.nodata))
    const [common] = values
    if (values.size === 1 && common !== undefined && isValue(common, range)) return common
    if (alphaFits) return undefined
    throw invalid(
      'output.nodata',
      `is required: the scenes have none in common, and ${dataType} has no alpha band`,
    )
  }
  const nodata = output.nodata === 'nan' ? Number.NaN : output.nodata
  if (range && !isValue(nodata, range)) throw invalid('output.nodata', `${nodata} is no value of ${dataType}`)
  if (isColored && dataType === 'uint8' && nodata !== 0)
    throw invalid('output.nodata', `must be 0: corrected colors are 1 to 255`)
  return nodata
}

function isValue(value: number, [least, most]: readonly [number, number]): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

/** Type of the last node that has made other values of pixels; undefined if they are those of scenes. */
export function keptFrom({ nodes, output }: ParsedTool): string | undefined {
  const waiting = [output.node]
  for (const id of waiting) {
    const node = nodes[id]
    if (!node) continue
    if (!['identity', 'mask', 'reproject', 'mosaic', 'project', 'scene'].includes(node.type)) return node.type
    for (const input of inputsOf(node)) if (!waiting.includes(input)) waiting.push(input)
  }
  return undefined
}

function invalid(path: string, problem: string): PieceworkError {
  return new PieceworkError('imagery/tool-invalid', `The tool is not as it should be: ${path}: ${problem}`, {
    facts: { path },
  })
}
