import { randomUUID } from 'node:crypto'
import type { Settings } from '../settings.js'
import type { Variables } from './walk-step.js'

/** What the lines begin with. */
export function firstVariables({ url, sample }: Pick<Settings, 'url' | 'sample'>): Variables {
  return {
    HOST: url,
    API: `${url}/api/v1`,
    SAMPLE: sample,
    ANN: 'Authorization: Bearer ann',
    VERA: 'Authorization: Bearer vera',
    SAM: 'Authorization: Bearer sam',
    JSON: 'Content-Type: application/json',
    TUS: 'Tus-Resumable: 1.0.0',
    KEY: randomUUID(),
  }
}
