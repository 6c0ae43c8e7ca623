import type { HttpRequest } from '../http/http-request.js'
import type { HttpResponse } from '../http/http-response.js'
import type { Match, RoutePath } from '../http/router.js'

/** What each form makes something of its framework of. */
export interface App {
  readonly basePath: string
  readonly paths: readonly RoutePath[]
  /** `method` as `askedMethod` says. Undefined: the address, as it came, is none of ours. */
  match(url: string, method: string): Match | undefined
  /** Never throws. */
  answer(match: Match, request: HttpRequest): Promise<HttpResponse>
  onError(error: unknown): void
}
