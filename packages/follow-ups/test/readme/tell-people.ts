import { callback, createPiecework, type Pack, type Piecework } from '@piecework/core'
import { email, type SmtpServer, webhook } from '@piecework/follow-ups'
import { inProcess } from '@piecework/runtime-inprocess'

/** The host's own users: who they are comes from the host, never from a request. */
interface Users {
  emailOf(user: string): Promise<string | undefined>
  hookOf(user: string): Promise<{ url: string; secrets: readonly string[] } | undefined>
}

export function hostThatTells(packs: readonly Pack[], users: Users, transport: SmtpServer): Piecework {
  return createPiecework({
    packs,
    runtime: inProcess(),
    followUps: [
      email({
        transport,
        from: 'Atlas <atlas@example.org>',
        recipients: { self: ({ job }) => users.emailOf(job.principal.id), ops: 'ops@example.org' },
        publicUrl: 'https://atlas.example.org',
        message: ({ job, failed, jobUrl }) => ({
          subject: `Your ${job.kind} has ${job.status}`,
          text: failed ? `${failed.piece} failed: ${job.error?.message}` : `See ${jobUrl}`,
        }),
      }),
      webhook({ endpoints: { self: ({ job }) => users.hookOf(job.principal.id) } }),
      callback({
        name: 'audit',
        run: async ({ key, earlier }) => ({
          key,
          told: earlier.filter(({ status }) => status === 'done').length,
        }),
      }),
    ],
  })
}

export async function exportAndTell(
  piecework: Piecework,
  resource: { kind: string; id: string },
  user: string,
) {
  const told = [{ action: 'email', input: { to: 'self' } }, { action: 'audit' }]
  return piecework.export({
    resource,
    principal: { id: user },
    onSuccess: told,
    onFailure: [{ action: 'email', input: { to: 'ops' } }],
  })
}
