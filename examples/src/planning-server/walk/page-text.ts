import { people } from '../people.js'
import type { Settings } from '../settings.js'
import { firstVariables } from './variables.js'
import type { WalkPart, WalkStep } from './walk-step.js'

/** What is printed when the server answers: where it is, who there is, and lines to try. */
export function pageText(parts: readonly WalkPart[], settings: Settings, processes: number): string {
  const { url, servers } = settings
  const where = servers ? `${processes} processes, PostgreSQL and Redis` : 'one process, in memory'
  const variables = Object.entries(firstVariables(settings)).map(([name, value]) => `${name}='${value}'`)
  return [
    `Planning projects: ${url}/ in a browser, ${url}/projects as JSON (${where}); Ctrl-C ends it.`,
    `Piecework: ${url}/api/v1, described at ${url}/api/v1/openapi.json`,
    `The tokens of this demo are names: ${people.map(({ id, rights }) => `${id} (${rights})`).join(', ')}`,
    '',
    'Lines to try; --walk runs all of them. What stands in capitals comes from answers before.',
    '',
    ...variables,
    ...parts.flatMap((part) => ['', `## ${part.title}`, ...part.steps.flatMap(stepText)]),
  ].join('\n')
}

function stepText({ title, line, status, keep }: WalkStep): readonly string[] {
  if (line === undefined) return []
  const kept = Object.entries(keep ?? {}).map(([name, place]) => `; ${name} is ${place} of it`)
  return ['', `# ${title}: ${status}${kept.join('')}`, line]
}
