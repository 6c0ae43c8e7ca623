// A CommonJS application on Nest: PORT=3000 DATABASE_URL=postgres://… JWT_SECRET=… node main.js
import 'reflect-metadata'
import { randomBytes } from 'node:crypto'
import { NestFactory } from '@nestjs/core'
import { JwtService } from '@nestjs/jwt'
import { pieceworkHttp } from '@piecework/server'
import { AppModule } from './app-module'
import type { UserRequest } from './jwt-guard'
import { openPiecework } from './open-piecework'

async function main(): Promise<void> {
  const { DATABASE_URL, JWT_SECRET, PORT = '3000', FILES = 'build/nest-host' } = process.env
  const opened = await openPiecework(DATABASE_URL, FILES)
  const publicUrl = `http://127.0.0.1:${PORT}`
  const http = pieceworkHttp({
    piecework: opened.piecework,
    basePath: '/api/v1',
    paths: { plan: 'plans' },
    publicUrl,
    principal: ({ user }: UserRequest) => user,
  })
  // One that is made here makes tokens of this run worthless in the next.
  const secret = JWT_SECRET ?? randomBytes(32).toString('hex')
  const app = await NestFactory.create(AppModule.of({ opened, http, secret }), { logger: ['error', 'warn'] })
  app.enableShutdownHooks()
  await app.listen(Number(PORT), '127.0.0.1')
  // For the demo: in an application this is the answer to a password.
  const token = await app.get(JwtService).signAsync({ sub: 'ann' })
  console.log(`${publicUrl}/plans and ${publicUrl}/api/v1/openapi.json; a token of ann: ${token}`)
}

main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
