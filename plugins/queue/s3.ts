import type { Blobs } from './blobs.ts'
import { digestOf } from './blobs.ts'
import { queueError, requirePackage } from './faults.ts'
import type { S3Place } from './settings.ts'

/** Blobs in a bucket. Rejects with `queue/no-keys` without keys in the environment. */
export async function s3Blobs({ url, region = 'us-east-1' }: S3Place): Promise<Blobs> {
  const { AwsClient } = await requirePackage('aws4fetch', () => import('aws4fetch'))
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN,
  } = process.env
  if (!accessKeyId || !secretAccessKey)
    throw queueError(
      'no-keys',
      'There are no keys for the bucket.',
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    )
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    region,
    service: 's3',
    retries: 3,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  })
  const at = (name: string): string => `${url.replace(/\/$/, '')}/${name}`

  async function ask(name: string, init: RequestInit, fine: readonly number[]): Promise<Response> {
    const response = await client.fetch(at(name), init)
    if (response.ok || fine.includes(response.status)) return response
    throw queueError(
      'bucket-refused',
      `The bucket answered ${response.status} to ${init.method ?? 'GET'}.`,
      'Look at its address, its region, and the rights of the keys.',
    )
  }

  return {
    async put(digest, bytes) {
      await ask(digest, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> }, [])
    },
    async get(digest) {
      const response = await ask(digest, {}, [404])
      return response.status === 404 ? undefined : new Uint8Array(await response.arrayBuffer())
    },
    async mark(name, owner) {
      const key = `mark-${digestOf(Buffer.from(name))}`
      // Whoever comes second is refused by the condition.
      const put = await ask(
        key,
        { method: 'PUT', body: owner, headers: { 'if-none-match': '*' } },
        [409, 412],
      )
      return put.ok ? owner : (await ask(key, {}, [])).text()
    },
    close: async () => {},
  }
}
