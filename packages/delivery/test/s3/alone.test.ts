import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { httpsPeer } from '@piecework/test-support'
import { suite } from 'uvu'

const test = suite('S3: nothing of the host is used')

/** What a host has around it: a stub stands for each place that it names. */
async function withHost(
  use: (env: NodeJS.ProcessEnv, asked: readonly string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = []
  const stub = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('{"AccessKeyId":"AKIAHOST","SecretAccessKey":"of-the-host","Token":"of-the-host"}')
  }).listen(0, '127.0.0.1')
  await once(stub, 'listening')
  const address = stub.address()
  const place = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const folder = await mkdtemp(join(tmpdir(), 'piecework-aws-'))
  const config = join(folder, 'config')
  const shared = join(folder, 'credentials')
  const settings = [
    'region = eu-north-1',
    `endpoint_url = ${place}/profile`,
    's3 =\n  addressing_style = virtual\n  payload_signing_enabled = true',
    'use_dualstack_endpoint = true',
    'use_fips_endpoint = true',
    'request_checksum_calculation = when_supported',
    'response_checksum_validation = when_supported',
    'max_attempts = 9',
    'retry_mode = adaptive',
    's3_use_arn_region = true',
    'sdk_ua_app_id = of-the-host',
    `credential_process = sh -c "echo '{}' ; wget -q ${place}/process || true"`,
  ]
  await writeFile(config, `[default]\n${settings.join('\n')}\n[profile host]\n${settings.join('\n')}\n`)
  await writeFile(
    shared,
    ['default', 'host']
      .map((name) => `[${name}]\naws_access_key_id = AKIAHOST\naws_secret_access_key = of-the-host\n`)
      .join(''),
  )
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'AKIAHOST',
    AWS_SECRET_ACCESS_KEY: 'of-the-host',
    AWS_SESSION_TOKEN: 'of-the-host',
    AWS_PROFILE: 'host',
    AWS_CONFIG_FILE: config,
    AWS_SHARED_CREDENTIALS_FILE: shared,
    AWS_SDK_LOAD_CONFIG: '1',
    AWS_REGION: 'eu-north-1',
    AWS_DEFAULT_REGION: 'eu-north-1',
    AWS_ENDPOINT_URL: `${place}/all`,
    AWS_ENDPOINT_URL_S3: `${place}/s3`,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `${place}/metadata`,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${place}/container`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of-the-host',
    AWS_WEB_IDENTITY_TOKEN_FILE: shared,
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/host',
    AWS_CA_BUNDLE: '/nowhere',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_REQUEST_CHECKSUM_CALCULATION: 'WHEN_SUPPORTED',
    AWS_RESPONSE_CHECKSUM_VALIDATION: 'WHEN_SUPPORTED',
    AWS_MAX_ATTEMPTS: '9',
    AWS_RETRY_MODE: 'adaptive',
    AWS_DEFAULTS_MODE: 'auto',
    AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: 'false',
    AWS_S3_USE_ARN_REGION: 'true',
    AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: 'false',
    AWS_S3_US_EAST_1_REGIONAL_ENDPOINT: 'legacy',
    AWS_SIGV4A_SIGNING_REGION_SET: '*',
    AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
    AWS_SDK_UA_APP_ID: 'of-the-host',
    AWS_EXECUTION_ENV: 'of-the-host',
    AWS_LAMBDA_FUNCTION_NAME: 'of-the-host',
    _X_AMZN_TRACE_ID: 'of-the-host',
    HTTPS_PROXY: place,
    https_proxy: place,
  }
  try {
    await use(env, asked)
  } finally {
    stub.close()
    await rm(folder, { recursive: true })
  }
}

async function childFor(credential: unknown, env: NodeJS.ProcessEnv) {
  const seen: Pick<IncomingMessage, 'method' | 'url' | 'headers'>[] = []
  const peer = await httpsPeer((request, response) => {
    seen.push(request)
    request.resume()
    request.on('end', () => {
      if (request.method === 'HEAD') response.writeHead(404).end()
      else if (request.url?.includes('uploads'))
        response.end('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>')
      else if (request.method === 'PUT') response.writeHead(200, { etag: '"0123"' }).end()
      else response.writeHead(500).end()
    })
  })
  try {
    const script = fileURLToPath(new URL('./alone-child.js', import.meta.url))
    const given = JSON.stringify({ url: peer.url, ca: peer.settings.ca, credential })
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, given], { env })
    return { seen, codes: JSON.parse(stdout) as string[], said: stdout + stderr }
  } finally {
    await peer.close()
  }
}

test("D3: neither variables, files nor metadata of the host are used or asked, and the user's key is never said", () =>
  withHost(async (env, asked) => {
    const credential = { accessKeyId: 'AKIAUSER', secretAccessKey: 'geheim-geheim' }
    const { seen, codes, said } = await childFor(credential, env)
    assert.deepEqual(codes, ['well', 'well', 'delivery-unreachable'])
    assert.deepEqual(asked, [])
    assert.ok(seen.length > 5)
    for (const { headers, url } of seen) {
      assert.match(
        String(headers.authorization),
        /^AWS4-HMAC-SHA256 Credential=AKIAUSER\/\d{8}\/us-east-1\/s3\/aws4_request,/,
      )
      assert.match(String(url), /^\/box\//)
      assert.match(String(headers.host), /^peer\.example\.org:\d+$/)
      const names = Object.keys(headers).filter((name) =>
        /checksum|trailer|trace|token|content-encoding/.test(name),
      )
      assert.deepEqual(names, [])
      assert.doesNotMatch(JSON.stringify([headers, url]), /of-the-host|AKIAHOST|geheim/)
    }
    assert.doesNotMatch(said, /geheim|AKIA/)
  }))

test('D3, D7: without a credential of the user nothing is called at all', () =>
  withHost(async (env, asked) => {
    for (const credential of [null, {}, { accessKeyId: '', secretAccessKey: '' }]) {
      const { seen, codes } = await childFor(credential, env)
      assert.deepEqual(codes, ['delivery-auth', 'delivery-auth', 'delivery-auth'])
      assert.deepEqual([seen.length, asked], [0, []])
    }
  }))

test.run()
