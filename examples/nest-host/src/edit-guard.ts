import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common'
import type { HttpGuard, PieceworkHttp } from '@piecework/server'
import type { UserRequest } from './jwt-guard'
import { HTTP } from './tokens'

/** Keeps edits of a plan and jobs on it apart: 423 while a job holds it. */
@Injectable()
export class EditGuard implements CanActivate {
  private readonly guard: HttpGuard

  constructor(@Inject(HTTP) http: PieceworkHttp) {
    this.guard = http.guard(({ params }: UserRequest) => ({ kind: 'plan', id: String(params.id) }))
  }

  canActivate(context: ExecutionContext): Promise<boolean> {
    return this.guard.nest.canActivate(context)
  }
}
