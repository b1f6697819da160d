import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutbox } from '../plugins/queue/outbox.ts'

/** An outbox whose publishes wait until they are let go, and what it has published. */
function outboxInHand() {
  const published: { node: string; messages: readonly string[]; end(failure?: Error): void }[] = []
  const send = createOutbox<string>(
    (node, messages) =>
      new Promise((resolve, reject) => {
        published.push({
          node,
          messages,
          end: (failure) => (failure ? reject(failure) : resolve({ nodes: 1 })),
        })
      }),
  )
  return {
    send,
    published,
    said: () => published.map(({ node, messages }) => `${node}: ${messages.join(' ')}`),
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

void test('what is said to a node in one moment goes together, in its order', async () => {
  const { send, said } = outboxInHand()
  for (const message of ['a', 'b', 'c']) void send('one', message)
  void send('two', 'd')
  await nextTurn()
  assert.deepEqual(said(), ['one: a b c', 'two: d'])
})

void test('what is said while something is on its way waits for it, and goes together', async () => {
  const { send, published, said } = outboxInHand()
  const first = send('one', 'a')
  await nextTurn()
  void send('one', 'b')
  void send('one', 'c')
  await nextTurn()
  assert.deepEqual(said(), ['one: a'])
  published[0]!.end()
  assert.deepEqual(await first, { nodes: 1 })
  await nextTurn()
  assert.deepEqual(said(), ['one: a', 'one: b c'])
})

void test('a publish that fails is told to those who said it, and the next goes all the same', async () => {
  const { send, published, said } = outboxInHand()
  const first = send('one', 'a')
  await nextTurn()
  const second = send('one', 'b')
  published[0]!.end(new Error('away'))
  await assert.rejects(first, /away/)
  await nextTurn()
  published[1]!.end()
  assert.deepEqual(await second, { nodes: 1 })
  assert.deepEqual(said(), ['one: a', 'one: b'])
})

void test('more than one publish takes is parted, and what is alone too large goes alone', async () => {
  const { send, published, said } = outboxInHand()
  const large = 'x'.repeat(200_000)
  for (const message of [large, 'a', 'b']) void send('one', message)
  await nextTurn()
  assert.deepEqual(said(), [`one: ${large}`])
  published[0]!.end()
  await nextTurn()
  assert.deepEqual(said().at(-1), 'one: a b')
})
