import type { Job } from '@piecework/core'
import type { FollowUpContext } from '@piecework/core/piece'
import type { ToInput } from '#internal/chosen.js'

const at = new Date('2026-01-02T03:04:05Z')

/** Of an export that went well. */
export function contextOf(more: Partial<FollowUpContext<ToInput>> = {}): FollowUpContext<ToInput> {
  const archive = {
    artifact: 'archives/j1/1.zip',
    size: 7,
    digest: 'd'.repeat(64),
    sha256: 's'.repeat(64),
    expiresAt: at,
  }
  const outputs = [
    {
      artifact: 'archives/j1/2.txt',
      size: 9,
      sha256: 'o'.repeat(64),
      expiresAt: at,
      name: 'notebooks/print',
      mediaType: 'text/plain',
      fileName: 'Birds.txt',
    },
  ]
  const delivered = {
    target: 'shelf',
    output: 'notebooks/print',
    key: 'j1/x',
    deliveredAt: at,
    location: '/secret',
  }
  const job: Job = {
    id: 'j1',
    kind: 'export',
    status: 'succeeded',
    outcome: 'succeeded',
    tree: { kind: 'notebook', id: 'b1', children: [] },
    principal: { id: 'ann' },
    request: { options: {} },
    batch: 3,
    batches: 2,
    result: { archive, outputs, deliveries: [delivered] },
    createdAt: at,
    changes: [{ status: 'succeeded', at }],
  }
  return {
    key: 'j1/onSuccess/0',
    list: 'onSuccess',
    input: { to: 'self' },
    job,
    earlier: [],
    attempt: 1,
    signal: new AbortController().signal,
    report: async () => ({
      job,
      revision: 1,
      stages: [],
      nodes: [],
      findings: [],
      counts: { rows: 0, skipped: 0 },
      followUps: [],
      firstStep: '',
    }),
    ...more,
  }
}
