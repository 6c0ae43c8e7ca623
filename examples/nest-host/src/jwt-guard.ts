import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  UnauthorizedException,
} from '@nestjs/common'
import { JwtService } from '@nestjs/jwt'
import type { Request } from 'express'

/** A request of someone who is known. */
export type UserRequest = Request & { user?: { id: string } }

/** What is in the application's tokens. */
interface Claims {
  readonly sub: string
}

/** Lets those pass who bring a token that this application has signed. */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(@Inject(JwtService) private readonly jwt: JwtService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<UserRequest>()
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
    if (token === undefined) throw new UnauthorizedException()
    try {
      const { sub } = await this.jwt.verifyAsync<Claims>(token)
      request.user = { id: sub }
      return true
    } catch (cause) {
      throw new UnauthorizedException(undefined, { cause })
    }
  }
}
