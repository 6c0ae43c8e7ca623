import { createReadStream } from 'node:fs'
import { FindingCollector } from '@piecework/core/piece'
import { findMarxanFiles, readPu } from '@piecework/marxan-files'

export async function totalCost(folder: string): Promise<number> {
  const findings = new FindingCollector()
  const { pu } = await findMarxanFiles(folder)
  let total = 0
  for await (const { length, columns } of readPu(createReadStream(pu), { findings }))
    for (let row = 0; row < length; row += 1) total += columns.cost[row] as number
  for (const { severity, line, message } of findings.list()) console.error(severity, line, message)
  return total
}
