import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createFramework, type Report, type RunEvent } from 'heddle'
import { preset } from 'heddle/plugins'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Each built-in command, its arguments on the TypeScript project, and whether its result is the same each time. */
const commands: readonly (readonly [name: string, words: Record<string, string>, isSame: boolean])[] = [
  ['analyze', {}, true],
  ['auto', { request: 'where is openSession used?' }, true],
  ['docs', {}, true],
  ['enhance', {}, true],
  ['feature', { request: 'users must be able to reset their password' }, true],
  ['init', {}, true],
  ['init-custom', {}, true],
  ['init-meta', {}, true],
  ['init-new', { name: 'weaver' }, true],
  ['init-research', { question: 'why?' }, true],
  ['init-validate', {}, true],
  ['meta', {}, true],
  ['protocol', {}, false],
  ['query', { query: 'session' }, true],
  ['session', {}, false],
  ['task', { component: 'src/user.ts' }, false],
]

for (const [name, words, isSame] of commands) {
  test(`"${name}" has operations at work at once, and one at a time the same names and statuses`, async (t) => {
    const root = projectOf(t)
    const parallel = await runIn(root, name, words)
    const serial = await runIn(root, name, words, true)
    // Programs take time; what only reads files may be done before the next begins (command-runs.test.ts shows these at work at once).
    assert.ok(parallel.most >= (isSame ? 1 : 2), `${parallel.most} at once`)
    assert.equal(serial.most, 1)
    assert.deepEqual(shapeOf(parallel.report), shapeOf(serial.report))
    if (isSame) assert.equal(findingsOf(parallel.report), findingsOf(serial.report))
  })
}

test('no two commands have the same plan', async (t) => {
  const framework = await createFramework({ root: projectOf(t), config: false, plugins: [...preset()] })
  const plans = new Map<string, string>()
  for (const [name, words] of commands) {
    const { operations } = await framework.plan(name, words)
    const plan = JSON.stringify(operations)
    assert.equal(plans.get(plan), undefined, `${name} and ${plans.get(plan)}`)
    plans.set(plan, name)
  }
  await framework.dispose()
})

async function runIn(
  root: string,
  command: string,
  words: Record<string, string>,
  serial = false,
): Promise<{ report: Report; most: number }> {
  const framework = await createFramework({ root, config: false, plugins: [...preset()] })
  const running = new Set<string>()
  let most = 0
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'operation-started')
      most = Math.max(most, running.add(`${event.group} ${event.operation}`).size)
    if (event.type === 'operation-ended') running.delete(`${event.group} ${event.operation}`)
  }
  try {
    return { report: await framework.run(command, words, { onEvent, serial }), most }
  } finally {
    await framework.dispose()
  }
}

function shapeOf({ groups }: Report): unknown {
  return groups.map(({ name, operations }) => [
    name,
    operations.map(({ name, status }) => `${name} ${status}`),
  ])
}

function findingsOf({ groups, diagnostics }: Report): string {
  return JSON.stringify([groups.map(({ synthesis }) => synthesis), diagnostics])
}

/** The TypeScript project in a folder of its own. */
function projectOf(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'heddle-commands-'))
  t.after(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }))
  cpSync(here('../fixtures/typescript-project'), root, { recursive: true })
  return root
}
