import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** One call of a webhook. */
export interface Said {
  readonly key: string
  readonly body: string
}

/** The endpoint that webhooks call, in the process of the soak. */
export interface Hooks {
  readonly port: number
  /** About this job, each call. */
  said(job: string): readonly Said[]
  stop(): Promise<void>
}

/** For hooks.example.org. */
const fixture = (name: string) =>
  readFileSync(new URL(`../../../packages/follow-ups/test/fixtures/server.${name}`, import.meta.url), 'utf8')
export const hooksCertificate = (): string => fixture('crt')

/** Takes what it is told, and to every fourth call says that it has not. */
export async function startHooks(): Promise<Hooks> {
  const calls: Said[] = []
  const server = createServer({ key: fixture('key'), cert: hooksCertificate() }, (request, response) => {
    void text(request).then(
      (body) => {
        calls.push({ key: String(request.headers['webhook-id']), body })
        response.writeHead(calls.length % 4 === 0 ? 503 : 200).end()
      },
      // Its process has died.
      () => undefined,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    said: (job) => calls.filter(({ key }) => key.startsWith(`${job}/`)),
    stop: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
