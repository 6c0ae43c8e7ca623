import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { Passed } from './passes.js'
import { untilClosed } from './until-closed.js'

/** As much of Nest's execution context as is used. */
interface NestContext {
  switchToHttp(): { getRequest(): unknown; getResponse(): unknown }
}

export interface NestGuard {
  canActivate(context: NestContext): Promise<boolean>
}

interface NestErrors {
  HttpException: new (response: object, status: number) => Error
}

/** Nest answers for a guard that throws: with the problem, and the headers that are set. */
export function nestGuard(ask: (method: string | undefined, host: unknown) => Promise<Passed>): NestGuard {
  return {
    canActivate: async (context) => {
      const http = context.switchToHttp()
      const req = http.getRequest() as IncomingMessage
      const res = http.getResponse() as ServerResponse
      const passed = await untilClosed(res, () => ask(req.method, req))
      if (!passed?.refusal) return passed !== undefined
      const { refusal } = passed
      for (const [name, value] of Object.entries(refusal.headers))
        if (name !== 'content-length') res.setHeader(name, value)
      const { HttpException } = createRequire(import.meta.url)('@nestjs/common') as NestErrors
      throw new HttpException(JSON.parse(String(refusal.body)) as object, refusal.status)
    },
  }
}
