import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPiecework } from '@piecework/core'
import { inProcess } from '@piecework/runtime-inprocess'
import { pieceworkHttp } from '@piecework/server'
import { station, weather } from '../parts/station.js'

const piecework = createPiecework({ packs: [weather], runtime: inProcess() })
await piecework.start()
const http = pieceworkHttp({
  piecework,
  basePath: '/api/v1',
  paths: { station: 'stations' },
  publicUrl: 'https://weather.example.org',
  principal: ({ headers }: IncomingMessage) => headers.authorization === 'Bearer ann' && { id: 'ann' },
})
const server = createServer(http.node).listen(0, '127.0.0.1')
await once(server, 'listening')

const { port } = server.address() as AddressInfo
const { id } = station(10)
const ask = async (path: string, headers: Record<string, string>, method = 'GET'): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    method,
    headers: { authorization: 'Bearer ann', ...headers },
  })

const started = await ask(`stations/${id}/export`, {}, 'POST')
const job = (await started.json()) as { id: string; kind: string }
console.log(started.status, job.kind, started.headers.get('location')?.replace(job.id, '…'))

const events = await (await ask(`jobs/${job.id}/events`, {})).text()
const [last = ''] = events.match(/(?<=^data: ).+$/gm)?.slice(-1) ?? []
const state = JSON.parse(last) as { job: { status: string }; progress: { rows: number } }
console.log(state.job.status, state.progress.rows, 'rows')

const file = await ask(`stations/${id}/exports/${job.id}/archive`, { range: 'bytes=0-3' })
console.log(file.status, file.headers.get('content-type'), (await file.text()).slice(0, 2))

for (const refused of [
  await ask(`stations/${id}/export`, { authorization: '' }, 'POST'),
  await ask('stations/none/export', {}, 'POST'),
  await ask('jobs?limt=3', {}),
]) {
  const { status, code, detail } = (await refused.json()) as { status: number; code: string; detail: string }
  console.log(status, code, detail)
}

http.stop()
server.close()
await piecework.stop()
