import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { JwtModule } from '@nestjs/jwt'
import type { PieceworkHttp } from '@piecework/server'
import { EditGuard } from './edit-guard'
import { JwtGuard } from './jwt-guard'
import type { Opened } from './open-piecework'
import { PlansController } from './plans-controller'
import { HTTP, OPENED } from './tokens'

export interface AppParts {
  readonly opened: Opened
  readonly http: PieceworkHttp
  /** Of the tokens. */
  readonly secret: string
}

@Module({})
export class AppModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    @Inject(HTTP) private readonly http: PieceworkHttp,
    @Inject(OPENED) private readonly opened: Opened,
  ) {}

  static of({ opened, http, secret }: AppParts): DynamicModule {
    const jwt = JwtModule.register({
      global: true,
      secret,
      signOptions: { expiresIn: '1h', algorithm: 'HS256' },
      verifyOptions: { algorithms: ['HS256'] },
    })
    return {
      module: AppModule,
      imports: [jwt, http.nest({ guards: [JwtGuard] })],
      controllers: [PlansController],
      providers: [EditGuard, { provide: HTTP, useValue: http }, { provide: OPENED, useValue: opened }],
    }
  }

  /** Nest waits for open connections, and streams of events are some. */
  beforeApplicationShutdown(): void {
    this.http.stop()
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.close()
  }
}
