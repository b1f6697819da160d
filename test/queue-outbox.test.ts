import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOutbox } from '../plugins/queue/outbox.ts'

/** An outbox whose publishes wait until they are let go, and what it has published. */
function outboxInHand() {
  const published: { node: string; messages: readonly string[]; end(failure?: Error): void }[] = []
  const { send } = createOutbox<string>(
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

/** The same, where letters in lower case may wait for company as long as `isBusy` says so. */
function outboxWithPatience() {
  const said: string[] = []
  let isBusy = true
  const outbox = createOutbox<string>(
    async (_, messages) => {
      said.push(messages.join(' '))
      return { nodes: 1 }
    },
    (message) => isBusy && message === message.toLowerCase(),
  )
  return { ...outbox, said, rest: () => (isBusy = false) }
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

void test('what may wait leaves after some milliseconds, all of it together', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { send, said } = outboxWithPatience()
  void send('one', 'a')
  await nextTurn()
  t.mock.timers.tick(5)
  void send('one', 'b')
  await nextTurn()
  assert.deepEqual(said, [])
  t.mock.timers.tick(5)
  assert.deepEqual(said, ['a b'])
})

void test('what may not wait takes with it what was said before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { send, said } = outboxWithPatience()
  void send('one', 'a')
  await nextTurn()
  await send('one', 'B')
  assert.deepEqual(said, ['a B'])
})

void test('nothing waits when there is no more to do', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { send, said, rest } = outboxWithPatience()
  void send('one', 'a')
  await nextTurn()
  rest()
  await send('one', 'b')
  assert.deepEqual(said, ['a b'])
})

void test('who is in a hurry is told when everything has left', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { send, said, hurry } = outboxWithPatience()
  void send('one', 'a')
  void send('two', 'b')
  await nextTurn()
  assert.deepEqual(said, [])
  await hurry()
  assert.deepEqual(said, ['a', 'b'])
  await send('one', 'c')
  assert.deepEqual(said, ['a', 'b', 'c'])
})

void test('who is in a hurry waits for what is on its way, and for what was said meanwhile', async () => {
  const published: (() => void)[] = []
  const { send, hurry } = createOutbox<string>(
    () => new Promise((resolve) => published.push(() => resolve({ nodes: 1 }))),
    () => true,
  )
  const first = send('one', 'a')
  const hurried = hurry()
  let isOver = false
  void hurried.then(() => (isOver = true))
  const second = send('one', 'b')
  published[0]!()
  await first
  await nextTurn()
  assert.equal(isOver, false)
  published[1]!()
  await second
  await hurried
})
